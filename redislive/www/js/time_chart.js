import uPlot from '../vendor/uplot/uPlot.esm.js';
import {ChartKeys} from './chart_keys.js';
import {colour} from './colours.js';
import {make, set_hidden, set_text} from './dom.js';
import {gap_at} from './gaps.js';
import {draw_gaps} from './hatch.js';
import {tick_label, time_ticks} from './time_ticks.js';

// Wide enough for most labels, so that charts under each other begin at the same place.
const least_axis = 66;

const nothing = {columns: null, gaps: [], stepped: false};
const linear = uPlot.paths.linear();
const stairs = uPlot.paths.stepped({align: 1, alignGaps: 1});

// A value with no neighbour has no line; it gets a point.
function lonely_points(u, series_index) {
  const values = u.data[series_index];
  const [first, last] = u.series[0].idxs;
  const lonely = [];
  for (let i = first; i <= last; i += 1) {
    if (values[i] != null && values[i - 1] == null && values[i + 1] == null) {
      lonely.push(i);
    }
  }
  return lonely;
}

/// A chart over time in a panel: the x axis in RedisLive's clock, gaps, and the cursor that all charts
/// share. What is drawn in it, and what its values say, is its owner's business:
///
///     {label,                     of the chart, for a screen reader
///      series: [{colour, fill, dash, width}],
///      fit(columns, from, to),    -> {low, high, ticks} of the y axis
///      labels(ticks),             -> their texts
///      describe(epoch, index)}    -> [[name, value text], ...] of a moment
export class TimeChart {
  /// `selected(from, to)` is called when a stretch of time has been dragged over.
  constructor(panel, owner, {clock, cursor, selected}) {
    this.owner = owner;
    this.clock = clock;
    this.cursor = cursor;
    this.selected = selected;
    this.plot_area = panel.querySelector('.plot');
    this.sentence = panel.querySelector('.sentence');
    this.shown = nothing;
    this.window = {from: 0, to: 1};
    this.axis_width = 0;
    this.create();
    cursor.join(this);
    this.keys = new ChartKeys(this);
    new ResizeObserver(() => this.resize()).observe(this.plot_area);
  }

  create() {
    const axis = {
      stroke: () => colour('--muted'),
      font: `12px ${getComputedStyle(document.body).fontFamily}`,
      ticks: {show: false},
    };
    const options = {
      ...this.size(),
      padding: [8, 14, 0, 0],
      legend: {show: false},
      scales: {
        x: {time: false, auto: false, range: () => [this.window.from, this.window.to]},
        y: {auto: true, range: () => this.fit()},
      },
      axes: [
        {...axis, size: 26, gap: 8, grid: {show: false}, splits: (u) => this.x_ticks(u),
          values: (u, ticks) => this.x_labels(u, ticks)},
        {...axis, gap: 10, grid: {stroke: () => colour('--grid'), width: 1},
          size: (u, values) => this.y_size(u, values), splits: () => this.y.ticks,
          values: (_, ticks) => this.owner.labels(ticks)},
      ],
      series: [{}, ...this.owner.series.map((each) => ({
        stroke: () => colour(each.colour),
        fill: each.fill ? () => colour(each.fill) : undefined,
        dash: each.dash,
        width: each.width ?? 1.5,
        paths: (...all) => (this.shown.stepped ? stairs : linear)(...all),
        points: {show: true, filter: lonely_points, size: 6, fill: () => colour(each.colour)},
      }))],
      cursor: {
        y: false,
        drag: {x: true, y: false, setScale: false, dist: 8},
        points: {size: 8, width: 2, stroke: () => colour('--panel'),
          fill: (_, i) => colour(this.owner.series[i - 1].colour)},
        dataIdx: (u, i, index, epoch) => this.index_at(u.data[0], index, epoch),
      },
      hooks: {
        drawClear: [(u) => draw_gaps(u, this.shown.gaps, colour('--hatch'))],
        setCursor: [() => this.cursor_moved()],
        setSelect: [(u) => this.select(u)],
      },
    };
    this.u = new uPlot(options, this.data(), this.plot_area);
    this.flag = make('div', {className: 'flag', hidden: true});
    this.u.over.append(this.flag);
  }

  size() {
    return {width: this.plot_area.clientWidth || 300, height: this.plot_area.clientHeight || 200};
  }

  resize() {
    const {width, height} = this.size();
    if (width !== this.u.width || height !== this.u.height) {
      this.u.setSize({width, height});
    }
  }

  data() {
    return this.shown.columns ?? [[], ...this.owner.series.map(() => [])];
  }

  /// Shows `columns` ([times, values, ...]) with `gaps` over `window`; `sentence` stands in place of
  /// curves when there is nothing to draw.
  show({columns, gaps, stepped = false, window, sentence = null}) {
    this.shown = {columns, gaps, stepped};
    this.say(sentence);
    if (!this.is_scrolling(window)) {
      this.window = {from: window.from, to: window.to};
    }
    const {from, to} = this.window;
    this.u.batch(() => {
      this.u.setData(this.data(), false);
      this.u.setScale('x', {min: from, max: to});
    });
    this.after_move();
  }

