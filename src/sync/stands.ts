import { type InspectOptions, inspect } from 'node:util';
import { functionsOf } from '../bond/function-proxy.js';
import { BondException, type Ending } from '../common/errors.js';
import { brief, Opaque, showObject } from '../common/inspect.js';
import type { BondOptions, ProtocolName } from '../common/options.js';
import { queryDriver } from '../drivers/driver.js';
import { Ref as AsyncRef } from '../references/ref.js';
import { outputFor } from './output.js';
import type { Thread } from './thread.js';

/** How an object of the thread is asked: the thread, its number there, and its language. */
export interface Link {
  readonly thread: Thread;
  readonly id: number;
  readonly lang: string;
  /** The protocol, if it is a bond. */
  readonly protocol?: ProtocolName;
}

/** What stands for an object of the thread. */
abstract class Stand extends Opaque {
  readonly #link: Link;

  constructor(link: Link) {
    super();
    this.#link = link;
    link.thread.known.add(link.id, this);
  }

  get lang(): string {
    return this.#link.lang;
  }

  static linkOf(stand: Stand): Link {
    return stand.#link;
  }

  /** Asks for a method of the object. */
  ask(method: string, ...args: readonly unknown[]): unknown {
    const { thread, id, lang } = this.#link;
    return thread.ask(lang, id, method, args);
  }

  /** Asks for something of this object that is not a method of it. */
  protected askAbout(what: string, ...args: readonly unknown[]): unknown {
    return this.#link.thread.askFor(this.lang, what, this, ...args);
  }
}

const { linkOf } = Stand;

/** Gives a class methods that ask for those of the same names. */
function addMethods(type: { readonly prototype: object }, names: readonly string[]): void {
  for (const name of names) {
    const value = function (this: Stand, ...args: unknown[]): unknown {
      const { thread, id, lang, protocol } = linkOf(this);
      if (protocol) thread.protocol = protocol;
      return thread.ask(lang, id, name, args);
    };
    Object.defineProperty(value, 'name', { value: name });
    Object.defineProperty(type.prototype, name, { value, configurable: true, writable: true });
  }
}

/** A bond whose methods return instead of resolving. */
export class Bond extends Stand {
  readonly pid: number;
  #functions: unknown;

  constructor(link: Link, pid: number) {
    super(link);
    this.pid = pid;
  }

  /** How the interpreter has ended; `undefined` while it runs. */
  get closed(): Ending | undefined {
    return this.askAbout('ending') as Ending | undefined;
  }

  get fn(): unknown {
    const call = (name: string, args: readonly unknown[]): never => this.ask('call', name, ...args) as never;
    this.#functions ??= functionsOf(queryDriver(this.lang).separator, call);
    return this.#functions;
  }

  callable(name: string): (...args: unknown[]) => unknown {
    return (...args) => this.ask('call', name, ...args);
  }

  ref(code: string): Ref {
    if (typeof code !== 'string') throw new BondException(this.lang, `code must be a string, not ${typeof code}`);
    return new Ref(code, this);
  }

  with(options: BondOptions): unknown {
    return this.ask('with', optionsFor(this.lang, options));
  }

  interact(): never {
    throw unsupported(
      this.lang,
      "interact: the session reads the terminal, which a program that waits cannot: use 'bond'",
    );
  }

  [Symbol.dispose](): void {
    this.ask('close');
  }

  override toString(): string {
    return `Bond [${this.lang}] (pid ${this.pid})`;
  }
  [inspect.custom](depth: number, options: InspectOptions): string {
    return showObject('Bond', { lang: this.lang, pid: this.pid }, depth, options);
  }
}

addMethods(Bond, ['eval', 'evalBlock', 'call', 'export', 'proxy', 'hold', 'iterate', 'import', 'extend', 'load']);
addMethods(Bond, ['original', 'capture', 'interrupt', 'close', 'kill']);

/** A reference to an expression. */
export class Ref extends AsyncRef {
  readonly bond: Bond;

  constructor(code: string, bond: Bond) {
    super(code, bond);
    this.bond = bond;
  }
}

/** A value that stays in the interpreter. */
export class Held extends Stand {
  readonly code: string;
  readonly #expression: string;

  constructor(link: Link, code: string, expression: string) {
    super(link);
    this.code = code;
    this.#expression = expression;
  }

  get remote(): unknown {
    return this.askAbout('remote');
  }

  [Symbol.dispose](): void {
    this.ask('release');
  }

  [inspect.custom](depth: number, options: InspectOptions): string {
    return showObject('Held', { lang: this.lang, code: this.code, expression: this.#expression }, depth, options);
  }

  override toString(): string {
    return `Held [${this.lang}] ${brief(this.#expression)}`;
  }
}

addMethods(Held, ['get', 'set', 'call', 'apply', 'hold', 'holdApply', 'value', 'release']);

/** What an `iterate` goes through. */
export class Items extends Stand implements IterableIterator<unknown> {
  next(): IteratorResult<unknown> {
    return this.ask('next') as IteratorResult<unknown>;
  }

  return(): IteratorResult<unknown> {
    return this.ask('return') as IteratorResult<unknown>;
  }

  override toString(): string {
    return `Items [${this.lang}]`;
  }

  [Symbol.iterator](): this {
    return this;
  }

  [Symbol.dispose](): void {
    this.return();
  }
}

/** The options as the thread is given them. */
export function optionsFor(lang: string, options: BondOptions): object {
  const text = "the program waits for the call, so nothing can abort it: use timeout, or 'bond'";
  if (options?.signal !== undefined) throw unsupported(lang, `signal: ${text}`);
  if (options?.concurrent) throw unsupported(lang, "concurrent: calls wait for each other: use 'bond'");
  const prepared: Record<string, unknown> = { ...options };
  for (const name of ['stdout', 'stderr', 'logfile'] as const) {
    if (name in prepared) prepared[name] = outputFor(options[name]);
  }
  if (options?.env) prepared.env = { ...options.env };
  return prepared;
}

function unsupported(lang: string, text: string): BondException {
  return new BondException(lang, text, { code: 'BOND_UNSUPPORTED' });
}
