import { brief } from '../common/inspect.js';
import type { NotCarried, Path } from '../values/codec.js';
import { type Code, type ImportedName, type Lender, Reference } from '../values/reference.js';
import type { Snapshot } from '../values/snapshot.js';
import { Held } from './handle.js';
import { isKwargs } from './kwargs.js';
import { checkOwner, type Owner, Ref } from './ref.js';

/** What is done with what stands before it in a chain. */
export type Link =
  | { readonly kind: 'get'; readonly name: string }
  | { readonly kind: 'invoke'; readonly name: string; readonly args: readonly unknown[] }
  | { readonly kind: 'call' | 'new' | 'item'; readonly args: readonly unknown[] };

/** What has been entered. */
export interface Entry {
  /** As if it were here. */
  readonly remote: unknown;
  /** Leaves it, and tells it of what has been thrown, if anything was. Resolves to whether it has dealt with that. */
  leave(...thrown: readonly unknown[]): Promise<boolean>;
}

/** Who evaluates chains. */
export interface Evaluator {
  readonly owner: Owner;
  /** Resolves to what a chain comes to: its value if that can cross, and a handle otherwise. */
  evaluate(chain: Chain): Promise<unknown>;
  /** Goes through what a chain comes to, which is shown as `shown` in messages. */
  iterate(chain: Chain, shown: string): AsyncIterableIterator<unknown>;
  /** Enters what a chain comes to. */
  enter(chain: Chain): Promise<Entry>;
  /** What is there of a value at this moment, and the references in it. The code for that is loaded with the first bond. */
  snapshotOf(value: unknown, isClone: boolean): Snapshot;
}

/** What a chain may begin with, which is shown as `expression`. */
type Start = Ref & { readonly expression: string };

/** Where a chain has failed: the index of a link; or of one, of a reference among its arguments, and where that has failed. */
export type LinkPath = readonly number[];

// What stands where in a chain, `[start, links]`, and in a link, `[kind, name, arguments, references, named]`.
const LINKS = 1;
const ARGUMENTS = 2;
const REFERENCES = 3;

/** A value in the interpreter, and what to do with it, link by link. */
export class Chain extends Reference {
  readonly #start: Start | ImportedName;
  readonly evaluator: Evaluator;
  /** What stands before the last link. Most chains are only the beginnings of others, so each has no more than its own link. */
  readonly #before: Chain | undefined;
  readonly #last: Link | undefined;

  constructor(start: Start | ImportedName, evaluator: Evaluator, before?: Chain, last?: Link) {
    super();
    this.#start = start;
    this.evaluator = evaluator;
    this.#before = before;
    this.#last = last;
  }

  /** What is held, if this is a handle. */
  get held(): Held | undefined {
    return this.#last === undefined && this.#start instanceof Held ? this.#start : undefined;
  }

  /** Whether nothing is to be done: it is what it begins with, and no promise. */
  get isBare(): boolean {
    return this.#last === undefined;
  }

