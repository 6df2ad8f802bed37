import {custom_range, live, range_named} from './ranges.js';

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/;

/// What the address of the page says: {server, range, theme, ignored}. `ignored` is a sentence when
/// some of it makes no sense.
export function read_address(search) {
  const parameters = new URLSearchParams(search);
  const theme = parameters.get('theme');
  const id = parameters.get('range');
  let range = id === null ? live : range_named(id);
  let ignored = null;
  if (id === 'custom') {
    const [from, to] = [parameters.get('from') ?? '', parameters.get('to') ?? ''];
    if (iso.test(from) && iso.test(to)) {
      range = custom_range(from, to);
    }
  }
  if (range === null) {
    range = live;
    ignored = `The address of this page asks for a range “${id}” that does not exist; this is Live.`;
  }
  return {
    server: parameters.get('server'),
    range,
    theme: theme === 'dark' || theme === 'light' ? theme : null,
    ignored,
  };
}

function readable(value) {
  return encodeURIComponent(value).replace(/%3A/g, ':').replace(/%2F/g, '/');
}

/// The query of the address that shows the same again.
export function write_address({server, range, theme}) {
  const parts = [];
  if (server) {
    parts.push(`server=${readable(server)}`);
  }
  parts.push(`range=${range.id}`);
  if (range.id === 'custom') {
    parts.push(`from=${readable(range.from)}`, `to=${readable(range.to)}`);
  }
  if (theme) {
    parts.push(`theme=${theme}`);
  }
  return `?${parts.join('&')}`;
}
