// For tests that play with the library's own time: it takes its timers when it is loaded, and knows nothing of fake ones.

type Timers = Pick<
  typeof import('../src/common/globals.js'),
  'setTimeout' | 'clearTimeout' | 'setInterval' | 'clearInterval' | 'performance'
>;

/** Timers that are those of the moment, for `vi.mock('../src/common/globals.js')`. */
export const timersOfTheMoment = {
  setTimeout: (...args: Parameters<typeof setTimeout>) => globalThis.setTimeout(...args),
  clearTimeout: (timer) => globalThis.clearTimeout(timer),
  setInterval: (...args: Parameters<typeof setInterval>) => globalThis.setInterval(...args),
  clearInterval: (timer) => globalThis.clearInterval(timer),
  performance: { now: () => globalThis.performance.now() },
} as Timers;
