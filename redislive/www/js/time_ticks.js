const minute = 60;
const hour = 3600;
const day = 86400;

const steps = [
  1, 2, 5, 10, 15, 30,
  minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
  hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour,
  day, 2 * day, 7 * day, 14 * day,
];
const month_steps = [1, 2, 3, 6, 12, 24, 60, 120];

/// How wide a label is, with room around it, in pixels.
function label_room(step, clock) {
  const hours = clock.twelve_hours ? 28 : 0;
  return step < minute ? 92 + hours : step < day ? 68 + hours : 68;
}

/// Round times of RedisLive's clock in [from, to], as many as have room on an axis of `width` pixels:
/// {step, ticks}, where step is in seconds, or {months} when it is not always as long.
export function time_ticks(from, to, width, clock) {
  const step = steps.find((each) => ((to - from) / each) * label_room(each, clock) <= width);
  return step ? {step, ticks: every(step, from, to, clock)}
    : every_months(from, to, width / 84, clock);
}

function every(step, from, to, clock) {
  const ticks = [];
  // Weeks begin on Monday; 5 January 1970 was one.
  const phase = step % (7 * day) === 0 ? 4 * day : 0;
  let local = Math.ceil((clock.to_local(from) - phase) / step) * step + phase;
  for (; ticks.length < 1000; local += step) {
    const tick = clock.from_local(local);
    if (tick > to) {
      return ticks;
    }
    if (tick >= from && tick !== ticks.at(-1)) {
      ticks.push(tick);
    }
  }
  return ticks;
}

function every_months(from, to, most, clock) {
  const months = month_steps.find((each) => (to - from) / (each * 30 * day) <= most) ??
      month_steps.at(-1);
  const start = new Date(clock.to_local(from) * 1000);
  const first = start.getUTCFullYear() * 12 + start.getUTCMonth();
  const ticks = [];
  for (let month = Math.ceil(first / months) * months; ticks.length < 1000; month += months) {
    const tick = clock.from_local(Date.UTC(Math.floor(month / 12), month % 12, 1) / 1000);
    if (tick > to) {
      break;
    }
    if (tick >= from) {
      ticks.push(tick);
    }
  }
  return {step: {months}, ticks};
}

/// A tick in words: no finer than its step, and a date where a day begins.
export function tick_label(tick, step, clock) {
  if (typeof step === 'object') {
    return clock.month(tick);
  }
  if (step >= day || clock.to_local(tick) % day === 0) {
    return clock.date(tick, false);
  }
  return clock.time(tick, step < minute);
}
