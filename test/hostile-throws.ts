// Whatever a program may throw: most of it is not an error, or an error that cannot be asked what it says.

import { runInNewContext } from 'node:vm';
import { RemoteException, SerializationException } from '../src/index.js';

/** An error, with something else in the place of its properties. */
function errorWith(properties: Record<string, unknown>): Error {
  const error = new Error('replaced');
  for (const [name, value] of Object.entries(properties)) Object.defineProperty(error, name, { value });
  return error;
}

/** An error with a getter that throws. */
function errorThatFailsAt(name: string): Error {
  return Object.defineProperty(new Error('hidden'), name, {
    get() {
      throw new Error(`no ${name}`);
    },
  });
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** A proxy each of whose traps throws. */
function trapped(target: object): unknown {
  const traps = Object.getOwnPropertyNames(Reflect).map((name) => [
    name,
    () => {
      throw new Error(`the trap ${name}`);
    },
  ]);
  return new Proxy(target, Object.fromEntries(traps));
}

function referringToItself(): Error {
  const error = new Error('round and round');
  error.cause = error;
  return error;
}

function twoThatReferToEachOther(): Error {
  const [one, another] = [new Error('one'), new Error('another')];
  one.cause = another;
  another.cause = one;
  return one;
}

function containingItself(): Error {
  const errors: unknown[] = [];
  const error = new AggregateError(errors, 'all of them');
  error.errors.push(error);
  return error;
}

function ownMessage(): Error {
  const error = new Error('replaced');
  Object.defineProperty(error, 'message', { value: error });
  return error;
}

const remote = { data: { code: 1 }, remoteMessage: 'far away', type: 'Far', traceback: undefined };

/** A name for each thing, and what makes it. */
export const THROWN: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  'a boolean': () => false,
  'a number': () => 42,
  NaN: () => Number.NaN,
  'minus zero': () => -0,
  'a bigint': () => 10n ** 18n,
  'an empty string': () => '',
  'a string': () => 'text',
  'half a character': () => 'a\ud800b',
  'a symbol': () => Symbol('s'),
  'a symbol without a name': () => Symbol(),
  'a function': () => () => 'never called',
  'a class': () => class Thrown {},
  'an object': () => ({ code: 42 }),
  'an object without a prototype': () => Object.create(null),
  'an object without a toString': () => ({ toString: null }),
  'an object whose toString throws': () => ({
    toString() {
      throw new Error('no text');
    },
  }),
  'an object whose toString gives an object': () => ({ toString: () => ({}), valueOf: () => ({}) }),
  'an object that looks like an error': () => ({ name: 'RangeError', message: 'so it says', stack: 5 }),
  // biome-ignore lint/suspicious/noThenProperty: which is what is tested
  'a thenable': () => ({ then: (resolve: (value: string) => void) => resolve('resolved') }),
  'a promise': () => Promise.resolve('resolved'),
  'a map of itself': () => {
    const map = new Map<unknown, unknown>();
    return map.set(map, map);
  },
  'a date': () => new Date(0),
  bytes: () => new Uint8Array([255, 254]),
  'a revoked proxy': () => revoked({}),
  'a revoked proxy of an error': () => revoked(new Error('gone')),
  'a revoked proxy of a function': () => revoked(() => {}),
  'a proxy whose traps throw': () => trapped({}),
  'a proxy of an error whose traps throw': () => trapped(new Error('gone')),
  'an error': () => new RangeError('not today'),
  'an error whose message is an error': () => errorWith({ message: new Error('inner') }),
  'an error that is its own message': ownMessage,
  'an error whose message is undefined': () => errorWith({ message: undefined }),
  'an error whose message is a symbol': () => errorWith({ message: Symbol('s') }),
  'an error whose message is an object': () => errorWith({ message: { code: 42 } }),
  'an error whose message is a function': () => errorWith({ message: () => 'never called' }),
  'an error whose message is a revoked proxy': () => errorWith({ message: revoked({}) }),
  'an error whose message throws': () => errorThatFailsAt('message'),
  'an error whose name is an object': () => errorWith({ name: { code: 42 } }),
  'an error whose name is a symbol': () => errorWith({ name: Symbol('s') }),
  'an error whose name throws': () => errorThatFailsAt('name'),
  'an error whose stack is an error': () => errorWith({ stack: new Error('inner') }),
  'an error whose stack throws': () => errorThatFailsAt('stack'),
  'an error whose cause throws': () => errorThatFailsAt('cause'),
  'an error whose cause is a function': () => new Error('above', { cause: () => {} }),
  'an error whose cause is a revoked proxy': () => new Error('above', { cause: revoked({}) }),
  'an error whose cause is itself': referringToItself,
  'two errors that are the cause of each other': twoThatReferToEachOther,
  'an error that contains itself': containingItself,
  'an error whose toJSON throws': () => errorWith({ toJSON: () => revoked({}) }),
  'an error with half a character': () => errorWith({ message: 'a\ud800b', name: '\udc00' }),
  'an error with zeros and newlines': () => new Error('a\0b\r\nc\u2028'),
  'an error without a prototype': () => Object.setPrototypeOf(new Error('bare'), null),
  'an error that is frozen': () => Object.freeze(new Error('cold')),
  'an error of another realm': () => runInNewContext('new RangeError("from elsewhere")'),
  'a DOMException': () => new DOMException('of the web', 'AbortError'),
  'a RemoteException': () => new RemoteException('X', 'CALL "f"', remote),
  'a RemoteException of odd parts': () =>
    Object.assign(new RemoteException('X', 'CALL', remote), { type: {}, remoteMessage: Symbol('s') }),
  'a RemoteException that has lost its parts': () => Object.create(RemoteException.prototype),
  'a SerializationException': () => new SerializationException('X', 'stuck', 'local'),
};
