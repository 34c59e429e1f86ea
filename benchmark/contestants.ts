// Who takes part. Each opens a session in which the same functions can be called.

import { endOf } from './ends.js';
import type { Language } from './languages.js';
import { NestedPingPong, PingPong } from './limit.js';

/** A session with another interpreter. */
export interface Session {
  call(name: string, ...args: readonly unknown[]): Promise<unknown>;
  /** The process on the other side, if there is one. */
  readonly pid?: number | undefined;
  close(): Promise<unknown>;
}

/** What a session is opened for: the limit has a program for each, and not everybody can nest. */
export type Purpose = 'call' | 'nested';

export interface Contestant {
  readonly name: string;
  /** So slow that it is given a few calls only. */
  readonly isSlow?: boolean;
  /** Whether it can speak with this language, and for this purpose. */
  can(language: Language, purpose: Purpose): boolean;
  open(language: Language, purpose: Purpose): Promise<Session>;
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
  async open(language, purpose) {
    const command = language.limit(purpose);
    const up = (n: unknown): Promise<unknown> => session.call('down', n);
    const session = purpose === 'call' ? new PingPong(command) : new NestedPingPong(command, { up });
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

/** The library, in the build that was loaded. */
export function bond(name: string, { makeBond }: BondModule): Contestant {
  return {
    name,
    can: () => true,
    async open(language, purpose) {
      const { env, lang, executable } = language;
      const session = await makeBond(lang, [executable], [], { env, stdout: () => {} });
      await session.evalBlock(language.functions);
      if (purpose === 'nested') await session.export((n) => session.call('down', n), 'up');
      return session;
    },
  };
}
