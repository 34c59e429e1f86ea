import { Writable } from 'node:stream';
import type { Bond } from '../bond/bond.js';
import { makeBond } from '../bond/make-bond.js';
import type { Ending } from '../common/errors.js';
import type { BondOptions } from '../common/options.js';
import { registerDriver } from '../drivers/driver.js';
import { enter } from '../references/enter.js';
import type { Held } from '../references/handle.js';
import { held, release } from '../references/remote.js';
import { superOf } from '../references/super-of.js';
import { traceTo } from './trace-sender.js';
import { writeTo } from './write-to.js';

/** How interpreters have ended, by the promises of that: bonds of one interpreter share it. */
const endings = new WeakMap<Promise<Ending>, Ending>();

/** What the program asks of no object, or of what has no method for it. */
export const requests = {
  async makeBond(
    lang: string,
    before: readonly unknown[],
    options: BondOptions,
    after: readonly unknown[],
    folder: string | undefined,
  ): Promise<Bond> {
    // The thread has drivers of its own, and a new thread knows none that was registered before.
    if (folder !== undefined) registerDriver({ folder });
    const open = makeBond as (...all: readonly unknown[]) => Promise<Bond>;
    const bond = await open(lang, ...before, prepared(options), ...after);
    const { closed } = bond;
    void closed.then((ending) => endings.set(closed, ending));
    return bond;
  },
  ending: (bond: Bond) => endings.get(bond.closed),
  remote: (value: Held) => value.remote,
  value: (expression: unknown) => expression,
  iterator: (remote: AsyncIterable<unknown>) => remote[Symbol.asyncIterator](),
  release: (remote: unknown) => release(remote),
  held: (remote: never) => held(remote),
  superOf: (instance: never) => superOf(instance),
  enter: (remote: never, body?: never) => enter(remote, body as never),
  traceTo,
};

/** Options with targets for output in the place of those of the program. */
function prepared(options: BondOptions): BondOptions {
  const { stdout = writeTo(1), stderr = writeTo(2), logfile, ...others } = options;
  const log = logfile as unknown as ((chunk: Uint8Array) => void) | undefined;
  return { ...others, stdout, stderr, ...(log && { logfile: writableOf(log) }) };
}

function writableOf(write: (chunk: Uint8Array) => void): Writable {
  return new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      write(chunk);
      done();
    },
  });
}
