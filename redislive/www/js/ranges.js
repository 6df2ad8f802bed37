const minute = 60;
const hour = 3600;
const day = 86400;

function range(id, label, words, seconds) {
  return {id, label, words: `in the last ${words}`, seconds};
}

/// What the range control offers. `id` is what the address of the page says.
export const ranges = [
  {...range('live', 'Live', '2 minutes', 2 * minute), live: true},
  range('15m', '15 min', '15 minutes', 15 * minute),
  range('30m', '30 min', '30 minutes', 30 * minute),
  range('45m', '45 min', '45 minutes', 45 * minute),
  range('1h', '1 h', 'hour', hour),
  range('3h', '3 h', '3 hours', 3 * hour),
  range('12h', '12 h', '12 hours', 12 * hour),
  range('1d', '1 d', 'day', day),
  range('2d', '2 d', '2 days', 2 * day),
  range('3d', '3 d', '3 days', 3 * day),
  range('4d', '4 d', '4 days', 4 * day),
  range('5d', '5 d', '5 days', 5 * day),
  range('6d', '6 d', '6 days', 6 * day),
  range('1w', '1 w', 'week', 7 * day),
  range('2w', '2 w', '2 weeks', 14 * day),
  range('1mo', '1 month', 'month', 30 * day),
];

export const live = ranges[0];

export function range_named(id) {
  return ranges.find((one) => one.id === id) ?? null;
}

/// A range that stays where it is, from and to ISO texts by RedisLive's clock.
export function custom_range(from, to) {
  return {id: 'custom', label: 'Custom', from, to};
}

/// What was asked for, in seconds of the epoch: {from, to, ends_now}. Null when a custom range makes
/// no sense.
export function window_of(one, clock) {
  const now = Math.floor(clock.now());
  if (one.id !== 'custom') {
    return {from: now - one.seconds, to: now, ends_now: true};
  }
  const from = clock.from_iso(one.from);
  const to = clock.from_iso(one.to);
  if (!(from < to)) {
    return null;
  }
  return {from, to, ends_now: to >= now};
}

/// "in the last 2 minutes", "from 10 Mar, 11:00 to 11:30"
export function range_words(one, window, clock) {
  if (one.words) {
    return one.words;
  }
  const seconds = window.from % 60 !== 0 || window.to % 60 !== 0;
  const from = `${clock.date(window.from)}, ${clock.time(window.from, seconds)}`;
  const to = clock.same_day(window.from, window.to)
    ? clock.time(window.to, seconds)
    : `${clock.date(window.to)}, ${clock.time(window.to, seconds)}`;
  return `from ${from} to ${to}`;
}

/// As fine as a curve of this length can show. The server may answer with a coarser one, and says so.
export function granularity_wanted(window) {
  const seconds = window.to - window.from;
  return seconds <= 30 * minute ? 'second'
    : seconds <= day ? 'minute'
    : seconds <= 31 * day ? 'hour'
    : 'day';
}
