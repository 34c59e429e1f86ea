// Bonds under load, at random, in all languages, with tasks and threads: npm run soak -- [minutes] [--write] [--only <name>] [--lang <language>]
// Prints one line of totals, and exits with 1 if anything was wrong, hung, or left behind. `--write` puts that line into
// docs/reliability.md. Each complaint has the name of what failed: `--only` runs that alone, with the same decisions.

import { AsyncLocalStorage } from 'node:async_hooks';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  type Bond,
  BondException,
  type BondOptions,
  makeBond,
  queryDriver,
  RemoteException,
  TerminatedException,
  TimeoutException,
} from '../src/index.js';
import { writtenPart } from './page.js';
import { randomNumbersFor, SEED } from './seeds.js';
import { words } from './words.js';

type Language = keyof typeof words;

const { values: options, positionals } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    only: { type: 'string' },
    lang: { type: 'string', multiple: true },
  },
  allowPositionals: true,
});

/** Those that can be interrupted, as much here needs it. */
const LANGUAGES = (Object.keys(words) as Language[]).filter(
  (lang) => queryDriver(lang).features?.includes('interrupt') && (options.lang?.includes(lang) ?? true),
);
/** How many bonds are at work at a time. */
const SIDE_BY_SIDE = 6;
/** How long anything may take until it counts as hung, in ms. */
const HANG = 30_000;

const totals = {
  bonds: 0,
  calls: 0,
  kills: 0,
  interrupts: 0,
  aborts: 0,
  timeouts: 0,
  noiseBytes: 0,
  badMessages: 0,
  failedSetUps: 0,
};
const complaints: string[] = [];

/** What something random draws from: no other takes numbers from the same source, so it decides the same in each run. */
class Chance {
  readonly #name: string;
  readonly #next: () => number;

  constructor(name: string) {
    this.#name = name;
    this.#next = randomNumbersFor(SEED, name);
  }

  /** A whole number from 0, below `limit`. */
  upTo(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.upTo(list.length)] as T;
  }

  text(length: number): string {
    return Array.from({ length }, () => String.fromCharCode(32 + this.upTo(95))).join('');
  }

  /** For what runs beside it. */
  apart(purpose: string | number): Chance {
    return new Chance(`${this.#name} ${purpose}`);
  }
}

/** The name of what is under way, for `--only`. */
const underWay = new AsyncLocalStorage<string>();

function expect(isRight: boolean, what: string): void {
  if (isRight) return;
  const name = underWay.getStore();
  const replay = name === undefined ? `SEED=${SEED}` : `SEED=${SEED} npm run soak -- --only ${name}`;
  complaints.push(`${what}\n  Replay: ${replay}`);
}

function complain(error: Error): void {
  expect(false, `wrong: thrown where nothing may be: ${error.stack}`);
}

/** The outcome of something that has to end in time. */
async function outcome(what: string, promise: Promise<unknown>): Promise<unknown> {
  const late = Symbol(what);
  const timer = new AbortController();
  const settled = promise.catch((error: unknown) => error);
  const result = await Promise.race([settled, sleep(HANG, late, { signal: timer.signal }).catch(() => late)]);
  timer.abort();
  expect(result !== late, `hung: ${what}`);
  return result;
}

async function expectValue(what: string, promise: Promise<unknown>, value: unknown): Promise<void> {
  totals.calls++;
  const result = await outcome(what, promise);
  const shown = result instanceof Error ? result.message : JSON.stringify(result);
  expect(JSON.stringify(result) === JSON.stringify(value), `wrong: ${what} gave ${shown?.slice(0, 200)}`);
}

async function expectError(
  what: string,
  promise: Promise<unknown>,
  type: new (...args: never[]) => Error,
): Promise<void> {
  totals.calls++;
  const result = await outcome(what, promise);
  expect(result instanceof type, `wrong: ${what} gave ${String(result).slice(0, 200)}, no ${type.name}`);
}

