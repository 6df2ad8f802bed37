// The one bar that says what is shown: server, range, theme, all in the address. By pointer and keyboard.

import assert from 'node:assert/strict';
import {eventually, test} from './checks.mjs';
import {see, text_of, visit_mock} from './chromium.mjs';
import {invented_server} from './mock_redislive.mjs';

const two = () => ({servers: [
  invented_server('10.2.0.7:6379', {info: {connected_clients: 77}}),
  invented_server('10.2.0.8:6380', {info: {connected_clients: 88}, commands: [['LPUSH', 5]], total: 5}),
]});
const forty = () => ({servers: Array.from({length: 40}, (_, i) => invented_server(`10.2.0.${i + 1}:6379`,
  {info: {connected_clients: i + 1}, ...(i === 6 ? {state: 'lost', since: 1, reason: 'gone'} : {})}))});

const query = (page) => new URL(page.url()).search;

test('another server is chosen with the pointer, and the address says so', async () => {
  await visit_mock({mock: two()}, async (page) => {
    await see(page, '#tile-clients', '77');
    await page.click('#server');
    await page.click('text=10.2.0.8:6380');
    await see(page, '#tile-clients', '88');
    await see(page, '#top-commands-rows', 'LPUSH');
    assert.equal(query(page), '?server=10.2.0.8:6380&range=live');
    await page.goBack();
    await see(page, '#tile-clients', '77');
  });
});

test('one of forty servers is found by typing, and chosen by keyboard alone', async () => {
  await visit_mock({mock: forty()}, async (page) => {
    await see(page, '#tile-clients', /Clients 1 /);
    await page.focus('#server');
    await page.keyboard.press('Enter');
    await page.keyboard.type('0.3');
    assert.deepEqual(await page.locator('#server-list li:not([hidden]) .option-name').allInnerTexts(),
      ['10.2.0.3:6379', ...Array.from({length: 10}, (_, i) => `10.2.0.${30 + i}:6379`)]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await see(page, '#tile-clients', /Clients 31 /);
    await see(page, '#server-name', '10.2.0.31:6379');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'server');
  });
});

test('the list of servers says which one does not answer, and Escape closes it', async () => {
  await visit_mock({mock: forty()}, async (page) => {
    await see(page, '#tile-clients', /Clients 1 /);
    await page.click('#server');
    await see(page, '#server-list li:nth-child(7)', 'does not answer');
    await page.keyboard.type('nothing like this');
    await see(page, '#server-none', 'No server has that in its name.');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#server[aria-expanded=false]');
    await see(page, '#server-name', '10.2.0.1:6379');
  });
});

test('a range is chosen, asked for, named in the address, and undone by going back', async () => {
  await visit_mock({mock: two()}, async (page, mock) => {
    await see(page, '#top-commands-summary', '2 minutes');
    await page.click('#ranges >> text=1 h');
    await see(page, '#top-commands-summary', 'in the last hour');
    assert.equal(query(page), '?server=10.2.0.7:6379&range=1h');
    const asked = new URLSearchParams(mock.asked.findLast((each) => each.startsWith('/api/topkeys'))
      .split('?')[1]);
    assert.equal(asked.get('to') - asked.get('from'), 3600);
    await page.goBack();
    await see(page, '#top-commands-summary', '2 minutes');
  });
});

test('every range of the original is there', async () => {
  await visit_mock({mock: two()}, async (page, mock) => {
    await see(page, '#top-commands-summary', '2 minutes');
    for (const [label, seconds] of [['30 min', 1800], ['45 min', 2700], ['3 h', 10800],
      ['6 d', 6 * 86400], ['2 w', 14 * 86400], ['1 month', 30 * 86400]]) {
      await page.click('#range-more');
      await page.click(`#range-all >> text="${label}"`);
      await see(page, '#range-more-label', label);
      await eventually(label, () => mock.asked.some((each) => {
        const asked = new URLSearchParams(each.split('?')[1]);
        return each.startsWith('/api/memory') && asked.get('to') - asked.get('from') === seconds;
      }));
    }
  });
});

test('a range from and to is by RedisLive’s clock, and a bad one is told and not asked', async () => {
  await visit_mock({mock: {...two(), now: () => 1773160000}}, async (page, mock) => {
    await see(page, '#tile-clients', '77');
    await page.click('#range-more');
    await page.fill('#custom-from', '2026-03-10T11:00');
    await page.fill('#custom-to', '2026-03-10T10:00');
    await page.click('#custom-range >> text=Show');
    await see(page, '#custom-wrong', '“To” has to be later than “from”.');
    await page.fill('#custom-to', '2026-03-10T11:30');
    await page.click('#custom-range >> text=Show');
    await see(page, '#top-commands-summary', 'from 10 Mar 2026, 11:00 to 11:30');
    assert.equal(query(page),
      '?server=10.2.0.7:6379&range=custom&from=2026-03-10T11:00&to=2026-03-10T11:30');
    assert.ok(mock.asked.some((each) => each.startsWith('/api/commands') &&
      each.includes('from=1773151200') && each.includes('to=1773153000')));
  });
});

