import {find, make, set_attribute, set_hidden, set_text} from './dom.js';
import {fill_name} from './key_name.js';
import {all_digits, share_text} from './numbers.js';

const calm = matchMedia('(prefers-reduced-motion: reduce)');

// A name that reads \x00 and one that is a zero byte are two.
function key_of([name, , escaped]) {
  return `${escaped ? 'escaped' : 'as it is'} ${name}`;
}

/// A table of the ten most frequent: name, bar, count, share. Rows belong to names: when the order
/// changes they move, and while the pointer is on one, or a piece of text is selected, none does.
export class TopTable {
  /// `id` is that of the panel; `{id}-rows`, `{id}-sentence` are in it.
  constructor(id) {
    this.panel = find(id);
    this.body = find(`${id}-rows`);
    this.sentence = find(`${id}-sentence`);
    this.whole = find('whole-name');
    this.rows = new Map();
    this.latest = null;
    this.body.addEventListener('pointerleave', () => this.release());
    this.body.addEventListener('pointerover', (event) => this.show_whole(event.target));
    this.body.addEventListener('focusin', (event) => this.show_whole(event.target));
    this.body.addEventListener('pointerleave', () => this.hide_whole());
    this.body.addEventListener('focusout', () => this.hide_whole());
    document.addEventListener('selectionchange', () => this.release());
  }

  /// Empties it, and says `sentence` in place of the rows.
  clear(sentence = '') {
    this.latest = null;
    this.rows.clear();
    this.body.replaceChildren();
    set_text(this.sentence, sentence);
    set_hidden(this.sentence, sentence === '');
  }

  /// `entries` is [[name, count, escaped], ...], largest first; `sentence` is told when there are none.
  show(entries, total, sentence) {
    this.latest = {entries, total, sentence};
    if (this.held()) {
      this.update_counts(entries, total);
    } else {
      this.arrange();
    }
  }

  held() {
    const selection = getSelection();
    return this.body.matches(':hover') ||
      (!selection.isCollapsed && this.body.contains(selection.anchorNode));
  }

  release() {
    if (this.latest && this.waiting && !this.held()) {
      this.arrange();
    }
  }

  update_counts(entries, total) {
    this.waiting = true;
    const largest = Math.max(1, ...entries.map(([, count]) => count));
    for (const entry of entries) {
      const row = this.rows.get(key_of(entry));
      if (row) {
        this.fill(row, entry[1], total, largest);
      }
    }
  }

  arrange() {
    const {entries, total, sentence} = this.latest;
    this.waiting = false;
    const before = this.places();
    const largest = Math.max(1, entries[0]?.[1] ?? 1);
    const wanted = new Set(entries.map(key_of));
    for (const [key, row] of this.rows) {
      if (!wanted.has(key)) {
        row.element.remove();
        this.rows.delete(key);
      }
    }
    entries.forEach((entry, index) => {
      const row = this.rows.get(key_of(entry)) ?? this.add(entry);
      this.fill(row, entry[1], total, largest);
      if (this.body.children[index] !== row.element) {
        this.body.insertBefore(row.element, this.body.children[index] ?? null);
      }
    });
    this.panel.style.setProperty('--count-width',
      `${Math.max(9, all_digits(entries[0]?.[1] ?? 0).length)}ch`);
    set_text(this.sentence, entries.length === 0 ? sentence : '');
    set_hidden(this.sentence, entries.length > 0);
    this.slide(before);
    this.mark_cut();
  }

  add(entry) {
    const [name, , escaped] = entry;
    const text = make('span', {className: 'name-text'});
    fill_name(text, name, escaped);
    const count = make('td', {className: 'count'});
    const share = make('td', {className: 'share'});
    const bar = make('span');
    const bar_cell = make('td', {className: 'bar'}, bar);
    bar_cell.setAttribute('aria-hidden', 'true');
    const head = make('th', {scope: 'row', className: 'name'}, text);
    const row = {element: make('tr', {}, head, bar_cell, count, share), text, bar, count, share};
    this.rows.set(key_of(entry), row);
    return row;
  }

  fill(row, count, total, largest) {
    set_text(row.count, all_digits(count));
    set_text(row.share, share_text(count, total));
    const width = (count / largest).toFixed(4);
    if (row.width !== width) {
      row.width = width;
      row.bar.style.setProperty('--share', width);
    }
  }

  // A name that does not fit can be reached by keyboard, to be shown whole.
  mark_cut() {
    for (const {text} of this.rows.values()) {
      const head = text.querySelector('.head');
      const cut = head !== null && head.scrollWidth > head.clientWidth + 1;
      set_attribute(text, 'tabindex', cut ? '0' : null);
    }
  }

  show_whole(target) {
    const text = target.closest('tr')?.querySelector('.name-text');
    const head = text?.querySelector('.head');
    if (!head || head.scrollWidth <= head.clientWidth + 1) {
      this.hide_whole();
      return;
    }
    set_text(this.whole, text.textContent);
    const at = text.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    set_hidden(this.whole, false);
    const left = Math.max(8, Math.min(at.left - 9, room - this.whole.offsetWidth - 8));
    this.whole.style.setProperty('--left', `${left}px`);
    const below = at.bottom + 4 + this.whole.offsetHeight < innerHeight;
    const top = below ? at.bottom + 4 : Math.max(8, at.top - 4 - this.whole.offsetHeight);
    this.whole.style.setProperty('--top', `${top}px`);
  }

  hide_whole() {
    set_hidden(this.whole, true);
  }

  places() {
    const places = new Map();
    if (!calm.matches && this.rows.size > 0) {
      for (const [key, {element}] of this.rows) {
        places.set(key, element.offsetTop);
      }
    }
    return places;
  }

  slide(before) {
    for (const [key, top] of before) {
      const element = this.rows.get(key)?.element;
      const shift = element ? top - element.offsetTop : 0;
      if (shift !== 0) {
        element.animate([{transform: `translateY(${shift}px)`}, {transform: 'none'}],
          {duration: 260, easing: 'ease-out'});
      }
    }
  }
}
