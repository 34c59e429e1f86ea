import { types } from 'node:util';
import { Opaque } from '../common/inspect.js';
import type { CallSettings, ProtocolName } from '../common/options.js';
import { isA } from '../common/thrown.js';
import type { Feature } from '../drivers/driver.js';

/** What a reference needs of the bond that it is sent through. */
export interface Lender {
  readonly lang: string;
  /** Whether what is the same object in a message is the same over there. */
  readonly isClone: boolean;
  readonly protocol: ProtocolName;
  /** @internal How calls are made through it. */
  readonly settings: CallSettings;
  /** Whether a reference that `owner` made can be used here. */
  isOwner(owner: object): boolean;
  /** Throws a `BondException` if the driver there does not have a feature. */
  need(feature: Feature): void;
  /**
   * Lends a function of the host to the other side, until that lets go of it; the number that it is known by there. If it speaks for
   * an object, that is what comes back by this number.
   */
  lend(func: (...args: unknown[]) => unknown, onRelease?: () => void, object?: object): number;
}

/** What stands for something over there: an expression, or what to begin with, and what to do with it link by link. */
export type Code = string | readonly [start: string | ImportedName, links: readonly unknown[]];

/** What `import` finds by a name. */
export type ImportedName = readonly ['import', string];

/** Something that does not cross by value: over there, it is what an expression evaluates to. */
export abstract class Reference extends Opaque {
  /** @internal What stands for it on the other side of `lender`. */
  abstract codeFor(lender: Lender): Code;
}

/** Is the object that it is given, so that a class below it can add a private field to that. */
class Given {
  constructor(value: object) {
    // biome-ignore lint/correctness/noConstructorReturn: this is what it is for
    return value;
  }
}

/** What stands for a reference has it in a private field: to look at that runs no code of a proxy, and a `WeakMap` takes five times as long. */
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

/** Has `stand` be taken for `reference` among values. */
export function standFor(stand: object, reference: Reference): void {
  new Stand(stand, reference);
}

/** The reference that a value is, or stands for. This runs no code of the user's. */
export function referenceOf(value: object): Reference | undefined {
  return Stand.referenceOf(value) ?? (!types.isProxy(value) && isA(value, Reference) ? value : undefined);
}
