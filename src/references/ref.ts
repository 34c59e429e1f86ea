import { type InspectOptions, inspect } from 'node:util';
import { BondException, quoted } from '../common/errors.js';
import { brief, showObject } from '../common/inspect.js';
import { type Lender, Reference } from '../values/reference.js';

/** The connection that a reference belongs to. */
export interface Owner {
  readonly lang: string;
}

/** Refuses a reference of another bond. */
export function checkOwner(lender: Lender, owner: Owner, what: string, advice: string): void {
  if (lender.isOwner(owner)) return;
  throw new BondException(lender.lang, `${what} belongs to another bond (${owner.lang}): ${advice}`);
}

/**
 * A reference to an expression that has not been evaluated, from {@link Bond.ref}. You can pass it to `eval`,
 * `evalBlock` and `hold`, and as an argument of a call, at any depth.
 */
export class Ref extends Reference {
  /** The expression, in the language of the bond. */
  readonly code: string;
  /** The connection that made it. Only its bonds may use it. */
  readonly #owner: Owner;

  /** @internal References are made by `bond.ref`. */
  constructor(code: string, owner: Owner) {
    super();
    this.code = code;
    this.#owner = owner;
  }

  /** @internal The language of its bond. */
  get lang(): string {
    return this.#owner.lang;
  }

  override toString(): string {
    return `Ref [${this.#owner.lang}] ${brief(this.code)}`;
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
    const advice = 'send its value, or proxy() a function to it';
    checkOwner(lender, this.#owner, `the reference to ${quoted(this.code)}`, advice);
    return this.code;
  }
}
