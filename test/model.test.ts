import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { RemoteException, TerminatedException, TimeoutException } from '../src/common/errors.js';
import { onTestFinished } from './finish.js';
import { everyLanguage, type Language, languages, needsInterpreter, openBond } from './fixtures.js';
import { effort, patience, shrinkingBriefly } from './fuzzing.js';
import { type Cause, Nesting, type Outcome, Prediction } from './oracle.js';
import { HANG, TEST_HANG } from './patience.js';
import { type Ending, endingsOf, type Root, rootsIn, type Surroundings } from './plans.js';
import {
  type Clock,
  type Conversation,
  type Ended,
  Host,
  isAbortion,
  isEndless,
  isInterruption,
  MORE,
  messageOf,
  RealBond,
  realClock,
} from './players.js';
import { Scheduler } from './scheduler.js';
import { SimulatedBond } from './simulated.js';

vi.mock('../src/common/globals.js', async (load) => {
  const { timersOfTheMoment } = await import('./time.js');
  return { ...(await load<object>()), ...timersOfTheMoment };
});

vi.setConfig({ testTimeout: patience(TEST_HANG) });

/** Carries plans out, and compares all that happened with what had to. */
class Trial {
  readonly #roots: readonly Root[];
  readonly #conversations: readonly Conversation[];
  readonly #clock: Clock;
  readonly #host: Host;
  readonly #notes: string[][];
  readonly #hasTasks: boolean;
  readonly #mayEnd: boolean;

  constructor(
    roots: readonly Root[],
    conversations: readonly Conversation[],
    clock: Clock,
    { hasTasks = false, mayEnd = false } = {},
  ) {
    this.#roots = roots;
    this.#hasTasks = hasTasks;
    this.#mayEnd = mayEnd;
    this.#conversations = conversations;
    this.#clock = clock;
    this.#host = new Host(conversations, clock, roots);
    this.#notes = conversations.map(() => []);
  }

  /** Everything ends as the model says. */
  async runExactly(): Promise<void> {
    await this.#start();
    await this.#awaitAll(this.#predict(this.#roots.filter((root) => root.abortion === undefined)));
    await this.#done(() => this.#roots.every(({ plan }) => this.#host.ended.has(plan.id)));
    await this.#takeNotes();
    const prediction = this.#predict(this.#roots);
    await this.#awaitAll(prediction);
    await this.#takeNotes();
    this.#checkOutcomes(prediction);
    this.#checkNotes(prediction);
    this.#checkNesting(new Nesting(this.#roots));
  }

