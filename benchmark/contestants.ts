// Who takes part. Each opens a session in which the same functions can be called.

import { endOf } from './ends.js';
import { canAwait, type Language, type Program, type Purpose } from './languages.js';
import { Cat, Echo, NestedPingPong, Output, PingPong } from './limit.js';

/** A session with another interpreter. */
export interface Session {
  /** Calls a function there. `print_much` resolves to how many bytes have arrived. */
  call(name: string, ...args: readonly unknown[]): Promise<unknown>;
  /** The process on the other side, if there is one. */
  readonly pid?: number | undefined;
  close(): Promise<unknown>;
}

export interface Contestant {
  readonly name: string;
  /** So slow that it is given a few calls only. */
  readonly isSlow?: boolean;
  /** There can be one session only. */
  readonly isSingle?: boolean;
  /** Whether it can speak with this language, and for this purpose. */
  can(language: Language, purpose: Purpose): boolean;
  open(language: Language, purpose: Purpose): Promise<Session>;
  /** A script of `scripts` that asks the language once, with its arguments. */
  script?(language: Language): readonly string[];
}

/** What of the library is measured here. */
export interface BondModule {
  makeBond(lang: string, cmd: readonly string[], args: readonly string[], options: object): Promise<Bond>;
}

interface Bond {
  readonly pid: number;
  call(name: string, ...args: readonly unknown[]): Promise<unknown>;
  eval(code: string): Promise<Thing>;
  evalBlock(code: string): Promise<void>;
  export(func: (argument: never) => unknown, name: string, options?: { readonly objects: 'hold' }): Promise<void>;
  with(options: { readonly objects: 'hold' }): Bond;
  close(): Promise<unknown>;
}

/** Something that stays over there, as if it were here. */
// biome-ignore lint/suspicious/noExplicitAny: what it has is known over there
type Thing = any;

/** What every one of the {@link objectSession}'s calls comes to. */
export const SIZE = 7;

/** Whether a language can do what the limit and bond are asked for. */
function can(language: Language, purpose: Purpose): boolean {
  if (purpose === 'arrays') return language.hasNumpy;
  if (purpose === 'ssh' && language.ssh.length === 0) return false;
  return !language.lacks.includes(purpose) && (purpose !== 'async' || canAwait(language));
}

/** The least that it takes. */
export const limit: Contestant = {
  name: 'limit',
  can,
  script: (language) => ['limit.mjs', ...language.limit('call')],
  async open(language, purpose) {
    const program = ['records', 'objects', 'async'].includes(purpose) ? 'call' : (purpose as Program);
    const command = program === 'ssh' ? [...language.ssh, 'cat'] : language.limit(program);
    const session = limitSession(command, program);
    const { child } = session;
    const own: Session = {
      call: session.call.bind(session),
      pid: child.pid,
      close() {
        child.stdin.end();
        return endOf(child);
      },
    };
    if (purpose === 'async') return { ...own, call: (_, ...args) => own.call('add', ...args) };
    return purpose === 'objects' ? leastOfObjects(own) : own;
  },
};

function limitSession(command: readonly string[], purpose: Program): PingPong | NestedPingPong | Cat | Output {
  if (purpose === 'call') return new PingPong(command);
  if (purpose === 'output') return new Output(command);
  if (purpose === 'bytes' || purpose === 'arrays') return new Echo(command);
  if (purpose === 'ssh') return new Cat(command);
  const session: NestedPingPong = new NestedPingPong(command, { up: (n) => session.call('down', n) });
  return session;
}

/** The library, in the build that was loaded from `url`. */
export function bond(name: string, url: string, { makeBond }: BondModule): Contestant {
  return {
    name,
    can,
    script: ({ lang, executable, sum }) => ['bond.mjs', url, lang, executable, sum],
    async open(language, purpose) {
      const { env, lang, executable } = language;
      let printed = 0;
      const stdout = (chunk: Buffer): void => {
        printed += chunk.length;
      };
      const more = purpose === 'async' ? { concurrent: true } : {}; // which builds from before do not know
      const command = purpose === 'ssh' ? [...language.ssh, executable] : [executable];
      const session = await makeBond(lang, command, [], { env, stdout, ...more });
      await session.evalBlock(language.functions);
      if (purpose === 'nested') await session.export((n) => session.call('down', n), 'up');
      if (purpose === 'arrays') await session.evalBlock('import numpy\ndef same(x): return numpy.asarray(x)');
      if (purpose === 'objects') return objectSession(session, language.thing);
      if (purpose !== 'output') return session;
      return {
        async call(name, ...args) {
          printed = 0;
          await session.call(name, ...args);
          return printed;
        },
        pid: session.pid,
        close: () => session.close(),
      };
    },
  };
}

/** What is done with objects: a chain of ten links, a property, a handle that is let go of, an object that a function here is given. */
async function objectSession(session: Bond, makeThing: string): Promise<Session> {
  const thing = await session.with({ objects: 'hold' }).eval(makeThing);
  await session.export(() => SIZE, 'see', { objects: 'hold' });
  const deeds: Record<string, () => Promise<unknown>> = {
    chain: () => thing.step().step().step().step().step().step().step().step().step().size,
    property: () => thing.size,
    async handle() {
      const same = await thing.step();
      await same[Symbol.asyncDispose]();
      return SIZE;
    },
    show: () => session.call('show'),
  };
  return { call: async (name) => deeds[name]?.(), pid: session.pid, close: () => session.close() };
}

/** The least: an exchange, or two where a function here is called. */
function leastOfObjects({ call, ...session }: Session): Session {
  return {
    ...session,
    async call(name) {
      if (name === 'show') await call('add', 1, 2);
      return call('add', 3, 4);
    },
  };
}
