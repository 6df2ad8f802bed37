import {find, set_attribute, set_hidden, set_text} from './dom.js';

/// The bar under the top that says what is wrong. What changes every second in it is kept out of what
/// a screen reader is told.
export class StateBar {
  constructor(clock) {
    this.clock = clock;
    this.bar = find('state');
    this.words = find('state-words');
    this.reason = find('state-reason');
    this.detail = find('state-detail');
    this.retry = find('state-retry');
    this.retry_at = null;
  }

  show(wrong) {
    set_hidden(this.bar, wrong === null);
    this.retry_at = wrong?.retry_at ?? null;
    set_attribute(this.bar, 'data-kind', wrong?.kind ?? null);
    set_text(this.words, wrong?.sentence ?? '');
    set_text(this.reason, wrong?.reason ? `“${wrong.reason}”` : '');
    set_text(this.detail, wrong?.detail ?? '');
    this.tick();
  }

  tick() {
    if (this.retry_at === null) {
      set_text(this.retry, '');
      return;
    }
    const seconds = Math.ceil(this.retry_at - this.clock.now());
    set_text(this.retry, seconds > 0 ? `Tried again in ${seconds} s.` : 'Trying again now.');
  }
}
