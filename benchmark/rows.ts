// What is measured, a row of the table each.

import { deepStrictEqual, strictEqual } from 'node:assert';
import type { Contestant, Purpose, Session } from './contestants.js';
import type { Language } from './languages.js';

/** How much is done in one turn. */
export interface Sizes {
  readonly starts: number;
  readonly calls: number;
  readonly parallel: number;
  readonly textBytes: number;
  readonly records: number;
  readonly levels: number;
  readonly nestedCalls: number;
}

export const FULL: Sizes = {
  starts: 3,
  calls: 2_000,
  parallel: 5_000,
  textBytes: 10_000_000,
  records: 100_000,
  levels: 100,
  nestedCalls: 20,
};

/** What one turn has given. */
export interface Figures {
  /** What the row compares, in its unit. */
  readonly value: number;
  /** The slowest in a hundred, where many are timed one by one. */
  readonly p99?: number;
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
  /** One turn. A session is there already, except where opening it is what is measured. */
  turn(session: Session, sizes: Sizes): Promise<Figures>;
}

/** Opening a session is what this row measures: it has none of its own between turns. */
export const START = 'start';

export async function startTurn(contestant: Contestant, language: Language, { starts }: Sizes): Promise<Figures> {
  const times: number[] = [];
  for (let i = 0; i < starts; i++) {
    const began = performance.now();
    const session = await contestant.open(language, 'call');
    strictEqual(await session.call('add', 1, 2), 3);
    times.push(performance.now() - began);
    await session.close();
  }
  return { value: quantile(times, 0.5) };
}

export const ROWS: readonly Row[] = [
  {
    name: START,
    title: 'start to first answer',
    unit: 'ms',
    isRate: false,
    purpose: 'call',
    takesTurns: false,
    turn: () => Promise.reject(new Error('a start has no session')),
  },
  {
    name: 'sequential',
    title: 'sequential call',
    unit: 'µs',
    isRate: false,
    purpose: 'call',
    takesTurns: true,
    async turn(session, { calls }) {
      const times = new Array<number>(calls);
      for (let i = 0; i < calls; i++) {
        const began = performance.now();
        const sum = await session.call('add', i, 2);
        times[i] = performance.now() - began;
        strictEqual(sum, i + 2);
      }
      return { value: quantile(times, 0.5) * 1_000, p99: quantile(times, 0.99) * 1_000 };
    },
  },
  {
    name: 'parallel',
    title: '`Promise.all`',
    unit: 'calls/s',
    isRate: true,
    purpose: 'call',
    takesTurns: false,
    async turn(session, { parallel }) {
      const began = performance.now();
      const sums = await Promise.all(Array.from({ length: parallel }, (_, i) => session.call('add', i, 2)));
      const seconds = (performance.now() - began) / 1_000;
      sums.forEach((sum, i) => {
        strictEqual(sum, i + 2);
      });
      return { value: parallel / seconds };
    },
  },
  {
    name: 'text',
    title: '10 MB of text echoed',
    unit: 'MB/s',
    isRate: true,
    purpose: 'call',
    takesTurns: false,
    turn: (session, { textBytes }) => echo(session, text(textBytes)),
  },
  {
    name: 'records',
    title: '100,000 records echoed',
    unit: 'MB/s',
    isRate: true,
    purpose: 'call',
    takesTurns: false,
    turn: (session, sizes) => echo(session, records(sizes.records)),
  },
  {
    name: 'nested',
    title: 'a nested level',
    unit: 'µs',
    isRate: false,
    purpose: 'nested',
    takesTurns: true,
    async turn(session, { levels, nestedCalls }) {
      const times: number[] = [];
      for (let i = 0; i < nestedCalls; i++) {
        const began = performance.now();
        strictEqual(await session.call('down', levels), levels);
        times.push(performance.now() - began);
      }
      return { value: (quantile(times, 0.5) / levels) * 1_000 };
    },
  },
];

async function echo(session: Session, value: unknown): Promise<Figures> {
  const bytes = Buffer.byteLength(JSON.stringify(value));
  globalThis.gc?.();
  const began = performance.now();
  const answer = await session.call('same', value);
  const seconds = (performance.now() - began) / 1_000;
  deepStrictEqual(answer, value);
  return { value: bytes / 1e6 / seconds };
}

/** Prose with what prose has: lines, quotes, and a letter beyond ASCII now and then. */
export function text(bytes: number): string {
  const sentence = 'It was a "dark" and stormy night; the rain fell in torrents, except at occasional intervals.\n';
  const page = `${sentence.repeat(9)}À bientôt, said the façade of the café, and nothing more was heard of it for a while.\n`;
  return page.repeat(Math.ceil(bytes / page.length)).slice(0, bytes);
}

/** Rows as they come out of a table. */
export function records(count: number): object[] {
  return Array.from({ length: count }, (_, i) => ({ id: i, name: `name ${i}`, price: i + 0.25, active: i % 2 === 0 }));
}

/** The value below which this share of the values is. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number];
  return low + (high - low) * (place - Math.floor(place));
}
