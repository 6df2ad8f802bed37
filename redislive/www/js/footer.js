import {find, set_text} from './dom.js';
import {all_digits, disk_text} from './numbers.js';

const collectors = {
  here: 'Collecting with MONITOR',
  elsewhere: 'Collected by redis-monitor',
  none: 'Nothing collects',
};

/// The last line: how it is collected, where it is kept, and whose clock the page shows.
export class Footer {
  constructor(clock) {
    this.clock = clock;
    this.line = find('kept');
  }

  show(status) {
    const parts = [collectors[status.collector] ?? collectors.here];
    const store = status.store;
    if (store) {
      const days = `${all_digits(store.keep_days)} day${store.keep_days === 1 ? '' : 's'}`;
      parts.push(`kept in ${store.name}, ${disk_text(store.bytes)}, ${days}`);
    }
    const zone = status.time_zone?.includes('/') ? `${status.time_zone}, ` : '';
    parts.push(`times are those of RedisLive’s clock (${zone}${this.clock.utc_offset()})`);
    set_text(this.line, parts.join(' · '));
  }
}
