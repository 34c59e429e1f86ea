const check = require('./check.cjs');

test('in Jest, with its timers replaced', async () => {
  jest.useFakeTimers();
  await check(require('bond'), require('bond/sync'));
}, 60_000);
