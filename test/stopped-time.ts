import { vi } from 'vitest';
import { onTestFinished } from './finish.js';

/** Time that goes on only when the test says so; gives what lets it. The library has to have the timers of test/time.ts. */
export function stopTime(): (ms: number) => Promise<unknown> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  return (ms) => vi.advanceTimersByTimeAsync(ms);
}
