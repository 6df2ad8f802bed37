// Numbers as the page writes them. The page is in English, and so are its separators: a German "1.204"
// beside an English "1.19 GiB" would be read wrongly by somebody.

const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0});

/// 1204311 -> "1,204,311"
export function all_digits(number) {
  return whole.format(number);
}

/// Three significant digits and no exponent: 41.6, 9.11, 128, 0.25. Never rounds up to a fourth digit
/// before the point.
export function three_digits(number) {
  const size = Math.abs(number);
  if (size === 0) {
    return '0';
  }
  if (size < 0.01) {
    return '< 0.01';
  }
  return with_decimals(number, 0, decimals_of(size));
}

function decimals_of(size) {
  return size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
}

function with_decimals(number, minimumFractionDigits, maximumFractionDigits) {
  return new Intl.NumberFormat('en', {minimumFractionDigits, maximumFractionDigits}).format(number);
}

function in_unit(number, base, units) {
  let unit = 0;
  let size = number;
  // 1023.6 KiB would be written as 1,024 KiB: it is 1 MiB by then.
  while (unit + 1 < units.length && Math.abs(size) >= base - 0.5) {
    size /= base;
    unit += 1;
  }
  // 1.20 and not 1.2, or the number would change its width all the time; but 2 GiB, if it is just that.
  const text = unit === 0 || Number.isInteger(size)
    ? three_digits(size) : with_decimals(size, decimals_of(Math.abs(size)), decimals_of(Math.abs(size)));
  return [text, units[unit]];
}

const byte_units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/// [number, unit] of memory, by 1024.
export function memory_parts(bytes) {
  return in_unit(bytes, 1024, byte_units);
}

export function memory_text(bytes) {
  return memory_parts(bytes).join(' ');
}

/// Of a disk, by 1000, as disks are sold.
export function disk_text(bytes) {
  return in_unit(bytes, 1000, ['B', 'kB', 'MB', 'GB', 'TB']).join(' ');
}

/// [number, unit] of something per second: 41602 -> ["41.6", "k/s"].
export function rate_parts(per_second) {
  return in_unit(per_second, 1000, ['/s', 'k/s', 'M/s', 'G/s']);
}

/// All digits where there are enough of them: "41,602 per second", "0.25 per second".
export function rate_text(per_second) {
  return `${per_second >= 99.5 ? all_digits(per_second) : three_digits(per_second)} per second`;
}

/// [number, unit] of a count: in full up to seven digits, then 12.3 M.
export function count_parts(number) {
  if (number < 10_000_000) {
    return [all_digits(number), ''];
  }
  return short_count_parts(number);
}

/// [number, unit] of a count in three digits.
export function short_count_parts(number) {
  return in_unit(number, 1000, ['', 'k', 'M', 'G', 'T']);
}

/// The two largest units of a duration: [["41","d"],["6","h"]], [["59","s"]].
export function duration_parts(seconds) {
  const total = Math.max(0, Math.floor(seconds));
  const counts = [
    [Math.floor(total / 86400), 'd'],
    [Math.floor(total / 3600) % 24, 'h'],
    [Math.floor(total / 60) % 60, 'min'],
    [total % 60, 's'],
  ];
  const first = counts.findIndex(([count]) => count > 0);
  if (first < 0) {
    return [['0', 's']];
  }
  return counts
    .slice(first, first + 2)
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, unit]) => [all_digits(count), unit]);
}

export function duration_text(seconds) {
  return duration_parts(seconds).flat().join(' ');
}

/// A share of a total: "51.9 %", "< 0.1 %".
export function share_text(count, total) {
  if (!(total > 0)) {
    return '';
  }
  const percent = (100 * count) / total;
  if (count > 0 && percent < 0.05) {
    return '< 0.1 %';
  }
  return `${percent.toFixed(1)} %`;
}
