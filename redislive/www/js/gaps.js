// Stretches of time [from, to) of which nothing is known.

/// How long the last record may lie behind before the time after it counts as not measured.
const late = 5;

/// Sorted, without overlaps, cut to [from, to).
export function merge(gaps, from, to) {
  const merged = [];
  for (const [start, end] of [...gaps].sort((a, b) => a[0] - b[0])) {
    const cut = [Math.max(start, from), Math.min(end, to)];
    if (cut[0] >= cut[1]) {
      continue;
    }
    const last = merged.at(-1);
    if (last && cut[0] <= last[1]) {
      last[1] = Math.max(last[1], cut[1]);
    } else {
      merged.push(cut);
    }
  }
  return merged;
}

/// What was not measured in [from, to): the gaps that the status tells, the time before the first
/// record, and that since the last one.
export function unmeasured(status, from, to) {
  const gaps = [...(status.gaps ?? [])];
  if (status.first === null || status.first === undefined) {
    gaps.push([from, to]);
  } else {
    gaps.push([from, status.first]);
    const end = Math.min(to, status.now ?? to);
    if (end - status.last > late) {
      gaps.push([status.last + 1, end]);
    }
  }
  return merge(gaps, from, to);
}

/// The seconds of [from, to) that lie in none of the gaps.
export function measured_seconds(gaps, from, to) {
  let seconds = Math.max(0, to - from);
  for (const [start, end] of gaps) {
    seconds -= Math.max(0, Math.min(end, to) - Math.max(start, from));
  }
  return seconds;
}

export function gap_at(gaps, epoch) {
  return gaps.find(([from, to]) => epoch >= from && epoch < to) ?? null;
}
