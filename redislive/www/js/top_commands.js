import {find, set_text} from './dom.js';
import {all_digits} from './numbers.js';
import {range_words} from './ranges.js';
import {in_record, why_nothing} from './state_words.js';
import {TopTable} from './top_table.js';

/// The panel "Top commands".
export class TopCommands {
  constructor({clock}) {
    this.clock = clock;
    this.summary = find('top-commands-summary');
    this.caption = find('top-commands-caption');
    this.table = new TopTable('top-commands');
  }

  reset(sentence) {
    set_text(this.summary, '');
    this.table.clear(sentence);
  }

  show({top_commands, status, window, range}) {
    const entries = [...top_commands.data].reverse();
    const total = top_commands.total ?? entries.reduce((sum, [, count]) => sum + count, 0);
    const when = range_words(range, window, this.clock);
    const known = in_record(status, window);
    set_text(this.summary, known && total > 0 ? `${all_digits(total)} ${when}` : '');
    set_text(this.caption, `The most frequent commands ${when}`);
    this.table.show(entries, total, known ? `No command was seen ${when}.`
      : why_nothing('commands', status, window, range, this.clock));
  }
}
