import {set_attribute} from './dom.js';

const margin = 8;

/// A panel that opens beneath its button, and closes by Escape or a click elsewhere (both are the
/// browser's popover). `opened` and `closed` are called when it has.
export class Popover {
  constructor(button, panel, {opened = () => {}, closed = () => {}} = {}) {
    this.button = button;
    this.panel = panel;
    button.setAttribute('aria-expanded', 'false');
    button.addEventListener('click', () => this.toggle());
    this.opened = opened;
    panel.addEventListener('toggle', (event) => {
      if (event.newState === 'closed') {
        set_attribute(button, 'aria-expanded', 'false');
        closed();
      }
    });
    addEventListener('resize', () => this.is_open() && this.place());
  }

  is_open() {
    return this.panel.matches(':popover-open');
  }

  toggle() {
    if (this.is_open()) {
      this.close();
    } else {
      this.panel.showPopover({source: this.button});
      this.place();
      // Not at the event "toggle", which comes later: what is typed at once goes where opened() puts the focus.
      set_attribute(this.button, 'aria-expanded', 'true');
      this.opened();
    }
  }

  close() {
    if (this.is_open()) {
      this.panel.hidePopover();
    }
  }

  place() {
    const at = this.button.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    const left = Math.max(margin, Math.min(at.left, room - this.panel.offsetWidth - margin));
    this.panel.style.setProperty('--left', `${left}px`);
    this.panel.style.setProperty('--top', `${at.bottom + 6}px`);
  }
}
