import uPlot from '../vendor/uplot/uPlot.esm.js';

const spacing = 8;

/// Hatches [from, to) of a chart's x axis from top to bottom: nothing was measured there. The hatching
/// belongs to the gap and scrolls with it.
export function draw_gaps(u, gaps, colour) {
  const {ctx, bbox} = u;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 3 * ratio;
  for (const [from, to] of gaps) {
    const start = u.valToPos(from, 'x', true);
    const left = Math.max(start, bbox.left);
    // A gap that is narrower than a line is still to be seen.
    const right = Math.min(Math.max(u.valToPos(to, 'x', true), start + 2 * ratio), bbox.left + bbox.width);
    if (right <= left) {
      continue;
    }
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.beginPath();
    const every = spacing * ratio;
    const anchor = left - ((left - start) % every) - bbox.height;
    for (let x = anchor - every; x < right + every; x += every) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}
