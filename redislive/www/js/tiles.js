import {find, make, set_attribute, set_hidden, set_text} from './dom.js';
import {all_digits, count_parts, duration_parts, memory_parts, memory_text, rate_parts,
  rate_text, short_count_parts} from './numbers.js';
import {Popover} from './popover.js';
import {Sparkline} from './sparkline.js';

/// A number with its unit: short for the eye, exact on hover and for a screen reader. `pairs` is
/// [[number, unit], ...]; `shorter` the same for where that has no room.
function show_value(tile, pairs, exact, shorter = null) {
  const value = tile.querySelector('.value');
  const key = `${pairs} ${value.clientWidth}`;
  if (value.dataset.key !== key) {
    value.dataset.key = key;
    const short = value.querySelector('.short');
    short.replaceChildren(...pieces(pairs));
    if (shorter && value.scrollWidth > value.clientWidth) {
      short.replaceChildren(...pieces(shorter));
    }
  }
  set_text(value.querySelector('.unseen'), exact);
  set_attribute(value, 'title', exact);
}

function pieces(pairs) {
  return pairs.flatMap(([number, unit]) => unit
    ? [number, make('small', {textContent: unit})] : [number]);
}

function number_of(value) {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return Number.isFinite(number) ? number : null;
}

const none = [[['–', '']], 'not known yet'];

/// The five numbers.
export class Tiles {
  constructor(clock) {
    this.clock = clock;
    this.memory = find('tile-memory');
    this.keys = find('tile-keys');
    this.clients = find('tile-clients');
    this.rate = find('tile-rate');
    this.uptime = find('tile-uptime');
    this.started = NaN;
    this.memory_curve = new Sparkline(find('memory-spark'), '--memory');
    this.rate_curve = new Sparkline(find('rate-spark'), '--commands');
    this.more = find('databases-more');
    this.databases = new Popover(this.more, find('databases-panel'));
    this.clear();
  }

  clear() {
    for (const tile of [this.memory, this.keys, this.clients, this.rate, this.uptime]) {
      show_value(tile, ...none);
      set_text(tile.querySelector('.note-text'), '');
    }
    set_hidden(this.more, true);
    for (const curve of [this.memory_curve, this.rate_curve]) {
      curve.show([[], []], {from: 0, to: 1});
    }
  }

  /// `measured` is the last rate that was counted, or null: it is what the chart shows. `at` is when
  /// Redis said what is in `info`.
  show(info, measured, at) {
    this.show_memory(info);
    this.show_keys(info);
    this.show_number(this.clients, number_of(info.connected_clients), 'connected');
    const blocked = number_of(info.blocked_clients);
    this.note(this.clients, blocked === null ? '' : `${all_digits(blocked)} blocked`);
    this.show_rate(info, measured);
    this.show_uptime(info, at);
  }

  note(tile, text) {
    const note = tile.querySelector('.note-text');
    set_text(note, text);
    set_attribute(note, 'title', text || null);
  }

  show_number(tile, number, what) {
    if (number === null) {
      show_value(tile, ...none);
    } else {
      show_value(tile, [count_parts(number)], `${all_digits(number)} ${what}`,
        [short_count_parts(number)]);
    }
  }

  show_memory(info) {
    const used = number_of(info.used_memory);
    if (used === null) {
      show_value(this.memory, ...none);
      this.note(this.memory, '');
      return;
    }
    show_value(this.memory, [memory_parts(used)], `${all_digits(used)} bytes`);
    const peak = number_of(info.used_memory_peak);
    const limit = number_of(info.maxmemory);
    const notes = [];
    if (peak !== null) {
      notes.push(`peak ${memory_text(peak)}`);
    }
    if (limit === 0) {
      notes.push('no maxmemory');
    } else if (limit !== null) {
      notes.push(`${Math.round((100 * used) / limit)} % of ${memory_text(limit)}`);
    }
    this.note(this.memory, notes.join(' · '));
  }

  show_keys(info) {
    if (!Array.isArray(info.databases)) {
      show_value(this.keys, ...none);
      this.note(this.keys, '');
      set_hidden(this.more, true);
      return;
    }
    const databases = info.databases
      .map(({name, keys, expires}) => ({
        name: String(name), keys: number_of(keys) ?? 0, expires: number_of(expires) ?? 0,
      }))
      .filter(({keys}) => keys > 0);
    const total = databases.reduce((sum, {keys}) => sum + keys, 0);
    this.show_number(this.keys, total, total === 1 ? 'key' : 'keys');
    const shown = databases.length > 3 ? 1 : 2;
    const words = databases.slice(0, shown).map(({name, keys}) => `${name} ${all_digits(keys)}`);
    this.note(this.keys, words.join(' · ') || 'every database is empty');
    const hidden = databases.length - shown;
    set_hidden(this.more, hidden <= 0);
    set_text(this.more, `+ ${hidden} more`);
    if (hidden <= 0) {
      this.databases.close();
    }
    this.list_databases(databases);
  }

  list_databases(databases) {
    const rows = find('databases-rows');
    const key = JSON.stringify(databases);
    if (rows.dataset.key === key) {
      return;
    }
    rows.dataset.key = key;
    rows.replaceChildren(...databases.map(({name, keys, expires}) => make('tr', {},
      make('th', {scope: 'row', textContent: name}), make('td', {textContent: all_digits(keys)}),
      make('td', {textContent: all_digits(expires)}))));
  }

  show_rate(info, measured) {
    const rate = measured ?? number_of(info.instantaneous_ops_per_sec);
    if (rate === null) {
      show_value(this.rate, ...none);
    } else {
      show_value(this.rate, [rate_parts(rate)], rate_text(rate));
    }
    const all = number_of(info.total_commands_processed);
    this.note(this.rate, all === null ? '' : `${all_digits(all)} in all`);
  }

  show_uptime(info, at) {
    const seconds = number_of(info.uptime_in_seconds);
    if (seconds === null) {
      show_value(this.uptime, ...none);
      this.note(this.uptime, '');
      return;
    }
    show_value(this.uptime, duration_parts(seconds), `${all_digits(seconds)} seconds`);
    // Both are whole seconds: what differs by one is the same start, which is not to flicker between two minutes.
    if (!(Math.abs(at - seconds - this.started) <= 1)) {
      this.started = at - seconds;
    }
    this.note(this.uptime, `since ${this.clock.date(this.started)}, ${this.clock.time(this.started, false)}`);
  }

  show_curves(memory_columns, command_columns, window) {
    if (memory_columns) {
      this.memory_curve.show(memory_columns.slice(0, 2), window);
    }
    if (command_columns) {
      this.rate_curve.show(command_columns, window);
    }
  }

  restyle() {
    this.memory_curve.restyle();
    this.rate_curve.restyle();
  }
}
