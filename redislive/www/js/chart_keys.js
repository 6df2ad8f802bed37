const steps = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10};

/// The cursor of a chart by keyboard. To a screen reader the chart is a slider over its moments, and
/// each is read with its values; nothing is read while time merely passes.
export class ChartKeys {
  constructor(chart) {
    this.chart = chart;
    this.area = chart.plot_area;
    this.area.tabIndex = 0;
    this.area.setAttribute('role', 'slider');
    this.area.setAttribute('aria-label', chart.owner.label);
    this.area.addEventListener('keydown', (event) => this.key(event));
    this.area.addEventListener('blur', () => chart.cursor.by_keyboard && this.put(null));
    this.speak(null);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const step = steps[event.key];
    if (event.key === 'Escape') {
      this.put(null);
    } else if (event.key === 'Home' || event.key === 'End') {
      this.put(this.measured().at(event.key === 'Home' ? 0 : -1) ?? null);
    } else if (step !== undefined) {
      this.put(this.next(event.shiftKey ? step * 10 : step));
    } else {
      return;
    }
    event.preventDefault();
  }

  // Indices of what is to be seen.
  measured() {
    const [times, values] = this.chart.data();
    const {from, to} = this.chart.window;
    return [...times.keys()]
      .filter((i) => values[i] !== null && times[i] >= from && times[i] <= to);
  }

  // So many measured moments on; null when there is none at all.
  next(step) {
    const measured = this.measured();
    const {epoch} = this.chart.cursor;
    if (epoch === null || measured.length === 0) {
      return measured.at(-1) ?? null;
    }
    const [times] = this.chart.data();
    const here = measured.findLastIndex((i) => times[i] <= epoch + 1e-6);
    return measured[Math.max(0, Math.min(measured.length - 1, here + step))];
  }

  put(index) {
    const epoch = index === null ? null : this.chart.data()[0][index];
    this.chart.cursor.set(epoch, index === null ? null : this.chart, index !== null);
    this.speak(epoch);
  }

  speak(epoch) {
    const {from, to} = this.chart.window;
    this.area.setAttribute('aria-valuemin', Math.floor(from));
    this.area.setAttribute('aria-valuemax', Math.ceil(to));
    this.area.setAttribute('aria-valuenow', Math.round(epoch ?? to));
    if (epoch === null) {
      this.area.setAttribute('aria-valuetext', 'arrow keys read the values of a moment');
      return;
    }
    const {when, values} = this.chart.moment(epoch);
    const words = values.map(([name, value]) => (name ? `${name} ${value}` : value));
    this.area.setAttribute('aria-valuetext', [when, ...words].join(', '));
  }
}
