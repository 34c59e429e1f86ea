// Peers that play a script in the place of an interpreter that takes the driver in.

import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { vi } from 'vitest';
import { type Ending, howEnded } from '../src/common/errors.js';
import { resolveOptions } from '../src/common/resolve-options.js';
import { queryDriver } from '../src/drivers/driver.js';
import type { Interpreter } from '../src/process/interpreter.js';
import type { InterpreterEvents } from '../src/process/interpreter-events.js';
import { handshake, type Ready } from '../src/session/handshake.js';
import { Channel } from '../src/wire/channel.js';
import { newMark } from '../src/wire/mark.js';

/** The language that a peer claims to be. */
export const LANG = 'Python';

/** What a peer does. */
export type Deed =
  | { readonly kind: 'message'; readonly text: string; readonly cut: number }
  | { readonly kind: 'noise' | 'stderr'; readonly text: string }
  /** It writes what it is sent. */
  | { readonly kind: 'echo' }
  | { readonly kind: 'pause'; readonly duration: number }
  | { readonly kind: 'exit'; readonly code: number };

/** The longest silence that is borne, in ms. */
export const TIMEOUT = 100;
/** Longer than any message of these peers but one. */
const MOST_BYTES = 1000;

const FAITHFUL_READY = 'READY {"protocol":"JSON","version":"3.1","pid":1,"interrupt":false}';

const readies = fc.constantFrom(
  FAITHFUL_READY,
  'READY {"protocol":"JSON","version":"1","more":[1]}',
  'READY {"protocol":null,"version":"1"}',
  'READY {"protocol":"__proto__","version":"1"}',
  'READY {"protocol":"JSON","version":1}',
  'READY {"protocol":"JSON"',
  'READY null',
  'READY []',
  'READY ',
  'READY',
);

const others = fc.oneof(
  fc.constantFrom('RETURN 1 null', 'CALL 1 0 ["f",[]]', 'INTERRUPTED', '', 'stage1', 'x'.repeat(2 * MOST_BYTES)),
  fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', ' ')),
);

const cut = fc.nat(40);
const textOf = (text: fc.Arbitrary<string>) => fc.record({ kind: fc.constant('message' as const), text, cut });
const noises = fc.oneof(fc.string(), fc.constantFrom('\x1ex', 'STAGE1\n', '\x1e READY {}\n', '>>> ', 'é\xff\0'));

/** Deeds that take no time to speak of. */
export const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: textOf(fc.constant('STAGE1')) },
  { weight: 4, arbitrary: textOf(readies) },
  { weight: 1, arbitrary: textOf(others) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('noise' as const, 'stderr' as const), text: noises }) },
  { weight: 1, arbitrary: fc.constant<Deed>({ kind: 'echo' }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('exit' as const), code: fc.nat(255) }) },
);

/** Deeds with pauses: each short one, long one, or sum of them that fits in a script stays clear of the limits. */
const slowDeed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: deed },
  { weight: 1, arbitrary: fc.constantFrom(1, 60, 60, 250).map((duration) => ({ kind: 'pause' as const, duration })) },
);

/** Scripts with noise that goes on and on get as far as the limit of that. */
export const script: fc.Arbitrary<Deed[]> = fc.oneof(
  { weight: 3, arbitrary: fc.array(slowDeed, { maxLength: 14, size: 'max' }) },
  {
    weight: 1,
    arbitrary: fc.array(slowDeed, { maxLength: 5, size: 'max' }).map((deeds) => [...deeds, ...endlessNoise]),
  },
);

const endlessNoise: readonly Deed[] = Array.from({ length: 9 }, () => [
  { kind: 'noise' as const, text: '.' },
  { kind: 'pause' as const, duration: 60 },
]).flat();