/** A bond with the functions of the suites; its output is counted, and otherwise ignored. */
async function open(lang: Language, options: BondOptions = {}): Promise<{ bond: Bond; heard: () => number }> {
  let heard = 0;
  const stdout = (chunk: Buffer): void => {
    heard += chunk.length;
  };
  const bond = await makeBond(lang, { stdout, stderr: 'ignore', ...options });
  totals.bonds++;
  await bond.evalBlock(words[lang].functions);
  return { bond, heard: () => heard };
}

// ---- What is done with a bond

interface Life {
  readonly bond: Bond;
  /** How many bytes of output have come. */
  readonly heard: () => number;
  readonly chance: Chance;
}

/** Calls of all kinds, side by side, with functions of the host that call back, throw, and come late. */
async function converse({ bond, chance }: Life): Promise<void> {
  await bond.export(async (x: number) => {
    if (x % 5 === 0) await sleep(chance.apart(x).upTo(3));
    if (x % 7 === 0) throw new RangeError(`no ${x}`);
    if (x % 3 === 0) void bond.call('twice', x); // and is not awaited
    return x % 2 === 0 ? bond.call('twice', x) : x;
  }, 'host');
  const expected = (x: number): unknown => (x % 7 === 0 ? `no ${x}` : x % 2 === 0 ? 2 * x : x);
  const calls = Array.from({ length: 20 + chance.upTo(200) }, (_, index) => {
    const text = chance.text(chance.upTo(2000));
    if (index % 10 === 0) return expectError('boom', bond.call('boom', text), RemoteException);
    if (index % 4 === 0) return expectValue(`caught(${index})`, bond.call('caught', index), expected(index));
    return expectValue('same', bond.call('same', [index, text]), [index, text]);
  });
  await Promise.all(calls);
}

/** Noise on standard output, also of a process in the background, while answers go through. */
async function makeNoise({ bond, heard, chance }: Life): Promise<void> {
  const say = words[bond.lang as Language];
  const before = heard();
  const size = 1 + chance.upTo(2_000_000);
  const noise = bond.evalBlock(say.run(`head -c ${size} /dev/urandom & head -c ${size} /dev/zero; wait`));
  const text = 'x'.repeat(chance.upTo(300_000));
  await Promise.all([expectValue('noise', noise, undefined), expectValue('same', bond.call('same', text), text)]);
  expect(heard() - before === 2 * size, `lost: ${heard() - before} of ${2 * size} bytes of noise`);
  totals.noiseBytes += 2 * size;
}

/** Sometimes stops the process for a moment, as a busy machine does: what is sent to it then, signals too, comes late. */
function stall({ bond, chance }: Life): void {
  if (chance.upTo(3) > 0) return;
  process.kill(bond.pid, 'SIGSTOP');
  setTimeout(() => process.kill(bond.pid, 'SIGCONT'), chance.upTo(400));
}

async function interrupt(life: Life): Promise<void> {
  const { bond, chance } = life;
  const say = words[bond.lang as Language];
  const stopped = expectError('interrupted', bond.evalBlock(chance.pick([say.loop, say.sleep])), RemoteException);
  await sleep(chance.upTo(30));
  stall(life);
  await bond.interrupt();
  await stopped;
  totals.interrupts++;
}

async function abort(life: Life): Promise<void> {
  const { bond, chance } = life;
  const say = words[bond.lang as Language];
  const controller = new AbortController();
  const call = bond.with({ signal: controller.signal }).evalBlock(chance.pick([say.loop, say.sleep]));
  const aborted = expectError('aborted', call, TimeoutException);
  await sleep(chance.upTo(30));
  stall(life);
  controller.abort();
  await aborted;
  await expectValue('after an abort', bond.eval('1'), 1);
  totals.aborts++;
}

