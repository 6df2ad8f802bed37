// From the rows of the API to what is drawn: what was not measured is never zero and never a line.

import assert from 'node:assert/strict';
import {test} from './checks.mjs';
import {visit_mock} from './chromium.mjs';

async function call(module, name, ...given) {
  let answer;
  await visit_mock({}, async (page) => {
    answer = await page.evaluate(async ([file, f, all]) =>
      (await import(`/js/${file}.js`))[f](...all), [module, name, given]);
  });
  return answer;
}

test('the time before the first record and after the last one was not measured', async () => {
  const gaps = await call('gaps', 'unmeasured',
    {gaps: [[120, 130], [125, 140]], first: 110, last: 180, now: 200}, 100, 200);
  assert.deepEqual(gaps, [[100, 110], [120, 140], [181, 200]]);
});

test('a record that lags a moment is no gap', async () => {
  assert.deepEqual(await call('gaps', 'unmeasured', {gaps: [], first: 0, last: 197, now: 200}, 100, 200),
    []);
});

test('with no record at all nothing was measured', async () => {
  assert.deepEqual(await call('gaps', 'unmeasured', {gaps: [], first: null, last: null, now: 200}, 100,
    200), [[100, 200]]);
});

test('the memory line ends where a gap begins, also at one that nobody told of', async () => {
  const rows = [[100, 9, 1], [101, 9, 2], [105, 9, 3], [106, 9, 4], [120, 9, 5]];
  const {columns: [, used], holes} = await call('memory_rows', 'memory_columns', rows, [[102, 105]],
    {from: 100, to: 120}, null);
  assert.deepEqual(used, [1, 2, null, 3, 4, null, 5]);
  assert.deepEqual(holes, [[102, 105], [107, 120]]);
});

test('samples that were thinned are one line', async () => {
  const rows = [[0, 9, 1], [6, 9, 2], [12, 9, 3]];
  const {columns: [, used]} = await call('memory_rows', 'memory_columns', rows, [],
    {from: 0, to: 3599}, 600);
  assert.deepEqual(used, [1, 2, 3]);
});

test('seconds of no traffic are zero, those that are not written yet are not drawn', async () => {
  const {columns} = await call('command_rows', 'command_columns',
    {granularity: 'second', data: [[104, 0], [103, 0], [102, 7], [101, 0], [100, 5]]}, [], 103);
  assert.deepEqual(columns, [[100, 101, 102, 103], [5, 0, 7, 0]]);
});

test('a minute that has only begun is divided by the seconds that are over', async () => {
  const {buckets} = await call('command_rows', 'command_columns',
    {granularity: 'minute', data: [[60, 100], [0, 600]]}, [], 69);
  assert.deepEqual(buckets.map(({rate}) => rate), [10, 10]);
});

test('a bucket with a gap is divided by what was measured, and broken where it was not', async () => {
  const {columns, average} = await call('command_rows', 'command_columns',
    {granularity: 'minute', data: [[120, 600], [60, 0], [0, 400]]}, [[40, 120]], 179);
  assert.deepEqual(columns, [[0, 40, 60, 120, 180], [10, null, null, 10, 10]]);
  assert.equal(average, 10);
});

test('hatched gaps are drawn in both charts, and curves beside them', async () => {
  const {invented_server} = await import('./mock_redislive.mjs');
  const servers = [invented_server('10.2.0.7:6379', {gaps_ago: [[80, 40]]})];
  await visit_mock({mock: {servers}}, async (page) => {
    await page.waitForFunction(() => document.querySelectorAll('#top-keys-rows tr').length === 10);
    // Colours of the canvas in a row of pixels: in the gap there is no area, beside it there is.
    for (const [panel, area] of [['commands', true], ['memory', false]]) {
      const colours = await page.evaluate((id) => {
        const canvas = document.querySelector(`#${id} canvas`);
        const over = document.querySelector(`#${id} .u-over`);
        const context = canvas.getContext('2d');
        const left = over.offsetLeft;
        const at = (share) => [...context.getImageData(
          left + over.offsetWidth * share, over.offsetTop, 24, over.offsetHeight - 4).data];
        const count = (pixels) => new Set(pixels.join(' ').match(/\d+ \d+ \d+ \d+/g)).size;
        const coloured = (pixels) => {
          let teal = 0;
          for (let i = 0; i < pixels.length; i += 4) {
            teal += pixels[i + 3] > 0 && pixels[i + 1] - pixels[i] > 40 ? 1 : 0;
          }
          return teal;
        };
        return {gap: coloured(at(0.48)), gap_ink: count(at(0.48)), beside: coloured(at(0.85))};
      }, panel);
      assert.equal(colours.gap, 0, `${panel}: something is drawn in the gap`);
      assert.ok(colours.gap_ink > 3, `${panel}: the gap is not hatched`);
      assert.ok(!area || colours.beside > 500, `${panel}: no area beside the gap`);
    }
  });
});
