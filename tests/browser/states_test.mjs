// What the page says when all is not well.

import assert from 'node:assert/strict';
import {eventually, test} from './checks.mjs';
import {rows_of, see, text_of, visit_mock} from './chromium.mjs';
import {invented_server, no_traffic, nothing_yet} from './mock_redislive.mjs';

const id = '10.2.0.7:6379';
const one = (changes) => ({servers: [invented_server(id, changes)]});
const now = () => Math.floor(Date.now() / 1000);

const is_hidden = (page, selector) => page.evaluate((each) => document.querySelector(each).hidden, selector);

test('nothing collected yet: it says that the first second is on its way, and then shows it', async () => {
  await visit_mock({mock: one(nothing_yet)}, async (page, mock) => {
    for (const panel of ['#memory', '#commands', '#top-commands', '#top-keys']) {
      await see(page, `${panel} .sentence`, 'The first second is on its way.');
    }
    await see(page, '#server-facts', 'connecting');
    assert.equal(await text_of(page, '#tile-memory .short'), '–');
    mock.servers = [invented_server(id, {first_ago: 60})];
    await see(page, '#tile-memory', 'GiB');
    await see(page, '#top-commands-rows', 'GET');
    assert.equal(await is_hidden(page, '#memory .sentence'), true);
  });
});

test('no traffic: zero is drawn, and said', async () => {
  await visit_mock({mock: one(no_traffic)}, async (page) => {
    await see(page, '#commands-summary', 'none in the last 2 minutes');
    await see(page, '#top-commands .sentence', 'No command was seen in the last 2 minutes.');
    await see(page, '#tile-rate', /Commands 0 ?\/s/);
    assert.equal(await is_hidden(page, '#commands .sentence'), true);
  });
});

test('a lost server: since when, its own words, when next; the curves stay, and it comes back', async () => {
  await visit_mock({mock: one({})}, async (page, mock) => {
    await see(page, '#top-keys-rows', 'feed');
    mock.servers = [invented_server(id, {state: 'lost', since: now() - 49, last_ago: 49,
      reason: 'Connection refused', retry_in: 4})];
    assert.match(await see(page, '#state', /Tried again in \d s/),
      /^10.2.0.7:6379 does not answer since \d\d:\d\d:\d\d. “Connection refused” Tried again in [345] s.$/);
    await see(page, '#server-facts', 'does not answer');
    assert.equal((await rows_of(page, 'top-keys')).length, 10);
    assert.equal(await is_hidden(page, '#memory .sentence'), true);
    assert.match(await page.title(), /^▲ lost/);
    mock.servers = [invented_server(id)];
    await page.waitForFunction(() => document.getElementById('state').hidden);
    assert.equal(await page.title(), `${id} · RedisLive`);
  });
});

test('a wrong password is told in the words of the server', async () => {
  const reason = 'WRONGPASS invalid username-password pair or user is disabled.';
  await visit_mock({mock: one({...nothing_yet, state: 'refused', since: now(), reason, retry_in: 9})},
    async (page) => {
      await see(page, '#state', `10.2.0.7:6379 refuses RedisLive since`);
      await see(page, '#state', `“${reason}”`);
      await see(page, '#memory .sentence', 'this server has not let RedisLive in');
    });
});

test('cut off from RedisLive: a grey bar, dimmed, and back by itself without a reload', async () => {
  await visit_mock({mock: one({})}, async (page, mock) => {
    await see(page, '#top-keys-rows', 'feed');
    await page.evaluate(() => {
      window.same_page = true;
    });
    mock.down = true;
    mock.http.closeAllConnections();
    await see(page, '#state[data-kind=cut]', 'RedisLive does not answer since');
    assert.equal(await page.getAttribute('#page', 'data-old'), 'all');
    assert.equal((await rows_of(page, 'top-keys')).length, 10);
    mock.down = false;
    await page.waitForFunction(() => document.getElementById('state').hidden);
    assert.equal(await page.getAttribute('#page', 'data-old'), null);
    assert.equal(await page.evaluate(() => window.same_page), true);
  });
});

test('a page that was opened while RedisLive was away comes to life', async () => {
  await visit_mock({mock: one({})}, async (page, mock) => {
    await page.route('**/api/**', (route) => route.abort());
    await page.reload();
    await see(page, '#state', 'RedisLive does not answer');
    await page.unroute('**/api/**');
    await see(page, '#top-keys-rows', 'feed');
    assert.equal(mock.down, false);
    await page.waitForFunction(() => document.getElementById('state').hidden);
  });
});

