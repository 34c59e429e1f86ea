import { types } from 'node:util';
import { BondException } from '../common/errors.js';
import type { Objects } from '../common/objects.js';
import type { CallSettings } from '../common/options.js';
import { functionName } from '../common/thrown.js';
import { Callback } from '../references/callback.js';
import { Live } from '../references/live.js';
import { Stream, stream } from '../references/stream.js';
import { type Lender, referenceOf } from '../values/reference.js';
import type { Side, Told } from './crossing.js';
import { makeValue, tellValue } from './look-alikes.js';
import { makeStand } from './make-stand.js';
import { Output, tellOutput } from './output.js';
import { expressionOf } from './remotes.js';
import { Ref } from './stands.js';
import { BORDER, type Thread } from './thread.js';
import { framesHere, framesOf, isPlainError, makeError, type ToldError, tellError } from './told-errors.js';

type Part = (value: unknown) => unknown;

/** What the program tells of its objects, and makes of those of the thread. */
export class ProgramSide implements Side {
  readonly givesBuffers = false;
  readonly #thread: Thread;

  constructor(thread: Thread) {
    this.#thread = thread;
  }

  tell(value: unknown, part: Part): Told {
    if (typeof value === 'symbol') return tellValue(value, part);
    const object = value as object;
    const id = this.#thread.known.idOf(object);
    if (id !== undefined) return isPlainError(object) ? this.#throwBack(id, object) : ['yours', id];
    const expression = expressionOf(object);
    if (expression) return ['chain', part(expression.base), part(expression.links)];
    if (object instanceof Ref) return ['ref', part(object.bond), object.code];
    if (typeof object === 'function' && !referenceOf(object))
      return ['function', this.#thread.kept.keep(object), functionName(object)];
    const reference = referenceOf(object);
    if (reference) return this.#tellReference(reference, part);
    if (object instanceof Output) return tellOutput(object, (func) => this.#thread.kept.keep(func));
    if (types.isGeneratorObject(object)) return this.#tellReference(stream(object as Iterable<unknown>), part);
    if (types.isPromise(object)) throw refusePromise(object);
    if (isPlainError(object))
      return ['error', this.#thread.kept.keep(object), tellError(object, framesOf(object, BORDER), part)];
    return tellValue(object, part);
  }

  make(told: Told, part: Part): unknown {
    const [kind, id, ...facts] = told;
    if (kind === 'yours') return this.#thread.kept.get(id as number);
    if (kind === 'thrown back') return this.#thread.thrownBack.get(id as number);
    if (kind === 'error') {
      const [error, isInner] = facts as [ToldError, boolean];
      const here = isInner ? [] : framesHere(BORDER);
      return this.#thread.known.add(id as number, makeError(error, here, part));
    }
    return makeStand(this.#thread, told) ?? makeValue(told, part);
  }

  /** An error of the thread, with the lines of the program's functions that it has gone through. */
  #throwBack(id: number, error: Error): Told {
    this.#thread.thrownBack.set(id, error);
    return ['yours', id, framesOf(error, BORDER)];
  }

  #tellReference(reference: object, part: Part): Told {
    if (reference instanceof Callback) return ['callback', part(reference.lent.func), reference.lent.objects];
    if (reference instanceof Stream) {
      const iterator = reference.open() as Iterator<unknown>;
      return ['stream', part(() => iterator.next()), part(() => iterator.return?.())];
    }
    if (reference instanceof Live) return this.#tellLive(reference, part);
    throw new BondException('bond/sync', `${reference} belongs to a bond of 'bond': bond/sync has its own`);
  }

  /** What is asked of a live object there. Whether what cannot be copied is held is known to the thread, so it is told both. */
  #tellLive(reference: Live, part: Part): Told {
    let lent: readonly unknown[] = [];
    const codeFor = (objects: Objects): readonly [code: string, needs: readonly string[]] => {
      const needs: string[] = [];
      const lender: Partial<Lender> = {
        lang: 'bond/sync',
        protocol: this.#thread.protocol,
        settings: { objects } as CallSettings,
        need: (feature) => void needs.push(feature),
        lend: (func, _, object) => {
          lent = [func, object];
          return 0;
        },
      };
      return [reference.codeFor(lender as Lender), needs];
    };
    const codes = { hold: codeFor('hold'), error: codeFor('error') };
    const [func, object] = lent;
    return ['live', codes, part(func), this.#thread.kept.keep(object as object)];
  }
}

function refusePromise(promise: Promise<unknown>): BondException {
  promise.catch(() => {});
  const text =
    "a promise: a program that waits cannot await it. Functions of yours have to be sync in bond/sync, or use 'bond'";
  return new BondException('bond/sync', text);
}
