import {measured_seconds} from './gaps.js';

/// How long a bucket is; that of a day on which the clocks are changed differs.
export const bucket_seconds = {second: 1, minute: 60, hour: 3600, day: 86400};

/// From the rows of /api/commands (newest first) to what is drawn.
///
/// The rows count whole buckets; a curve shows commands per second that was measured: a bucket that
/// has only begun, or that lies half in a gap, is divided by the part that is known, and one of which
/// nothing is known has no value.
///
/// Gives {buckets: [{from, to, count, rate}], columns: [time, rate], stepped, total, average}.
export function command_columns({data, granularity}, gaps, last) {
  const step = bucket_seconds[granularity] ?? 1;
  const known_until = last === null || last === undefined ? -Infinity : last + 1;
  const buckets = [];
  for (let i = data.length - 1; i >= 0; i -= 1) {
    const [from, count] = data[i];
    const to = i > 0 ? data[i - 1][0] : from + step;
    if (from >= known_until && count === 0) {
      continue;
    }
    const measured = measured_seconds(gaps, from, Math.min(to, Math.max(known_until, from)));
    const seconds = count > 0 ? Math.max(1, measured) : measured;
    buckets.push({from, to, count, seconds, rate: seconds > 0 ? count / seconds : null});
  }
  const stepped = step > 1;
  const total = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  const seconds = buckets.reduce((sum, bucket) => sum + bucket.seconds, 0);
  return {
    buckets,
    stepped,
    columns: stepped ? stairs(buckets, gaps, known_until) : points(buckets),
    total,
    average: seconds > 0 ? total / seconds : null,
  };
}

function points(buckets) {
  return [buckets.map((bucket) => bucket.from), buckets.map((bucket) => bucket.rate)];
}

// A stair holds until the next point: one point where each bucket begins, more where a gap cuts it,
// and one where the last ends.
function stairs(buckets, gaps, known_until) {
  const [times, rates] = [[], []];
  const put = (time, rate) => {
    if (times.length > 0 && time <= times.at(-1)) {
      rates[rates.length - 1] = rate;
      return;
    }
    times.push(time);
    rates.push(rate);
  };
  for (const {from, to, rate} of buckets) {
    put(from, rate);
    if (rate === null) {
      continue;
    }
    for (const [start, end] of gaps) {
      if (end > from && start < to) {
        put(Math.max(start, from), null);
        if (end < to) {
          put(end, rate);
        }
      }
    }
  }
  const last = buckets.at(-1);
  if (last && rates.at(-1) !== null) {
    put(Math.max(times.at(-1) + 1, Math.min(last.to, known_until)), rates.at(-1));
  }
  return [times, rates];
}

export function bucket_at(buckets, epoch) {
  return buckets.find(({from, to}) => epoch >= from && epoch < to) ?? null;
}
