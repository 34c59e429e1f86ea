import { Bond } from '../bond/bond.js';
import type { FunctionOptions, Objects } from '../common/objects.js';
import { addPlace, hasOneStack } from '../common/one-stack.js';
import { functionName } from '../common/thrown.js';
import type { Feature } from '../drivers/manifest.js';
import { type AnyFunction, callback } from '../references/callback.js';
import { Chain, type Link } from '../references/chain.js';
import { Held } from '../references/handle.js';
import { remoteOf } from '../references/remote.js';
import { stream } from '../references/stream.js';
import { type Lender, Reference, referenceOf } from '../values/reference.js';
import type { Side, Told } from './crossing.js';
import type { Kept, Known } from './kept.js';
import { makeValue, tellValue } from './look-alikes.js';
import { framesOf, isPlainError, makeError, type ToldError, tellError } from './told-errors.js';
import { writeTo } from './write-to.js';

type Part = (value: unknown) => unknown;

/** The program, as far as values are concerned. */
interface Program {
  readonly kept: Kept;
  readonly known: Known;
  /** How many calls the program has made outside of functions that were called. */
  readonly turn: number;
  call(func: number, self: unknown, args: readonly unknown[]): Promise<unknown>;
  callAndWait(func: number, args: readonly unknown[]): unknown;
}

/** What the thread tells of its objects, and makes of those of the program. */
export class ThreadSide implements Side {
  readonly givesBuffers = true;
  readonly #program: Program;

  /** Errors that the program has thrown back, their numbers, and in which turn: it still has them then. */
  readonly #thrownBack = new WeakMap<object, readonly [id: number, turn: number]>();

  constructor(program: Program) {
    this.#program = program;
  }

  tell(value: unknown, part: Part): Told {
    if (typeof value === 'symbol') return tellValue(value, part);
    const object = value as object;
    const id = this.#program.known.idOf(object);
    if (id !== undefined) return ['yours', id];
    const [backId, turn] = this.#thrownBack.get(object) ?? [];
    if (turn === this.#program.turn) return ['thrown back', backId];
    const told = this.#tellObject(object);
    if (told) {
      const [kind, ...facts] = told;
      return [kind, this.#program.kept.keep(object), ...facts];
    }
    if (!isPlainError(object)) return tellValue(object, part);
    return ['error', this.#program.kept.keep(object), tellError(object, framesOf(object, ''), part)];
  }

  #tellObject(object: object): readonly [kind: string, ...facts: unknown[]] | undefined {
    const reference = referenceOf(object);
    if (reference instanceof Chain) return ['remote', reference.evaluator.owner.lang, reference.text()];
    if (reference instanceof Held) return ['held', reference.lang, reference.code, reference.expression];
    if (object instanceof Bond) return ['bond', object.lang, object.pid, object.about.protocol];
    if (typeof object === 'function') return ['callable', functionName(object)];
    return Symbol.asyncIterator in object && 'next' in object ? ['items', ''] : undefined;
  }

  make(told: Told, part: Part): unknown {
    const [kind, id, ...facts] = told;
    switch (kind) {
      case 'yours':
        return this.#own(id as number, facts[0]);
      case 'function':
        return this.#functionFor(id as number, facts[0] as string);
      case 'error':
        return this.#program.known.add(id as number, makeError(facts[0] as ToldError, [], part));
      case 'chain':
        return chainWith(part(id), part(facts[0]) as Link[]);
      case 'ref':
        return (part(id) as Bond).ref(facts[0] as string);
      case 'callback':
        return callback(part(id) as () => unknown, { objects: facts[0] } as FunctionOptions);
      case 'stream':
        return this.#streamOf(part(id) as Step, part(facts[0]) as Step);
      case 'live':
        return this.#liveOf(told, part);
      case 'output':
        return id === 0 ? this.#writerFor(facts[0] as number) : writeTo(id as number);
      default:
        return makeValue(told, part);
    }
  }

  /** An object of this thread. An exception that has gone through functions of the program has their lines as well. */
  #own(id: number, frames: unknown): unknown {
    const object = this.#program.kept.get(id);
    if (!Array.isArray(frames)) return object;
    this.#thrownBack.set(object, [id, this.#program.turn]);
    if (hasOneStack(object)) addPlace(object, { stack: ['', ...frames].join('\n') });
    return object;
  }

  #functionFor(id: number, name: string): AnyFunction {
    const program = this.#program;
    const call = function (this: unknown, ...args: unknown[]): unknown {
      const self = typeof this === 'function' && referenceOf(this) ? this : undefined;
      return program.call(id, self, args);
    };
    Object.defineProperty(call, 'name', { value: name });
    return program.known.add(id, call);
  }

  /** Takes output that the program is given, before anything else happens. */
  #writerFor(id: number): (chunk: Uint8Array) => void {
    const write = (chunk: Uint8Array): void => void this.#program.callAndWait(id, [chunk]);
    return this.#program.known.add(id, write);
  }

  #streamOf(next: Step, close: Step): Reference {
    const iterator = { next: () => next(), return: () => close() };
    return stream({ [Symbol.asyncIterator]: () => iterator as AsyncIterator<unknown> });
  }

  #liveOf([, codes, func, objectId]: Told, part: Part): Reference {
    const object = this.#program.known.add(objectId as number, new FarObject());
    return new FarLive(codes as LiveCodes, part(func) as Step, object);
  }
}

/** An object of the program that code there has been given. No plain one: it would be copied. */
class FarObject {}

/** What stands for a live object in code, with 0 as the number of the function that is asked, and the features that it needs. */
type LiveCodes = Readonly<Record<Objects, readonly [code: string, needs: readonly Feature[]]>>;

type Step = (...args: unknown[]) => Promise<unknown>;

/** An expression of the program. */
function chainWith(base: unknown, links: readonly Link[]): unknown {
  let chain = referenceOf(base as object) as Chain;
  for (const link of links) chain = chain.with(link);
  return remoteOf(chain);
}

/** A live object of the program. */
class FarLive extends Reference {
  readonly #codes: LiveCodes;
  readonly #func: Step;
  readonly #object: object;

  constructor(codes: LiveCodes, func: Step, object: object) {
    super();
    this.#codes = codes;
    this.#func = func;
    this.#object = object;
  }

  override toString(): string {
    return 'Live';
  }

  override codeFor(lender: Lender): string {
    const [code, needs] = this.#codes[lender.settings.objects];
    for (const feature of needs) lender.need(feature);
    const number = lender.lend(this.#func, undefined, this.#object);
    return code.replace('_BOND_live(0,', `_BOND_live(${number},`);
  }
}
