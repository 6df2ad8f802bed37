/// The one moment that is looked at in all charts.
///
/// It comes from a pointer, and then stays where the pointer is while time moves on beneath it, or from
/// the keyboard, and then belongs to its moment and moves away with it.
export class TimeCursor {
  constructor() {
    this.epoch = null;
    this.owner = null;
    this.by_keyboard = false;
    this.charts = [];
  }

  join(chart) {
    this.charts.push(chart);
  }

  set(epoch, owner, by_keyboard = false) {
    this.epoch = epoch;
    this.owner = owner;
    this.by_keyboard = by_keyboard;
    for (const chart of this.charts) {
      if (chart !== owner || by_keyboard) {
        chart.follow_cursor(epoch);
      }
    }
  }

  clear(owner) {
    if (this.owner === owner) {
      this.set(null, null);
    }
  }
}
