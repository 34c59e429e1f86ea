// A peer that breaks the rules, as a process of its own.

import { expect } from 'vitest';
import { type Bond, type BondException, type BondOptions, makeBond, TerminatedException } from '../src/index.js';
import { HANG, markedEnvironment, peer, refusal, until } from './bonds.js';
import { openBond, rejection } from './fixtures.js';

/** What a function has at hand that runs in the peer. */
export interface HostilePeer {
  /** What begins its messages. */
  readonly mark: string;
  /** Writes a message. */
  say(text: string): void;
  /** Writes anything. */
  print(text: string | Buffer): void;
  /** The host's next line. */
  next(): Promise<{ line: string; verb: string; frame: string; id: string; payload: string }>;
  /** Nothing more comes of this peer. */
  forever(): Promise<never>;
}

/** What the peer does: its text is sent there, so that it sees nothing of this side but what it is given as well. */
type Misbehaviour<Given> = (peer: HostilePeer, given: Given) => unknown;

/** When the peer begins to misbehave: where its STAGE1 is due, where its READY is due, or once the bond is open. */
type Moment = 'stage1' | 'ready' | 'session';

const OPTIONS: BondOptions = { defArgs: false, protocol: 'JSON', timeout: HANG };

function command<Given>(moment: Moment, misbehave: Misbehaviour<Given>, given?: Given): string[] {
  return peer('hostile.js', moment, `(peer) => (${misbehave})(peer, ${JSON.stringify(given)})`);
}

/** A bond with a peer that misbehaves. */
export async function openHostile<Given>(
  misbehave: Misbehaviour<Given>,
  given?: Given,
  { moment = 'session', ...options }: BondOptions & { moment?: Moment } = {},
) {
  const { env, processes } = markedEnvironment();
  const bond = await openBond('JavaScript', command(moment, misbehave, given), [], { ...OPTIONS, ...options, env });
  return { bond, processes };
}

/** What `makeBond` rejects with if the peer misbehaves in the handshake; the peer is gone by then. */
export async function refusalOf<Given>(
  moment: Moment,
  misbehave: Misbehaviour<Given>,
  given?: Given,
  options: BondOptions = {},
): Promise<BondException> {
  const { env, processes } = markedEnvironment();
  const cmd = command(moment, misbehave, given);
  const error = await refusal(makeBond('JavaScript', cmd, [], { ...OPTIONS, ...options, env }));
  await until(() => processes().length === 0);
  return error;
}

/** Asserts that the peer has been ended for what it did, and that every call learns of it. */
export async function expectEnded(
  { bond, processes }: { bond: Bond; processes: () => number[] },
  call: Promise<unknown>,
  complaint: string | RegExp,
): Promise<void> {
  expect((await rejection(call, TerminatedException)).message).toMatch(complaint);
  expect(await bond.closed).toMatchObject({ signal: 'SIGKILL' });
  expect((await rejection(bond.eval('later'), TerminatedException)).message).toMatch(complaint);
  await until(() => processes().length === 0);
}

/** Asserts that the bond goes on: a peer that is through with its mischief answers with what it was sent. */
export async function expectInStep(bond: Bond): Promise<void> {
  expect(await Promise.all(['one', 'two'].map((text) => bond.eval(text)))).toEqual(['one', 'two']);
}
