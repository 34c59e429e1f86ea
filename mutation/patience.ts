// In the place of test/patience.ts: a change of the code that makes a test hang is noticed after seconds.

export const HANG = 5_000;
export const TEST_HANG = 8_000;
export const LONG_TEST_HANG = 8_000;
export const CLOSE_PATIENCE = 1000;