  /** Everything ends, whatever waits for whatever, and whatever is stopped. */
  async runAnyhow(isOrderly = true): Promise<void> {
    await this.#start();
    do {
      await this.#done(() => this.#host.open.size === 0);
      // A call that was aborted may have made others meanwhile.
    } while ((await this.#takeNotes()) > 0 || this.#host.open.size > 0);
    for (const [id, ended] of this.#host.ended) {
      if ('error' in ended && !this.#isExplained(ended)) throw new Error(`plan ${id}`, { cause: ended.error });
    }
    this.#checkTimeouts();
    expect(this.#host.complaints).toEqual([]);
    if (isOrderly) this.#checkNesting(new Nesting(this.#roots, true));
  }

  /** Calls run into their time-outs only because of a wait that can never end. It is named, unless a thread is part of it. */
  #checkTimeouts(): void {
    const errors = [...this.#host.ended.values()].flatMap((ended) => ('error' in ended ? [ended.error] : []));
    const late = errors.filter((error) => error instanceof TimeoutException && error.code === 'BOND_TIMEOUT');
    if (late.length > 0) expect(late.join()).toMatch(/it looks like a wait that can never end|it waits behind/);
  }

  async #start(): Promise<void> {
    const { step } = this.#host;
    await this.#finish(
      Promise.allSettled(this.#conversations.map((conversation) => conversation.export(step, 'step'))),
    );
    for (const root of this.#roots) this.#host.start(root);
  }

  async #awaitAll({ calls, later }: Prediction): Promise<void> {
    const { ended, performed } = this.#host;
    await this.#done(() => allIn(calls.keys(), ended) && allIn(later, performed));
  }

  async #done(isDone: () => boolean): Promise<void> {
    try {
      await this.#clock.until(isDone);
    } catch (cause) {
      throw new Error(`not done: ${[...this.#host.open].join(', ')}`, { cause });
    }
  }

  async #finish<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    await this.#done(() => isSettled);
    return promise;
  }

  /** What the other sides have noted down, which answer that after all that was asked before; tells how much it was. */
  async #takeNotes(): Promise<number> {
    const taken = await this.#finish(Promise.all(this.#conversations.map(takeNotesOf)));
    for (const [bond, notes] of taken.entries()) this.#notes[bond]?.push(...notes.filter((note) => note !== MORE));
    const all = taken.flat();
    // Where calls run side by side, nothing says that those before have ended.
    return all.length + (this.#hasTasks && all.includes(MORE) ? await this.#takeNotes() : 0);
  }

  /** What `roots` must lead to, as far as it is known which of them were stopped, and how far these had come by then. */
  #predict(roots: readonly Root[]): Prediction {
    const prediction = new Prediction();
    for (const root of roots) {
      const { plan } = root;
      if (!this.#isStopped(root)) prediction.add(plan);
      else prediction.addStopped(plan, this.#hasNoted(`begin ${plan.id}`), ({ id }) => this.#host.reached.has(id));
    }
    return prediction;
  }

  /** A call that was aborted when it was over already has not been stopped. */
  #isStopped({ plan, abortion }: Root): boolean {
    const ended = this.#host.ended.get(plan.id);
    return abortion !== undefined && ended !== undefined && isAbortion(ended);
  }

  #hasNoted(note: string): boolean {
    return this.#notes.some((notes) => notes.includes(note));
  }

