// Who carries plans out: a host in TypeScript, and `run` in the languages of the other side.

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { BondException, RemoteException, TimeoutException } from '../src/common/errors.js';
import type { Bond } from '../src/index.js';
import { expectAlive, type Language } from './fixtures.js';
import { hostError, planError } from './oracle.js';
import { type Action, type Delay, type HostPlan, type How, type Plan, plansOf, type Root } from './plans.js';

/** A plan as far as the other side has to know it. */
export interface RemotePlan {
  readonly id: number;
  /** Of interest to whoever looks at the wire. */
  readonly elsewhere: boolean;
  readonly later: readonly number[];
  readonly steps: readonly RemoteStep[];
  /** What it throws; nothing if it is empty. */
  readonly throws: string;
  readonly isAsync: boolean;
}

export interface RemoteStep {
  readonly host: number;
  readonly how: How;
  readonly catches: boolean;
}

export interface CallDetails {
  readonly elsewhere?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A bond, or what looks like one. */
export interface Conversation {
  readonly lang: string;
  call(name: string, args: readonly unknown[], details?: CallDetails): Promise<unknown>;
  export(call: (id: number) => unknown, name: string): Promise<void>;
  /** What the other side has noted down; it tells that after all that was asked before. */
  takeNotes(): Promise<string[]>;
  /** Whether all that a plan prints has come; if it is known where that goes, there. */
  hasHeard?(plan: number, isElsewhere: boolean | undefined): boolean;
}

/** Where timers are from. */
export interface Clock {
  later(delay: Delay, run: () => void): void;
  /** Waits until something is so; throws if it does not come about. */
  until(isDone: () => boolean): Promise<void>;
}

/** How a call has ended. */
export type Ended = { readonly value: unknown } | { readonly error: unknown };

type ActionInNoTime = Extract<Action, { kind: 'forget' | 'timer' }>;

/** The host: it makes the calls of plans, and keeps how each of them ended. */
export class Host {
  readonly #conversations: readonly Conversation[];
  readonly #clock: Clock;
  readonly #plans = new Map<number, HostPlan>();
  /** How calls ended, by plan. */
  readonly ended = new Map<number, Ended>();
  /** What functions have thrown themselves. */
  readonly thrown = new Map<number, Error>();
  /** Functions that have been called. */
  readonly reached = new Set<number>();
  /** Functions that are done. */
  readonly performed = new Set<number>();
  /** Calls, functions and timers that are not done. */
  readonly open = new Set<string>();
  /** What should never happen. */
  readonly complaints: string[] = [];

  constructor(conversations: readonly Conversation[], clock: Clock, roots: readonly Root[]) {
    this.#conversations = conversations;
    this.#clock = clock;
    for (const { plan } of roots) this.#learn(plan);
  }

  #learn(plan: Plan): void {
    for (const host of [...plan.later, ...plan.steps.map((step) => step.host)]) {
      this.#plans.set(host.id, host);
      for (const action of host.actions) for (const inner of plansOf(action)) this.#learn(inner);
    }
  }

