import { types } from 'node:util';
import { Opaque } from '../common/inspect.js';
import type { CallSettings, ProtocolName } from '../common/options.js';
import { isA } from '../common/thrown.js';
import type { Feature } from '../drivers/manifest.js';

/** What a reference needs from the bond that sends it. */
export interface Lender {
  readonly lang: string;
  /** Whether an object that occurs twice in a message is one object for the receiver. */
  readonly isClone: boolean;
  readonly protocol: ProtocolName;
  /** @internal The settings of calls made through it. */
  readonly settings: CallSettings;
  /** Whether a reference that `owner` made can be used. */
  isOwner(owner: object): boolean;
  /** Throws a `BondException` if the driver lacks a feature. */
  need(feature: Feature): void;
  /**
   * Lends a function of yours to the interpreter until it is released, and returns its number. With `object`, that is
   * what you get when it is passed back.
   */
  lend(func: (...args: unknown[]) => unknown, onRelease?: () => void, object?: object): number;
}

/** The code for a value in the interpreter: an expression, or a start and the links of a chain. */
export type Code = string | readonly [start: string | ImportedName, links: readonly unknown[]];

/** What `import` finds by name. */
export type ImportedName = readonly ['import', string];

/** What is not copied: in the interpreter, it is the value of an expression. */
export abstract class Reference extends Opaque {
  /** @internal The code for it. */
  abstract codeFor(lender: Lender): Code;
}

/** Returns the object that it is given, so that a subclass can add a private field to it. */
class Given {
  constructor(value: object) {
    // biome-ignore lint/correctness/noConstructorReturn: this is what it is for
    return value;
  }
}

/**
 * Keeps the reference of a proxy in a private field. Reading that runs no code of a proxy, and takes a fifth of the
 * time of a `WeakMap`.
 */
class Stand extends Given {
  readonly #reference: Reference;

  constructor(stand: object, reference: Reference) {
    super(stand);
    this.#reference = reference;
  }

  static referenceOf(value: object): Reference | undefined {
    return #reference in value ? value.#reference : undefined;
  }
}

/** Makes `stand` count as `reference` in values. */
export function standFor(stand: object, reference: Reference): void {
  new Stand(stand, reference);
}

/** The reference that a value is, or stands for. Runs no code of the user. */
export function referenceOf(value: object): Reference | undefined {
  return Stand.referenceOf(value) ?? (!types.isProxy(value) && isA(value, Reference) ? value : undefined);
}
