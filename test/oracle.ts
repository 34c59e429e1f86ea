// What plans must lead to: a model that knows nothing of frames, messages and queues.

import { type Action, type HostPlan, type Plan, plansOf, type Root, type Step } from './plans.js';

/** How something ends that can be caught. */
export type Outcome = { readonly value: unknown } | { readonly failure: Failure };

export interface Failure {
  readonly message: string;
  /** What was thrown on the host, if that is where it comes from: a function's own error, or what a call rejected with. */
  readonly cause: Cause | undefined;
  /** Whether it has come through a thread, which does not tell whose error it is. */
  readonly isOfThread?: boolean;
}

export type Cause = { readonly host: number } | { readonly call: number };

export const planError = (plan: Plan): string => `plan ${plan.id} throws`;
export const hostError = (host: HostPlan): string => `host ${host.id} throws`;

/** Everything that has to happen. */
export class Prediction {
  /** How each call ends. */
  readonly calls = new Map<number, Outcome>();
  /** Functions of the host that a timer of the other side calls. */
  readonly later = new Set<number>();
  /** What the other sides note down, in any order. */
  readonly notes: string[] = [];
  #isInThread = false;

  /** A call that is left in peace. */
  add(plan: Plan): void {
    this.#call(plan);
  }

  /**
   * A call that is stopped in the middle, or was about to be: what it has reached by then goes on undisturbed. Its own
   * notes are not foretold.
   */
  addStopped(plan: Plan, hasBegun: boolean, isReached: (host: HostPlan) => boolean): void {
    if (hasBegun) for (const host of plan.later) this.#later(host);
    for (const step of plan.steps) if (isReached(step.host)) this.#performStep(step, true);
  }

  #call(plan: Plan): Outcome {
    const outcome = this.#run(plan);
    this.calls.set(plan.id, outcome);
    return outcome;
  }

  #run(plan: Plan): Outcome {
    this.notes.push(`begin ${plan.id}`, `end ${plan.id}`);
    for (const host of plan.later) this.#later(host);
    const results: unknown[] = [plan.id];
    const beside: Outcome[] = [];
    for (const step of plan.steps) {
      const outcome = this.#step(step);
      if (step.how === 'beside') beside.push(outcome);
      if (step.how === 'beside' || step.how === 'left') results.push(null);
      else if ('value' in outcome) results.push(outcome.value);
      else return outcome;
    }
    for (const outcome of beside) {
      if ('failure' in outcome) return outcome;
      results.push(outcome.value);
    }
    return plan.throws ? { failure: { message: planError(plan), cause: undefined } } : { value: results };
  }

  #step({ host, how, catches }: Step): Outcome {
    this.notes.push(`call ${host.id}`, `back ${host.id}`);
    const outcome = this.#performStep({ host, how });
    if ('value' in outcome) return outcome;
    return catches ? { value: outcome.failure.message } : outcome;
  }

  /** What a function of the host does. It may outlive the call that has led to it. */
  #performStep({ host, how }: Pick<Step, 'host' | 'how'>, mayOutlive = how !== 'call' && how !== 'await'): Outcome {
    if (mayOutlive) this.later.add(host.id);
    const outer = this.#isInThread;
    this.#isInThread ||= how === 'thread';
    const outcome = this.#perform(host);
    const isOfThread = this.#isInThread;
    this.#isInThread = outer;
    return 'value' in outcome ? outcome : { failure: { ...outcome.failure, isOfThread } };
  }

  #later(host: HostPlan): void {
    this.later.add(host.id);
    this.notes.push(`call ${host.id}`, `back ${host.id}`);
    this.#perform(host);
  }

  #perform(host: HostPlan): Outcome {
    const results: unknown[] = [host.id];
    for (const action of host.actions) {
      const outcome = this.#act(action);
      if ('value' in outcome) results.push(outcome.value);
      else return outcome;
    }
    return host.throws ? { failure: { message: hostError(host), cause: { host: host.id } } } : { value: results };
  }

  #act(action: Action): Outcome {
    switch (action.kind) {
      case 'rest':
        return { value: null };
      case 'timer':
        this.#call(action.plan);
        return { value: null };
      case 'forget':
        this.#await(action.plans, true);
        return { value: null };
      default:
        return this.#awaitCaught(action);
    }
  }

  #awaitCaught({ kind, plans, catches }: Extract<Action, { catches: boolean }>): Outcome {
    const outcome = this.#await(plans, kind === 'sequence');
    return catches && 'failure' in outcome ? { value: outcome.failure.message } : outcome;
  }

  /** Calls that are made one after the other, until one fails, or all at once. */
  #await(plans: readonly Plan[], isSequence: boolean): Outcome {
    const values: unknown[] = [];
    let failure: Failure | undefined;
    for (const plan of plans) {
      const outcome = this.#call(plan);
      if ('value' in outcome) values.push(outcome.value);
      else failure ??= { message: outcome.failure.message, cause: { call: plan.id } };
      if (failure && isSequence) break;
    }
    return failure ? { failure } : { value: values };
  }
}

