// In the place of src/common/globals.ts, as tests with `vi.mock` ask for it.

import { timersOfTheMoment } from '../test/time.js';

export * from '../src/common/globals.js';
export const { setTimeout, clearTimeout, setInterval, clearInterval, performance } = timersOfTheMoment;
