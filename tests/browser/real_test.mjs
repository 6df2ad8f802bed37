// The page with the real redis-live and real redis-servers behind it.
//
// REDIS_LIVE names the program; REDIS_LIVE_ARGS has further arguments for it, separated by spaces.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {connect, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {eventually, test} from './checks.mjs';
import {rows_of, see, visit} from './chromium.mjs';

async function free_port() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// Sends commands (arrays of strings or buffers) and waits for all their answers.
async function send(port, commands) {
  const socket = connect(port, '127.0.0.1');
  const bytes = [];
  for (const command of [...commands, ['ECHO', 'all-is-answered']]) {
    bytes.push(Buffer.from(`*${command.length}\r\n`));
    for (const argument of command.map((each) => Buffer.from(each))) {
      bytes.push(Buffer.from(`$${argument.length}\r\n`), argument, Buffer.from('\r\n'));
    }
  }
  let answers = '';
  await new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('data', (data) => {
      answers += data.toString('latin1');
      if (answers.endsWith('all-is-answered\r\n')) {
        resolve();
      }
    });
    socket.write(Buffer.concat(bytes));
  });
  socket.destroy();
  assert.doesNotMatch(answers, /^-/m);
}

async function answers(port) {
  try {
    await send(port, [['PING']]);
    return true;
  } catch {
    return false;
  }
}

class Redis {
  constructor(port, directory) {
    Object.assign(this, {port, directory});
  }

  async start() {
    this.process = spawn('redis-server', ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '',
      '--appendonly', 'no', '--dir', this.directory], {stdio: 'ignore'});
    await eventually(`redis-server on ${this.port}`, () => answers(this.port));
  }

  async stop() {
    await ended(this.process, 'SIGKILL');
  }
}

async function ended(child, signal) {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await exit;
  }
}

async function with_redis_live(count, body) {
  const directory = await mkdtemp(join(tmpdir(), 'redis-live-browser-'));
  const servers = [];
  let live = null;
  try {
    for (let i = 0; i < count; i += 1) {
      servers.push(new Redis(await free_port(), directory));
      await servers[i].start();
    }
    const more = (process.env.REDIS_LIVE_ARGS ?? '').split(' ').filter(Boolean);
    live = spawn(process.env.REDIS_LIVE, [
      `--monitor=${servers.map(({port}) => `127.0.0.1:${port}`).join()}`, '--port=0',
      `--store=sqlite:${join(directory, 'store.sqlite')}`, ...more], {stdio: ['ignore', 'pipe', 'pipe']});
    let said = '';
    for (const stream of [live.stdout, live.stderr]) {
      stream.on('data', (data) => {
        said += data;
      });
    }
    const address = await eventually('the address of redis-live', () => {
      assert.equal(live.exitCode, null, `redis-live ended: ${said}`);
      return /http:\/\/[\d.]+:\d+\//.exec(`${said.replace(/(http:\/\/[\d.]+:\d+)(?!\d|\/)/g, '$1/')}`)?.[0];
    });
    await body(address, servers);
  } finally {
    if (live) {
      await ended(live, 'SIGTERM');
    }
    for (const server of servers) {
      await server.stop();
    }
    await rm(directory, {recursive: true, force: true});
  }
}

const many = (count, command) => Array.from({length: count}, () => command);

test('real: the page shows the numbers that were sent, and a key that is markup as text', async () => {
  await with_redis_live(1, async (address, [redis]) => {
    await visit(address, {}, async (page) => {
      await see(page, '#server-facts', /\d+\.\d+/);
      const evil = '<img src=x onerror=alert(1)>';
      await send(redis.port, [...many(1234, ['SET', 'user:1', 'x']), ...many(321, ['GET', evil]),
        ...many(12, ['INCR', 'two words']), ...many(3, ['GET', Buffer.from([0, 255])])]);
      await see(page, '#top-commands-rows', '1,234');
      await see(page, '#top-keys-rows', '321');
      const commands = Object.fromEntries(await rows_of(page, 'top-commands'));
      assert.equal(commands.SET, '1,234');
      assert.equal(commands.GET, '324');
      assert.equal(commands.INCR, '12');
      assert.deepEqual(await rows_of(page, 'top-keys'),
        [['user:1', '1,234'], [evil, '321'], ['two words', '12'], ['\\x00\\xff', '3']]);
      assert.equal(await page.locator('main img').count(), 0);
      await see(page, '#tile-keys', /Keys 2 2 keys db0 2/);
      await see(page, '#tile-memory', /[KM]iB/);
      await page.click('#ranges >> text=15 min');
      await see(page, '#top-commands-summary', 'in the last 15 minutes');
      await see(page, '#top-commands-rows', '1,234');
    });
  });
});

test('real: another server and another range show theirs', async () => {
  await with_redis_live(2, async (address, [first, second]) => {
    await send(first.port, many(50, ['SET', 'on:first', '1']));
    await visit(address, {}, async (page) => {
      await see(page, '#top-keys-rows', /on:first 50/);
      await page.click('#server');
      await page.click(`#server-list >> text=127.0.0.1:${second.port}`);
      await send(second.port, many(70, ['LPUSH', 'on:second', '1']));
      await see(page, '#top-keys-rows', /on:second 70/);
      assert.equal((await rows_of(page, 'top-keys')).length, 1);
      await page.click('#ranges >> text=1 h');
      await see(page, '#top-commands-summary', 'in the last hour');
      await see(page, '#top-keys-rows', /on:second 70/);
    });
  });
});

test('real: a server that is killed is lost, with the reason, and found again', async () => {
  await with_redis_live(1, async (address, [redis]) => {
    await visit(address, {}, async (page) => {
      await see(page, '#tile-memory', /[KM]iB/);
      await redis.stop();
      await see(page, '#state', `127.0.0.1:${redis.port} does not answer since`, 20000);
      await see(page, '#state-reason', /\w/);
      await redis.start();
      await eventually('the bar goes', () => page.evaluate(() => document.getElementById('state').hidden),
        30000);
      await send(redis.port, many(9, ['SET', 'back', '1']));
      await see(page, '#top-keys-rows', /back 9/);
    });
  });
});
