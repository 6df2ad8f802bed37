import {find, make, set_text} from './dom.js';
import {Popover} from './popover.js';
import {custom_range, range_named, ranges, window_of} from './ranges.js';

/// The one control of the time range: a few buttons, and all the others with a from and to behind
/// "More".
export class RangePicker {
  /// `chosen(range)` is called with what was chosen.
  constructor({clock, chosen}) {
    this.clock = clock;
    this.chosen = chosen;
    this.more = find('range-more');
    this.more_label = find('range-more-label');
    this.from = find('custom-from');
    this.to = find('custom-to');
    this.wrong = find('custom-wrong');
    this.buttons = [
      ...find('ranges').querySelectorAll('[data-range]'),
      ...this.fill(find('range-all')),
    ];
    for (const button of this.buttons) {
      this.wire(button);
    }
    this.shown = [...find('ranges').querySelectorAll('[data-range]')].map((each) => each.dataset.range);
    this.popover = new Popover(this.more, find('range-panel'), {opened: () => this.opened()});
    find('custom-range').addEventListener('submit', (event) => this.submit(event));
  }

  fill(place) {
    const buttons = ranges.map(({id, label}) => {
      const button = make('button', {type: 'button', textContent: label});
      button.dataset.range = id;
      return button;
    });
    place.append(...buttons);
    return buttons;
  }

  wire(button) {
    const range = range_named(button.dataset.range);
    button.setAttribute('aria-description', range.words);
    button.addEventListener('click', () => {
      this.popover.close();
      this.chosen(range);
    });
  }

  select(range) {
    this.current = range;
    for (const button of this.buttons) {
      button.setAttribute('aria-pressed', String(button.dataset.range === range.id));
    }
    const hidden = !this.shown.includes(range.id);
    this.more.classList.toggle('pressed', hidden);
    set_text(this.more_label, hidden ? range.label : 'More');
    this.more.setAttribute('aria-label', hidden ? `More ranges, now: ${range.label}` : 'More ranges');
  }

  opened() {
    set_text(find('custom-zone'), `by RedisLive’s clock, ${this.clock.utc_offset()}`);
    set_text(this.wrong, '');
    const window = window_of(this.current, this.clock);
    if (window) {
      this.from.value = this.clock.iso(window.from);
      this.to.value = this.clock.iso(window.to);
    }
    find('range-all').querySelector('[aria-pressed=true]')?.focus();
  }

  submit(event) {
    event.preventDefault();
    const range = custom_range(this.from.value, this.to.value);
    const wrong = this.what_is_wrong(range);
    set_text(this.wrong, wrong ?? '');
    if (wrong) {
      (this.from.value ? this.to : this.from).focus();
      return;
    }
    this.popover.close();
    this.more.focus();
    this.chosen(range);
  }

  what_is_wrong(range) {
    if (!range.from || !range.to) {
      return 'Give both, a date and a time each.';
    }
    const from = this.clock.from_iso(range.from);
    if (!window_of(range, this.clock)) {
      return '“To” has to be later than “from”.';
    }
    return from > this.clock.now() ? 'That is still to come.' : null;
  }
}