  /** What is noted is what was foretold, and of calls that were stopped the beginning. */
  #checkNotes(prediction: Prediction): void {
    const notes = new Set(this.#notes.flat());
    for (const root of this.#roots.filter((one) => this.#isStopped(one))) {
      for (const note of this.#ownNotes(root)) notes.delete(note);
    }
    expect([...notes].sort()).toEqual(prediction.notes.sort());
  }

  /** The notes of a call that was stopped, whose end is noted as well, and the functions that it has called. */
  #ownNotes({ plan }: Root): string[] {
    const steps = plan.steps.map(({ host }) => host.id);
    const called = steps.filter((id) => this.#hasNoted(`call ${id}`));
    expect(called, `functions called by plan ${plan.id}`).toEqual(steps.slice(0, called.length));
    const reached = steps.filter((id) => this.#host.reached.has(id));
    expect(called, `functions reached by plan ${plan.id}`).toEqual(expect.arrayContaining(reached));
    return [`begin ${plan.id}`, ...called.flatMap((id) => [`call ${id}`, `back ${id}`]), `end ${plan.id}`];
  }

  #checkOutcomes({ calls }: Prediction): void {
    for (const [id, outcome] of calls) this.#checkOutcome(id, this.#host.ended.get(id) as Ended, outcome);
    expect(this.#host.complaints).toEqual([]);
    expect([...this.#host.open]).toEqual([]);
  }

  #checkOutcome(id: number, ended: Ended, outcome: Outcome): void {
    if ('value' in outcome) return expect(ended, `plan ${id}`).toEqual(outcome);
    const { error } = ended as { error: Error };
    expect(error, `plan ${id}`).toBeInstanceOf(RemoteException);
    expect(messageOf(error)).toBe(outcome.failure.message);
    if (outcome.failure.isOfThread && error.cause === undefined) return;
    expect(error.cause, `the cause of plan ${id}`).toBe(this.#thrown(outcome.failure.cause));
  }

  #thrown(cause: Cause | undefined): unknown {
    if (!cause) return undefined;
    if ('host' in cause) return this.#host.thrown.get(cause.host);
    return (this.#host.ended.get(cause.call) as { error: unknown }).error;
  }

  #isExplained(ended: Ended & { error: unknown }): boolean {
    const { error } = ended;
    if (error instanceof TerminatedException) return this.#mayEnd;
    return isAbortion(ended) || isEndless(error) || isInterruption(error) || error instanceof RemoteException;
  }

  #checkNesting(nesting: Nesting): void {
    for (const [bond, notes] of this.#notes.entries()) {
      const complaint = this.#hasTasks ? nesting.disorder(notes) : nesting.complaint(notes, bond);
      if (complaint) throw new Error(`bond ${bond}: ${complaint}\n${notes.join('\n')}`);
    }
  }
}

/** What a bond has noted down; nothing if it has ended. */
async function takeNotesOf(conversation: Conversation): Promise<string[]> {
  try {
    return await conversation.takeNotes();
  } catch (error) {
    if (error instanceof TerminatedException) return [];
    throw error;
  }
}

function allIn(wanted: Iterable<number>, found: { has(id: number): boolean }): boolean {
  for (const id of wanted) if (!found.has(id)) return false;
  return true;
}

describe('against simulated interpreters', () => {
  const timers = [true, true, true];
  test.each<[string, Surroundings, number]>([
    ['one bond', { timers: [true], order: 'ascending' }, 1500],
    ['several bonds', { timers, order: 'ascending' }, 1500],
    ['several bonds that are returned to', { timers, order: 'winding' }, 1000],
  ])('%s: whatever the timing, everything ends as it must', async (_what, surroundings, runs) => {
    await simulate(surroundings, runs, (trial) => trial.runExactly());
  });

  test.each<[string, Surroundings, number]>([
    ['bonds that wait for each other', { timers, order: 'any' }, 1500],
    ['interpreters that are interrupted', { timers, order: 'ascending', isInterrupted: true }, 1500],
    ['both at once', { timers, order: 'any', isInterrupted: true }, 1000],
  ])('%s: everything ends', async (_what, surroundings, runs) => {
    await simulate(surroundings, runs, (trial) => trial.runAnyhow());
  });
});

describe('against simulated interpreters with tasks and threads', () => {
  const side = { isConcurrent: true, cancels: false };
  const queued = { isConcurrent: false, cancels: false };
  const cancelled = { isConcurrent: true, cancels: true };
  const timers = [true, true, true];

  test.each<[string, Surroundings, number]>([
    ['calls side by side', { timers: [true], order: 'ascending', tasks: [side] }, 600],
    ['calls one after the other', { timers: [true], order: 'ascending', tasks: [queued] }, 300],
    ['several bonds', { timers, order: 'ascending', tasks: [side, queued, side] }, 500],
  ])('%s: whatever the timing, everything ends as it must', async (_what, surroundings, runs) => {
    await simulate(surroundings, runs, (trial) => trial.runExactly());
  });

  test.each<[string, Surroundings, number]>([
    ['bonds that wait for each other', { timers, order: 'any', tasks: [side, queued, side] }, 300],
    ['bonds that are closed or killed', { timers, order: 'ascending', tasks: [side, queued, side], mayEnd: true }, 300],
    ['calls whose waits are cancelled', { timers, order: 'ascending', tasks: [cancelled, side, cancelled] }, 300],
  ])('%s: everything ends', async (_what, surroundings, runs) => {
    await simulate(surroundings, runs, (trial) => trial.runAnyhow());
  });
});

async function simulate(surroundings: Surroundings, runs: number, run: (trial: Trial) => Promise<void>) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { isInterrupted, tasks, mayEnd } = surroundings;
  await fc.assert(
    fc.asyncProperty(
      rootsIn(surroundings, tasks ? 3 : 4),
      fc.nat(),
      endingsOf(surroundings.timers.length),
      shrinkingBriefly(async (roots, seed, ending) => {
        const scheduler = new Scheduler(seed, tasks && surroundings.order === 'any' ? 20 : 0);
        const bonds = surroundings.timers.map(
          (_, index) => new SimulatedBond(`Test${index}`, scheduler, isInterrupted, tasks?.[index]),
        );
        // Code that goes on after the end of its call belongs to no call any more.
        if (tasks?.every((traits) => !traits.cancels)) {
          for (const bond of bonds) bond.nesting = new Nesting(roots, surroundings.order === 'any');
        }
        if (mayEnd) endInTime(bonds[ending.bond] as SimulatedBond, ending, scheduler);
        await run(new Trial(roots, bonds, scheduler, { hasTasks: tasks !== undefined, mayEnd: mayEnd ?? false }));
        for (const bond of bonds) await expectEnd(bond);
      }),
    ),
    effort(runs, 'interleavings'),
  );
}

function endInTime(bond: SimulatedBond, { how, after }: Ending, scheduler: Scheduler): void {
  const pass = (left: number): void => (left > 0 ? scheduler.add(() => pass(left - 1)) : bond.endSoon(how));
  pass(after);
}

/** A bond answers what it was asked before its end, and nobody has anything to complain of. */
async function expectEnd(bond: SimulatedBond): Promise<void> {
  if (!bond.hasEnded) {
    const last = bond.takeNotes().catch((error) => (error instanceof TerminatedException ? [] : [String(error)]));
    await bond.close();
    expect(await last).toEqual([]);
  }
  const { violations, session, isHeld } = bond;
  expect({ violations, isBusy: session.isBusy, isHeld }).toEqual({ violations: [], isBusy: false, isHeld: false });
}

describe.each(languages)('on %s', (lang) => {
  needsInterpreter(lang);

  const langs = [lang, everyLanguage[(everyLanguage.indexOf(lang) + 1) % everyLanguage.length] as Language];
  const timers = langs.map((name) => name === 'JavaScript');

  // An interrupt does not say to JavaScript whom it is meant for, and may hit the driver while it waits for the host.
  const aborts = langs.map((name) => name !== 'JavaScript');

  test('and another bond: everything ends as it must', async () => {
    await perform(langs, { timers, order: 'ascending', aborts }, 100, (trial) => trial.runExactly());
  });

  test('and another bond, which wait for each other: everything ends', async () => {
    const isOrderly = !langs.includes('JavaScript');
    await perform(langs, { timers, order: 'any', aborts }, 60, (trial) => trial.runAnyhow(isOrderly));
  });
});

async function perform(
  langs: readonly Language[],
  surroundings: Surroundings,
  runs: number,
  run: (trial: Trial) => Promise<void>,
): Promise<void> {
  const stage = new Stage(langs);
  await fc.assert(
    fc.asyncProperty(
      rootsIn(surroundings),
      shrinkingBriefly((roots) =>
        stage.perform(async (bonds) => {
          await run(new Trial(roots, bonds, realClock(HANG)));
          for (const bond of bonds) await bond.expectAlive();
        }),
      ),
    ),
    effort(runs, 'interleavings'),
  );
}

/** Bonds for many runs; a run that fails leaves them in a state that the next one must not meet. */
class Stage {
  readonly #langs: readonly Language[];
  #bonds: RealBond[] | undefined;

  constructor(langs: readonly Language[]) {
    this.#langs = langs;
  }

  async perform(run: (bonds: readonly RealBond[]) => Promise<void>): Promise<void> {
    this.#bonds ??= await Promise.all(this.#langs.map(openReal));
    try {
      await run(this.#bonds);
    } catch (error) {
      for (const { bond } of this.#bonds) await bond.kill();
      this.#bonds = undefined;
      throw error;
    }
  }
}

async function openReal(lang: Language): Promise<RealBond> {
  const bond = new RealBond(await openBond(lang));
  await bond.prepare();
  return bond;
}
