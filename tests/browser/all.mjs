// Runs all tests of this folder; tests/browser/run is what starts it.

import {run_all} from './checks.mjs';
import {close_chromium} from './chromium.mjs';

await import('./numbers_test.mjs');
await import('./time_test.mjs');
await import('./curves_test.mjs');
await import('./panels_test.mjs');
await import('./names_test.mjs');
await import('./controls_test.mjs');
await import('./states_test.mjs');
await import('./feel_test.mjs');
if (process.env.REDIS_LIVE) {
  await import('./real_test.mjs');
} else {
  console.log('the tests of the real redis-live are left out: it has not been built, ' +
    'and REDIS_LIVE names none');
}
if (process.env.WEBSOCKET_APP) {
  await import('./websocket_test.mjs');
} else {
  console.log('the tests of WebSocket are left out: websocket-app has not been built, ' +
    'and WEBSOCKET_APP names none');
}

const failed = await run_all(process.argv.slice(2));
await close_chromium();
process.exitCode = failed > 0 ? 1 : 0;
