const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/// The clock and the time zone of the machine on which RedisLive runs. All times on the page are
/// theirs, so that they are those in its logs. Epochs are seconds.
export class ServerClock {
  /// `twelve_hours`: whether the person reads 6:03 PM rather than 18:03; by the browser's language
  /// unless given.
  constructor(twelve_hours = new Intl.DateTimeFormat(undefined, {hour: 'numeric'})
      .resolvedOptions().hour12) {
    this.twelve_hours = Boolean(twelve_hours);
    this.skews = [];
    this.skew = 0;
    this.minutes = -new Date().getTimezoneOffset();
    this.zone = null;
    this.formatter = null;
    this.offsets = new Map();
  }

  /// Takes what /api/status says.
  learn({now, utc_offset_minutes, time_zone}) {
    if (Number.isFinite(now)) {
      this.learn_time(now);
    }
    if (Number.isFinite(utc_offset_minutes)) {
      if (utc_offset_minutes !== this.minutes || time_zone !== this.zone) {
        this.minutes = utc_offset_minutes;
        this.set_zone(time_zone);
      }
    }
  }

  // What the server says is late by the way here and, where it is cut to a whole second, by up to one
  // more: the largest difference of the last ones is the nearest to the truth.
  learn_time(now) {
    const skew = now - Date.now() / 1000;
    if (this.skews.length > 0 && Math.abs(skew - this.skew) > 3) {
      this.skews = [];
    }
    this.skews.push(skew);
    if (this.skews.length > 30) {
      this.skews.shift();
    }
    this.skew = Math.max(...this.skews);
  }

  set_zone(name) {
    this.zone = name ?? null;
    this.offsets.clear();
    this.formatter = null;
    try {
      const formatter = new Intl.DateTimeFormat('en', {
        timeZone: name, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
        hour: 'numeric', minute: 'numeric', second: 'numeric',
      });
      // "CET" or "-03" is no rule of when the clocks change, though some browsers take it for one.
      if (typeof name === 'string' && (name.includes('/') || name === 'UTC')) {
        this.formatter = formatter;
      }
    } catch {
      // A zone that this browser does not know: the offset of now is used for every time.
    }
  }

  /// Seconds.
  now() {
    return Date.now() / 1000 + this.skew;
  }

  /// What the local clock was ahead of UTC at `epoch`, in seconds.
  offset(epoch) {
    if (!this.formatter) {
      return this.minutes * 60;
    }
    const quarter = Math.floor(epoch / 900);
    let offset = this.offsets.get(quarter);
    if (offset === undefined) {
      const at = quarter * 900;
      const part = Object.fromEntries(
          this.formatter.formatToParts(at * 1000).map(({type, value}) => [type, Number(value)]));
      offset = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) /
          1000 - at;
      if (this.offsets.size > 5000) {
        this.offsets.clear();
      }
      this.offsets.set(quarter, offset);
    }
    return offset;
  }

  /// Seconds of a clock on the wall there, as if it were UTC.
  to_local(epoch) {
    return epoch + this.offset(epoch);
  }

  /// The first moment at which the clock there shows `local`.
  from_local(local) {
    const early = local - this.offset(local - 86400);
    const late = local - this.offset(local + 86400);
    const [first, second] = early < late ? [early, late] : [late, early];
    return this.to_local(first) === local ? first : this.to_local(second) === local ? second : early;
  }

  /// "18:03:00" or "6:03:00 PM"
  time(epoch, seconds = true) {
    const date = new Date(Math.floor(this.to_local(epoch)) * 1000);
    const two = (number) => String(number).padStart(2, '0');
    const rest = `:${two(date.getUTCMinutes())}${seconds ? `:${two(date.getUTCSeconds())}` : ''}`;
    const hour = date.getUTCHours();
    if (this.twelve_hours) {
      return `${hour % 12 || 12}${rest} ${hour < 12 ? 'AM' : 'PM'}`;
    }
    return two(hour) + rest;
  }

  /// "13 Oct 2026"
  date(epoch, year = true) {
    const date = new Date(Math.floor(this.to_local(epoch)) * 1000);
    const day = `${date.getUTCDate()} ${months[date.getUTCMonth()]}`;
    return year ? `${day} ${date.getUTCFullYear()}` : day;
  }

  month(epoch) {
    const date = new Date(Math.floor(this.to_local(epoch)) * 1000);
    return `${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  }

  same_day(one, other) {
    return Math.floor(this.to_local(one) / 86400) === Math.floor(this.to_local(other) / 86400);
  }

  /// The time alone when it is of today, else with its date.
  moment(epoch, seconds = true) {
    const time = this.time(epoch, seconds);
    return this.same_day(epoch, this.now()) ? time : `${this.date(epoch)}, ${time}`;
  }

  /// "2026-03-10T18:03:00", what a datetime-local input holds and the address of the page has.
  iso(epoch) {
    return new Date(Math.floor(this.to_local(epoch)) * 1000).toISOString().slice(0, 19);
  }

  /// The epoch of such a text; NaN when it is none.
  from_iso(text) {
    const local = Date.parse(`${text}Z`) / 1000;
    return Number.isFinite(local) ? this.from_local(local) : NaN;
  }

  /// "UTC−3", "UTC+5:30", "UTC"
  utc_offset() {
    const minutes = Math.round(this.offset(this.now()) / 60);
    if (minutes === 0) {
      return 'UTC';
    }
    const size = Math.abs(minutes);
    const rest = size % 60 ? `:${String(size % 60).padStart(2, '0')}` : '';
    return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(size / 60)}${rest}`;
  }
}