  /** The same with one more link; what is got and then called is a method. */
  with(link: Link): Chain {
    const last = this.#last;
    if (link.kind === 'call' && last?.kind === 'get')
      return new Chain(this.#start, this.evaluator, this.#before, { kind: 'invoke', name: last.name, args: link.args });
    return new Chain(this.#start, this.evaluator, this, link);
  }

  /** What JSON.stringify asks for its text, if a call of this with these arguments comes from there. */
  serializedBy(args: readonly unknown[]): Chain | undefined {
    const last = this.#last;
    if (last?.kind !== 'get' || last.name !== 'toJSON') return undefined;
    return args.length === 1 && typeof args[0] === 'string' ? this.#before : undefined;
  }

  get #links(): readonly Link[] {
    const links: Link[] = [];
    for (let chain: Chain | undefined = this; chain; chain = chain.#before) if (chain.#last) links.push(chain.#last);
    return links.reverse();
  }

  /** The chain as one would write it, without its arguments, up to a number of links. */
  text(length?: number): string {
    const start = this.#start instanceof Ref ? this.#start.expression : this.#start[1];
    return this.#links.slice(0, length).reduce(withLink, start);
  }

  /** What failed, in words. */
  failureAt([index = 0, reference, ...deeper]: LinkPath): string {
    const link = this.#links[index];
    if (!link) return this.text();
    const inner = reference === undefined ? undefined : this.#referencesIn(link)[reference]?.[1];
    if (inner instanceof Chain) return inner.failureAt(deeper);
    return this.text(index + 1);
  }

  /** The same error, with the place in the text of the chain as one in the arguments of a link. */
  refusal(error: NotCarried): NotCarried {
    const links: number[] = [];
    const { path } = error;
    for (let at = 1; path[at] === LINKS; at += 5) {
      links.push(path[at + 1] as number);
      const part = path[at + 2];
      if (part === REFERENCES) links.push(path[at + 3] as number);
      else return error.within(at + 3, `${this.failureAt(links)}: ${part === ARGUMENTS ? 'args' : 'kwargs'}`);
    }
    return error;
  }

  override toString(): string {
    const { lang } = this.evaluator.owner;
    return `Remote [${lang}] ${brief(this.text())}`;
  }

  /** @internal */
  override codeFor(lender: Lender): Code {
    checkOwner(lender, this.evaluator.owner, this.text(), 'send its value');
    const start = this.#start instanceof Ref ? this.#start.codeFor(lender) : this.#start;
    if (this.#last === undefined && typeof start === 'string') return start;
    return [start, this.#links.map((link) => this.#codeOf(link, lender))];
  }

  #codeOf(link: Link, lender: Lender): unknown {
    if (link.kind === 'get') return [link.kind, link.name];
    const method = link.kind === 'invoke' ? link.name : null;
    if (link.args.every(isPrimitive)) return [link.kind, method, link.args];
    const [args, named] = parted(link.args);
    if (named) lender.need('named');
    const { value, references } = this.evaluator.snapshotOf([args, named], lender.isClone);
    const [plain, plainNamed] = value as [unknown[], object | undefined];
    const codes = references.map(([path, reference]) => [withinCall(path), reference.codeFor(lender)]);
    const code: unknown[] = [link.kind, method, plain];
    if (codes.length > 0 || plainNamed) code.push(codes);
    if (plainNamed) code.push(plainNamed);
    return code;
  }

  #referencesIn(link: Link): readonly (readonly [Path, Reference])[] {
    return link.kind === 'get' ? [] : this.evaluator.snapshotOf(parted(link.args), false).references;
  }
}

/** Whether there can be no reference in a value, and nothing that runs code when it is read. */
function isPrimitive(value: unknown): boolean {
  return (typeof value !== 'object' && typeof value !== 'function') || value === null;
}

/** Arguments, and those by name. */
function parted(args: readonly unknown[]): [args: readonly unknown[], named?: object] {
  const last = args.at(-1);
  return isKwargs(last) ? [args.slice(0, -1), last.values] : [args];
}

/** The first step leads into one of the two: a path among the positional arguments goes without it. */
function withinCall([list, ...path]: Path): Path {
  return list === 0 ? path : ['kwargs', ...path];
}

function withLink(text: string, link: Link): string {
  if (link.kind === 'get') return `${text}.${link.name}`;
  const args = link.args.length > 0 ? '…' : '';
  switch (link.kind) {
    case 'invoke':
      return `${text}.${link.name}(${args})`;
    case 'item':
      return `${text}[${link.args.map(shownKey).join(', ')}]`;
    case 'new':
      return `new ${text}(${args})`;
    default:
      return `${text}(${args})`;
  }
}

function shownKey(key: unknown): string {
  return typeof key === 'string' ? JSON.stringify(key) : typeof key === 'number' ? String(key) : '…';
}
