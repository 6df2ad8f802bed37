// The web side of RedisLive without RedisLive: serves the page, and answers its API from invented
// numbers, so that every state of the page can be looked at and tested.
//
//     node tests/browser/mock_redislive.mjs [--port=8889] [--vendor=build/redislive/vendor]
//
// prints its address. A test changes `mock.servers`, or sets `mock.down`, while it runs.

import {createReadStream} from 'node:fs';
import {stat} from 'node:fs/promises';
import {createServer} from 'node:http';
import {extname, join, normalize} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const types = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

/// As strict as it gets: nothing inline, nothing from elsewhere.
export const content_security_policy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'";

const gib = 1024 ** 3;
const spans = {second: 1, minute: 60, hour: 3600, day: 86400};

function noise(x) {
  const value = Math.sin(x * 12.9898) * 43758.5453;
  return value - Math.floor(value);
}

function used(epoch) {
  return Math.round(gib * (1.13 + 0.04 * Math.sin(epoch / 13751) + 0.02 * Math.sin(epoch / 977) +
      0.012 * Math.sin(epoch / 31) + 0.004 * noise(epoch)));
}

/// What is known of one server. Everything can be overwritten.
export function invented_server(id, changes = {}) {
  const [, server, port] = /^(.*):(\d+)$/.exec(id);
  return {
    id, server, port: Number(port),
    state: 'ok', since: 0, reason: null, retry_in: null, latency_ms: 0.3, collector: 'here',
    /// Seconds before the mock's start at which the record begins and (now, while it is collected) ends;
    /// null for none.
    first_ago: 40 * 86400, last_ago: 1,
    /// [[from, to], ...] in seconds before the mock's start.
    gaps_ago: [],
    rate: (epoch) => 40000 + 9000 * Math.sin(epoch / 13751) + 4000 * Math.sin(epoch / 1733) +
        3500 * Math.sin(epoch / 27) + 2600 * noise(epoch),
    used,
    peak: () => 1.25 * gib,
    /// What INFO says, or a function of the time that gives it.
    info: (now) => ({
      redis_version: '7.0.15', role: 'master', used_memory: used(now), used_memory_peak: 1342177280,
      maxmemory: 0, connected_clients: 128, blocked_clients: 2, instantaneous_ops_per_sec: 41602,
      total_commands_processed: 9112480322, uptime_in_seconds: 41 * 86400 + 6 * 3600 + 300,
      databases: [{name: 'db0', keys: 1200207, expires: 900}, {name: 'db3', keys: 4104, expires: 0}],
    }),
    commands: [['GET', 2710442], ['HGETALL', 911204], ['SET', 804117], ['ZINCRBY', 311876],
      ['EXPIRE', 204551], ['LPUSH', 96120], ['BRPOP', 95877], ['EVALSHA', 41209], ['INCR', 38914],
      ['PUBLISH', 12044]],
    keys: [['session:8fe1a90b7763d1c2:cart', 144021], ['user:1042:profile', 98211],
      ['feed:home', 91776], ['rate:203.0.113.7', 60118], ['queue:mail', 48200],
      ['<img src=x onerror=alert(1)>', 20114], ['leader board', 18777],
      ['cache:/en/products', 16203], ['user:77:profile', 12987], ['\\x00\\xffblob', 8011, true]],
    total: 5226354, distinct: 211904, keys_total: 518064,
    ...changes,
  };
}

/// A server of which nothing was ever collected.
export const nothing_yet = {
  state: 'waiting', first_ago: null, last_ago: null, latency_ms: null, info: {}, commands: [], keys: [],
  total: 0, distinct: 0,
};

/// A server to which nobody talks.
export const no_traffic = {
  rate: () => 0, commands: [], keys: [], total: 0, distinct: 0,
};

export class MockRedisLive {
  /// `now()` gives seconds; `offset` is that of the time zone, in minutes.
  constructor({servers = [invented_server('10.2.0.7:6379')], vendor = join(root, 'build/redislive/vendor'),
    now = () => Date.now() / 1000, offset = -180, time_zone = 'America/Sao_Paulo'} = {}) {
    Object.assign(this, {servers, vendor, now, offset, time_zone});
    this.started = Math.floor(now());
    /// Whether connections are closed without an answer.
    this.down = false;
    /// A sentence that every question is answered with, as when the store can't be read.
    this.failing = null;
    /// Milliseconds before an answer.
    this.slow = 0;
    /// Whether `granularity=` is understood; the original's rules are used otherwise.
    this.knows_granularity = true;
    this.asked = [];
    this.http = createServer((request, response) => this.answer(request, response));
  }

  async listen(port = 0) {
    await new Promise((resolve) => this.http.listen(port, '127.0.0.1', resolve));
    this.address = `http://127.0.0.1:${this.http.address().port}/`;
    return this.address;
  }

