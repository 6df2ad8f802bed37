import {find, make, set_attribute, set_hidden, set_text} from './dom.js';
import {Popover} from './popover.js';
import {state_word} from './state_words.js';

const roles = {master: 'primary', slave: 'replica'};

// One digit behind the point is all that is steady enough to be read.
function latency(milliseconds) {
  return milliseconds < 0.05 ? '< 0.1' : milliseconds.toFixed(milliseconds < 10 ? 1 : 0);
}

/// The button that names the server, and the list behind it with its filter.
export class ServerPicker {
  /// `chosen(id)` is called when another one is chosen; `state_of(id)` promises a status, for the list.
  constructor({chosen, state_of}) {
    this.chosen = chosen;
    this.state_of = state_of;
    this.servers = [];
    this.current = null;
    this.button = find('server');
    this.name = find('server-name');
    this.facts = find('server-facts');
    this.dot = find('server-dot');
    this.filter = find('server-filter');
    this.list = find('server-list');
    this.empty = find('server-none');
    this.popover = new Popover(this.button, find('server-panel'), {
      opened: () => this.opened(), closed: () => this.filter.value = '',
    });
    this.filter.addEventListener('input', () => this.apply_filter());
    this.filter.addEventListener('keydown', (event) => this.key(event));
    this.list.addEventListener('click', (event) => {
      const option = event.target.closest('[role=option]');
      if (option) {
        this.choose(option);
      }
    });
  }

  offer(servers) {
    this.servers = servers;
    this.options = servers.map(({id}, index) => {
      const option = make('li', {id: `server-option-${index}`},
        make('span', {className: 'dot'}), make('span', {className: 'option-name', textContent: id}),
        make('span', {className: 'option-state'}));
      option.setAttribute('role', 'option');
      option.dataset.id = id;
      return option;
    });
    this.list.replaceChildren(...this.options);
    set_hidden(find('server-only'), servers.length > 1);
    set_hidden(this.filter, servers.length < 2);
    this.mark_current();
  }

  select(id) {
    this.current = id;
    set_text(this.name, id ?? 'no server');
    set_text(this.facts, '');
    set_attribute(this.dot, 'data-state', 'waiting');
    this.mark_current();
  }

  mark_current() {
    for (const option of this.options ?? []) {
      option.setAttribute('aria-selected', String(option.dataset.id === this.current));
    }
  }

  /// What is known of the current one: its version and role while it answers, else what is wrong.
  show(info, status) {
    set_attribute(this.dot, 'data-state', status.state);
    const facts = [];
    if (status.state === 'ok') {
      if (info.redis_version) {
        facts.push(String(info.redis_version));
      }
      if (info.role) {
        facts.push(roles[info.role] ?? String(info.role));
      }
      if (Number.isFinite(status.latency_ms)) {
        facts.push(`answered in ${latency(status.latency_ms)} ms`);
      }
    } else {
      facts.push(state_word(status));
    }
    set_text(this.facts, facts.join(' · '));
    set_attribute(this.button, 'title', facts.join(' · '));
  }

  opened() {
    this.apply_filter();
    const target = this.servers.length > 1 ? this.filter : this.list;
    target.focus();
    this.ask_states();
  }

  // Four at a time, while the list is open.
  async ask_states() {
    const waiting = [...this.options];
    const worker = async () => {
      while (waiting.length > 0 && this.popover.is_open()) {
        const option = waiting.shift();
        try {
          const status = await this.state_of(option.dataset.id);
          set_attribute(option.querySelector('.dot'), 'data-state', status.state);
          set_text(option.querySelector('.option-state'),
            status.state === 'ok' ? '' : state_word(status));
        } catch {
          set_text(option.querySelector('.option-state'), '');
        }
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
  }

  apply_filter() {
    const wanted = this.filter.value.trim().toLowerCase();
    let any = false;
    for (const option of this.options) {
      const match = option.dataset.id.toLowerCase().includes(wanted);
      set_hidden(option, !match);
      any ||= match;
    }
    set_hidden(this.empty, any);
    const visible = this.visible();
    this.activate(visible.find((option) => option.dataset.id === this.current) ?? visible[0] ?? null);
  }

  visible() {
    return this.options.filter((option) => !option.hidden);
  }

  activate(option) {
    this.active?.classList.remove('active');
    this.active = option;
    option?.classList.add('active');
    option?.scrollIntoView({block: 'nearest'});
    set_attribute(this.filter, 'aria-activedescendant', option?.id ?? null);
  }

  key(event) {
    const visible = this.visible();
    const here = visible.indexOf(this.active);
    const to = {ArrowDown: here + 1, ArrowUp: here - 1, PageDown: here + 8, PageUp: here - 8}[event.key];
    if (to !== undefined && visible.length > 0) {
      event.preventDefault();
      this.activate(visible[Math.max(0, Math.min(visible.length - 1, to))]);
    } else if (event.key === 'Enter' && this.active) {
      event.preventDefault();
      this.choose(this.active);
    }
  }

  choose(option) {
    this.popover.close();
    this.button.focus();
    if (option.dataset.id !== this.current) {
      this.chosen(option.dataset.id);
    }
  }
}
