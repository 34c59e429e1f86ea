import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import type { Bond } from '../../bond/bond.js';
import { makeBond } from '../../bond/make-bond.js';
import type { BondOptions } from '../../common/options.js';
import { NODE } from '../../common/runtime.js';
import { textOf } from '../../common/thrown.js';
import { queryDriver } from '../../drivers/driver.js';
import type { Driver, Feature } from '../../drivers/manifest.js';
import type { Check, Kit } from './check.js';
import { carries } from './checks/carries.js';
import { concurrent } from './checks/concurrent.js';
import { converts } from './checks/converts.js';
import { interrupts } from './checks/interrupts.js';
import { loads } from './checks/loads.js';
import { octets } from './checks/octets.js';
import { refers } from './checks/refers.js';
import { speaks } from './checks/speaks.js';
import { stacks } from './checks/stacks.js';
import { streams } from './checks/streams.js';
import { Code } from './code.js';
import { replyOrStop } from './first-requests.js';
import { LastRequest } from './last-request.js';
import { LEVELS, type Level } from './level.js';
import { missingWords, type Words } from './words.js';

/** Every check there is, from the least a driver can do to the most. */
export const checks: readonly Check[] = [
  ...speaks,
  ...streams,
  ...interrupts,
  ...refers,
  ...converts,
  ...loads,
  ...concurrent,
  ...carries,
  ...octets,
  ...stacks,
];

/** Features that most languages cannot have, or have no need of: of a driver without them, nothing is asked. */
const FOR_SOME: readonly Feature[] = ['text', 'concurrent'];

/** What came of a check. */
export interface Outcome {
  readonly check: Check;
  /** `undeclared` if the driver does not declare a feature that the check needs, or `conformance.json` lacks words for it. */
  readonly state: 'holds' | 'fails' | 'undeclared';
  /** Why it fails, or which features or words are missing. */
  readonly reason?: string;
}

/** The checks of a level and of those before it. */
export function checksUpTo(level: Level): Check[] {
  const last = LEVELS.indexOf(level);
  return checks.filter((check) => LEVELS.indexOf(check.level) <= last);
}

/** What a driver is tried with. */
export interface Trial {
  readonly lang: string;
  readonly words: Words;
  /** The interpreter to use: the first that the driver finds, if not given. */
  readonly command?: readonly string[];
  readonly options?: BondOptions;
  /** How long a check may take, in ms, before it counts as a hang: 60,000 if not given. */
  readonly hang?: number;
}

/** Runs checks one after the other, and gives what comes of each as soon as it is known. */
export async function* conform(trial: Trial, list: readonly Check[]): AsyncGenerator<Outcome> {
  const bench = new Bench(trial);
  const declared = await bench.declaredFeatures();
  for (const check of list) {
    const features = (check.needs ?? []).filter((feature) => !declared.has(feature));
    if (features.some((feature) => FOR_SOME.includes(feature))) continue;
    const missing = [
      ...features,
      ...missingWords(trial.words, check.level).map((name) => `${name} in conformance.json`),
    ];
    if (missing.length > 0) yield { check, state: 'undeclared', reason: missing.join(', ') };
    else yield await outcomeOf(check, trial, bench);
  }
  await bench.end();
}

/** A bond that serves one check after the other. */
interface Shared {
  readonly bond: Bond;
  /** Where its output goes: to what the check that has it gives. */
  readonly output: Pick<BondOptions, 'stdout' | 'stderr'>;
  /** What it was opened with: a check that asks for the same may have it. */
  readonly name: string;
}

function nameOf(options: BondOptions, blocks: readonly string[]): string {
  return JSON.stringify([options, blocks]);
}

