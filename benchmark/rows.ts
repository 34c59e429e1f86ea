// What is measured, a row of the table each.

import { deepStrictEqual, strictEqual } from 'node:assert';
import { type Session, SIZE } from './contestants.js';
import type { Purpose } from './languages.js';
import { bytes, numbers, octets, records, text } from './values.js';

/** How much is done in one turn. */
export interface Sizes {
  readonly starts: number;
  readonly together: number;
  readonly calls: number;
  readonly parallel: number;
  /** How often that many calls are made at once. */
  readonly bursts: number;
  readonly textBytes: number;
  readonly records: number;
  readonly bytes: number;
  readonly levels: number;
  readonly nestedCalls: number;
  readonly printedLines: number;
}

export const FULL: Sizes = {
  starts: 3,
  together: 10,
  calls: 2_000,
  parallel: 5_000,
  bursts: 5,
  textBytes: 10_000_000,
  records: 100_000,
  bytes: 64_000_000,
  levels: 100,
  nestedCalls: 20,
  printedLines: 100_000,
};

/** What one turn has given. */
export interface Figures {
  /** What the row compares, in its unit. */
  readonly value: number;
  /** The slowest in a hundred, where many are timed one by one. */
  readonly p99?: number;
}

/** What a contestant has in its turn. */
export interface Turn {
  readonly sizes: Sizes;
  /** A session of its own. */
  open(): Promise<Session>;
  /** Runs a script that asks once, in a process of its own, to its end. */
  script(): Promise<void>;
  /** The session that it has for several turns: a new one every few rounds where calls are timed one by one. */
  session(): Promise<Session>;
}

export interface Row {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** Whether the higher figure is the better one. */
  readonly isRate: boolean;
  readonly purpose: Purpose;
  /** Whether the two sides wait for each other all the time, so that they are given one core. */
  readonly takesTurns: boolean;
  /** Whether a whole process is timed. */
  readonly isScript?: boolean;
  /** Whether it opens several sessions at once. */
  readonly opensMany?: boolean;
  /** How many rounds, as a share of what was asked for: what takes long says much in a few. */
  readonly rounds: number;
  /** How long a turn may take until it counts as hung, in ms; as long as anything else without it. */
  readonly patience?: number;
  turn(turn: Turn): Promise<Figures>;
}

export const ROWS: readonly Row[] = [
  {
    name: 'start',
    title: 'start to first answer',
    unit: 'ms',
    isRate: false,
    purpose: 'call',
    takesTurns: false,
    rounds: 1,
    async turn({ open, sizes }) {
      const times: number[] = [];
      for (let i = 0; i < sizes.starts; i++) times.push(await startTogether(open, 1));
      return { value: quantile(times, 0.5) };
    },
  },
  {
    name: 'script',
    title: 'a script with one call, whole process',
    unit: 'ms',
    isRate: false,
    purpose: 'call',
    takesTurns: false,
    isScript: true,
    rounds: 2,
    async turn({ script }) {
      const began = performance.now();
      await script();
      return { value: performance.now() - began };
    },
  },
  {
    name: 'ten',
    title: 'ten started together',
    unit: 'ms',
    isRate: false,
    purpose: 'call',
    takesTurns: false,
    opensMany: true,
    rounds: 1 / 3,
    turn: async ({ open, sizes }) => ({ value: await startTogether(open, sizes.together) }),
  },
  sequentialRow('sequential', 'sequential call', 'call', 'add'),
  sequentialRow('async', 'sequential async call', 'async', 'add_later'),
  parallelRow('parallel', '`Promise.all`', 'call', 'add'),
  parallelRow('together', '`Promise.all` of async calls', 'async', 'add_later'),
  {
    name: 'text',
    title: '10 MB of text echoed',
    unit: 'MB/s',
    isRate: true,
    purpose: 'call',
    takesTurns: false,
    rounds: 1,
    turn: async ({ session, sizes }) => echo(await session(), text(sizes.textBytes)),
  },
  {
    name: 'records',
    title: '100,000 records echoed',
    unit: 'MB/s',
    isRate: true,
    purpose: 'records',
    takesTurns: false,
    rounds: 1,
    turn: async ({ session, sizes }) => echo(await session(), records(sizes.records)),
  },
  bytesRow('bytes', '64 MB of bytes echoed', bytes),
  bytesRow('arrays', '64 MB of Float64Array through numpy', numbers),
  bytesRow('ssh', '64 MB of bytes echoed through ssh', bytes),
  nestedRow('nested', 'a nested level', true),
  nestedRow('nested-anywhere', 'a nested level, on any core', false),
  objectRow('chain', 'a chain of ten links'),
  objectRow('property', 'a property of an object'),
  objectRow('handle', 'a handle, created and released'),
  objectRow('show', 'a host function called with an object'),
  {
    name: 'output',
    title: '100 MB printed',
    unit: 'MB/s',
    isRate: true,
    purpose: 'output',
    takesTurns: false,
    rounds: 1 / 2,
    async turn({ session: own, sizes: { printedLines } }) {
      const session = await own();
      const began = performance.now();
      strictEqual(await session.call('print_much', printedLines), printedLines * 1_000);
      return { value: printedLines / (performance.now() - began) };
    },
  },
];