test('the address brings back server, range and theme', async () => {
  const address = '?server=10.2.0.8:6380&range=12h&theme=dark';
  await visit_mock({mock: two(), query: address}, async (page) => {
    await see(page, '#tile-clients', '88');
    await see(page, '#top-commands-summary', 'in the last 12 hours');
    assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
    assert.equal(await page.getAttribute('#ranges [data-range="12h"]', 'aria-pressed'), 'true');
  });
});

test('an address with an unknown server or range shows the first server, Live, and says so', async () => {
  await visit_mock({mock: two(), query: '?server=nobody:1'}, async (page) => {
    await see(page, '#state', 'nobody:1 is not among the servers that are watched; this is 10.2.0.7:6379.');
    await see(page, '#tile-clients', '77');
  });
  await visit_mock({mock: two(), query: '?range=fortnight'}, async (page) => {
    await see(page, '#state', '“fortnight” that does not exist');
    await see(page, '#top-commands-summary', '2 minutes');
  });
});

test('dragging over a stretch of a curve zooms into it', async () => {
  await visit_mock({mock: two(), query: '?range=1h'}, async (page) => {
    await see(page, '#top-commands-summary', 'in the last hour');
    const box = await page.locator('#commands .u-over').boundingBox();
    await page.mouse.move(box.x + box.width * 0.25, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60, {steps: 5});
    await page.mouse.up();
    await see(page, '#range-more-label', 'Custom');
    const asked = new URLSearchParams(query(page));
    const seconds = (Date.parse(asked.get('to')) - Date.parse(asked.get('from'))) / 1000;
    assert.ok(Math.abs(seconds - 900) < 30, `${seconds} s are a quarter of an hour`);
  });
});

test('the theme follows the system until it is overridden, and again when the override is undone',
  async () => {
    const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await visit_mock({mock: two()}, async (page) => {
      await see(page, '#tile-clients', '77');
      const light = await background(page);
      await page.emulateMedia({colorScheme: 'dark'});
      const dark = await background(page);
      assert.notEqual(dark, light);
      await page.click('#theme');
      assert.equal(await background(page), light);
      assert.match(query(page), /theme=light/);
      await page.click('#theme');
      assert.equal(await background(page), dark);
      assert.doesNotMatch(query(page), /theme/);
    });
  });

test('hovering one chart shows the values of the moment in both', async () => {
  await visit_mock({mock: two(), query: '?range=15m'}, async (page) => {
    await see(page, '#commands-summary', 'on average');
    await page.hover('#memory .u-over', {position: {x: 300, y: 90}});
    const memory = await see(page, '#memory .flag', /used .* bytes.*peak/);
    const commands = await see(page, '#commands .flag', 'per second');
    const time = /\d\d:\d\d:\d\d/;
    assert.ok(Math.abs(Date.parse(`1970-01-01T${time.exec(memory)[0]}Z`) -
      Date.parse(`1970-01-01T${time.exec(commands)[0]}Z`)) <= 2000, `${memory} / ${commands}`);
    await page.mouse.move(5, 5);
    await page.waitForFunction(() => [...document.querySelectorAll('.flag')].every((each) => each.hidden));
  });
});

test('arrow keys move the cursor through both charts and say the values', async () => {
  const prepare = (mock) => {
    const now = mock.now();
    mock.servers[0].rate = (epoch) => Math.floor(now) - epoch + 1000;
  };
  await visit_mock({mock: two(), prepare, query: '?range=15m'}, async (page) => {
    await see(page, '#commands-summary', 'on average');
    await page.focus('#commands .plot');
    await page.keyboard.press('ArrowLeft');
    const count = async () => Number((await page.getAttribute('#commands .plot', 'aria-valuetext'))
      .match(/([\d,]+) per second/)[1].replace(',', ''));
    const last = await count();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await count(), last + 2);
    await page.keyboard.press('ArrowRight');
    assert.equal(await count(), last + 1);
    await see(page, '#memory .flag', 'used');
    await page.keyboard.press('Home');
    assert.ok(await count() > last + 800);
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => [...document.querySelectorAll('.flag')].every((each) => each.hidden));
  });
});

test('everything is reached by the Tab key, in the order of the page, and its focus is seen', async () => {
  await visit_mock({mock: two()}, async (page) => {
    await see(page, '#top-keys-rows', 'feed');
    const seen = [];
    for (let i = 0; i < 16; i += 1) {
      await page.keyboard.press('Tab');
      seen.push(await page.evaluate(() => {
        const element = document.activeElement;
        const {outlineStyle, outlineWidth} = getComputedStyle(element);
        const name = element.id || element.dataset.range || element.closest('section')?.id ||
          element.className;
        return `${name}${outlineStyle === 'none' || outlineWidth === '0px' ? ' (focus unseen)' : ''}`;
      }));
    }
    assert.deepEqual(seen.slice(0, 13), ['skip', 'server', 'live', '15m', '1h', '12h', '1d', '1w',
      'range-more', 'theme', 'memory', 'commands', 'top-keys'].slice(0, 13));
    assert.equal(await text_of(page, '#range-more-label'), 'More');
  });
});