async function timeOut(life: Life): Promise<void> {
  const { bond, chance } = life;
  const call = bond.with({ timeout: 1 + chance.upTo(50) }).evalBlock(words[bond.lang as Language].sleep);
  await expectError('timed out', call, TimeoutException);
  stall(life);
  await bond.interrupt();
  await expectValue('after a time-out', bond.eval('1'), 1);
  totals.timeouts++;
}

/** Ends a process. R handles SIGSEGV itself, with functions that no signal handler may call, and often hangs there. */
function endProcess({ bond, chance }: Life): void {
  const crash = bond.lang === 'R' ? 'SIGABRT' : 'SIGSEGV';
  process.kill(bond.pid, chance.pick(['SIGKILL', crash, 'SIGTERM'] as const));
}

/** Ends the interpreter in the middle of calls: each has its answer by then, or is told. */
async function killIt(life: Life): Promise<void> {
  const { bond, chance } = life;
  const calls = Array.from({ length: chance.upTo(50) }, (_, index) => bond.call('same', index));
  calls.push(bond.evalBlock(words[bond.lang as Language].loop));
  const outcomes = Promise.all(calls.map((call) => outcome('killed', call)));
  await sleep(chance.upTo(20));
  endProcess(life);
  for (const [index, result] of (await outcomes).entries()) {
    expect(result === index || result instanceof TerminatedException, `wrong: killed call gave ${String(result)}`);
  }
  totals.calls += calls.length;
  totals.kills++;
}

// ---- Tasks and threads

/** Those whose calls can run side by side. */
const WITH_TASKS = ['Python', 'JavaScript'] as const;
const TASK_LANGUAGES = WITH_TASKS.filter((lang) => LANGUAGES.includes(lang));

const TASK_FUNCTIONS = {
  Python: `
import asyncio, time
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(8)
async def same_later(x, ms):
    await asyncio.sleep(ms / 1000.0)
    return x
async def boom_later(text, ms):
    await asyncio.sleep(ms / 1000.0)
    raise ValueError(text)
async def asked(x): return await host(x)
async def asked_together(items): return await asyncio.gather(*[host(x) for x in items])
def waited(x): return host(x)
async def below(x):
    await asyncio.sleep(0)
    return waited(x)
async def in_threads(items):
    loop = asyncio.get_running_loop()
    return await asyncio.gather(*[loop.run_in_executor(pool, host, x) for x in items])
def from_threads(items): return list(pool.map(host, items))
async def left(x):
    global task
    task = asyncio.get_running_loop().create_task(asked(x))
    return x
async def say(text):
    print(text, end='')
    await asyncio.sleep(0.001)
    print(text, end='')
async def forever(): await asyncio.sleep(1000)
`,
  JavaScript: `
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const same_later = async (x, ms) => { await pause(ms); return x; };
const boom_later = async (text, ms) => { await pause(ms); throw new RangeError(text); };
const asked = async (x) => host.awaited(x);
const asked_together = async (items) => Promise.all(items.map((x) => host.awaited(x)));
const waited = (x) => host(x);
const below = async (x) => { await pause(0); return waited(x); };
const in_threads = asked_together;
const from_threads = (items) => items.map((x) => host(x));
const left = async (x) => { host.awaited(x).catch(() => {}); return x; };
const say = async (text) => { process.stdout.write(text); await pause(1); process.stdout.write(text); };
const forever = () => pause(1000000);
`,
} as const;

