import {read_address, write_address} from './address.js';
import {ask, CutOff} from './api.js';
import {forget_colours} from './colours.js';
import {CommandsChart} from './commands_chart.js';
import {find, set_attribute, set_text} from './dom.js';
import {Footer} from './footer.js';
import {LiveScroll} from './live_scroll.js';
import {MemoryChart} from './memory_chart.js';
import {RangePicker} from './range_picker.js';
import {custom_range, live} from './ranges.js';
import {Refresh} from './refresh.js';
import {ServerClock} from './server_clock.js';
import {ServerPicker} from './server_picker.js';
import {StateBar} from './state_bar.js';
import {out_of_date, what_is_wrong} from './state_words.js';
import {Theme} from './theme.js';
import {Tiles} from './tiles.js';
import {TimeCursor} from './time_cursor.js';
import {TopCommands} from './top_commands.js';
import {TopKeys} from './top_keys.js';

/// The page: what is asked for (server, range, theme: as its address says), and the panels that show it.
class Page {
  constructor() {
    this.clock = new ServerClock();
    const shared = {
      clock: this.clock, cursor: new TimeCursor(),
      selected: (from, to) => this.zoom(from, to),
    };
    this.memory = new MemoryChart(shared);
    this.commands = new CommandsChart(shared);
    this.tiles = new Tiles(this.clock);
    this.top_commands = new TopCommands(shared);
    this.top_keys = new TopKeys(shared);
    this.footer = new Footer(this.clock);
    this.state_bar = new StateBar(this.clock);
    this.servers = new ServerPicker({
      chosen: (server) => this.go({server}), state_of: (server) => ask('status', {server}),
    });
    this.ranges = new RangePicker({clock: this.clock, chosen: (range) => this.go({range})});
    this.theme = new Theme(find('theme'), () => this.restyle());
    this.scroll = new LiveScroll(this.clock, [this.memory.chart, this.commands.chart]);
    this.refresh = new Refresh(this, this.clock);
    Object.assign(this, {
      server: null, range: live, status: null, lists_answer: null, cut_off_since: null, failure: null,
      notice: null,
    });
    addEventListener('popstate', () => this.follow_address());
    setInterval(() => this.tick(), 1000);
    this.tick();
  }

  async start() {
    try {
      this.offer((await ask('servers', {})).servers);
      // What now is, and what a custom range in the address means, depends on RedisLive's clock.
      if (this.offered.length > 0) {
        this.clock.learn(await ask('status', {server: this.offered[0]}));
        this.tick();
      }
    } catch (error) {
      if (error instanceof CutOff) {
        this.cut_off();
      } else {
        this.refused(error);
      }
      setTimeout(() => this.start(), 2000);
      return;
    }
    this.follow_address();
  }

  offer(servers) {
    this.offered = servers.map(({id}) => id);
    this.servers.offer(servers);
  }

  follow_address() {
    const {server, range, ignored} = read_address(location.search);
    this.notice = ignored;
    const known = this.offered.includes(server);
    if (server !== null && !known) {
      this.notice = `${server} is not among the servers that are watched` +
          (this.offered.length > 0 ? `; this is ${this.offered[0]}.` : '.');
    }
    this.show(known ? server : this.offered[0] ?? null, range);
  }

  /// Changes what is asked for, as one step that the browser can go back.
  go({server = this.server, range = this.range}) {
    this.notice = null;
    history.pushState(null, '', write_address({server, range, theme: this.theme.override}));
    this.show(server, range);
  }

  zoom(from, to) {
    this.go({range: custom_range(this.clock.iso(from), this.clock.iso(Math.ceil(to)))});
  }

