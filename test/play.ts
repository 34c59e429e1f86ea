import { setImmediate } from 'node:timers/promises';
import { expect } from 'vitest';
import { BondException } from '../src/common/errors.js';
import type { CallSettings } from '../src/common/options.js';
import { textOf } from '../src/common/thrown.js';
import { Session } from '../src/session/session.js';
import type { HostFunction, SessionOwner } from '../src/session/session-owner.js';
import type { Protocol } from '../src/values/codec.js';
import { json } from '../src/values/json.js';
import type { Lender } from '../src/values/reference.js';
import { parseMessage } from '../src/wire/messages.js';

export const settings: CallSettings = {
  timeout: 60_000,
  signal: undefined,
  stdout: 'ignore',
  stderr: 'ignore',
  objects: 'error',
};

/** Lends nothing: for who sends no references. */
export const lender: Lender = {
  lang: 'Test',
  isClone: false,
  protocol: 'JSON',
  settings,
  isOwner: () => true,
  need: () => {},
  lend: () => 0,
};

/** A session with the other side of a transcript: no process, and every line of the wire as it is. */
export interface Play {
  readonly session: Session;
  /** Every line that the host has sent, but EXPORTs. */
  readonly sent: readonly string[];
  /** What the session has complained of. */
  readonly violations: string[];
  call(name: string, args?: readonly unknown[], more?: Partial<CallSettings>): Promise<unknown>;
  export(name: string, call: HostFunction): Promise<unknown>;
  /** Resolves once the whole transcript has been played. */
  done(): Promise<void>;
}

/**
 * Plays the other side of a conversation. Lines that begin with `>` are what the host is expected to send, in order;
 * those with `<` are then said by the other side. EXPORTs are agreed to without being written down. What stands behind `…` in a line
 * may be anything.
 */
export function play(transcript: string, owner: Partial<SessionOwner> = {}): Play {
  const script = transcript
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const violations: string[] = [];
  const lines: string[] = [];
  const protocol: Protocol = json;
  const hear = (text: string): void => {
    session.heard();
    session.receive(parseMessage(text), text);
  };

  const session = new Session(
    {
      lang: 'Test',
      protocol,
      transExcept: false,
      takesStacks: false,
      isConcurrent: false,
      hold: () => {},
      violated: (what) => violations.push(what),
      nudge: (line) => sent(line),
      traffic: { sent: 0, taken: 0 },
      makeHandle: () => undefined,
      isHeldUp: () => false,
      isInterruptible: true,
      interruptStopsAny: false,
      maxMessageBytes: 2 ** 28,
      tooLong: () => {},
      ...owner,
    },
    {
      send(payload) {
        const lines = payload as string;
        const [verb, , id] = lines.trimEnd().split(' ');
        if (verb === 'EXPORT') return queueMicrotask(() => hear(`RETURN ${id} `));
        for (const line of lines.slice(0, -1).split('\n')) sent(line);
      },
    },
  );

  const lending: Lender = { ...lender, lend: (call, onRelease) => session.lend({ call, lender: lending }, onRelease) };

  function sent(line: string): void {
    lines.push(line);
    const expected = script.shift();
    const length = expected?.includes('…') ? expected.indexOf('…') : undefined;
    try {
      expect(`> ${line.trimEnd()}`.slice(0, length)).toBe(expected?.slice(0, length));
    } catch (error) {
      session.end((what) => new BondException('Test', `${what}: ${textOf(error)}`)); // so that no call waits for its timeout
      throw error;
    }
    void answer();
  }

  async function answer(): Promise<void> {
    await setImmediate();
    while (script[0]?.startsWith('<')) hear((script.shift() as string).slice(2));
  }

  return {
    session,
    sent: lines,
    violations,
    call(name, args = [], more = {}) {
      const payload = protocol.encode([name, args]);
      const shown = `CALL ${name}`;
      return session.request({ verb: 'CALL', subject: name, shown, payload, settings: { ...settings, ...more } });
    },
    export: (name, call) => session.export(name, { call, lender: lending }, { objects: 'error' }),
    async done() {
      await answer();
      for (let turn = 0; turn < 1000 && script.length > 0; turn++) await setImmediate();
      expect(script).toEqual([]);
    },
  };
}
