// Who takes part. Each opens a session in which the same functions can be called.

import { endOf } from './ends.js';
import type { Language, Purpose } from './languages.js';
import { NestedPingPong, Output, PingPong } from './limit.js';

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
  evalBlock(code: string): Promise<void>;
  export(func: (n: number) => unknown, name: string): Promise<void>;
  close(): Promise<unknown>;
}

/** The least that it takes. */
export const limit: Contestant = {
  name: 'limit',
  can: () => true,
  script: (language) => ['limit.mjs', ...language.limit('call')],
  async open(language, purpose) {
    const session = limitSession(language.limit(purpose), purpose);
    const { child } = session;
    return {
      call: session.call.bind(session),
      pid: child.pid,
      close() {
        child.stdin.end();
        return endOf(child);
      },
    };
  },
};

function limitSession(command: readonly string[], purpose: Purpose): PingPong | NestedPingPong | Output {
  if (purpose === 'call') return new PingPong(command);
  if (purpose === 'output') return new Output(command);
  const session: NestedPingPong = new NestedPingPong(command, { up: (n) => session.call('down', n) });
  return session;
}

/** The library, in the build that was loaded from `url`. */
export function bond(name: string, url: string, { makeBond }: BondModule): Contestant {
  return {
    name,
    can: () => true,
    script: ({ lang, executable }) => ['bond.mjs', url, lang, executable],
    async open(language, purpose) {
      const { env, lang, executable } = language;
      let printed = 0;
      const stdout = (chunk: Buffer): void => {
        printed += chunk.length;
      };
      const session = await makeBond(lang, [executable], [], { env, stdout });
      await session.evalBlock(language.functions);
      if (purpose === 'nested') await session.export((n) => session.call('down', n), 'up');
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