/** Calls of which many wait at a time, by themselves, for functions of the host, and in threads. */
async function converseInTasks({ bond, chance }: Life): Promise<void> {
  // Where JavaScript stands still, perhaps in the middle of a job, it awaits nothing.
  const [deeper, nested] = bond.lang === 'JavaScript' ? ['waited', 'same'] : ['asked', 'same_later'];
  await bond.export(async (x: number) => {
    if (x % 3 === 0) await sleep(chance.apart(x).upTo(4));
    if (x % 5 === 0) return bond.call(deeper, x + 1);
    return x % 2 === 0 ? bond.call(nested, x, x % 3) : x;
  }, 'host');
  const given = (x: number): number => (x % 5 === 0 ? x + 1 : x);
  const calls = Array.from({ length: 20 + chance.upTo(100) }, (_, index) => {
    const items = [index, index + 1, index + 2];
    const together = chance.pick(['asked_together', 'asked_together', 'in_threads', 'from_threads']);
    const alone = chance.pick(['asked', 'asked', 'waited', 'below']);
    const text = chance.text(chance.upTo(1000));
    if (index % 10 === 0) return expectError('boom_later', bond.call('boom_later', text, index % 4), RemoteException);
    if (index % 7 === 0) return expectValue(together, bond.call(together, items), items.map(given));
    if (index % 3 === 0) return expectValue(alone, bond.call(alone, index), given(index));
    if (index % 4 === 0) return expectValue('left', bond.call('left', index), index);
    return expectValue('same_later', bond.call('same_later', [index, text], chance.upTo(5)), [index, text]);
  });
  await Promise.all(calls);
}

/** Each has all that it prints by the time it resolves. */
async function printInTasks({ bond, chance }: Life): Promise<void> {
  const say = async (name: string): Promise<void> => {
    let text = '';
    const call = bond.with({ stdout: (chunk) => (text += chunk) }).call('say', name);
    await outcome('say', call);
    expect(text === name + name, `wrong: ${name} printed ${text.slice(0, 100)}`);
  };
  await Promise.all(Array.from({ length: 1 + chance.upTo(5) }, (_, index) => say(`${index}`)));
}

/** Some are given up, all others go on. */
async function abortTasks({ bond, chance }: Life): Promise<void> {
  const calls = Array.from({ length: 1 + chance.upTo(10) }, async (_, index) => {
    const own = chance.apart(index);
    const call = bond.with({ signal: AbortSignal.timeout(own.upTo(30)) }).call('forever');
    await expectError('aborted task', call, TimeoutException);
    totals.aborts++;
  });
  for (let x = 1; x < 20; x++) {
    calls.push(expectValue('beside aborts', bond.call('same_later', x, chance.upTo(40)), x));
  }
  await Promise.all(calls);
}

async function interruptTasks(life: Life): Promise<void> {
  const { bond, chance } = life;
  const calls = Array.from({ length: 1 + chance.upTo(5) }, () =>
    expectError('interrupted task', bond.call('forever'), RemoteException),
  );
  await sleep(chance.upTo(30));
  await expectValue('beside what waits', bond.eval('1'), 1);
  stall(life);
  await bond.interrupt();
  await Promise.all(calls);
  totals.interrupts++;
  await expectValue('after an interrupt of tasks', bond.call('same_later', 1, 1), 1);
}

async function timeOutInTasks(life: Life): Promise<void> {
  const { bond, chance } = life;
  const call = bond.with({ timeout: 1 + chance.upTo(50) }).call('forever');
  await expectError('timed out task', call, TimeoutException);
  stall(life);
  await bond.interrupt();
  await expectValue('after a time-out of a task', bond.call('same_later', 1, 1), 1);
  totals.timeouts++;
}

/** Ends the interpreter while tasks and threads wait for the host. */
async function killInTasks(life: Life): Promise<void> {
  const { bond, chance } = life;
  await bond.export((x: number) => sleep(chance.apart(x).upTo(20), x), 'host');
  const names = ['asked', 'waited', 'below', 'asked_together', 'in_threads', 'from_threads', 'forever'];
  const calls = Array.from({ length: 1 + chance.upTo(30) }, (_, index) => {
    const name = chance.pick(names);
    const given = name === 'forever' ? [] : [/s$|together/.test(name) ? [index, index] : index];
    return outcome('killed task', bond.call(name, ...given));
  });
  const outcomes = Promise.all(calls);
  await sleep(chance.upTo(30));
  endProcess(life);
  for (const [index, result] of (await outcomes).entries()) {
    const isValue = result === index || JSON.stringify(result) === JSON.stringify([index, index]);
    expect(isValue || result instanceof TerminatedException, `wrong: a killed task gave ${String(result)}`);
  }
  totals.calls += calls.length;
  totals.kills++;
}

