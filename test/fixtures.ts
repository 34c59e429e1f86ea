import { spawnSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeEach, expect } from 'vitest';
import {
  type Bond,
  type BondOptions,
  makeBond,
  makePool,
  type Pool,
  type PoolOptions,
  queryDriver,
} from '../src/index.js';
import type { Extent } from './extent.js';
import { onTestFinished } from './finish.js';
import { CLOSE_PATIENCE } from './patience.js';

/** The languages that there are drivers for. */
export const everyLanguage = ['PHP', 'Perl', 'Python', 'JavaScript'] as const;
export type Language = (typeof everyLanguage)[number];

/** Those, and the languages for which only the suite of every language and the kit have words. */
export const everySuiteLanguage = [...everyLanguage, 'Ruby', 'Lua', 'R'] as const;
export type SuiteLanguage = (typeof everySuiteLanguage)[number];

/** Those, and languages in which a call is not written `f(x)`, and a value has no type: the kit is their suite. */
export const everyKitLanguage = [...everySuiteLanguage, 'Tcl'] as const;
export type KitLanguage = (typeof everyKitLanguage)[number];

const chosen = (process.env.ONLY ?? '').split(',').filter((lang) => lang !== '');

/** The languages that the suites run on: those in `ONLY`, if that is set. */
export const languages = everyLanguage.filter((lang) => chosen.length === 0 || chosen.includes(lang));

/** The languages that the suite of every language runs on. */
export const suiteLanguages = everySuiteLanguage.filter((lang) => chosen.length === 0 || chosen.includes(lang));

/** The languages of a suite that a check shows in the first four, and a release in all. */
export const wholeLanguages = suiteLanguages.filter(
  (lang) => (languages as readonly string[]).includes(lang) || process.env.RELEASE || chosen.length > 0,
);

/** The languages that the kit runs on. */
export const kitLanguages = everyKitLanguage.filter((lang) => chosen.length === 0 || chosen.includes(lang));

/** Those, and languages that only the kit has words for. */
export const wholeKitLanguages = kitLanguages.filter(
  (lang) => (wholeLanguages as readonly string[]).includes(lang) || process.env.RELEASE || chosen.length > 0,
);

/** A bond like one of `makeBond`, which is closed when the test is over; what it prints goes nowhere by default. */
export async function openBond(
  lang: string,
  cmd?: string | readonly string[] | BondOptions,
  args: readonly string[] = [],
  options: BondOptions = {},
): Promise<Bond> {
  const isCommand = typeof cmd === 'string' || Array.isArray(cmd);
  const bond = isCommand
    ? await makeBond(lang, cmd as string | readonly string[], args, { ...quiet, ...options })
    : await makeBond(lang, undefined, args, { ...quiet, ...(cmd as BondOptions | undefined), ...options });
  onTestFinished(() => endBond(bond));
  return bond;
}

/** Where what a bond prints goes, unless a test wants to see it. */
const quiet: BondOptions = { stdout: 'ignore', stderr: 'ignore' };

/** A suite of tests, to be shown by a program. */
export interface Suite<Lang extends SuiteLanguage = Language> {
  readonly lang: Lang;
  readonly find: () => string;
  readonly defaults?: BondOptions;
  /** How much of it; everything by default. */
  readonly extent?: Extent;
  /** Whether conform.test.ts runs the checks for drivers on it as well, with the same options. */
  readonly isInKit?: boolean;
  /** What it lacks, beside others of its language. */
  readonly lacks?: readonly string[];
  /** Whether tests without options of their own use one interpreter after the other: to start one takes longer than most. */
  readonly isShared?: boolean;
}

/** Opens bonds for the tests of a suite, in which some functions are defined. */
export function opener({ lang, find, defaults, isShared }: Suite<SuiteLanguage>, functions: string) {
  async function define(bond: Bond): Promise<Bond> {
    await bond.evalBlock(functions);
    return bond;
  }
  const borrow = lendBonds(async () => define(await makeBond(lang, [find()], [], { ...quiet, ...defaults })));

  return async (options?: BondOptions): Promise<Bond> =>
    isShared && !options ? borrow() : define(await openBond(lang, [find()], [], { ...defaults, ...options }));
}

/**
 * Opens bonds like `openBond`, and lends the same one to test after test as long as they ask for nothing special and it
 * lasts: to start an interpreter takes longer than most tests. What a test leaves in it must not matter to others.
 */
export function lender(lang: string): (options?: BondOptions, args?: readonly string[]) => Promise<Bond> {
  const borrow = lendBonds(() => makeBond(lang, undefined, [], quiet));
  return async (options, args = []) =>
    options || args.length > 0 ? openBond(lang, undefined, args, options) : borrow();
}

