import { types } from 'node:util';
import { linesOf, ownFolder, type Place, setLimit } from '../common/call-site.js';
import {
  BondException,
  type Ending,
  type ErrorCode,
  RemoteException,
  SerializationException,
  TerminatedException,
  TimeoutException,
} from '../common/errors.js';
import { captureStackTrace } from '../common/globals.js';
import { setHidden } from '../common/stacks.js';
import { classNames, isA, isError, property, textOf } from '../common/thrown.js';
import { prototypeNamed } from './look-alikes.js';

type Part = (value: unknown) => unknown;

/** What is told of an error. `frames` are the lines of its stack that are to be shown. */
export interface ToldError {
  readonly kind: 'Bond' | 'Terminated' | 'Serialization' | 'Remote' | 'Timeout' | 'other';
  readonly names: readonly string[];
  readonly name: unknown;
  readonly message: string;
  readonly frames: readonly string[];
  readonly properties: unknown;
  readonly cause?: unknown;
  /** What exceptions of this library have besides. */
  readonly own?: Readonly<Record<string, unknown>>;
}

/** How far down a stack is looked at where an error passes a border. */
const FRAMES = 60;

const KINDS = [
  ['Terminated', TerminatedException],
  ['Serialization', SerializationException],
  ['Remote', RemoteException],
  ['Timeout', TimeoutException],
  ['Bond', BondException],
] as const;

export function tellError(error: Error, frames: readonly string[], part: Part): ToldError {
  const [kind] = KINDS.find(([, type]) => isA(error, type)) ?? ['other' as const];
  return {
    kind,
    names: classNames(error),
    name: property(error, 'name'),
    message: textOf(error),
    frames,
    properties: part(propertiesOf(error)),
    ...('cause' in error && { cause: part(error.cause) }),
    ...(isA(error, BondException) && { own: ownFacts(error, part) }),
  };
}

/** What a program has given an error, and what this library has: `captured`, say. */
function propertiesOf(error: Error): object {
  const names = Object.keys(error).filter((name) => !['name', 'stack', 'message', 'cause'].includes(name));
  if (Object.hasOwn(error, 'captured')) names.push('captured');
  if (Object.hasOwn(error, 'errors') && !names.includes('errors')) names.push('errors');
  const known = isA(error, BondException) ? OWN : [];
  return Object.fromEntries(names.filter((name) => !known.includes(name)).map((name) => [name, property(error, name)]));
}

/** What exceptions of this library have. */
const OWN: readonly string[] = [
  ...['lang', 'code', 'help', 'text', 'hint', 'side', 'data', 'remoteMessage', 'type', 'types'],
  ...['traceback', 'exception', 'exitCode', 'signal', 'stderr'],
];

function ownFacts(error: BondException, part: Part): Record<string, unknown> {
  const names = OWN.filter((name) => name in error);
  return Object.fromEntries(names.map((name) => [name, part(property(error, name))]));
}

/** The same error in this thread; `here` are the lines of its stack that this thread adds. */
export function makeError(told: ToldError, here: readonly string[], part: Part): Error {
  const own = told.own && (part(told.own) as Record<string, unknown>);
  const cause = 'cause' in told ? { cause: part(told.cause) } : undefined;
  const error = own ? bondError(told, own, cause) : otherError(told, cause);
  if (error.message !== told.message) setHidden(error, 'message', told.message);
  if (error.name !== told.name) setHidden(error, 'name', told.name);
  const properties = part(told.properties) as Record<string, unknown>;
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'captured') setHidden(error, name, value);
    else Reflect.set(error, name, value);
  }
  const frames = [...told.frames, ...here];
  setHidden(error, 'stack', [`${error.name}: ${error.message}`, ...frames].join('\n'));
  return error;
}

function bondError({ kind }: ToldError, own: Record<string, unknown>, cause: object | undefined): BondException {
  const lang = own.lang as string;
  const text = own.text as string;
  const details = { code: own.code as ErrorCode, hint: own.hint as string | undefined, ...cause };
  switch (kind) {
    case 'Terminated':
      return new TerminatedException(lang, text, own as unknown as Ending, details);
    case 'Serialization':
      return new SerializationException(lang, text, own.side as 'local' | 'remote', details);
    case 'Remote':
      return new RemoteException(lang, text, own as never, details);
    case 'Timeout':
      return new TimeoutException(lang, text, details);
    default:
      return new BondException(lang, text, details);
  }
}

const BUILT_IN = { TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError };

function otherError({ names, message }: ToldError, cause: object | undefined): Error {
  const [own = 'Error'] = names;
  const type = Object.hasOwn(BUILT_IN, own) ? BUILT_IN[own as keyof typeof BUILT_IN] : Error;
  const error = new type(message, cause);
  if (error.constructor.name !== own) {
    Object.setPrototypeOf(
      error,
      prototypeNamed(
        names.filter((name) => name !== 'Error'),
        Error.prototype,
      ),
    );
  }
  return error;
}

/** Lines that belong to the program. */
function isUsers(line: string): boolean {
  const isOurs = line.includes(ownFolder()) || line.includes('node:internal/') || line.includes('new Promise (<');
  return /^\s+at /.test(line) && !isOurs;
}

/** The lines of an error's stack, down to where this library has called the program. */
export function framesOf(error: unknown, border: string): string[] {
  const stack = isError(error) ? property(error, 'stack') : undefined;
  if (typeof stack !== 'string') return [];
  const message = textOf(error);
  const start = stack.includes(message) ? stack.indexOf(message) + message.length : 0;
  return above(stack.slice(start).split('\n'), border);
}

/** The lines of the program that wait now, down to where this library has called it. */
export function framesHere(border: string): string[] {
  const place: Place = {};
  const limit = Error.stackTraceLimit;
  setLimit(FRAMES);
  captureStackTrace(place, framesHere);
  const lines = linesOf(place); // which makes the text
  setLimit(limit);
  return above(lines, border);
}

function above(lines: readonly string[], border: string): string[] {
  const end = border === '' ? -1 : lines.findIndex((line) => line.includes(border));
  return (end < 0 ? lines : lines.slice(0, end)).filter(isUsers);
}

/** Whether it is an error, of whatever realm, and no proxy. */
export function isPlainError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && !types.isProxy(value) && isError(value);
}