const TASK_DEEDS = [converseInTasks, converseInTasks, printInTasks, abortTasks, interruptTasks, timeOutInTasks];

/** The life of a bond whose calls run side by side. */
async function liveWithTasks(chance: Chance): Promise<void> {
  const lang = chance.pick(TASK_LANGUAGES);
  const { bond, heard } = await open(lang, { concurrent: true });
  await bond.evalBlock(TASK_FUNCTIONS[lang]);
  const life = { bond, heard, chance };
  for (let deeds = 1 + chance.upTo(6); deeds > 0; deeds--) await chance.pick(TASK_DEEDS)(life);
  if (chance.upTo(3) === 0) await killInTasks(life);
  await outcome('close', chance.upTo(2) === 0 ? bond.close() : bond.kill());
  await expectError('after the end', bond.eval('1'), TerminatedException);
}

const DEEDS: readonly ((life: Life) => Promise<void>)[] = [converse, converse, makeNoise, interrupt, abort, timeOut];

/** One bond's life. */
async function live(chance: Chance): Promise<void> {
  const { bond, heard } = await open(chance.pick(LANGUAGES));
  const life = { bond, heard, chance };
  for (let deeds = 1 + chance.upTo(6); deeds > 0; deeds--) await chance.pick(DEEDS)(life);
  if (chance.upTo(3) === 0) await killIt(life);
  const left = outcome('close', chance.upTo(2) === 0 ? bond.close() : bond.kill());
  await left;
  await expectError('after the end', bond.eval('1'), TerminatedException);
}

// ---- Peers that are none

const HOSTILE = fileURLToPath(new URL('fixtures/hostile.js', import.meta.url));

/** What a hostile peer says. */
interface Babble {
  /** `+` stands for the mark. */
  readonly print?: string;
  /** `DEEP` stands for 100,000 brackets: too much for a command line. */
  readonly say?: string;
}

const VERBS = ['RETURN', 'EXCEPT', 'ERROR', 'CALL', 'RELEASE', 'INTERRUPTED', 'READY', 'STAGE1', '__proto__', ''];
const NUMBERS = [0, 1, 2, 3, -1, 1e15, '', '01', 'x'];
const PAYLOADS = ['1', '', 'null', '{"__proto__":{"polluted":1}}', '["f",[]]', 'DEEP', '\0', '{"message":1}'];

function babbleOf(chance: Chance): Babble {
  if (chance.upTo(5) === 0) return { print: chance.pick(['noise', '+', '+!', '\x1e', '\xff\n']) };
  return { say: [chance.pick(VERBS), chance.pick(NUMBERS), chance.pick(NUMBERS), chance.pick(PAYLOADS)].join(' ') };
}

/** A peer that breaks the rules: every call ends somehow, and with nothing but what a bond may say. */
async function bearHostility(chance: Chance): Promise<void> {
  const said = Array.from({ length: 1 + chance.upTo(20) }, () => babbleOf(chance));
  const babble = `({ say, print, mark }) => {
    for (const one of ${JSON.stringify(said)}) {
      if (one.print === undefined) say(one.say.replace('DEEP', '['.repeat(1e5)));
      else print(one.print.replace('+', mark));
    }
  }`;
  const command = [process.execPath, HOSTILE, 'session', babble];
  const options: BondOptions = { defArgs: false, protocol: 'JSON', stdout: 'ignore', stderr: 'ignore' };
  const bond = await makeBond('JavaScript', command, [], options);
  totals.bonds++;
  totals.badMessages += said.length;
  const calls = [bond.eval('1'), bond.call('f', 1), bond.export(() => 1, 'f')];
  for (const result of await Promise.all(calls.map((call) => outcome('hostile', call)))) {
    expect(!(result instanceof Error) || result instanceof BondException, `wrong: hostile gave ${String(result)}`);
  }
  expect(!('polluted' in {}), 'wrong: a prototype was touched');
  await outcome('the end of a hostile peer', bond.kill());
}

