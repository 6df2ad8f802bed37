// Chromium, as the tests use it.

import {createRequire} from 'node:module';
import {join} from 'node:path';
import {eventually} from './checks.mjs';
import {MockRedisLive} from './mock_redislive.mjs';

const from_npm = createRequire(join(process.env.BROWSER_TEST_MODULES, 'package.json'));
const {chromium} = from_npm('playwright-core');
export const axe_source = () => from_npm('axe-core').source;

let browser = null;

async function started() {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  return browser;
}

export async function close_chromium() {
  await browser?.close();
}

/// Opens `address` and calls `look(page)`; fails also when the page logged an error or broke its
/// content security policy. `options` are playwright's for a context.
export async function visit(address, options, look) {
  const context = await (await started()).newContext({
    viewport: {width: 1440, height: 925}, locale: 'en-GB', colorScheme: 'light', ...options,
  });
  const errors = [];
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('dialog', (dialog) => {
      errors.push(`a dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on('console', (message) => {
      // What the browser says of an answer that is an error, or of none, is what some tests want.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        errors.push(message.text());
      }
    });
    await page.goto(address);
    await look(page);
  } finally {
    await context.close();
  }
  if (errors.length > 0) {
    throw new Error(`the page said: ${errors.join('\n')}`);
  }
}

/// The same with a mock of its own: `look(page, mock)`. `mock` in options is for MockRedisLive,
/// `query` for the address.
export async function visit_mock({mock: settings = {}, query = '', prepare, ...options}, look) {
  const mock = new MockRedisLive(settings);
  prepare?.(mock);
  const address = await mock.listen();
  try {
    await visit(address + query, options, (page) => look(page, mock));
  } finally {
    await mock.close();
  }
}

export function text_of(page, selector) {
  return page.evaluate((each) => document.querySelector(each)?.innerText.trim() ?? null, selector);
}

/// Waits until the text of an element matches.
export async function see(page, selector, pattern, milliseconds) {
  let last = null;
  try {
    return await eventually('', async () => {
      last = await text_of(page, selector);
      const normal = last?.replace(/\s+/g, ' ');
      return normal !== undefined &&
        (pattern instanceof RegExp ? pattern.test(normal) : normal.includes(pattern)) && normal;
    }, milliseconds);
  } catch {
    throw new Error(`${selector} says “${last}”, not ${pattern}`);
  }
}

/// [[name, count], ...] of a list.
export function rows_of(page, list) {
  return page.evaluate((id) => [...document.querySelectorAll(`#${id}-rows tr`)].map((row) => [
    row.querySelector('.name').textContent, row.querySelector('.count').textContent]), list);
}