/** What must come of a script: nothing if it is faithful, or else what the complaint has to say. */
export function complaintAbout(deeds: readonly Deed[]): RegExp | undefined {
  let due = 'STAGE1';
  let now = 0;
  let lastHeard = 0;
  const inStage = (what: string): RegExp => new RegExp(`${what}, before the driver was loaded \\(${due}\\)`);
  for (const action of deeds) {
    switch (action.kind) {
      case 'exit':
        return inStage(`exited with code ${action.code}`);
      case 'echo':
        return inStage('echoes its input.*');
      case 'pause':
        now += action.duration;
        if (Math.min(lastHeard, 4 * TIMEOUT) + TIMEOUT > now) break;
        return inStage(
          lastHeard < 4 * TIMEOUT
            ? `was silent for ${TIMEOUT} ms \\(startTimeout\\)`
            : 'kept printing for 5 times 100 ms \\(startTimeout\\)',
        );
      case 'message':
        if (action.text.length > MOST_BYTES)
          return inStage(`sent a line of more than ${MOST_BYTES} bytes \\(maxMessageBytes\\)`);
        if (/^\w*/.exec(action.text)?.[0] !== due || !/^(STAGE1|READY)( |$)/.test(action.text)) {
          return inStage('answered out of turn[^,]*');
        }
        if (due === 'READY') return complaintAboutReady(action.text);
        due = 'READY';
        lastHeard = now;
        break;
      default:
        if (action.text !== '') lastHeard = now;
    }
  }
  return inStage(`was silent for ${TIMEOUT} ms \\(startTimeout\\)`);
}

function complaintAboutReady(text: string): RegExp | undefined {
  if (!/"version":"/.test(text)) return /sent a READY that cannot be read/;
  return text.includes('"JSON"') ? undefined : /chose none of the requested protocols/;
}

/** An interpreter without a process. Time is that of `vi`'s fake timers. */
class ScriptedInterpreter
  implements Pick<Interpreter, 'command' | 'ended' | 'howEnded' | 'listen' | 'send' | 'sendBytes' | 'stderrText'>
{
  readonly command = 'scripted --peer';
  readonly ended: Promise<Ending>;
  #end: (ending: Ending) => void = () => {};
  #events: InterpreterEvents | undefined;
  #heard = '';
  #stderr = '';

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  howEnded(ending: Ending): string {
    return howEnded(ending, false);
  }

  listen(events: InterpreterEvents): void {
    this.#events = events;
  }

  send(text: string): void {
    this.#heard += text;
  }

  sendBytes(pieces: readonly Buffer[]): void {
    this.#heard += Buffer.concat(pieces);
  }

  stderrText(): string {
    return this.#stderr;
  }

  async play(deeds: readonly Deed[], mark: string): Promise<void> {
    await nextTurn();
    for (const action of deeds) {
      await this.#do(action, mark);
      await nextTurn();
    }
    await vi.advanceTimersByTimeAsync(10 * TIMEOUT);
  }

  async #do(action: Deed, mark: string): Promise<unknown> {
    switch (action.kind) {
      case 'pause':
        return vi.advanceTimersByTimeAsync(action.duration);
      case 'exit':
        return this.#end({ exitCode: action.code, signal: null, stderr: this.#stderr });
      case 'stderr':
        this.#stderr += action.text;
        return action.text && this.#events?.stderr(Buffer.from(action.text));
      case 'message':
        return this.#write(`${mark} ${action.text}\n`, action.cut);
      default:
        return this.#write(action.kind === 'echo' ? this.#heard : action.text);
    }
  }

  async #write(text: string, cut = text.length): Promise<void> {
    for (const part of [text.slice(0, cut), text.slice(cut)]) {
      if (part !== '') this.#events?.stdout(Buffer.from(part));
      await nextTurn();
    }
  }
}

/** Shakes hands with a peer that plays a script; tells what came of it, and after how many ms. */
export async function shakeHands(
  deeds: readonly Deed[],
): Promise<{ outcome: PromiseSettledResult<Ready>; ms: number }> {
  const peer = new ScriptedInterpreter();
  const interpreter = peer as unknown as Interpreter;
  const settings = resolveOptions(LANG, { startTimeout: TIMEOUT, maxMessageBytes: MOST_BYTES });
  const channel = new Channel(interpreter, newMark(), settings.maxMessageBytes, undefined);
  const start = performance.now();
  let result: Awaited<ReturnType<typeof shakeHands>> | undefined;
  void Promise.allSettled([handshake(interpreter, channel, queryDriver(LANG), settings)]).then(([outcome]) => {
    result = { outcome, ms: performance.now() - start };
  });
  await peer.play(deeds, channel.mark.text);
  if (!result) throw new Error('it goes on and on');
  return result;
}
