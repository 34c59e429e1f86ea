import type { CallSettings } from '../common/options.js';
import type { Traffic } from '../process/write-queue.js';
import type { Protocol } from '../values/codec.js';
import type { Lender } from '../values/reference.js';

/** A function of the host. */
export type HostFunction = (...args: unknown[]) => unknown;

/** A function of the host that the other side may call; through whom what it gets and returns goes. */
export interface Callable {
  readonly call: HostFunction;
  readonly lender: Lender;
}

/** What a session needs of those who own it. */
export interface SessionOwner {
  readonly lang: string;
  readonly protocol: Protocol;
  /** Whether thrown values are transferred themselves; `undefined` means the default of the protocol. */
  readonly transExcept: boolean | undefined;
  /** Whether the other side makes use of the stacks of what the host throws. */
  readonly takesStacks: boolean;
  /** Whether requests run side by side there, as far as they await something. */
  readonly isConcurrent: boolean;
  /** How far what is sent has come. */
  readonly traffic: Traffic;
  /** Makes the handle of a value that stays in the interpreter, from its number and a description. */
  makeHandle(number: number, text: string, settings: CallSettings): unknown;
  /** What you can do about an exception, if that is known. */
  adviceOn?(types: readonly string[], message: string): string | undefined;
  /** Whether anything waits for the other side: then the host's event loop has to. */
  hold(isHeld: boolean): void;
  /** The other side has broken the rules, and is to be ended. */
  violated(what: string): void;
  /** The longest message that is accepted, in bytes. */
  readonly maxMessageBytes: number;
  /** The other side sends a longer one, and is to be ended. */
  tooLong(): void;
  /** Sends a line to the other side, and has it look at it even if it is busy. */
  nudge(line: string): void;
  /** Whether the other side's output is being held up on this side, so that its silence means nothing. */
  isHeldUp(): boolean;
  /** Whether the other side can be interrupted. */
  readonly isInterruptible: boolean;
  /** Whether an interrupt stops whatever the other side carries out when it comes. */
  readonly interruptStopsAny: boolean;
}