  start({ plan, abortion }: Root): void {
    const controller = new AbortController();
    if (abortion !== undefined) this.#clock.later(abortion, () => controller.abort('enough'));
    const signal = abortion === undefined ? undefined : controller.signal;
    this.#call(plan, signal).then(
      () => this.#listen(plan, plan.elsewhere),
      () => {},
    );
  }

  /** What a call prints comes before it resolves. Whose it is that is nested in a task cannot be told. */
  #listen({ id, bond }: Plan, isElsewhere?: boolean): void {
    const isHeard = this.#conversations[bond]?.hasHeard?.(id, isElsewhere) ?? true;
    if (!isHeard) this.complaints.push(`plan ${id} has ended, and what it printed has not come`);
  }

  #call(plan: Plan, signal?: AbortSignal): Promise<unknown> {
    const { elsewhere } = plan;
    const conversation = this.#conversations[plan.bond] as Conversation;
    const answer = conversation.call('run', [remotePlan(plan)], { elsewhere, signal });
    void this.#observe(plan, answer);
    answer.then(
      () => this.#listen(plan),
      () => {},
    );
    return answer;
  }

  async #observe(plan: Plan, answer: Promise<unknown>): Promise<void> {
    this.#open(`plan ${plan.id}`);
    this.ended.set(
      plan.id,
      await answer.then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      ),
    );
    this.#close(`plan ${plan.id}`);
  }

  #open(what: string): void {
    if (this.open.has(what)) this.complaints.push(`${what} is under way twice`);
    this.open.add(what);
  }

  #close(what: string): void {
    this.open.delete(what);
  }

  /** The function that the other side calls. */
  readonly step = (id: number): unknown => {
    const plan = this.#plans.get(id);
    if (!plan || this.reached.has(id)) {
      this.complaints.push(`host ${id} was not to be called`);
      return undefined;
    }
    this.reached.add(id);
    this.#open(`host ${id}`);
    if (plan.actions.every((action) => action.kind === 'forget' || action.kind === 'timer')) {
      return this.#performNow(plan);
    }
    return this.#perform(plan);
  };

  #performNow(plan: HostPlan): unknown {
    try {
      const results = plan.actions.map((action) => this.#actNow(action as ActionInNoTime));
      return this.#conclude(plan, results);
    } finally {
      this.#finish(plan);
    }
  }

  async #perform(plan: HostPlan): Promise<unknown> {
    try {
      const results: unknown[] = [];
      for (const action of plan.actions) results.push(await this.#act(action));
      return this.#conclude(plan, results);
    } finally {
      this.#finish(plan);
    }
  }

  #finish({ id }: HostPlan): void {
    this.performed.add(id);
    this.#close(`host ${id}`);
  }

  #conclude(plan: HostPlan, results: readonly unknown[]): unknown {
    if (!plan.throws) return [plan.id, ...results];
    const error = new Error(hostError(plan));
    this.thrown.set(plan.id, error);
    throw error;
  }

  #act(action: Action): unknown {
    switch (action.kind) {
      case 'rest':
        return new Promise((resolve) => this.#clock.later(action.delay, () => resolve(null)));
      case 'forget':
      case 'timer':
        return this.#actNow(action);
      default:
        return this.#await(action);
    }
  }

  /** What takes no time. */
  #actNow(action: ActionInNoTime): null {
    if (action.kind === 'forget') this.#inSequence(action.plans).catch(() => {});
    else this.#setTimer(action.plan, action.delay);
    return null;
  }

  #setTimer(plan: Plan, delay: Delay): void {
    const name = `timer of plan ${plan.id}`;
    this.#open(name);
    this.#clock.later(delay, () => {
      this.#close(name);
      this.#call(plan).catch(() => {});
    });
  }

  async #await({ kind, plans, catches }: Extract<Action, { catches: boolean }>): Promise<unknown> {
    try {
      if (kind === 'sequence') return await this.#inSequence(plans);
      const calls = plans.map((plan) => this.#call(plan));
      if (kind === 'all') return await Promise.all(calls);
      await Promise.allSettled(calls);
      return await this.#firstFailure(calls);
    } catch (error) {
      if (catches) return messageOf(error);
      throw error;
    }
  }

  /** The results of what has ended, or the first error. */
  async #firstFailure(calls: readonly Promise<unknown>[]): Promise<unknown[]> {
    const values: unknown[] = [];
    for (const call of calls) values.push(await call);
    return values;
  }

  async #inSequence(plans: readonly Plan[]): Promise<unknown[]> {
    const values: unknown[] = [];
    for (const plan of plans) values.push(await this.#call(plan));
    return values;
  }
}

function remotePlan(plan: Plan): RemotePlan {
  return {
    id: plan.id,
    elsewhere: plan.elsewhere,
    later: plan.later.map((host) => host.id),
    steps: plan.steps.map(({ host, how, catches }) => ({ host: host.id, how, catches })),
    throws: plan.throws ? planError(plan) : '',
    isAsync: plan.isAsync,
  };
}

/** What an error says, without what the library puts around it. */
export function messageOf(error: unknown): string {
  return error instanceof RemoteException ? error.remoteMessage : (error as Error).message;
}

/** Whether a call was rejected because it was aborted. */
export function isAbortion(ended: Ended): boolean {
  return 'error' in ended && ended.error instanceof TimeoutException && ended.error.cause === 'enough';
}

