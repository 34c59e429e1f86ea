import { linesOf, ownFolder, type Place, positionIn } from './call-site.js';
import { Excerpt, type Item } from './excerpt.js';
import { useStacksOfSeveral } from './stacks.js';
import { carried, isError, property } from './thrown.js';

/**
 * The stack of an exception that has passed several languages: frames of each, from where it was thrown outwards. It is put
 * together when somebody reads it, and whatever it is made of: it has at most so many lines, and reading it never throws.
 */

/** How many lines a stack has at most. */
const MOST_LINES = 100;
/** How many of them another language is told. */
const MOST_TOLD = 40;
/** How many frames of another language are looked at. */
const MOST_FRAMES = 1000;
/** How much of a stack of the host's is looked at, in characters, and how long a line may be. */
const LONGEST_STACK = 2 ** 16;
const LONGEST_LINE = 1000;

/** What the stack of an exception of another language is made of. */
interface Parts {
  /** Frames of the other language. */
  readonly remote: readonly Item[];
  /** What a function of the host threw, if that is what has come back. */
  readonly inner: unknown;
  /** Who waits for the call. */
  waiting: Place | undefined;
  /** Where the call was made, or what it is part of. */
  readonly made: Place[];
  /** What it has come to, the frames of `inner` included. */
  excerpt: Excerpt | undefined;
}

const partsOf = new WeakMap<object, Parts>();

/** Records the frames of an exception in the other language, and the error of the host that caused it. */
export function tellFrames(error: Error, remote: readonly Item[], inner: unknown): void {
  partsOf.set(error, { remote, inner, waiting: undefined, made: [], excerpt: undefined });
}

/** Whether the stack of an exception is one of several languages. */
export function hasOneStack(error: unknown): error is Error {
  return partsFor(error) !== undefined;
}

/** Gives an exception its stack: `waiting` is who waits for it here, `made` where the call was made, if that is known. */
export function giveOneStack(error: Error, waiting: Place, made: Place | undefined): void {
  const parts = partsFor(error) as Parts;
  parts.waiting = waiting;
  if (made) parts.made.push(made);
  showWhenRead(error);
}

/** Adds to such a stack where what has failed was begun. */
export function addPlace(error: Error, place: Place): void {
  const parts = partsFor(error) as Parts;
  parts.made.push(place);
  parts.excerpt = undefined;
  showWhenRead(error);
}

useStacksOfSeveral({ has: hasOneStack, addPlace });

/** The frames of whatever was thrown, as the lines of a stack that another language is told; none if it has none. */
export function toldStack(thrown: unknown): string {
  const told = new Excerpt(MOST_TOLD);
  told.addAll(excerptOf(thrown));
  return told.lines.join('\n');
}

/** What a driver tells of frames, `[name, file, line, column]` or a number of those that it leaves out, as lines. */
export function linesOfFrames(told: unknown, lang: string): Item[] {
  if (!Array.isArray(told)) return [];
  const items = told.slice(0, MOST_FRAMES).map((frame) => lineOf(frame, lang));
  const more = told.length - MOST_FRAMES;
  return [...items.filter((item) => item !== 0), ...(more > 0 ? [more] : [])];
}

function lineOf(frame: unknown, lang: string): Item {
  if (!Array.isArray(frame)) return Number.isSafeInteger(frame) && Number(frame) > 0 ? Number(frame) : 0;
  const [name, file, ...position] = frame;
  const place = [inOneLine(file), ...position.slice(0, 2).filter(Number.isSafeInteger)].join(':');
  return inOneLine(`    at ${inOneLine(name).slice(0, 200) || '<anonymous>'} [${lang}]${place && ` (${place})`}`);
}

function inOneLine(text: unknown): string {
  return typeof text === 'string' ? carried(text.slice(0, LONGEST_LINE).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')) : '';
}

function partsFor(thrown: unknown): Parts | undefined {
  return partsOf.get(thrown as object);
}

/** As V8 does with its own stacks: to put one together takes longer than to throw. */
function showWhenRead(error: Error): void {
  const header = `${error.name}: ${error.message}`;
  const show = (stack: unknown): void => void Reflect.defineProperty(error, 'stack', valueOf(stack));
  const get = (): string => {
    const stack = [header, ...excerptOf(error).lines].join('\n');
    show(stack);
    return stack;
  };
  // To define it anew, V8 would first make the text of the one that is there. Some programs have every error frozen.
  Reflect.deleteProperty(error, 'stack');
  Reflect.defineProperty(error, 'stack', { get, set: show, configurable: true, enumerable: false });
}

function valueOf(stack: unknown): PropertyDescriptor {
  return { value: stack, configurable: true, writable: true, enumerable: false };
}

/** The frames of whatever was thrown. Of a recursion through languages, each level knows what it came from. */
function excerptOf(thrown: unknown): Excerpt {
  const chain: Parts[] = [];
  let inner = thrown;
  for (let parts = partsFor(inner); parts && !parts.excerpt; parts = partsFor(inner)) {
    chain.push(parts);
    inner = parts.inner;
  }
  const excerpt = new Excerpt(MOST_LINES);
  excerpt.addAll(partsFor(inner)?.excerpt ?? hostLines(inner));
  for (const { remote, waiting, made } of chain.reverse()) {
    excerpt.addAll(remote);
    excerpt.addAll(waitingLines(waiting, made));
  }
  const [outer] = chain.slice(-1);
  if (outer) outer.excerpt = excerpt;
  return excerpt;
}

/** The frames of something that the host threw. */
function hostLines(thrown: unknown): string[] {
  const stack = isError(thrown) ? property(thrown, 'stack') : undefined;
  if (typeof stack !== 'string') return [];
  const message = property(thrown, 'message');
  // A message may have lines that look like frames.
  const found = typeof message === 'string' && stack.includes(message);
  const start = found ? stack.indexOf(message) + message.length : 0;
  return usersLines(stack.slice(start, start + LONGEST_STACK).split('\n'));
}

/** Who waits here, and where that was begun, unless it is the same. */
function waitingLines(waiting: Place | undefined, made: readonly Place[]): string[] {
  const lines = usersLines(linesOf(waiting));
  for (const place of made) {
    const more = usersLines(linesOf(place));
    const first = more.find((line) => /[\\/]/.test(line));
    if (first !== undefined && !lines.some((line) => positionIn(line) === positionIn(first))) lines.push(...more);
  }
  return lines;
}

/** Those frames that are neither this library's nor Node's own. */
function usersLines(lines: readonly string[]): string[] {
  const own = ownFolder();
  const isUsers = (line: string): boolean => !line.includes(own) && !line.includes('node:internal/');
  // A promise that this library makes has a frame without a file, beside that of the function which it is made with.
  const isOurPromise = (line: string, index: number): boolean =>
    line.includes('at new Promise (<anonymous>)') && lines[index - 1]?.includes(own) !== false;
  const users = lines.filter((line, index) => /^\s+at /.test(line) && isUsers(line) && !isOurPromise(line, index));
  while (users.at(-1)?.includes('node:')) users.pop();
  return users.map(inOneLine).map((line) => `    ${line.trimStart()}`);
}
