// What the panels say of what the API answers.

import assert from 'node:assert/strict';
import {test} from './checks.mjs';
import {rows_of, see, text_of, visit_mock} from './chromium.mjs';
import {invented_server} from './mock_redislive.mjs';

const id = '10.2.0.7:6379';
const one = (changes) => ({servers: [invented_server(id, changes)]});

test('the tiles show what INFO says, short for the eye and exact for the ear', async () => {
  const info = {redis_version: '7.0.15', role: 'master', used_memory: 1277752320,
    used_memory_peak: 1342177280, maxmemory: 2 * 2 ** 30, connected_clients: 128, blocked_clients: 2,
    total_commands_processed: 9112480322, uptime_in_seconds: 90061,
    databases: [{name: 'db0', keys: 1200207, expires: 9}, {name: 'db3', keys: 4104, expires: 0}]};
  await visit_mock({mock: one({info, rate: () => 41602})}, async (page) => {
    assert.match(await see(page, '#tile-memory', 'GiB'),
      /^Used memory 1.19 ?GiB 1,277,752,320 bytes peak 1.25 GiB · 59 % of 2 GiB$/);
    assert.equal(await see(page, '#tile-keys', 'db0'),
      'Keys 1,204,311 1,204,311 keys db0 1,200,207 · db3 4,104');
    assert.equal(await see(page, '#tile-clients', 'blocked'), 'Clients 128 128 connected 2 blocked');
    assert.match(await see(page, '#tile-rate', '41.6'),
      /^Commands 41.6 ?k\/s 41,602 per second 9,112,480,322 in all$/);
    assert.match(await see(page, '#tile-uptime', 'since'), /^Uptime 1 ?d ?1 ?h 90,061 seconds since \d/);
    assert.equal(await text_of(page, '#commands-summary'), '41,602 per second');
  });
});

test('the minute of the start is the one that it was in, not the next', async () => {
  const now = Math.floor(Date.now() / 1000);
  // Fifty seconds past the minute.
  const uptime = 90000 + now % 60 + 10;
  await visit_mock({mock: one({info: {uptime_in_seconds: uptime}})}, async (page) => {
    const [, minute] = (await see(page, '#tile-uptime', 'since')).match(/since .*\d:(\d\d)/);
    assert.equal(Number(minute), Math.floor((now - uptime) / 60) % 60);
  });
});

test('the lists have all digits, shares of the whole, and the largest first', async () => {
  await visit_mock({mock: one({})}, async (page) => {
    await see(page, '#top-commands-rows', 'GET');
    const commands = await rows_of(page, 'top-commands');
    assert.deepEqual(commands[0], ['GET', '2,710,442']);
    assert.deepEqual(commands[9], ['PUBLISH', '12,044']);
    assert.match(await see(page, '#top-commands-rows tr', 'GET'), /51.9 %/);
    assert.equal(await text_of(page, '#top-commands-summary'), '5,226,354 in the last 2 minutes');
    assert.equal(await text_of(page, '#top-keys-summary'), 'of 211,904 keys seen');
    const widths = await page.evaluate(() => [...document.querySelectorAll('#top-commands .bar span')]
      .map((bar) => Number(bar.style.getPropertyValue('--share'))));
    assert.equal(widths[0], 1);
    assert.ok(Math.abs(widths[1] - 911204 / 2710442) < 0.001);
  });
});

test('databases without keys are said to be empty, and keys may be texts', async () => {
  const info = {used_memory: 870000, databases: [{name: 'db0', keys: '0', expires: '0'}], total_keys: 0};
  await visit_mock({mock: one({info})}, async (page) => {
    assert.equal(await see(page, '#tile-keys', 'empty'), 'Keys 0 0 keys every database is empty');
  });
});

test('of sixteen databases some are shown and all are to be had', async () => {
  const databases = Array.from({length: 16}, (_, i) => ({name: `db${i}`, keys: i + 1, expires: 0}));
  await visit_mock({mock: one({info: {databases}})}, async (page) => {
    await see(page, '#databases-more', '+ 15 more');
    await page.click('#databases-more');
    assert.equal(await page.locator('#databases-rows tr').count(), 16);
    assert.match(await text_of(page, '#databases-rows'), /db15\s+16\s+0/);
  });
});

test('twelve digits have room, in a list and in a tile', async () => {
  const commands = [['GET', 123456789012], ['SET', 1]];
  const info = {databases: [{name: 'db0', keys: 123456789012, expires: 0}],
    total_commands_processed: 123456789012};
  await visit_mock({mock: one({commands, info, total: 123456789013})}, async (page) => {
    await see(page, '#top-commands-rows', '123,456,789,012');
    await see(page, '#tile-keys', /123 ?G 123,456,789,012 keys/);
    const cut = await page.evaluate(() => [...document.querySelectorAll('.count, .value')]
      .filter((each) => each.scrollWidth > each.clientWidth + 1).length);
    assert.equal(cut, 0);
  });
});

test('the last line says how, where, how long, and whose clock', async () => {
  await visit_mock({mock: one({})}, async (page) => {
    assert.equal(await see(page, '#kept', 'clock'), 'Collecting with MONITOR · ' +
      'kept in redislive.sqlite, 14.2 MB, 31 days · ' +
      'times are those of RedisLive’s clock (America/Sao_Paulo, UTC−3)');
  });
});

test('no bucket of the original’s coarse kind is mistaken for commands per second', async () => {
  const prepare = (mock) => {
    mock.knows_granularity = false;
  };
  await visit_mock({mock: one({rate: () => 500}), prepare, query: '?range=1w'}, async (page) => {
    // The mock rounds: what it counts for a day that a gap or now cuts is not exact.
    await see(page, '#commands-summary', /^(499|500|501) per second on average$/);
  });
});
