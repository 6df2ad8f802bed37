import {merge} from './gaps.js';

/// How many samples a curve of a long range is made of; null where it is all of them.
export function thinned_to(window) {
  return window.to - window.from > 900 ? 600 : null;
}

/// From the rows of /api/memory to the columns of a chart: {columns: [time, used, peak], holes}.
///
/// `gaps` is what the status says was not measured. Between two samples that lie further apart than
/// the thinning explains, nothing was measured either; `holes` has both.
export function memory_columns(rows, gaps, window, points) {
  const [times, used, peak] = [[], [], []];
  const slot = points ? (window.to - window.from + 1) / points : 1;
  const silence = Math.max(5, 2.6 * slot);
  const holes = [...gaps];
  let previous = null;
  for (const [epoch, peak_bytes, used_bytes] of rows) {
    if (previous !== null) {
      const declared = gaps.find(([from, to]) => from < epoch && to > previous + 1);
      if (declared || epoch - previous > silence) {
        if (!declared) {
          holes.push([previous + 1, epoch]);
        }
        // A point without a value is what ends a line.
        times.push((previous + epoch) / 2);
        used.push(null);
        peak.push(null);
      }
    }
    times.push(epoch);
    used.push(used_bytes);
    peak.push(peak_bytes);
    previous = epoch;
  }
  return {columns: [times, used, peak], holes: merge(holes, window.from, window.to)};
}