/** Whether a call was rejected because it could never have ended, or waited for others that could not. */
export function isEndless(error: unknown): boolean {
  if (error instanceof TimeoutException) return error.code === 'BOND_TIMEOUT';
  return error instanceof BondException && error.message.includes('a wait that can never end');
}

/** Whether a call came to its end because the interpreter was interrupted, in it or around it. */
export function isInterruption(error: unknown): boolean {
  return error instanceof BondException && error.message.includes('the other side no longer waits for');
}

/** A bond of `makeBond` that runs plans. */
export class RealBond implements Conversation {
  readonly bond: Bond;
  readonly #elsewhere: Bond;

  constructor(bond: Bond) {
    this.bond = bond;
    this.#elsewhere = bond.with({ stderr: () => {} });
  }

  get lang(): string {
    return this.bond.lang;
  }

  /** Teaches the interpreter to run plans. */
  async prepare(): Promise<void> {
    await this.bond.evalBlock(RUN[this.lang as Language]);
  }

  call(name: string, args: readonly unknown[], { elsewhere, signal }: CallDetails = {}): Promise<unknown> {
    const bond = elsewhere ? this.#elsewhere : this.bond;
    return (signal ? bond.with({ signal }) : bond).call(name, ...args);
  }

  async export(call: (id: number) => unknown, name: string): Promise<void> {
    await undisturbed(() => this.bond.export(call, name));
  }

  async takeNotes(): Promise<string[]> {
    return undisturbed(() => this.bond.call<string[]>('take_notes'));
  }

  async expectAlive(): Promise<void> {
    await undisturbed(() => expectAlive(this.bond));
  }
}

/** Does something again that an interrupt has stopped: in JavaScript, that may have been meant for the call before it. */
async function undisturbed<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof RemoteException) || error.type !== '_BOND_InterruptException') throw error;
    return undisturbed(act);
  }
}

/** Time as it is. */
export function realClock(patience: number): Clock {
  return {
    later(delay, run) {
      if (delay === 'immediate') setImmediate(run);
      else setTimeout(run, delay);
    },
    async until(isDone) {
      const end = performance.now() + patience;
      for (let turn = 0; !isDone(); turn++) {
        if (performance.now() > end) throw new Error(`not done after ${patience} ms`);
        await (turn < 20 ? nextTurn() : sleep(1));
      }
    },
  };
}

/** A note that says that there will be others, even if nothing is asked: a timer is set. */
export const MORE = 'more';

/**
 * Defines `run(plan)`, and `take_notes()`. One interrupt may come anywhere in `run`: what has begun is noted as ended all
 * the same. It tries to note that twice, because the interrupt may come in the middle of the first time.
 */
