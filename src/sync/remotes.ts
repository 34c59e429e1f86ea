import { inspect } from 'node:util';
import { wrongArgument } from '../common/errors.js';
import type { Link as ChainLink } from '../references/chain.js';
import type { Link } from './stands.js';

/** A property, an item or a chain of them, of a handle; and what is done with it last. */
export interface Expression {
  readonly base: object;
  readonly links: readonly ChainLink[];
}

/** What is known of a proxy: how its handle is asked, and what has been appended to that. */
interface Facts extends Expression {
  readonly link: Link;
  readonly text: string;
}

const facts = new WeakMap<object, Facts>();

/** What a proxy stands for, if it is no handle. */
export function expressionOf(value: object): Expression | undefined {
  const found = facts.get(value);
  return found && found.links.length > 0 ? found : undefined;
}

function factsOf(value: unknown): Facts {
  const found = facts.get(value as object);
  if (found) return found;
  throw wrongArgument('it takes a handle, or an expression that begins with one');
}

/** A handle: its properties and items are expressions, which a call evaluates. */
export function makeRemote(link: Link, text: string): object {
  return link.thread.known.add(link.id, proxyOf({ link, text, links: [] }));
}

function proxyOf(known: Omit<Facts, 'base'>, base?: object): object {
  const links = new Links();
  const proxy = new Proxy(TARGET, links);
  links.self = proxy;
  facts.set(proxy, { ...known, base: base ?? proxy });
  return proxy;
}

/** A bound function has no property that a proxy must report, and can be called with `new`. */
const TARGET = function remote() {}.bind(undefined);

/** An expression with one more link. */
export function longer(value: unknown, ...added: readonly ChainLink[]): object {
  const { link, text, base, links } = factsOf(value);
  return proxyOf({ link, text, links: [...links, ...added] }, base);
}

/** What an expression comes to: its value if that can be copied, otherwise a handle. */
export function valueOf(value: unknown): unknown {
  const { link, links } = factsOf(value);
  return links.length === 0 ? value : link.thread.askFor(link.lang, 'value', value);
}

/** Asks for something of a handle or an expression. */
export function askAbout(value: unknown, what: string, ...args: readonly unknown[]): unknown {
  const { link } = factsOf(value);
  return link.thread.askFor(link.lang, what, value, ...args);
}

function shown({ link, text, links }: Facts): string {
  const steps = links.map((step) => ('name' in step ? `.${step.name}` : `[…]`));
  return `Remote [${link.lang}] ${text}${steps.join('')}`;
}

/** What is done with a handle or an expression. */
class Links implements ProxyHandler<object> {
  /** The proxy. */
  self: object = this;

  get(_target: object, key: string | symbol): unknown {
    if (typeof key === 'symbol') return symbolOf(this.self, key);
    if (key === 'then') return undefined; // an async function of the program may return it
    const isNumber = /^(?:0|-?[1-9]\d{0,14})$/.test(key);
    return longer(this.self, isNumber ? { kind: 'item', args: [Number(key)] } : { kind: 'get', name: key });
  }

  apply(_target: object, _self: unknown, args: unknown[]): unknown {
    return valueOf(longer(this.self, { kind: 'call', args }));
  }

  construct(_target: object, args: unknown[]): object {
    return valueOf(longer(this.self, { kind: 'new', args })) as object;
  }

  set(_target: object, key: string | symbol): never {
    return this.#refuse(key, `use held(remote).set('${String(key)}', value)`);
  }

  deleteProperty(_target: object, key: string | symbol): never {
    return this.#refuse(key, 'delete it by code of that language');
  }

  defineProperty(_target: object, key: string | symbol): never {
    return this.#refuse(key, `use held(remote).set('${String(key)}', value)`);
  }

  has(_target: object, key: string | symbol): boolean {
    return typeof key === 'string' && key !== 'then';
  }

  ownKeys(): string[] {
    return [];
  }

  getOwnPropertyDescriptor(): undefined {
    return undefined;
  }

  getPrototypeOf(): null {
    return null;
  }

  setPrototypeOf(): boolean {
    return false;
  }

  preventExtensions(): boolean {
    return false;
  }

  #refuse(key: string | symbol, advice: string): never {
    throw wrongArgument(`'${String(key)}' of ${shown(factsOf(this.self))} cannot be changed here: ${advice}`);
  }
}

function symbolOf(self: object, key: symbol): unknown {
  switch (key) {
    case inspect.custom:
      return () => shown(factsOf(self));
    case Symbol.toPrimitive:
      return (hint: string) => primitiveOf(self, hint);
    case Symbol.toStringTag:
      return 'Remote';
    case Symbol.iterator:
      return () => askAbout(self, 'iterator');
    case Symbol.dispose:
      return expressionOf(self) ? undefined : () => askAbout(self, 'release');
    default:
      return undefined;
  }
}

/** Text says what it is. An operator wants its value, which is not here. */
function primitiveOf(self: object, hint: string): string {
  const known = factsOf(self);
  if (hint === 'string') return shown(known);
  const advice = expressionOf(self) ? 'use value(…)' : 'use held(remote).value() if a copy will do';
  const where = `whose value is in ${known.link.lang}`;
  throw wrongArgument(`an operator such as + cannot use ${shown(known)}, ${where}: ${advice}`);
}
