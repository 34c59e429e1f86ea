import { Opaque } from '../common/inspect.js';
import type { Feature } from '../drivers/driver.js';

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

/** Something that does not cross by value: over there, it is what an expression evaluates to. */
export abstract class Reference extends Opaque {
  /** @internal The expression that stands for it on the other side of `lender`. */
  abstract codeFor(lender: Lender): string;
}
