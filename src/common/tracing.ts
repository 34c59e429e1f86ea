import type * as Diagnostics from 'node:diagnostics_channel';

/**
 * A call, for those who listen to `tracingChannel('bond:call')` of `node:diagnostics_channel`. All events of a call have
 * the same object. A call of a pool leads to one of a bond, which begins when a worker is free.
 * @example
 * import { tracingChannel } from 'node:diagnostics_channel';
 *
 * tracingChannel('bond:call').subscribe({
 *   start: (call: CallTrace) => starts.set(call, performance.now()),
 *   asyncEnd: (call: CallTrace) => console.log(call.lang, call.verb, call.name, performance.now() - starts.get(call)),
 * });
 */
export interface CallTrace {
  /** Whether a bond or a pool was called. */
  readonly by: 'bond' | 'pool';
  /** The language that was given to `makeBond` or `makePool`. */
  readonly lang: string;
  /**
   * What is done: `CALL`, `EVAL`, `EVAL_BLOCK`, `CHAIN` (what is awaited of an `import` or a handle), `HOLD`, `ITERATE`,
   * `EACH`, …, as in messages of errors.
   */
  readonly verb: string;
  /** The name of the function, or the code. It may be long. */
  readonly name: string;
  /** The local process of the bond. A pool has none. */
  readonly pid?: number;
  /** The command that has started the bond. A pool has none. */
  readonly command?: string;
  /** What it resolved to. */
  readonly result?: unknown;
  /** What it rejected with. */
  readonly error?: unknown;
}

/** What all messages of the channel `bond:life` say. */
interface LifeOf<Event extends string> {
  /** What has happened. */
  readonly event: Event;
  /** The language that was given to `makeBond` or `makePool`. */
  readonly lang: string;
  /** The local process. */
  readonly pid: number;
  /** The command that has started it. */
  readonly command: string;
}

/** An interpreter has been started, and its driver runs. A message of the channel `bond:life`. */
export interface BondStarted extends LifeOf<'started'> {
  /** The version of the interpreter. */
  readonly version: string;
}

/** An interpreter has ended, for whatever reason. A message of the channel `bond:life`. */
export interface BondEnded extends LifeOf<'ended'> {
  /** Its exit code, or `null` if a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended it, or `null`. */
  readonly signal: string | null;
}

/** In a pool, a successor has taken over from an interpreter, which is closed now. A message of the channel `bond:life`. */
export interface BondRecycled extends LifeOf<'recycled'> {
  /** The limit that it had reached. */
  readonly reason: 'calls' | 'age' | 'memory';
  /** The local process of the successor. */
  readonly successor: number;
}

/** A message of `channel('bond:life')` of `node:diagnostics_channel`. */
export type BondLife = BondStarted | BondEnded | BondRecycled;

/** @internal What is needed of a tracing channel. */
export interface CallChannel {
  readonly hasSubscribers: boolean;
  tracePromise<T>(run: () => Promise<T>, trace: CallTrace): Promise<T>;
}

/** @internal What is needed of a plain channel. */
export type LifeChannel = Pick<Diagnostics.Channel, 'hasSubscribers' | 'publish'>;

/** For hosts other than Node that have no tracing channels. */
const SILENT: CallChannel = { hasSubscribers: false, tracePromise: (run) => run() };

// Node's module is asked for where there are bonds, not where this library is loaded.
let calls: CallChannel | undefined;
let lives: LifeChannel | undefined;

/** @internal Node's module, as far as the host has it. */
export function diagnostics(): Partial<typeof Diagnostics> {
  return process.getBuiltinModule('node:diagnostics_channel') ?? {};
}

/** @internal The channel for calls. Callers look at `hasSubscribers` first, and make a {@link CallTrace} only then. */
export function callChannel(): CallChannel {
  calls ??= (diagnostics().tracingChannel?.('bond:call') as CallChannel | undefined) ?? SILENT;
  return calls;
}

/** @internal The channel for bonds' lives. */
export function lifeChannel(): LifeChannel {
  lives ??= diagnostics().channel?.('bond:life') ?? { hasSubscribers: false, publish: () => {} };
  return lives;
}

/** @internal Tells of the life of a bond, if anyone listens. */
export function tellLife(makeMessage: () => BondLife): void {
  if (lifeChannel().hasSubscribers) lifeChannel().publish(makeMessage());
}
