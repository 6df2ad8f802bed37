// The y axes: round ticks, and a scale that stays until it has to change.

const steps = [1, 2, 5];

/// The smallest of 1, 2, 5, 10, 20, ... times `unit` that is not below `least`.
export function round_step(least, unit = 1) {
  const wanted = least / unit;
  const power = 10 ** Math.floor(Math.log10(wanted));
  for (const factor of [...steps, 10]) {
    if (factor * power >= wanted * (1 - 1e-9)) {
      return factor * power * unit;
    }
  }
  return 10 * power * unit;
}

function ticks(low, high, step) {
  const count = Math.round((high - low) / step);
  return Array.from({length: count + 1}, (_, i) => low + i * step);
}

/// From zero to a round number above the largest value. Grows when it must, and shrinks when the
/// curve would fill less than a third of it.
export class RateScale {
  reset() {
    this.high = undefined;
  }

  /// Takes the largest value shown; gives {low, high, ticks}.
  fit(largest) {
    const need = largest > 0 ? largest : 0;
    if (this.high === undefined || need > this.high || need < this.high * 0.3) {
      this.step = need === 0 ? 5 : round_step(need * 1.08 / 4);
      this.high = need === 0 ? 10 : Math.ceil(need * 1.08 / this.step - 1e-9) * this.step;
    }
    return {low: 0, high: this.high, ticks: ticks(0, this.high, this.step)};
  }

  /// The ticks in words, the largest with its unit.
  labels(values) {
    const units = [['/s', 1], ['k/s', 1e3], ['M/s', 1e6], ['G/s', 1e9]];
    const [unit, size] = units.findLast(([, each]) => this.high >= each) ?? units[0];
    return label(values, size, this.step, unit);
  }
}

/// Around the values, not from zero unless they reach down there. Memory, by 1024.
export class MemoryScale {
  reset() {
    this.high = undefined;
  }

  fit(smallest, largest) {
    const span = this.high - this.low;
    const fits = this.high !== undefined && smallest >= this.low && largest <= this.high;
    const wasted = largest - smallest < span * 0.2 && span > this.least_span(largest) * 1.5;
    if (!fits || wasted) {
      const wanted = Math.max(largest - smallest, this.least_span(largest));
      const middle = (smallest + largest) / 2;
      const [low, high] = [Math.max(0, middle - wanted * 0.6), middle + wanted * 0.6];
      this.choose(low, high);
      if (this.low < this.high * 0.3) {
        this.choose(0, high);
      }
    }
    return {low: this.low, high: this.high, ticks: ticks(this.low, this.high, this.step)};
  }

  // Steps are round in the unit of the labels; where they would be too small a part of it, both are
  // of a smaller one.
  choose(low, high) {
    const least = (high - low) / 4.5;
    this.unit = unit_of(high);
    if (least < this.unit / 500) {
      this.unit = unit_of(least);
    }
    this.step = Math.max(1, round_step(least, this.unit));
    this.low = Math.floor(low / this.step + 1e-9) * this.step;
    this.high = Math.ceil(high / this.step - 1e-9) * this.step;
  }

  // A memory that moves by less than one percent is a calm one, and is to look so.
  least_span(largest) {
    return Math.max(largest * 0.02, 4096);
  }

  labels(values) {
    const name = {1: 'B', 1024: 'KiB', [1024 ** 2]: 'MiB', [1024 ** 3]: 'GiB', [1024 ** 4]: 'TiB'};
    return label(values, this.unit, this.step, name[this.unit]);
  }
}

function unit_of(bytes) {
  return [1024 ** 4, 1024 ** 3, 1024 ** 2, 1024].find((unit) => bytes >= unit) ?? 1;
}

function label(values, size, step, unit) {
  const decimals = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step / size) - 1e-6)));
  const format = new Intl.NumberFormat('en', {
    minimumFractionDigits: decimals, maximumFractionDigits: decimals,
  });
  return values.map((value, i) => {
    const number = value === 0 ? '0' : format.format(value / size);
    return i === values.length - 1 ? `${number} ${unit}` : number;
  });
}
