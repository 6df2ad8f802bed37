import {find, set_text} from './dom.js';
import {all_digits} from './numbers.js';
import {range_words} from './ranges.js';
import {in_record, why_nothing} from './state_words.js';
import {TopTable} from './top_table.js';

/// The panel "Top keys".
export class TopKeys {
  constructor({clock}) {
    this.clock = clock;
    this.summary = find('top-keys-summary');
    this.caption = find('top-keys-caption');
    this.table = new TopTable('top-keys');
  }

  reset(sentence) {
    set_text(this.summary, '');
    this.table.clear(sentence);
  }

  show({top_keys, status, window, range}) {
    const entries = top_keys.data;
    const total = top_keys.total ?? entries.reduce((sum, [, count]) => sum + count, 0);
    const when = range_words(range, window, this.clock);
    const known = in_record(status, window);
    const {distinct} = top_keys;
    set_text(this.summary,
      known && distinct > 0 ? `of ${all_digits(distinct)} ${distinct === 1 ? 'key' : 'keys'} seen` : '');
    set_text(this.caption, `The most frequent keys ${when}`);
    this.table.show(entries, total, known ? `No key was seen ${when}.`
      : why_nothing('keys', status, window, range, this.clock));
  }
}
