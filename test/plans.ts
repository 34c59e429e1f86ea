// What the sides of a conversation are to do with each other, as random trees.

import fc from 'fast-check';

/** What the other side does in one call of `run`. */
export interface Plan {
  readonly id: number;
  /** Which bond it is run through. */
  readonly bond: number;
  /** Whether its standard error is to go to another place than that of other calls: then it is not sent with them. */
  readonly elsewhere: boolean;
  /** Functions of the host that are called by a timer over there, after the call. */
  readonly later: readonly HostPlan[];
  /** Functions of the host that are called, one after the other. */
  readonly steps: readonly Step[];
  readonly throws: boolean;
  /** Whether it is async, so that it is a task where nothing stands still. */
  readonly isAsync: boolean;
}

/**
 * How a function of the host is called: the code waits; or awaits it; or awaits it in the end, with others; or never; or has
 * a thread call it. Code that is not async waits all the same.
 */
export type How = 'call' | 'await' | 'beside' | 'left' | 'thread';

export interface Step {
  readonly host: HostPlan;
  readonly how: How;
  /** Whether an exception of it is caught. */
  readonly catches: boolean;
}

/** What a function of the host does. */
export interface HostPlan {
  readonly id: number;
  readonly actions: readonly Action[];
  readonly throws: boolean;
}

export type Action =
  /** One after the other; or all at once, until one fails; or all at once, until each has ended. */
  | {
      readonly kind: 'sequence' | 'all' | 'each';
      readonly plans: readonly Plan[];
      /** Whether what they reject with is caught. */
      readonly catches: boolean;
    }
  /** Calls, one after the other, that are not awaited. */
  | { readonly kind: 'forget'; readonly plans: readonly Plan[] }
  /** A call that a timer makes. */
  | { readonly kind: 'timer'; readonly plan: Plan; readonly delay: Delay }
  | { readonly kind: 'rest'; readonly delay: Delay };

/** How long to wait: for a turn of the event loop, or so many milliseconds. */
export type Delay = 'immediate' | 0 | 1 | 3;

/** Something that the test itself calls. */
export interface Root {
  readonly plan: Plan;
  /** When it is aborted. */
  readonly abortion: Delay | undefined;
}

/** What bonds a conversation goes through, and how. */
export interface Surroundings {
  /** For each bond, whether the interpreter has timers, which call the host. */
  readonly timers: readonly boolean[];
  /**
   * Which bonds a function of the host calls. Cycles of waiting cannot arise if every chain of calls goes through the
   * bonds in one order (`ascending`), or if it returns to those where it has been and does one thing at a time
   * (`winding`). In `any` order, they do.
   */
  readonly order: 'ascending' | 'winding' | 'any';
  /** Whether interpreters are interrupted while they wait for the host, and leave that wait at once. */
  readonly isInterrupted?: boolean;
  /** For each bond, whether calls through it may be aborted; all may if it is not given. */
  readonly aborts?: readonly boolean[];
  /** For each bond, whether requests run side by side there, as far as they await something, and how they are ended; no bond has tasks if it is not given. */
  readonly tasks?: readonly TaskTraits[];
  /** Whether one of the bonds is closed or killed in the middle. */
  readonly mayEnd?: boolean;
}

/** The end of a bond in the middle of everything: after so many other things have happened. */
export interface Ending {
  readonly bond: number;
  readonly how: 'close' | 'kill';
  readonly after: number;
}

/** Such ends of one of the bonds. */
export function endingsOf(bonds: number): fc.Arbitrary<Ending> {
  const after = fc.nat(200).map((number) => number + 2 * bonds);
  return fc.record({ bond: fc.nat(bonds - 1), how: fc.constantFrom('close' as const, 'kill' as const), after });
}

export interface TaskTraits {
  readonly isConcurrent: boolean;
  /** Whether what is given up is not interrupted: only its wait ends, as in JavaScript. */
  readonly cancels: boolean;
}

const delay = fc.constantFrom<Delay>('immediate', 0, 1, 3);
const seldom = fc.nat(5).map((number) => number === 5);
const how = fc.constantFrom<How>('call', 'await', 'await', 'beside', 'beside', 'left', 'thread');

/** Plans that have no ids yet, and of bonds only wishes. */
const planOf = fc.memo((depth): fc.Arbitrary<Plan> => {
  const isLeaf = depth <= 1;
  return fc.record({
    id: fc.constant(0),
    bond: fc.nat(11),
    elsewhere: seldom,
    later: isLeaf ? fc.constant([]) : fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, someOf(hostPlanOf(depth), 1)),
    steps: isLeaf ? fc.constant([]) : someOf(fc.record({ host: hostPlanOf(depth), catches: fc.boolean(), how }), 2),
    throws: seldom,
    isAsync: fc.nat(3).map((number) => number > 0),
  });
});