/** What checks are done with: a bond goes on from one that holds to the next that asks for the same. */
class Bench {
  readonly log = new LastRequest();
  readonly #trial: Trial;
  /** Bonds that wait for the next check, by their names. */
  readonly #waiting = new Map<string, Shared>();

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  /** What the driver says that it can do, once it has started, and has replied to what every check begins with. */
  async declaredFeatures(): Promise<ReadonlySet<Feature>> {
    const bare = await this.open({}, []);
    await replyOrStop(bare.bond.eval('1'));
    this.giveBack(bare);
    const defined = await replyOrStop(this.open({}, [this.#trial.words.functions]));
    if (defined) this.giveBack(defined);
    return bare.bond.features;
  }

  /** A bond in which blocks of code have been run: one that was given back, if there is one. */
  async open({ stdout, stderr, ...options }: BondOptions, blocks: readonly string[]): Promise<Shared> {
    const name = nameOf(options, blocks);
    const known = this.#take(name);
    const { bond, output } = known ?? this.#take(nameOf(options, [])) ?? (await this.#start(options));
    Object.assign(output, { stdout, stderr });
    if (!known) await runAll(bond, blocks);
    return { name, bond, output };
  }

  #take(name: string): Shared | undefined {
    const shared = this.#waiting.get(name);
    this.#waiting.delete(name);
    return shared;
  }

  async #start(options: BondOptions): Promise<Omit<Shared, 'name'>> {
    const output = {};
    return { output, bond: await this.openBare({ ...options, ...passOn(output) }) };
  }

  async openNew(options: BondOptions, blocks: readonly string[]): Promise<Bond> {
    const bond = await this.openBare(options);
    await runAll(bond, blocks);
    return bond;
  }

  openBare(options: BondOptions): Promise<Bond> {
    return openBond(this.#trial, { logfile: this.log, ...options });
  }

  /** Keeps a bond for the next check, unless it ends. */
  giveBack(shared: Shared): void {
    const { name, bond, output } = shared;
    Object.assign(output, { stdout: undefined, stderr: undefined });
    this.#waiting.set(name, shared);
    void bond.closed.then(() => {
      if (this.#waiting.get(name) === shared) this.#waiting.delete(name);
    });
  }

  async end(): Promise<void> {
    await Promise.all([...this.#waiting.values()].map(({ bond }) => bond.kill()));
  }
}

async function runAll(bond: Bond, blocks: readonly string[]): Promise<void> {
  for (const block of blocks) await bond.evalBlock(block);
}

/** Gives what a bond prints to what `output` holds at that time, if that is a function. */
function passOn(output: Shared['output']): Shared['output'] {
  const to = (name: 'stdout' | 'stderr') => (chunk: Buffer) => {
    const take = output[name];
    if (typeof take === 'function') take(chunk);
  };
  return { stdout: to('stdout'), stderr: to('stderr') };
}

async function outcomeOf(check: Check, trial: Trial, bench: Bench): Promise<Outcome> {
  const { log } = bench;
  log.forget();
  const [kit, end] = makeKit(trial, bench);
  let holds = false;
  const { hang: patience = 60_000 } = trial;
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${patience / 1000} s`)), patience);
  });
  try {
    await Promise.race([check.run(kit), hang]);
    holds = true;
    return { check, state: 'holds' };
  } catch (error) {
    const last = log.text && `; the last request: ${log.text}`;
    return { check, state: 'fails', reason: `${textOf(error)}${last}` };
  } finally {
    clearTimeout(timer);
    await end(holds);
  }
}

function makeKit(trial: Trial, bench: Bench): [kit: Kit, end: (holds: boolean) => Promise<void>] {
  const bonds: Bond[] = [];
  const folders: string[] = [];
  let shared: Shared | undefined;
  const remember = async (opened: Promise<Bond>): Promise<Bond> => {
    const bond = await opened;
    bonds.push(bond);
    return bond;
  };
  const kit: Kit = {
    lang: trial.lang,
    words: trial.words,
    code: new Code(trial.words),
    openBare: (options = {}) => remember(bench.openBare(options)),
    open: async (options = {}, ...more) => {
      if (shared) return kit.openNew(options, ...more);
      shared = await bench.open(options, [trial.words.functions, ...more]);
      return shared.bond;
    },
    openNew: (options = {}, ...more) => remember(bench.openNew(options, [trial.words.functions, ...more])),
    printedBy: async (args) => (await promisify(execFile)(commandOf(trial), [...args])).stdout,
    unusedPath: () => {
      folders.push(mkdtempSync(join(tmpdir(), 'bond-conform-')));
      // On Windows, a backslash would escape what stands behind it in code.
      return join(folders.at(-1) as string, 'file').replaceAll(sep, '/');
    },
  };
  const end = async (holds: boolean): Promise<void> => {
    if (shared && holds) bench.giveBack(shared);
    else if (shared) bonds.push(shared.bond);
    await Promise.all(bonds.map((bond) => bond.kill()));
    for (const folder of folders) rmSync(folder, { recursive: true });
  };
  return [kit, end];
}

function openBond({ lang, command, options }: Trial, more: BondOptions): Promise<Bond> {
  return makeBond(lang, command, [], { stdout: 'ignore', stderr: 'ignore', ...options, ...more });
}

/** The program that is started: what stands in front of its arguments. */
function commandOf({ lang, command }: Trial): string {
  const [first] = command ?? (queryDriver(lang) as Driver).commands;
  return first === 'process.execPath' || first === undefined ? NODE : first;
}