/** Lends a bond to one test after the other, as long as it lasts. */
function lendBonds(open: () => Promise<Bond>): () => Promise<Bond> {
  let idle: Bond | undefined;
  afterAll(() => idle && endBond(idle));

  return async () => {
    const bond = idle ?? (await open());
    idle = undefined;
    let isOver = false;
    void bond.closed.then(() => {
      isOver = true;
    });
    onTestFinished(async ({ task }) => {
      if (task.result?.state === 'pass' && !idle && !isOver) idle = bond;
      else await endBond(bond);
    });
    return bond;
  };
}

/**
 * A bond for all tests of a suite that leave nothing behind in it, in which `code` has been run. It is opened when the
 * first of them asks for it, and closed behind the last.
 */
export function shareBond(
  lang: string,
  options: BondOptions = {},
  code = '',
  cmd?: string | readonly string[],
): () => Promise<Bond> {
  let shared: Promise<Bond> | undefined;
  afterAll(async () => {
    if (shared) await endBond(await shared);
  });
  const open = async (): Promise<Bond> => {
    const bond = await makeBond(lang, cmd, [], { ...quiet, ...options });
    await bond.evalBlock(code);
    return bond;
  };
  return () => {
    shared ??= open();
    return shared;
  };
}

async function endBond(bond: Bond): Promise<void> {
  const timer = setTimeout(() => void bond.kill(), CLOSE_PATIENCE);
  await bond.close();
  clearTimeout(timer);
}

/** A pool that is ended when the test is over; what it prints goes nowhere by default. */
export async function openPool(lang: string, options: PoolOptions): Promise<Pool> {
  const pool = await makePool(lang, { stdout: 'ignore', stderr: 'ignore', ...options });
  onTestFinished(() => pool.kill());
  return pool;
}

/** All that an iteration gives. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** The numbers from 0 to the one before `end`. */
export function range(end: number): number[] {
  return Array.from({ length: end }, (_, index) => index);
}

/** Something to give to `stdout` or `stderr`, which keeps what it is given. */
export function collect() {
  const chunks: Buffer[] = [];
  const waiting = new Set<() => void>();
  const bytes = (): Buffer => Buffer.concat(chunks);
  const text = (): string => bytes().toString();
  const once = (isThere: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!isThere()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return {
    stdout: (chunk: Buffer): void => {
      chunks.push(Buffer.from(chunk));
      for (const look of waiting) look();
    },
    bytes,
    text,
    /** Resolves once `expected` is part of what has come. */
    until: (expected: string): Promise<void> => once(() => text().includes(expected)),
    /** Resolves once there is more than `length` characters. */
    untilLonger: (length: number): Promise<void> => once(() => text().length > length),
  };
}

/** What a promise is rejected with, which must be a `type`. */
export async function rejection<E>(promise: Promise<unknown>, type: new (...args: never[]) => E): Promise<E> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) throw new Error(`fulfilled with ${String(outcome.value)}, not rejected`);
  expect(outcome.error).toBeInstanceOf(type);
  return outcome.error as E;
}

/** Asserts that a value is equal to another. Where it is, this takes much less time than what tells the difference. */
export function expectSame(value: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(value, expected)) expect(value).toStrictEqual(expected);
}

/** Asserts that the bond goes on: its session is in step, and answers. */
export async function expectAlive(bond: Bond): Promise<void> {
  expect(await bond.eval('1')).toBe(1);
}

/** Skips the tests of the current suite, aloud, where the interpreter is missing; in CI, they fail. */
export function needsInterpreter(lang: KitLanguage): void {
  needs(() => (hasInterpreter(lang) ? undefined : `${lang}: no interpreter; ${queryDriver(lang).install}`));
}

/** Skips the tests of the current suite, aloud, where something stands in their way; in CI, they fail. */
export function needs(obstacleOf: () => string | undefined): void {
  beforeEach(({ skip }) => {
    const obstacle = obstacleOf();
    if (obstacle) missing(obstacle, skip);
  });
}

const told = new Set<string>();

/** What is to be tested is not there: reason enough to fail in CI, and to skip the test on a laptop. */
export function missing(what: string, skip: (note: string) => void, isRequired = Boolean(process.env.CI)): void {
  if (isRequired) throw new Error(what);
  if (!told.has(what)) console.warn(`SKIPPED: ${what}`);
  told.add(what);
  skip(what);
}

const found = new Map<KitLanguage, boolean>();

/** Whether the interpreter of a language is here. */
export function hasInterpreter(lang: KitLanguage): boolean {
  const known = found.get(lang);
  if (known !== undefined) return known;
  const isFound = queryDriver(lang).commands.some(
    (command) => command === 'process.execPath' || !spawnSync(command, ['--version'], { stdio: 'ignore' }).error,
  );
  found.set(lang, isFound);
  return isFound;
}
