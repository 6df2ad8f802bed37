// How numbers are written. The functions run where they belong, in the browser.

import assert from 'node:assert/strict';
import {test} from './checks.mjs';
import {visit_mock} from './chromium.mjs';

async function in_page(module, calls) {
  let answers;
  await visit_mock({}, async (page) => {
    answers = await page.evaluate(async ([name, wanted]) => {
      const functions = await import(`/js/${name}.js`);
      return wanted.map(([f, ...given]) => functions[f](...given));
    }, [module, calls]);
  });
  return answers;
}

test('memory has three digits and a unit by 1024, and never four digits before the point', async () => {
  const answers = await in_page('numbers', [
    ['memory_text', 0], ['memory_text', 1023], ['memory_text', 1024], ['memory_text', 870000],
    ['memory_text', 1048575], ['memory_text', 1277752320], ['memory_text', 2 ** 40],
  ]);
  assert.deepEqual(answers, ['0 B', '1,023 B', '1 KiB', '850 KiB', '1.00 MiB', '1.19 GiB', '1 TiB']);
});

test('rates, counts and shares', async () => {
  const answers = await in_page('numbers', [
    ['rate_parts', 41602], ['rate_parts', 0], ['rate_parts', 0.25], ['rate_text', 41602],
    ['rate_text', 1.5], ['count_parts', 1204311], ['count_parts', 123456789012],
    ['all_digits', 123456789012], ['share_text', 2710442, 5226354], ['share_text', 1, 1e9],
    ['share_text', 0, 0],
  ]);
  assert.deepEqual(answers, [['41.6', 'k/s'], ['0', '/s'], ['0.25', '/s'], '41,602 per second',
    '1.5 per second', ['1,204,311', ''], ['123', 'G'], '123,456,789,012', '51.9 %', '< 0.1 %', '']);
});

test('an uptime has its two largest units', async () => {
  const answers = await in_page('numbers', [
    ['duration_text', 0], ['duration_text', 59], ['duration_text', 61], ['duration_text', 3600],
    ['duration_text', 41 * 86400 + 6 * 3600 + 300],
  ]);
  assert.deepEqual(answers, ['0 s', '59 s', '1 min 1 s', '1 h', '41 d 6 h']);
});

test('a rate axis starts at zero, has round ticks, and stays until it has to change', async () => {
  await visit_mock({}, async (page) => {
    const seen = await page.evaluate(async () => {
      const {RateScale} = await import('/js/scales.js');
      const scale = new RateScale();
      return [48000, 52000, 30000, 70000, 10000, 0].map((largest) => {
        const {high, ticks} = scale.fit(largest);
        return [high, scale.labels(ticks).join(' ')];
      });
    });
    assert.deepEqual(seen, [
      [60000, '0 20 40 60 k/s'], [60000, '0 20 40 60 k/s'], [60000, '0 20 40 60 k/s'],
      [80000, '0 20 40 60 80 k/s'], [15000, '0 5 10 15 k/s'], [10, '0 5 10 /s'],
    ]);
  });
});

test('a memory axis is round in the unit of its labels and holds the values', async () => {
  await visit_mock({}, async (page) => {
    const seen = await page.evaluate(async () => {
      const {MemoryScale} = await import('/js/scales.js');
      return [[1.05, 1.25], [1.190001, 1.190002], [0.2, 1.9]].map(([least, most]) => {
        const scale = new MemoryScale();
        const {low, high, ticks} = scale.fit(least * 2 ** 30, most * 2 ** 30);
        return [low <= least * 2 ** 30 && high >= most * 2 ** 30, scale.labels(ticks).join(' ')];
      });
    });
    assert.deepEqual(seen, [
      [true, '1.0 1.1 1.2 1.3 GiB'],
      [true, '1.17 1.18 1.19 1.20 1.21 GiB'],
      [true, '0 0.5 1.0 1.5 2.0 2.5 GiB'],
    ]);
  });
});