const RUN: Record<Language, string> = {
  PHP: `
    $notes = [];
    function take_notes() { global $notes; $taken = $notes; $notes = []; return $taken; }
    function note($what) { global $notes; $notes[] = $what; }
    function note_end($beginning, $end) {
      global $notes;
      if (in_array($beginning, $notes) && !in_array($end, $notes)) $notes[] = $end;
    }
    function finish($plan) {
      foreach ($plan['steps'] as $step) note_end("call {$step['host']}", "back {$step['host']}");
      note_end("begin {$plan['id']}", "end {$plan['id']}");
    }
    function run($plan) {
      try {
        try {
          return run_steps($plan);
        } finally {
          finish($plan);
        }
      } finally {
        finish($plan);
      }
    }
    function run_steps($plan) {
      note("begin {$plan['id']}");
      $results = [$plan['id']];
      foreach ($plan['steps'] as $step) $results[] = try_step($step);
      if ($plan['throws'] !== '') throw new LogicException($plan['throws']);
      return $results;
    }
    function try_step($step) {
      note("call {$step['host']}");
      try {
        return step($step['host']);
      } catch (_BOND_RemoteException $error) {
        if (!$step['catches']) throw $error;
        return $error->getMessage();
      } finally {
        note_end("call {$step['host']}", "back {$step['host']}");
      }
    }`,
  Perl: `
    our @notes;
    sub take_notes { my @taken = @notes; @notes = (); return \\@taken }
    sub note_end {
      my ($beginning, $end) = @_;
      push @notes, $end if grep({ $_ eq $beginning } @notes) && !grep({ $_ eq $end } @notes);
    }
    sub finish {
      my ($plan) = @_;
      note_end("call $_->{host}", "back $_->{host}") for @{$plan->{steps}};
      note_end("begin $plan->{id}", "end $plan->{id}");
    }
    sub run {
      my ($plan) = @_;
      my $results = eval { run_and_finish($plan) };
      my $error = $@;
      finish($plan);
      die $error unless $results;
      return $results;
    }
    sub run_and_finish {
      my ($plan) = @_;
      my $results = eval { run_steps($plan) };
      my $error = $@;
      finish($plan);
      die $error unless $results;
      return $results;
    }
    sub run_steps {
      my ($plan) = @_;
      push @notes, "begin $plan->{id}";
      my $results = [$plan->{id}];
      push @$results, try_step($_) for @{$plan->{steps}};
      die "$plan->{throws}\\n" if $plan->{throws} ne '';
      return $results;
    }
    sub try_step {
      my ($step) = @_;
      push @notes, "call $step->{host}";
      my @values = eval { step($step->{host}) };
      my $error = $@;
      note_end("call $step->{host}", "back $step->{host}");
      return $values[0] if @values;
      die $error unless $step->{catches} && ref $error && $error->isa('_BOND_RemoteException');
      chomp(my $message = "$error");
      return $message;
    }`,
  Python: `
notes = []
def take_notes():
    global notes
    taken, notes = notes, []
    return taken
def note_end(beginning, end):
    if beginning in notes and end not in notes: notes.append(end)
def finish(plan):
    for todo in plan['steps']: note_end('call %d' % todo['host'], 'back %d' % todo['host'])
    note_end('begin %d' % plan['id'], 'end %d' % plan['id'])
def run(plan):
    try:
        try:
            return run_steps(plan)
        finally:
            finish(plan)
    finally:
        finish(plan)
def run_steps(plan):
    notes.append('begin %d' % plan['id'])
    results = [plan['id']] + [try_step(todo) for todo in plan['steps']]
    if plan['throws']: raise ValueError(plan['throws'])
    return results
def try_step(todo):
    notes.append('call %d' % todo['host'])
    try:
        return step(todo['host'])
    except _BOND_RemoteException as error:
        if not todo['catches']: raise
        return str(error)
    finally:
        note_end('call %d' % todo['host'], 'back %d' % todo['host'])
`,
  // It awaits where it can: at the outermost level, and for every other plan. What awaits goes on even after an interrupt.
  JavaScript: `
    var notes = [];
    var depth = 0;
    var due = 0;
    function take_notes() {
      depth = 0;
      return [...notes.splice(0), ...(due > 0 ? ['${MORE}'] : [])];
    }
    function later(delay, act) {
      due++;
      setTimeout(() => { due--; act() }, delay);
    }
    function run(plan) {
      for (const host of plan.later) later(host % 3, () => { try { noted_step(host) } catch {} });
      return depth === 0 && plan.id % 2 === 0 ? run_async(plan) : run_now(plan);
    }
    function run_now(plan) {
      notes.push('begin ' + plan.id);
      try {
        return finish(plan, plan.steps.map(try_step));
      } finally {
        notes.push('end ' + plan.id);
      }
    }
    async function run_async(plan) {
      notes.push('begin ' + plan.id);
      try {
        const results = [];
        for (const todo of plan.steps) {
          await new Promise((resolve) => later(todo.host % 2, resolve));
          results.push(try_step(todo));
        }
        return finish(plan, results);
      } finally {
        notes.push('end ' + plan.id);
      }
    }
    function finish(plan, results) {
      if (plan.throws) throw new RangeError(plan.throws);
      return [plan.id, ...results];
    }
    function try_step(todo) {
      try {
        return noted_step(todo.host);
      } catch (error) {
        if (!todo.catches) throw error;
        return error.message;
      }
    }
    function noted_step(host) {
      notes.push('call ' + host);
      depth++;
      try {
        return step(host);
      } finally {
        depth--;
        notes.push('back ' + host);
      }
    }`,
};
