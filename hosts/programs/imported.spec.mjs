import * as bond from 'bond';
import * as sync from 'bond/sync';
import check from './check.cjs';

test('in Vitest, with its timers replaced', async () => {
  vi.useFakeTimers();
  await check(bond, sync);
}, 60_000);
