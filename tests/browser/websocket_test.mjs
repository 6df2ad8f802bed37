// WebSocket and Server-Sent Events of websocket-app, with Chromium as the client. WEBSOCKET_APP names the program.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {test} from './checks.mjs';
import {visit} from './chromium.mjs';

/// Runs `look(page, app)` on a page of a websocket-app of its own.
async function with_app(look) {
  const app = spawn(process.env.WEBSOCKET_APP, ['--port=0', '--logging=none'],
    {stdio: ['ignore', 'pipe', 'inherit']});
  const ended = new Promise((resolve) => app.once('exit', resolve));
  try {
    const port = await new Promise((resolve, reject) => {
      createInterface(app.stdout).once('line', (line) => resolve(line.split(' ').at(-1)));
      app.once('exit', (status) => reject(new Error(`websocket-app ended with ${status}`)));
    });
    await visit(`http://127.0.0.1:${port}/page`, {}, async (page) => {
      await page.evaluate(prepare);
      await look(page, app);
    });
  } finally {
    // A second signal would end it at once.
    app.killed || app.kill();
    assert.equal(await ended, 0);
  }
}

/// In the page: a socket whose messages, and in the end its close, are awaited one by one.
function prepare() {
  globalThis.open = (path, protocols = []) => new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${location.host}${path}`, protocols);
    const came = [];
    const wanted = [];
    const take = (what) => wanted.length > 0 ? wanted.shift()(what) : came.push(what);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({data}) => take(data);
    socket.onclose = ({code, reason, wasClean}) => take({code, reason, wasClean});
    socket.onerror = () => reject(new Error('onerror'));
    socket.next = () => came.length > 0 ? came.shift() : new Promise((got) => wanted.push(got));
    socket.onopen = () => resolve(socket);
  });
}

test('Chromium gets its text and its bytes back, short and long', async () => {
  await with_app(async (page) => {
    const wrong = await page.evaluate(async () => {
      const differing = [];
      const socket = await open('/echo');
      for (const size of [0, 1, 125, 126, 65535, 65536, 1_000_000, 5_000_000]) {
        const text = '\u20ac'.repeat(Math.floor(size / 3)) + 'x'.repeat(size % 3);
        socket.send(text);
        if (await socket.next() !== text) {
          differing.push(`${size} bytes of text`);
        }
        const bytes = new Uint8Array(size).map((_, at) => at * 7);
        socket.send(bytes);
        const back = new Uint8Array(await socket.next());
        if (back.length !== size || back.some((byte, at) => byte !== bytes[at])) {
          differing.push(`${size} bytes`);
        }
      }
      return differing;
    });
    assert.deepEqual(wrong, []);
  });
});

test('Chromium agrees to compression, and messages come back whatever context is kept', async () => {
  await with_app(async (page) => {
    for (const path of ['/deflate', '/deflate_each']) {
      const [extensions, wrong] = await page.evaluate(async (where) => {
        const socket = await open(where);
        const differing = [];
        for (let round = 0; round < 60; ++round) {
          const text = JSON.stringify({round, text: 'again and again \u00fc '.repeat(round * 40)});
          socket.send(text);
          if (await socket.next() !== text) {
            differing.push(round);
          }
        }
        return [socket.extensions, differing];
      }, path);
      assert.match(extensions, /^permessage-deflate/);
      assert.equal(extensions.includes('server_no_context_takeover'), path === '/deflate_each');
      assert.deepEqual(wrong, []);
    }
  });
});

test('Chromium sees the subprotocol that the server has selected', async () => {
  await with_app(async (page) => {
    assert.equal(await page.evaluate(async () =>
      (await open('/deflate', ['other', 'echo'])).protocol), 'echo');
  });
});

test('Chromium sees code and reason of the server\'s close, and the server those of Chromium', async () => {
  await with_app(async (page) => {
    const closes = await page.evaluate(async () => {
      const sent = async (message) => {
        const socket = await open('/commands');
        socket.send(message);
        return socket.next();
      };
      const own = await open('/echo');
      own.close(3001, 'enough');
      return [await sent('close 4321 enough is enough'), await sent('throw'),
        await sent(new Uint8Array(3)), await own.next()];
    });
    assert.deepEqual(closes, [
      {code: 4321, reason: 'enough is enough', wasClean: true},
      {code: 1011, reason: '', wasClean: true},
      {code: 1003, reason: 'binary messages are not taken here', wasClean: true},
      {code: 3001, reason: '', wasClean: true},
    ]);
  });
});

test('Chromium learns why a message was too long while it is still sending it', async () => {
  await with_app(async (page) => {
    const close = await page.evaluate(async () => {
      const socket = await open('/echo');
      socket.send(new Uint8Array(30_000_000));
      return socket.next();
    });
    assert.equal(close.code, 1009);
  });
});

test('Chromium answers pings by itself, and is heard by all in its room', async () => {
  await with_app(async (page) => {
    assert.equal(await page.evaluate(async () => {
      const socket = await open('/commands');
      socket.send('ping from the server');
      return socket.next();
    }), 'pong from the server');
    assert.deepEqual(await page.evaluate(async () => {
      const sockets = [await open('/room'), await open('/room'), await open('/room')];
      const text = 'to all '.repeat(500);
      sockets[0].send(text);
      return (await Promise.all(sockets.map((each) => each.next()))).map((each) => each === text);
    }), [true, true, true]);
  });
});

test('Chromium\'s EventSource gets its events, and says which it has had', async () => {
  await with_app(async (page) => {
    const events = await page.evaluate(() => new Promise((resolve) => {
      const source = new EventSource('/ticks/2');
      const came = [];
      source.addEventListener('tick', ({data, lastEventId}) => {
        came.push([lastEventId, data]);
        if (came.length === 2) {
          source.close();
          resolve(came);
        }
      });
    }));
    assert.deepEqual(events, [['1', 'line 1\nsecond'], ['2', 'line 2\nsecond']]);
  });
});

test('Chromium is told that the server stops', async () => {
  await with_app(async (page, app) => {
    const closing = page.evaluate(async () => (await open('/echo')).next());
    await page.evaluate(async () => {
      const socket = await open('/echo');
      socket.send('open by now');
      await socket.next();
    });
    app.kill();
    assert.deepEqual(await closing, {code: 1001, reason: '', wasClean: true});
  });
});
