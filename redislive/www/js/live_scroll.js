const calm = matchMedia('(prefers-reduced-motion: reduce)');

/// How far the right edge of a live chart lies behind the clock: a second is complete when it is over,
/// written a moment later, and asked for within another.
export const live_delay = 3;

/// Lets the live charts flow while the page is in sight. Where the person wants less motion they move
/// once a second instead.
export class LiveScroll {
  constructor(clock, charts) {
    this.clock = clock;
    this.charts = charts;
    this.frame = null;
  }

  window(seconds) {
    const now = this.clock.now() - live_delay;
    const to = calm.matches ? Math.floor(now) : now;
    return {from: to - seconds, to};
  }

  start(seconds) {
    this.stop();
    const step = () => {
      const {from, to} = this.window(seconds);
      for (const chart of this.charts) {
        chart.scroll(from, to);
      }
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  stop() {
    if (this.frame !== null) {
      cancelAnimationFrame(this.frame);
      this.frame = null;
    }
  }
}
