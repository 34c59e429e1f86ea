import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { RemoteException } from '../src/common/errors.js';
import { onTestFinished } from './finish.js';
import { everyLanguage, type Language, languages, needsInterpreter, openBond } from './fixtures.js';
import { effort, patience, shrinkingBriefly } from './fuzzing.js';
import { type Cause, Nesting, type Outcome, Prediction } from './oracle.js';
import { HANG, TEST_HANG } from './patience.js';
import { type Root, rootsIn, type Surroundings } from './plans.js';
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
import { Scheduler, SimulatedBond } from './simulated.js';

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

  constructor(roots: readonly Root[], conversations: readonly Conversation[], clock: Clock) {
    this.#roots = roots;
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
    expect(this.#host.complaints).toEqual([]);
    if (isOrderly) this.#checkNesting(new Nesting(this.#roots, true));
  }

  async #start(): Promise<void> {
    const { step } = this.#host;
    await this.#finish(Promise.all(this.#conversations.map((conversation) => conversation.export(step, 'step'))));
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
    const taken = await this.#finish(Promise.all(this.#conversations.map((conversation) => conversation.takeNotes())));
    for (const [bond, notes] of taken.entries()) this.#notes[bond]?.push(...notes.filter((note) => note !== MORE));
    return taken.flat().length;
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
    expect(called.slice(0, reached.length), `functions reached by plan ${plan.id}`).toEqual(reached);
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
    expect(error.cause, `the cause of plan ${id}`).toBe(this.#thrown(outcome.failure.cause));
  }

  #thrown(cause: Cause | undefined): unknown {
    if (!cause) return undefined;
    if ('host' in cause) return this.#host.thrown.get(cause.host);
    return (this.#host.ended.get(cause.call) as { error: unknown }).error;
  }

  #isExplained(ended: Ended & { error: unknown }): boolean {
    const { error } = ended;
    return isAbortion(ended) || isEndless(error) || isInterruption(error) || error instanceof RemoteException;
  }

  #checkNesting(nesting: Nesting): void {
    for (const [bond, notes] of this.#notes.entries()) {
      const complaint = nesting.complaint(notes, bond);
      if (complaint) throw new Error(`bond ${bond}: ${complaint}\n${notes.join('\n')}`);
    }
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

async function simulate(surroundings: Surroundings, runs: number, run: (trial: Trial) => Promise<void>) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { isInterrupted } = surroundings;
  await fc.assert(
    fc.asyncProperty(
      rootsIn(surroundings),
      fc.nat(),
      shrinkingBriefly(async (roots, seed) => {
        const scheduler = new Scheduler(seed);
        const bonds = surroundings.timers.map(
          (_, index) => new SimulatedBond(`Test${index}`, scheduler, isInterrupted),
        );
        await run(new Trial(roots, bonds, scheduler));
        for (const bond of bonds) await expectEnd(bond);
      }),
    ),
    effort(runs, 'interleavings'),
  );
}

/** A bond answers what it was asked before its end, and nobody has anything to complain of. */
async function expectEnd(bond: SimulatedBond): Promise<void> {
  const last = bond.takeNotes();
  await bond.close();
  expect(await last).toEqual([]);
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