  async close() {
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  async answer(request, response) {
    if (this.down) {
      request.socket.destroy();
      return;
    }
    const url = new URL(request.url, this.address);
    response.setHeader('Content-Security-Policy', content_security_policy);
    if (!url.pathname.startsWith('/api/')) {
      await this.file(url.pathname, response);
      return;
    }
    this.asked.push(request.url);
    if (this.slow > 0) {
      await new Promise((resolve) => setTimeout(resolve, this.slow));
    }
    const [status, body] = this.api(url.pathname.slice(5), url.searchParams);
    response.writeHead(status, {'Content-Type': 'application/json'});
    response.end(JSON.stringify(body));
  }

  async file(path, response) {
    const name = path === '/' ? '/index.html' : normalize(path);
    const from = name.startsWith('/vendor/')
      ? join(this.vendor, name.slice('/vendor'.length)) : join(root, 'redislive/www', name);
    try {
      await stat(from);
    } catch {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {'Content-Type': types[extname(from)] ?? 'application/octet-stream'});
    createReadStream(from).pipe(response);
  }

  api(what, parameters) {
    if (this.failing) {
      return [500, {error: this.failing}];
    }
    if (what === 'servers') {
      return [200, {servers: this.servers.map(({id, server, port}) => ({id, server, port}))}];
    }
    const server = this.servers.find(({id}) => id === parameters.get('server'));
    if (!server) {
      return [404, {error: `${parameters.get('server')} is not watched`}];
    }
    const now = Math.floor(this.now());
    const to = Number(parameters.get('to') ?? now);
    const from = Number(parameters.get('from') ?? to - 120);
    if (from > to) {
      return [400, {error: 'from is later than to'}];
    }
    const range = {from, to, now, server, parameters, ...this.record(server, now)};
    return [200, {...this[`get_${what}`](range), timestamp: new Date(now * 1000).toISOString()}];
  }

  // The record grows only while the server answers and somebody collects.
  record({first_ago, last_ago, gaps_ago, state, collector}, now) {
    const ago = (seconds, of = this.started) => (seconds === null ? null : of - seconds);
    const grows = state === 'ok' && collector !== 'none';
    return {
      first: ago(first_ago), last: ago(last_ago, grows ? now : this.started),
      gaps: gaps_ago.map(([start, end]) => [ago(start), ago(end)]),
    };
  }

  measured({first, last, gaps}, epoch) {
    return first !== null && epoch >= first && epoch <= last &&
        !gaps.some(([start, end]) => epoch >= start && epoch < end);
  }

  get_status({server, now, first, last, gaps}) {
    return {
      state: server.state, since: server.since, reason: server.reason,
      retry_at: server.retry_in === null ? null : now + server.retry_in,
      latency_ms: server.latency_ms, updated_at: now, now, first, last, gaps,
      store: {kind: 'sqlite', name: 'redislive.sqlite', bytes: 14200000, keep_days: 31},
      utc_offset_minutes: this.offset, time_zone: this.time_zone, collector: server.collector,
    };
  }

  get_info({server, now}) {
    return typeof server.info === 'function' ? server.info(now) : server.info;
  }

  get_memory(range) {
    const {from, to, server, parameters} = range;
    const points = Number(parameters.get('points') ?? to - from + 1);
    const step = Math.max(1, Math.ceil((to - from + 1) / points));
    const data = [];
    for (let epoch = from; epoch <= to; epoch += step) {
      if (this.measured(range, epoch)) {
        data.push([epoch, Math.round(server.peak(epoch)), Math.round(server.used(epoch))]);
      }
    }
    return {data};
  }

  get_commands(range) {
    const {from, to, server, parameters} = range;
    const seconds = to - from;
    const original = seconds > 432000 ? 'day' : seconds > 7200 ? 'hour' : seconds > 120 ? 'minute' : 'second';
    const granularity = (this.knows_granularity && parameters.get('granularity')) || original;
    const span = spans[granularity];
    const data = [];
    const shift = this.offset * 60;
    for (let start = Math.floor((from + shift) / span) * span - shift; start <= to; start += span) {
      // Of long buckets, sixty seconds stand for all.
      const step = Math.max(1, span / 60);
      let count = 0;
      for (let epoch = start; epoch < start + span; epoch += step) {
        count += this.measured(range, epoch) ? server.rate(epoch) * step : 0;
      }
      data.unshift([start, Math.round(count)]);
    }
    return {data, granularity};
  }

  get_topcommands({server, from, last, first, to}) {
    const any = first !== null && to >= first && from <= last;
    return {data: any ? [...server.commands].reverse() : [], total: any ? server.total : 0};
  }

  get_topkeys({server, from, last, first, to}) {
    const any = first !== null && to >= first && from <= last;
    return {data: any ? server.keys : [], distinct: any ? server.distinct : 0, total: any ? server.keys_total : 0};
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const flag = (name, otherwise) => process.argv.find((each) => each.startsWith(`--${name}=`))
    ?.slice(name.length + 3) ?? otherwise;
  const servers = [
    invented_server('10.2.0.7:6379', {gaps_ago: [[55, 48], [900, 870]]}),
    invented_server('10.2.0.8:6379', {state: 'lost', since: Math.floor(Date.now() / 1000) - 49,
      last_ago: 49, reason: 'Connection refused', retry_in: 4}),
    invented_server('10.2.0.9:6379', {...nothing_yet}),
    invented_server('10.2.0.10:6379', {...no_traffic}),
  ];
  const mock = new MockRedisLive({servers, vendor: flag('vendor', join(root, 'build/redislive/vendor'))});
  console.log(await mock.listen(Number(flag('port', 8889))));
}
