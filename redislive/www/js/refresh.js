import {ask as ask_api, CutOff, Refusal} from './api.js';
import {thinned_to} from './memory_rows.js';
import {granularity_wanted, window_of} from './ranges.js';

const retry = 2000;

/// A range that has ended does not change any more, but for what a collector still had in hand.
const settled_after = 30;

function epochs(window) {
  return {from: String(window.from), to: String(window.to)};
}

// A live curve reaches a little further back than one question may.
function splice(old, rows, from, newest_first) {
  if (!old) {
    return rows;
  }
  const first = newest_first ? rows.at(-1)?.[0] : rows[0]?.[0];
  const kept = old.filter(([epoch]) => epoch >= from && (first === undefined || epoch < first));
  return newest_first ? [...rows, ...kept] : [...kept, ...rows];
}

/// Asks RedisLive again and again for what the page shows of one server and range, and hands it on.
///
/// Curves and numbers go together, so that they agree; the lists, which can be slower, go on their
/// own. While the page is not in sight nothing is asked.
export class Refresh {
  /// `page` is told: curves(answers), lists(answers), cut_off(), refused(refusal).
  constructor(page, clock, ask = ask_api) {
    this.page = page;
    this.clock = clock;
    this.ask = ask;
    this.timers = {};
    this.failures = 0;
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) {
        this.stop();
      } else if (this.server) {
        this.start(this.server, this.range);
      }
    });
  }

  start(server, range) {
    this.stop();
    if (server !== this.server || range !== this.range) {
      this.kept = {};
    }
    [this.server, this.range] = [server, range];
    this.stopping = new AbortController();
    const {signal} = this.stopping;
    this.turn('curves', signal);
    this.turn('lists', signal);
  }

  stop() {
    this.stopping?.abort();
    clearTimeout(this.timers.curves);
    clearTimeout(this.timers.lists);
  }

  /// How often, in milliseconds.
  period(what) {
    return this.range.live ? {curves: 1000, lists: 2000}[what] : 5000;
  }

  async turn(what, signal) {
    const started = performance.now();
    let next = this.period(what);
    try {
      await this[what](signal);
      if (what === 'curves') {
        this.failures = 0;
      }
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      next = this.failed(what, error);
    }
    if (!signal.aborted) {
      const wait = Math.max(50, next - (performance.now() - started));
      this.timers[what] = setTimeout(() => this.turn(what, signal), wait);
    }
  }

  // One question that is lost may be chance, and is asked again before anything is said.
  failed(what, error) {
    if (error instanceof CutOff) {
      if (what === 'curves') {
        this.failures += 1;
        if (this.failures === 1) {
          return 300;
        }
        this.page.cut_off();
      }
      return retry;
    }
    if (!(error instanceof Refusal)) {
      console.error(error);
    }
    this.page.refused(error);
    return retry;
  }

  async curves(signal) {
    const {server, range} = this;
    const window = window_of(range, this.clock);
    if (range.live) {
      // Newer than this is still being written; the chart shows up to three seconds ago.
      window.to -= 1;
      window.from -= 1;
    }
    const span = {server, ...epochs(window)};
    const points = thinned_to(window);
    const again = !this.kept.settled;
    const [status, info, memory, commands] = await Promise.all([
      this.ask('status', span, signal),
      this.ask('info', {server}, signal),
      again ? this.ask('memory', {...span, epochs: '1',
        ...(points ? {points: String(points)} : {})}, signal)
        : this.kept.memory,
      again ? this.ask('commands',
        {...span, epochs: '1', details: '1', granularity: granularity_wanted(window)}, signal)
        : this.kept.commands,
    ]);
    if (range.live && again) {
      const from = window.from - 10;
      memory.data = splice(this.kept.memory?.data, memory.data, from, false);
      commands.data = splice(this.kept.commands?.data, commands.data, from, true);
    }
    this.kept = {...this.kept, memory, commands, settled: this.settled(window, status)};
    this.page.curves({status, info, memory, commands, window, range});
  }

  async lists(signal) {
    const {server, range} = this;
    const window = window_of(range, this.clock);
    if (this.kept.lists_settled) {
      return;
    }
    const span = {server, ...epochs(window)};
    const [top_commands, top_keys] = await Promise.all([
      this.ask('topcommands', {...span, details: '1'}, signal),
      this.ask('topkeys', {...span, details: '1'}, signal),
    ]);
    this.kept = {...this.kept, lists_settled: this.settled(window, {now: this.clock.now()})};
    this.page.lists({top_commands, top_keys, window, range});
  }

  settled(window, status) {
    return !window.ends_now && status.now - window.to > settled_after;
  }
}
