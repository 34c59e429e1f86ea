import { type InspectOptions, inspect } from 'node:util';
import type { Feature } from './driver.js';
import { BondException, quoted } from './errors.js';
import { showObject } from './inspection.js';

/** What a reference needs of the bond that it is sent through. */
export interface Lender {
  readonly lang: string;
  /** Whether a reference that `owner` made can be used here. */
  isOwner(owner: object): boolean;
  /** Throws a `BondException` if the driver there does not have a feature. */
  need(feature: Feature): void;
  /** Lends a function of the host to the other side, until that lets go of it; the number that it is known by there. */
  lend(func: (...args: unknown[]) => unknown, onRelease?: () => void): number;
}

/** The connection that a reference belongs to. */
export interface Owner {
  readonly lang: string;
}

/** Something that does not cross by value: over there, it is what an expression evaluates to. */
export abstract class Reference {
  /** A function, so that the structured clone refuses to make a mere object of a reference. */
  protected readonly uncloneable = (): void => {};

  /** @internal The expression that stands for it on the other side of `lender`. */
  abstract codeFor(lender: Lender): string;
}

/**
 * A reference to an expression that has not been evaluated, in the interpreter of the bond that made it. It can be given
 * to `eval` and `evalBlock`, and as an argument to `call`, also inside of one.
 */
export class Ref extends Reference {
  /** The expression, in the bond's language. */
  readonly code: string;
  /** The connection that made it: nobody else may use it. */
  readonly #owner: Owner;

  /** @internal References are made by `bond.ref`. */
  constructor(code: string, owner: Owner) {
    super();
    this.code = code;
    this.#owner = owner;
  }

  /** @internal What `util.inspect` shows. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    return showObject(this.constructor.name, this.view, depth, options);
  }

  /** @internal */
  protected get view(): object {
    return { lang: this.#owner.lang, code: this.code };
  }

  /** @internal */
  codeFor(lender: Lender): string {
    if (lender.isOwner(this.#owner)) return this.code;
    const whose = `another bond (${this.#owner.lang}), and means nothing here`;
    throw new BondException(
      lender.lang,
      `the reference to ${quoted(this.code)} belongs to ${whose}: send its value, or proxy() a function to it`,
    );
  }
}