function someOf<T>(item: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> {
  return fc.array(item, { maxLength, size: 'max' });
}

function hostPlanOf(depth: number): fc.Arbitrary<HostPlan> {
  return fc.record({ id: fc.constant(0), actions: someOf(actionOf(depth - 1), 3), throws: seldom });
}

function actionOf(depth: number): fc.Arbitrary<Action> {
  const plan = planOf(depth);
  return fc.oneof(
    fc.record({
      kind: fc.constantFrom('sequence' as const, 'all' as const),
      plans: someOf(plan, 3),
      catches: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('forget' as const), plans: fc.array(plan, { minLength: 1, maxLength: 2 }) }),
    fc.record({ kind: fc.constant('timer' as const), plan, delay }),
    fc.record({ kind: fc.constant('rest' as const), delay }),
  );
}

/** Roots that are all called at once. */
export function rootsIn(surroundings: Surroundings, depth = 4): fc.Arbitrary<Root[]> {
  const root = fc.record({
    plan: planOf(depth),
    abortion: fc.option(delay, { nil: undefined, freq: 6 }),
  });
  return fc
    .array(root, { minLength: 1, maxLength: 5, size: 'max' })
    .map((roots) => new Settler(surroundings).settle(roots));
}

/** The calls that an action makes. */
export function plansOf(action: Action): readonly Plan[] {
  if (action.kind === 'rest') return [];
  return 'plan' in action ? [action.plan] : action.plans;
}

/** Gives ids to plans, and chooses their bonds. */
class Settler {
  readonly #surroundings: Surroundings;
  #lastId = 0;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  settle(roots: readonly Root[]): Root[] {
    return roots.map((root) => {
      const plan = this.#plan(root.plan, []);
      const isAborted = this.#surroundings.aborts?.[plan.bond] ?? true;
      return { plan, abortion: isAborted ? root.abortion : undefined };
    });
  }

  /** `chain` is the bonds in which the caller surely is. */
  #plan(plan: Plan, chain: readonly number[], bond = this.#choose(plan.bond, chain)): Plan {
    const id = ++this.#lastId;
    const later = this.#surroundings.timers[bond] ? plan.later : [];
    return {
      ...plan,
      id,
      bond,
      isAsync: plan.isAsync && this.#hasTasks,
      later: later.map((host) => this.#host(host, [bond])),
      steps: plan.steps.map((step) => ({
        ...step,
        how: this.#hasTasks ? step.how : 'call',
        host: this.#host(step.host, [...chain, bond]),
      })),
    };
  }

  #choose(wish: number, chain: readonly number[]): number {
    const { timers, order } = this.#surroundings;
    const all = [...timers.keys()];
    const last = chain.at(-1) ?? 0;
    const top = Math.max(0, ...chain);
    const allowed = all.filter(
      (bond) => order === 'any' || (order === 'winding' ? bond >= top || chain.includes(bond) : bond >= last),
    );
    return allowed[wish % allowed.length] as number;
  }

  #host(host: HostPlan, chain: readonly number[]): HostPlan {
    const id = ++this.#lastId;
    const actions = host.actions.filter((action) => this.#isAllowed(action));
    return { ...host, id, actions: actions.map((action) => this.#action(action, chain)) };
  }

  #isAllowed({ kind }: Action): boolean {
    return this.#mayForget || (kind !== 'forget' && kind !== 'timer');
  }

  get #hasTasks(): boolean {
    return this.#surroundings.tasks !== undefined;
  }

  get #mayForget(): boolean {
    return this.#surroundings.order !== 'winding';
  }

  #action(action: Action, chain: readonly number[]): Action {
    switch (action.kind) {
      case 'rest':
        return action;
      case 'timer': {
        // Who made it may be gone when it runs: it is a chain of its own.
        const bond = this.#choose(action.plan.bond, chain);
        return { ...action, plan: this.#plan(action.plan, [], bond) };
      }
      case 'forget': {
        const bond = this.#choose(action.plans[0]?.bond ?? 0, chain);
        return { ...action, plans: action.plans.map((plan) => this.#plan(plan, [], bond)) };
      }
      default: {
        // One bond for all of them: it answers in order, so that it is known which of them fails first.
        const bond = this.#choose(action.plans[0]?.bond ?? 0, chain);
        const plans = action.plans.map((plan) => this.#plan(plan, chain, bond));
        // All at once, the others are forgotten when the first one fails.
        if (action.kind === 'all' && this.#hasTasks) return { ...action, kind: 'each', plans };
        return { ...action, kind: this.#mayForget ? action.kind : 'sequence', plans };
      }
    }
  }
}