/** Where something stands in the trees. */
interface Place {
  readonly bond: number;
  /** Functions of the host in whose wait it may run: from the innermost outwards. */
  readonly hosts: readonly { readonly id: number; readonly bond: number }[];
  /** Whether it may run further out than in the innermost of them, because that may be over. */
  readonly isLate: boolean;
}

/** Which request may run in which wait. */
export class Nesting {
  readonly #plans = new Map<number, Place>();
  /** The plan that calls a function of the host; none if a timer does. */
  readonly #callers = new Map<number, number | undefined>();
  /** Calls of one bond that are made in this order. */
  readonly #orders: (readonly number[])[] = [];
  readonly #isLoose: boolean;

  /** `isLoose` where calls of a bond can come from chains that have left it meanwhile. */
  constructor(roots: readonly Root[], isLoose = false) {
    this.#isLoose = isLoose;
    for (const { plan } of roots) this.#addPlan(plan, [], false);
    this.#addOrder(roots.map(({ plan }) => plan));
  }

  #addPlan(plan: Plan, hosts: Place['hosts'], isLate: boolean): void {
    this.#plans.set(plan.id, { bond: plan.bond, hosts, isLate: isLate || this.#isLoose });
    for (const host of plan.later) this.#addHost(host, plan.bond, undefined, []);
    // A thread is new: it does not know who has started it.
    for (const { host, how } of plan.steps) this.#addHost(host, plan.bond, plan.id, how === 'thread' ? [] : hosts);
  }

  #addHost(host: HostPlan, bond: number, caller: number | undefined, outer: Place['hosts']): void {
    this.#callers.set(host.id, caller);
    const hosts = [{ id: host.id, bond }, ...outer];
    for (const action of host.actions) {
      const plans = plansOf(action);
      for (const plan of plans) this.#addPlan(plan, hosts, action.kind === 'timer');
      this.#addOrder(plans);
    }
  }

  /** A task begins when the loop turns: calls that are made later and are none may come before it. */
  #addOrder(plans: readonly Plan[]): void {
    for (const bond of new Set(plans.map((plan) => plan.bond))) {
      for (const isAsync of [false, true]) {
        const order = plans.filter((plan) => plan.bond === bond && plan.isAsync === isAsync);
        this.#orders.push(order.map((plan) => plan.id));
      }
    }
  }

  /** What is wrong with the order in which calls of a bond have begun, if anything is. */
  disorder(notes: readonly string[]): string | undefined {
    const position = new Map(notes.map((note, index) => [note, index]));
    for (const order of this.#orders) {
      const begun = order.map((id) => position.get(`begin ${id}`)).filter((index) => index !== undefined);
      if (begun.some((index, place) => index < (begun[place - 1] ?? 0))) return `out of order: ${order.join(', ')}`;
    }
    return undefined;
  }

  /** The functions of the host in whose frame a call belongs, from the innermost outwards, and whether these may be over. */
  waitsOf(plan: number): { readonly hosts: readonly number[]; readonly isLate: boolean } {
    const { bond, hosts, isLate } = this.#plans.get(plan) as Place;
    return { hosts: hosts.filter((host) => host.bond === bond).map((host) => host.id), isLate };
  }

  /** What is wrong with the order in which a bond's other side has noted things down, if anything is. */
  complaint(notes: readonly string[], bond: number): string | undefined {
    const open: string[] = [];
    for (const [index, note] of notes.entries()) {
      const [what, id] = note.split(' ') as [string, string];
      const wrong = this.#step(what, Number(id), bond, open);
      if (wrong) return `note ${index}, '${note}': ${wrong}; open: ${open.join(', ') || 'nothing'}`;
    }
    return open.length > 0 ? `these have not ended: ${open.join(', ')}` : this.disorder(notes);
  }

  #step(what: string, id: number, bond: number, open: string[]): string | undefined {
    const top = open.at(-1);
    switch (what) {
      case 'begin':
        open.push(`begin ${id}`);
        return this.#canBegin(id, bond, top);
      case 'call':
        open.push(`call ${id}`);
        return this.#canCall(id, top);
      case 'end':
        return open.pop() === `begin ${id}` ? undefined : 'it is not the innermost';
      default:
        return open.pop() === `call ${id}` ? undefined : 'it is not the innermost';
    }
  }

  #canBegin(id: number, bond: number, top: string | undefined): string | undefined {
    const place = this.#plans.get(id);
    if (place?.bond !== bond) return 'it belongs to another bond';
    const waits = place.hosts.filter((host) => host.bond === bond).map((host) => `call ${host.id}`);
    if (top === undefined) return place.isLate || waits.length === 0 ? undefined : `it belongs into ${waits[0]}`;
    if (place.isLate) return waits.includes(top) ? undefined : 'it has nothing to do with what waits';
    return waits[0] === top ? undefined : `it belongs ${waits[0] ? `into ${waits[0]}` : 'to the outermost level'}`;
  }

  /** What a timer calls may come while a request of the outermost level awaits a promise. */
  #canCall(id: number, top: string | undefined): string | undefined {
    const caller = this.#callers.get(id);
    if (caller === undefined) return top?.startsWith('call') ? 'the interpreter waits' : undefined;
    return top === `begin ${caller}` ? undefined : `it is called by ${caller}`;
  }
}
