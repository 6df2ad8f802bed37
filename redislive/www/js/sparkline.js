import uPlot from '../vendor/uplot/uPlot.esm.js';
import {colour} from './colours.js';

// About as many points as a curve of this size can show; a group without any value stays a gap.
function averages([times, values]) {
  const group = Math.ceil(times.length / 60);
  const means = [[], []];
  for (let i = 0; i < times.length; i += group) {
    const known = values.slice(i, i + group).filter((value) => value !== null);
    means[0].push(times[i]);
    means[1].push(known.length > 0 ? known.reduce((sum, each) => sum + each) / known.length : null);
  }
  return means;
}

/// A small curve without axes beside a number. Decoration: the chart below says the same in full.
export class Sparkline {
  constructor(element, colour_name) {
    this.u = new uPlot({
      width: 92, height: 32, padding: [3, 1, 3, 1],
      legend: {show: false}, cursor: {show: false},
      axes: [{show: false}, {show: false}],
      scales: {x: {time: false, auto: false}, y: {range: (_, low, high) => Sparkline.range(low, high)}},
      series: [{}, {stroke: () => colour(colour_name), width: 1.5, points: {show: false}}],
    }, [[], []], element);
  }

  static range(low, high) {
    if (low === null) {
      return [0, 1];
    }
    const room = Math.max((high - low) * 0.05, Math.abs(high) * 0.02, 1);
    return [low - room, high + room];
  }

  show(columns, window) {
    this.u.batch(() => {
      this.u.setData(averages(columns), false);
      this.u.setScale('x', {min: window.from, max: window.to});
    });
  }

  restyle() {
    this.u.redraw(false, false);
  }
}