/** What goes there and comes back as a whole, as bytes. */
function bytesRow(
  name: 'bytes' | 'arrays' | 'ssh',
  title: string,
  make: (length: number) => Uint8Array | Float64Array,
): Row {
  return {
    name,
    title,
    unit: 'ms',
    isRate: false,
    purpose: name,
    takesTurns: false,
    rounds: 1,
    patience: 60_000,
    async turn({ session: own, sizes }) {
      const session = await own();
      const value = make(sizes.bytes);
      globalThis.gc?.();
      const began = performance.now();
      const answer = await session.call('same', value);
      const time = performance.now() - began;
      strictEqual((answer as object).constructor, value.constructor);
      strictEqual(Buffer.compare(octets(answer as typeof value), octets(value)), 0);
      return { value: time };
    },
  };
}

/** Calls within calls, on one core or wherever the scheduler puts the two sides. */
function nestedRow(name: string, title: string, takesTurns: boolean): Row {
  return {
    name,
    title,
    unit: 'µs',
    isRate: false,
    purpose: 'nested',
    takesTurns,
    rounds: 1,
    async turn({ session: own, sizes: { levels, nestedCalls } }) {
      const session = await own();
      const microseconds = await medianTime(nestedCalls, levels, () => session.call('down', levels));
      return { value: microseconds / levels };
    },
  };
}

/** Calls of a function that adds, one after the other. */
function sequentialRow(name: string, title: string, purpose: Purpose, add: string): Row {
  return {
    name,
    title,
    unit: 'µs',
    isRate: false,
    purpose,
    takesTurns: true,
    rounds: 1,
    async turn({ session: own, sizes: { calls } }) {
      const session = await own();
      const times = new Array<number>(calls);
      for (let i = 0; i < calls; i++) {
        const began = performance.now();
        const sum = await session.call(add, i, 2);
        times[i] = performance.now() - began;
        strictEqual(sum, i + 2);
      }
      return { value: quantile(times, 0.5) * 1_000, p99: quantile(times, 0.99) * 1_000 };
    },
  };
}

/** Calls of a function that adds, all at once. */
function parallelRow(name: string, title: string, purpose: Purpose, add: string): Row {
  return {
    name,
    title,
    unit: 'calls/s',
    isRate: true,
    purpose,
    takesTurns: false,
    rounds: 1,
    async turn({ session: own, sizes: { parallel, bursts } }) {
      const session = await own();
      const times: number[] = [];
      for (let burst = 0; burst < bursts; burst++) {
        const began = performance.now();
        const sums = await Promise.all(Array.from({ length: parallel }, (_, i) => session.call(add, i, 2)));
        times.push(performance.now() - began);
        sums.forEach((sum, i) => {
          strictEqual(sum, i + 2);
        });
      }
      return { value: (parallel / quantile(times, 0.5)) * 1_000 };
    },
  };
}

/** Something that is done with an object there, one after the other. */
function objectRow(name: string, title: string): Row {
  return {
    name,
    title,
    unit: 'µs',
    isRate: false,
    purpose: 'objects',
    takesTurns: true,
    rounds: 1 / 2,
    async turn({ session: own, sizes: { calls } }) {
      const session = await own();
      return { value: await medianTime(calls / 2, SIZE, () => session.call(name)) };
    },
  };
}

/** How long each of so many calls in a row takes, the median, in µs; each has to come to `result`. */
async function medianTime(count: number, result: unknown, call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    strictEqual(await call(), result);
    times.push(performance.now() - began);
  }
  return quantile(times, 0.5) * 1_000;
}

export function rowNamed(name: string): Row {
  return ROWS.find((row) => row.name === name) as Row;
}

/** How long it takes until sessions that are opened at once have all answered, in ms. */
async function startTogether(open: () => Promise<Session>, count: number): Promise<number> {
  const began = performance.now();
  const sessions = await Promise.all(
    Array.from({ length: count }, async () => {
      const session = await open();
      strictEqual(await session.call('add', 1, 2), 3);
      return session;
    }),
  );
  const time = performance.now() - began;
  await Promise.all(sessions.map((session) => session.close()));
  return time;
}

async function echo(session: Session, value: unknown): Promise<Figures> {
  const bytes = Buffer.byteLength(JSON.stringify(value));
  globalThis.gc?.();
  const began = performance.now();
  const answer = await session.call('same', value);
  const seconds = (performance.now() - began) / 1_000;
  deepStrictEqual(answer, value);
  return { value: bytes / 1e6 / seconds };
}

/** The value below which this share of the values is. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number];
  return low + (high - low) * (place - Math.floor(place));
}