const NO_INTERPRETERS: readonly (readonly string[])[] = [
  ['false'],
  ['true'],
  ['cat'],
  ['cat', '/dev/zero'],
  ['sh', '-c', 'kill -9 $$'],
  ['sh', '-c', 'head -c 1000000 /dev/urandom; exit 3'],
  ['sleep', '100'],
  ['no-such-program'],
];

async function failToOpen(chance: Chance): Promise<void> {
  const command = chance.pick(NO_INTERPRETERS);
  const opening = makeBond(chance.pick(LANGUAGES), command, [], { defArgs: false, startTimeout: 300 });
  await expectError(`set-up with ${command.join(' ')}`, opening, BondException);
  totals.failedSetUps++;
}

// ---- All of it

/** What this process has of what bonds may leave behind. */
function stock(): { children: number; descriptors: number } {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean).length;
  return { children, descriptors: readdirSync('/proc/self/fd').length };
}

/** Does what has this name: a bond's life, or that of a peer that is none. */
function perform(name: string): Promise<void> {
  const chance = new Chance(name);
  const kind = chance.upTo(10);
  const deed =
    kind === 0 ? bearHostility : kind === 1 ? failToOpen : kind < 5 && TASK_LANGUAGES.length > 0 ? liveWithTasks : live;
  return underWay.run(name, () => deed(chance).catch(complain));
}

async function work(lane: number, until: number): Promise<void> {
  for (let number = 1; performance.now() < until; number++) await perform(`${lane}.${number}`);
}

function show(minutes: number, leftover: number): string {
  const count = (number: number): string => number.toLocaleString('en');
  const hung = complaints.filter((complaint) => complaint.startsWith('hung')).length;
  return [
    `soak, ${minutes} min: ${count(totals.bonds)} bonds, ${count(totals.calls)} calls, ${count(totals.kills)} kills`,
    `${count(totals.interrupts)} interrupts, ${count(totals.aborts)} aborts, ${count(totals.timeouts)} time-outs`,
    `${count(Math.round(totals.noiseBytes / 1e6))} MB of noise, ${count(totals.badMessages)} bad messages`,
    `${count(totals.failedSetUps)} failed set-ups; ${complaints.length - hung} wrong, ${hung} hung, ${leftover} left`,
  ].join(', ');
}

/** The line of this run, and that of the longest one. */
function writeDown(line: string): void {
  const part = writtenPart('docs/reliability.md', 'soak');
  const minutesOf = (text: string): number => Number(/soak, ([\d.]+) min/.exec(text)?.[1] ?? 0);
  const before = part
    .read()
    .split('\n')
    .filter((text) => text.includes('soak, '));
  const longest = [line, ...before.map((text) => text.replace(/^.*(?=soak, )/, ''))];
  longest.sort((one, other) => minutesOf(other) - minutesOf(one));
  part.write(`\`\`\`text\nlast:    ${line}\nlongest: ${longest[0]}\n\`\`\`\n`);
}

const minutes = Number(positionals[0] ?? 1);
process.on('uncaughtException', complain);
await (await open('Perl')).bond.close(); // what is loaded once has been loaded by now
const before = stock();
const end = performance.now() + minutes * 60_000;
if (options.only === undefined) await Promise.all(Array.from({ length: SIDE_BY_SIDE }, (_, lane) => work(lane, end)));
else await perform(options.only);
await sleep(500); // for processes that have been killed to be gone
const after = stock();
const leftover = after.children - before.children + Math.max(0, after.descriptors - before.descriptors);
for (const complaint of complaints.slice(0, 20)) console.error(complaint);
const line = `${show(minutes, leftover)}; seed ${SEED}`;
console.log(line);
if (options.write) writeDown(line);
process.exitCode = complaints.length + leftover > 0 ? 1 : 0;
