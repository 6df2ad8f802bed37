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
    panel.addEventListener('toggle', (event) => {
      const open = event.newState === 'open';
      set_attribute(button, 'aria-expanded', String(open));
      (open ? opened : closed)();
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