test('a RedisLive that was started anew with other servers is noticed', async () => {
  await visit_mock({mock: one({})}, async (page, mock) => {
    await see(page, '#top-keys-rows', 'feed');
    mock.down = true;
    mock.http.closeAllConnections();
    await see(page, '#state', 'RedisLive does not answer');
    mock.servers = [invented_server(id), invented_server('10.2.0.9:1')];
    mock.down = false;
    await page.waitForFunction(() => document.getElementById('state').hidden);
    await page.click('#server');
    await see(page, '#server-list', '10.2.0.9:1');
  });
});

test('a store that can’t be read: the sentence of RedisLive, and the old numbers', async () => {
  await visit_mock({mock: one({})}, async (page, mock) => {
    await see(page, '#top-keys-rows', 'feed');
    mock.failing = 'the store can’t be read: disk I/O error';
    await see(page, '#state', 'RedisLive has no answer: the store can’t be read: disk I/O error');
    assert.equal((await rows_of(page, 'top-keys')).length, 10);
    mock.failing = null;
    await page.waitForFunction(() => document.getElementById('state').hidden);
  });
});

test('nobody collects: it says since when, and what to start', async () => {
  await visit_mock({mock: one({collector: 'none', last_ago: 300})}, async (page) => {
    await see(page, '#state', /^Nothing is collected from 10.2.0.7:6379 since .* Start redis-monitor/);
  });
});

test('a range from before the first record says where the record begins', async () => {
  const query = '?range=custom&from=2026-01-01T10:00:00&to=2026-01-01T12:00:00';
  const mock = {...one({first_ago: 600}), now: () => 1773160000};
  await visit_mock({mock, query}, async (page) => {
    for (const panel of ['#memory', '#commands', '#top-commands', '#top-keys']) {
      await see(page, `${panel} .sentence`,
        /^The record begins on 10 Mar 2026, 13:16:40. Nothing is known of the time before.$/);
    }
  });
});

test('the first second is one point, not an empty chart', async () => {
  // The record ends a few seconds ago, so that its only second stands inside of the chart.
  await visit_mock({mock: one({first_ago: 8, last_ago: 8, collector: 'none'})}, async (page) => {
    await see(page, '#memory-summary', 'used');
    const blue = await page.evaluate(() => {
      const canvas = document.querySelector('#memory canvas');
      const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) {
        count += data[i + 3] > 200 && data[i + 2] - data[i] > 120 ? 1 : 0;
      }
      return count;
    });
    assert.ok(blue >= 12, `${blue} pixels of a point`);
  });
});

test('state is told to a screen reader once, not every second', async () => {
  await visit_mock({mock: one({})}, async (page, mock) => {
    await see(page, '#top-keys-rows', 'feed');
    await page.evaluate(() => {
      window.told = [];
      for (const region of document.querySelectorAll('[aria-live], [role=status], [role=alert]')) {
        new MutationObserver(() => window.told.push(region.innerText))
          .observe(region, {childList: true, characterData: true, subtree: true});
      }
    });
    await page.waitForTimeout(3200);
    assert.deepEqual(await page.evaluate(() => window.told), [], 'all is well, nothing is told');
    mock.servers = [invented_server(id, {state: 'lost', since: now(), last_ago: 2, reason: 'gone',
      retry_in: 30})];
    await eventually('told', () => page.evaluate(() => window.told.length));
    const count = await page.evaluate(() => window.told.length);
    await page.waitForTimeout(3200);
    assert.equal(await page.evaluate(() => window.told.length), count, 'the countdown is not told');
  });
});

test('a slow answer is awaited without a word for half a second, then with one', async () => {
  await visit_mock({mock: one({})}, async (page, mock) => {
    await see(page, '#top-keys-rows', 'feed');
    mock.slow = 2500;
    await page.click('#ranges >> text=1 w');
    await page.waitForTimeout(250);
    assert.equal(await is_hidden(page, '#memory .sentence'), true);
    await see(page, '#memory .sentence', 'Reading…', 1500);
    await see(page, '#top-commands-summary', 'in the last week');
    assert.equal(await is_hidden(page, '#memory .sentence'), true);
  });
});