  say(sentence) {
    set_text(this.sentence, sentence ?? '');
    set_hidden(this.sentence, !sentence);
  }

  // New data of a live window: scroll() is what moves it.
  is_scrolling({from, to}) {
    const span = this.window.to - this.window.from;
    return Math.abs(to - from - span) < 0.5 && Math.abs(to - this.window.to) < 2;
  }

  /// Another server or range: the scale, the cursor and the curves are no longer right.
  reset() {
    this.axis_width = 0;
    this.owner.reset();
    this.show({columns: null, gaps: [], window: this.window});
  }

  /// Lets time pass: [from, to] is what is to be seen now. Moves by whole pixels of the screen, so
  /// that the curve scrolls and does not shimmer. False when that was less than one.
  scroll(from, to) {
    const pixel = (to - from) / (this.u.bbox.width || 1);
    const shift = Math.round((to - this.window.to) / pixel) * pixel;
    if (Math.abs(shift) < pixel / 2) {
      return false;
    }
    this.window = {from: this.window.from + shift, to: this.window.to + shift};
    this.u.setScale('x', {min: this.window.from, max: this.window.to});
    this.after_move();
    return true;
  }

  restyle() {
    this.u.redraw(false, false);
  }

  fit() {
    this.y = this.owner.fit(this.data(), this.window.from, this.window.to);
    return [this.y.low, this.y.high];
  }

  x_ticks(u) {
    const width = u.bbox.width / uPlot.pxRatio;
    const {step, ticks} = time_ticks(this.window.from, this.window.to, width, this.clock);
    this.x_step = step;
    return ticks;
  }

  // A label of which half would be outside of the chart is left out.
  x_labels(u, ticks) {
    return ticks.map((tick) => {
      const label = tick_label(tick, this.x_step, this.clock);
      const half = label.length * 3.6;
      const x = u.valToPos(tick, 'x');
      const room = u.over.clientWidth || u.width;
      return x + half > room + 14 || x - half < -this.axis_width ? '' : label;
    });
  }

  // Only ever wider, in coarse steps: an axis that breathes makes the whole chart jump.
  y_size(u, values) {
    if (values === null) {
      return Math.max(this.axis_width, least_axis);
    }
    u.ctx.font = u.axes[1].font[0];
    const widest = Math.max(0, ...values.map((value) => u.ctx.measureText(value).width));
    const needed = Math.ceil((widest / uPlot.pxRatio + 12) / 8) * 8;
    this.axis_width = Math.max(this.axis_width, needed, least_axis);
    return this.axis_width;
  }

  // The point that a moment belongs to: the nearest, or the stair that it stands on.
  index_at(times, index, epoch) {
    return this.shown.stepped && index > 0 && times[index] > epoch ? index - 1 : index;
  }

  after_move() {
    if (this.cursor.by_keyboard) {
      this.follow_cursor(this.cursor.epoch);
    }
  }

  follow_cursor(epoch) {
    const outside = epoch === null || epoch < this.window.from || epoch > this.window.to;
    this.following = true;
    this.u.setCursor(outside ? {left: -10, top: -10} : {left: this.u.valToPos(epoch, 'x'), top: 0});
    this.following = false;
  }

  cursor_moved() {
    const {left, idx} = this.u.cursor;
    if (left < 0 || idx === null || idx === undefined) {
      set_hidden(this.flag, true);
      if (!this.following) {
        this.cursor.clear(this);
      }
      return;
    }
    const epoch = this.following ? this.cursor.epoch : this.u.posToVal(left, 'x');
    if (!this.following && !this.cursor.by_keyboard) {
      this.cursor.set(epoch, this);
    }
    this.show_flag(left, epoch);
  }

  // The values of the moment, beside the cursor, on the side that has room.
  show_flag(left, epoch) {
    const {when, values} = this.moment(epoch);
    const lines = [make('b', {textContent: when}),
      ...values.map(([name, value]) => make('span', {textContent: name ? `${name} ${value}` : value}))];
    const text = lines.map((line) => line.textContent).join('\n');
    if (text !== this.flag_text) {
      this.flag_text = text;
      this.flag.replaceChildren(...lines);
    }
    const room = this.u.over.clientWidth;
    set_hidden(this.flag, false);
    this.flag.classList.toggle('to-the-left', left > room - 10 - this.flag.offsetWidth);
    this.flag.style.setProperty('--at', `${Math.round(left)}px`);
  }

  moment(epoch) {
    const times = this.data()[0];
    if (gap_at(this.shown.gaps, epoch)) {
      return {when: this.clock.moment(epoch), values: [['', 'not measured']]};
    }
    const index = this.index_at(times, this.u.valToIdx(epoch), epoch);
    const {when, values} = this.owner.describe(epoch, index);
    return {when: when ?? this.clock.moment(times[index]), values};
  }

  select(u) {
    const {left, width} = u.select;
    if (width > 0) {
      const [from, to] = [u.posToVal(left, 'x'), u.posToVal(left + width, 'x')];
      u.setSelect({left: 0, width: 0, top: 0, height: 0}, false);
      if (to - from >= 2) {
        this.selected(from, to);
      }
    }
  }
}
