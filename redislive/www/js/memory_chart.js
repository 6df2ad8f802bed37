import {find, set_text} from './dom.js';
import {unmeasured} from './gaps.js';
import {memory_columns, thinned_to} from './memory_rows.js';
import {all_digits, memory_text} from './numbers.js';
import {MemoryScale} from './scales.js';
import {TimeChart} from './time_chart.js';
import {why_nothing} from './state_words.js';

/// The panel "Memory": used as a line, peak dashed above it.
export class MemoryChart {
  constructor(shared) {
    this.label = 'Memory over time';
    this.clock = shared.clock;
    this.series = [
      {colour: '--memory', width: 1.75},
      {colour: '--peak', dash: [5, 4], width: 1.25},
    ];
    this.scale = new MemoryScale();
    this.summary = find('memory-summary');
    this.peak_word = find('memory-peak-word');
    this.chart = new TimeChart(find('memory'), this, shared);
  }

  reset() {
    this.scale.reset();
    set_text(this.summary, '');
    set_text(this.peak_word, 'peak');
  }

  show({memory, status, window, range}) {
    const gaps = unmeasured(status, window.from, window.to);
    const {columns, holes} = memory_columns(memory.data, gaps, window, thinned_to(window));
    const empty = columns[0].length === 0;
    this.chart.show({columns, gaps: holes, window,
      sentence: empty ? why_nothing('memory', status, window, range, this.clock) : null});
    set_text(this.summary, empty ? '' : this.words(columns[1], range));
  }

  words(used, range) {
    const known = used.filter((bytes) => bytes !== null);
    if (range.live) {
      return `used ${memory_text(known.at(-1))}`;
    }
    const [least, most] = [Math.min(...known), Math.max(...known)].map(memory_text);
    return least === most ? `used ${most}` : `used ${least} to ${most}`;
  }

  // A peak of long ago may be far above: then it is told, and the scale is left to what is used.
  fit([times, used, peak], from, to) {
    let [least, most, highest] = [Infinity, 0, 0];
    for (let i = 0; i < times.length; i += 1) {
      if (used[i] !== null && times[i] >= from - 60 && times[i] <= to + 60) {
        least = Math.min(least, used[i]);
        most = Math.max(most, used[i]);
        highest = Math.max(highest, peak[i]);
      }
    }
    if (least === Infinity) {
      return this.scale.high === undefined
        ? {low: 0, high: 1, ticks: []} : this.scale.fit(this.scale.low, this.scale.high);
    }
    const far = highest > most * 1.6;
    set_text(this.peak_word, far ? `peak ${memory_text(highest)}, above` : 'peak');
    return this.scale.fit(least, far ? most : Math.max(most, highest));
  }

  labels(ticks) {
    return ticks.length > 0 ? this.scale.labels(ticks) : [];
  }

  describe(epoch, index) {
    const [, used, peak] = this.chart.data();
    if (used[index] === null || used[index] === undefined) {
      return {values: [['', 'not measured']]};
    }
    const exact = (bytes) => `${memory_text(bytes)} (${all_digits(bytes)} bytes)`;
    return {values: [['used', exact(used[index])], ['peak', exact(peak[index])]]};
  }
}
