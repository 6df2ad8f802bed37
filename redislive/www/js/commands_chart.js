import {bucket_at, bucket_seconds, command_columns} from './command_rows.js';
import {find, set_text} from './dom.js';
import {unmeasured} from './gaps.js';
import {all_digits, rate_text} from './numbers.js';
import {RateScale} from './scales.js';
import {why_nothing} from './state_words.js';
import {TimeChart} from './time_chart.js';

/// The panel "Commands": how many per second, an area from zero.
export class CommandsChart {
  constructor(shared) {
    this.label = 'Commands per second over time';
    this.clock = shared.clock;
    this.series = [{colour: '--commands', fill: '--commands-area', width: 1.75}];
    this.scale = new RateScale();
    this.summary = find('commands-summary');
    this.buckets = [];
    this.chart = new TimeChart(find('commands'), this, shared);
  }

  reset() {
    this.scale.reset();
    this.buckets = [];
    set_text(this.summary, '');
  }

  /// Gives what was drawn, for the tile beside: {columns, latest}.
  show({commands, status, window, range}) {
    const gaps = this.gaps(commands, status, window);
    const drawn = command_columns(commands, gaps, status.last);
    this.buckets = drawn.buckets;
    const empty = !drawn.columns[1].some((rate) => rate !== null);
    this.chart.show({columns: drawn.columns, stepped: drawn.stepped, gaps, window,
      sentence: empty ? why_nothing('commands', status, window, range, this.clock) : null});
    const latest = drawn.buckets.findLast((bucket) => bucket.rate !== null)?.rate ?? null;
    set_text(this.summary, empty ? '' : this.words(drawn, latest, range));
    return {columns: drawn.columns, stepped: drawn.stepped, latest};
  }

  // Buckets reach over the ends of the window, and are to be divided by what was measured there too.
  gaps({data, granularity}, status, window) {
    const first = data.at(-1)?.[0] ?? window.from;
    const last = (data[0]?.[0] ?? window.to) + bucket_seconds[granularity];
    return unmeasured(status, Math.min(first, window.from), Math.max(last, window.to));
  }

  words({total, average}, latest, range) {
    if (total === 0) {
      return range.words ? `none ${range.words}` : 'none in this range';
    }
    return range.live ? rate_text(latest) : `${rate_text(average)} on average`;
  }

  fit([times, rates], from, to) {
    let largest = 0;
    for (let i = 0; i < times.length; i += 1) {
      // A stair that began before the window is still seen in it, and what comes next is about to be.
      if (times[i] <= to + 5 && (times[i + 1] ?? to) >= from) {
        largest = Math.max(largest, rates[i] ?? 0);
      }
    }
    if (times.length === 0 && this.scale.high === undefined) {
      return {low: 0, high: 1, ticks: []};
    }
    return this.scale.fit(times.length === 0 ? this.scale.high : largest);
  }

  labels(ticks) {
    return ticks.length > 0 ? this.scale.labels(ticks) : [];
  }

  describe(epoch, index) {
    const time = this.chart.data()[0][index];
    const bucket = bucket_at(this.buckets, this.chart.shown.stepped ? epoch : time);
    if (!bucket || bucket.rate === null) {
      return {values: [['', 'not measured']]};
    }
    if (bucket.to - bucket.from <= 1) {
      return {values: [['', `${all_digits(bucket.count)} per second`]]};
    }
    const seconds = bucket.to - bucket.from;
    const when = seconds > 7200
      ? this.clock.date(bucket.from)
      : `${this.clock.moment(bucket.from, false)} to ${this.clock.time(bucket.to, false)}`;
    return {when, values: [['', rate_text(bucket.rate)],
      ['', `${all_digits(bucket.count)} command${bucket.count === 1 ? '' : 's'}`]]};
  }
}
