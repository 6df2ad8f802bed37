// Names come from whoever writes to Redis. They are text, whole, and nothing in them is invisible.

import assert from 'node:assert/strict';
import {test} from './checks.mjs';
import {rows_of, see, visit_mock} from './chromium.mjs';
import {invented_server} from './mock_redislive.mjs';

const id = '10.2.0.7:6379';
const with_keys = (...keys) => ({servers: [invented_server(id, {keys})]});

test('a key that is markup is shown as text', async () => {
  const keys = [['<img src=x onerror=alert(1)>', 9], ['<script>alert(2)</script>', 8],
    ['"><svg onload=alert(3)>', 7], ['&lt;b&gt;', 6]];
  await visit_mock({mock: with_keys(...keys)}, async (page) => {
    await see(page, '#top-keys-rows', '<img');
    assert.deepEqual((await rows_of(page, 'top-keys')).map(([name]) => name),
      keys.map(([name]) => name));
    assert.equal(await page.locator('main img, main script, #top-keys svg').count(), 0);
    await page.hover('#top-keys-rows tr');
    await page.waitForTimeout(100);
    assert.equal(await page.locator('img').count(), 0);
  });
});

test('a server, a command, a reason and an error that are markup are text too', async () => {
  const evil = '<img src=x onerror=alert(1)>';
  const server = {...invented_server(id), id: `${evil}:1`, state: 'lost', since: 1, reason: evil,
    commands: [[evil, 1]], info: {redis_version: evil, role: evil}};
  await visit_mock({mock: {servers: [server]}}, async (page, mock) => {
    await see(page, '#state-reason', evil);
    await see(page, '#server-name', evil);
    await page.click('#server');
    await see(page, '#server-list', evil);
    mock.failing = evil;
    await see(page, '#state-words', evil);
    assert.equal(await page.locator('img').count(), 0);
  });
});

test('a name of 500 characters is cut in the middle, whole on hover and by keyboard, copied whole',
  async () => {
    const long = `user:${'0123456789abcdef'.repeat(31)}:the-end`;
    await visit_mock({mock: with_keys([long, 3], ['short', 1]), permissions: ['clipboard-read']},
      async (page) => {
        await see(page, '#top-keys-rows', 'user:');
        const name = page.locator('#top-keys-rows .name-text').first();
        const {head, tail} = await name.evaluate((each) => ({
          head: each.querySelector('.head').getBoundingClientRect(),
          tail: each.querySelector('.tail').getBoundingClientRect(),
        }));
        assert.ok(tail.left >= head.right - 1 && tail.top < head.bottom, 'the end is beside the beginning');
        assert.equal(await name.evaluate((each) => each.querySelector('.tail').textContent), ':the-end');
        assert.equal(await name.evaluate((each) => each.scrollWidth <= each.clientWidth + 1), true);
        await page.hover('#top-keys-rows tr');
        await see(page, '#whole-name', long);
        await page.mouse.move(5, 5);
        await page.waitForFunction(() => document.getElementById('whole-name').hidden);
        await name.focus();
        await see(page, '#whole-name', long);
        const copied = await name.evaluate((each) => {
          getSelection().selectAllChildren(each);
          return getSelection().toString();
        });
        assert.equal(copied, long);
      });
  });

test('spaces at the ends, empty names, and what has no width are to be seen', async () => {
  const keys = [['  two ', 5], ['', 4], ['gnp\u202egpj.exe', 3], ['zero\u200bwidth', 2]];
  await visit_mock({mock: with_keys(...keys)}, async (page) => {
    await see(page, '#top-keys-rows', 'two');
    assert.deepEqual((await rows_of(page, 'top-keys')).map(([name]) => name),
      ['  two ', '(empty name)', 'gnp\\u202egpj.exe', 'zero\\u200bwidth']);
    assert.deepEqual(await page.locator('#top-keys-rows .space').evaluateAll((all) =>
      all.map((each) => [each.textContent, getComputedStyle(each).backgroundImage !== 'none'])),
    [['  ', true], [' ', true]]);
  });
});

test('a zero byte and a name that reads \\x00 are two rows, and look different', async () => {
  await visit_mock({mock: with_keys(['\\x00', 5, true], ['\\x00', 4])}, async (page) => {
    await see(page, '#top-keys-rows', 'x00');
    assert.deepEqual(await rows_of(page, 'top-keys'), [['\\x00', '5'], ['\\x00', '4']]);
    assert.equal(await page.locator('#top-keys-rows .escape').count(), 1);
  });
});