  show(server, range) {
    const another = server !== this.server;
    [this.server, this.range] = [server, range];
    [this.failure, this.lists_answer] = [null, null];
    this.ranges.select(range);
    this.memory.chart.reset();
    this.commands.chart.reset();
    if (another) {
      this.status = null;
      this.servers.select(server);
      this.tiles.clear();
      this.top_commands.reset();
      this.top_keys.reset();
    }
    this.say_state();
    // Most answers are there before anybody could read that they are awaited.
    this.due = {curves: server !== null, lists: server !== null};
    clearTimeout(this.reading);
    this.reading = setTimeout(() => this.say_reading(), 500);
    if (server === null) {
      this.notice = 'No server is watched: start redis-live with --monitor=host:port.';
      this.say_state();
      return;
    }
    this.refresh.start(server, range);
    this.let_scroll();
  }

  let_scroll() {
    if (this.range.live) {
      this.scroll.start(this.range.seconds);
    } else {
      this.scroll.stop();
    }
  }

  say_reading() {
    if (this.due.curves) {
      this.memory.chart.say('Reading…');
      this.commands.chart.say('Reading…');
    }
    if (this.due.lists) {
      this.top_commands.reset('Reading…');
      this.top_keys.reset('Reading…');
    }
  }

  /// From Refresh: curves and numbers of one moment.
  curves({status, info, memory, commands, window, range}) {
    this.clock.learn(status);
    if (this.cut_off_since !== null) {
      this.came_back();
    }
    this.due.curves = false;
    this.failure = null;
    this.status = status;
    const seen = range.live ? this.scroll.window(range.seconds) : window;
    const about = {status, window: seen, range};
    this.memory.show({memory, ...about});
    const drawn = this.commands.show({commands, ...about});
    this.servers.show(info, status);
    const answers = status.state === 'ok';
    this.tiles.show(info, range.live && answers ? drawn.latest : null,
      answers ? this.clock.now() : status.last ?? this.clock.now());
    this.tiles.show_curves(this.memory.chart.shown.columns, drawn.columns, seen);
    this.footer.show(status);
    if (this.lists_answer) {
      this.lists(this.lists_answer);
    }
    this.say_state();
  }

  /// From Refresh: the lists.
  lists(answer) {
    if (this.status === null) {
      this.lists_answer = answer;
      return;
    }
    this.lists_answer = null;
    this.due.lists = false;
    this.top_commands.show({...answer, status: this.status});
    this.top_keys.show({...answer, status: this.status});
  }

  /// From Refresh: RedisLive can't be reached.
  cut_off() {
    this.cut_off_since ??= this.clock.now();
    this.scroll.stop();
    this.say_state();
  }

  /// From Refresh: RedisLive answered that it can't.
  refused(error) {
    this.cut_off_since = null;
    this.failure = error.message;
    this.say_state();
  }

  // It may have been started anew, with other servers.
  async came_back() {
    this.cut_off_since = null;
    this.let_scroll();
    try {
      const {servers} = await ask('servers', {});
      if (servers.map(({id}) => id).join() !== this.offered.join()) {
        this.offer(servers);
        this.follow_address();
      }
    } catch {
      // The next round tells.
    }
  }

  say_state() {
    const wrong = what_is_wrong({...this, clock: this.clock});
    this.state_bar.show(wrong);
    set_attribute(find('page'), 'data-old',
      wrong?.kind === 'cut' ? 'all' : this.status && out_of_date(this.status) ? 'numbers' : null);
    const state = {cut: 'cut off', lost: 'lost', refused: 'refused'}[wrong?.kind];
    document.title = [state && `▲ ${state}`, this.server, 'RedisLive'].filter(Boolean).join(' · ');
  }

  restyle() {
    forget_colours();
    const {server, range} = this;
    history.replaceState(null, '', write_address({server, range, theme: this.theme.override}));
    for (const panel of [this.memory.chart, this.commands.chart, this.tiles]) {
      panel.restyle();
    }
  }

  tick() {
    set_text(find('clock'), this.clock.time(this.clock.now()));
    this.state_bar.tick();
  }
}

new Page().start();
