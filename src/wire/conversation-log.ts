import type { Writable } from 'node:stream';
import { IS_DEBUGGING } from '../common/debug.js';
import { Date } from '../common/globals.js';
import { isOpen } from '../common/output-target.js';
import { textOf } from '../common/thrown.js';

/** How much of a line is shown on standard error, in characters; a `logfile` gets all of it. */
const SHOWN = 200;

/** Whose conversation it is. */
export interface Speaker {
  readonly lang: string;
  readonly pid: number;
}

/** The log of a conversation, if anybody wants one. */
export function openLog(speaker: Speaker, logfile: Writable | undefined): ConversationLog | undefined {
  const targets: Target[] = [];
  if (logfile) targets.push({ stream: logfile, isShort: false });
  if (IS_DEBUGGING) targets.push({ stream: process.stderr, isShort: true });
  return targets.length > 0 ? new ConversationLog(speaker, targets) : undefined;
}

interface Target {
  readonly stream: Writable;
  readonly isShort: boolean;
}

/** Which way a line went: from the host, to it, or none at all. */
type Direction = '>' | '<' | '#';

/**
 * Writes down what both sides say, a line each: which way it went, when, and whose bond it is. What is said inside of a
 * call stands further to the right.
 */
export class ConversationLog {
  readonly #who: string;
  #targets: readonly Target[];
  readonly #depths = new Depths();

  constructor({ lang, pid }: Speaker, targets: readonly Target[]) {
    this.#who = `${lang} ${pid}`;
    this.#targets = targets;
  }

  /** One or several whole lines, which the host has sent. */
  sent(text: string): void {
    const lines = text.split('\n').slice(0, -1);
    // Beside the driver, only what has had to wait is sent in many lines at once, if it has parts.
    const isDriver = lines.length > 1 && !text.startsWith('PART ');
    const depths = lines.map((line) => (isDriver ? 0 : this.#depths.ofSent(line)));
    for (const target of this.#targets) {
      const from = isDriver && target.isShort ? lines.length - 1 : 0;
      if (from > 0) this.#write(target, '>', 0, `… ${from} lines of the driver`);
      for (let index = from; index < lines.length; index++) {
        this.#write(target, '>', depths[index] as number, lines[index] as string);
      }
    }
  }

  /** A message of the other side. */
  received(text: string): void {
    const depth = this.#depths.ofReceived(text);
    for (const target of this.#targets) this.#write(target, '<', depth, text);
  }

  /** An event, as opposed to a message. */
  note(text: string): void {
    for (const target of this.#targets) this.#write(target, '#', 0, text);
  }

  #write({ stream, isShort }: Target, direction: Direction, depth: number, line: string): void {
    const time = new Date().toISOString().slice(11, -1);
    const text = isShort ? shortened(line) : line;
    try {
      if (isOpen(stream)) stream.write(`${direction} ${time} ${this.#who} ${'  '.repeat(depth)}${text}\n`);
    } catch (error) {
      this.#drop(stream, error);
    }
  }

  /** A log that fails must not tear a message apart, nor end the program: it gets no more lines, and a warning says so. */
  #drop(stream: Writable, error: unknown): void {
    this.#targets = this.#targets.filter((target) => target.stream !== stream);
    process.emitWarning(
      `the logfile of a bond with ${this.#who} gets no more lines: its write threw: ${textOf(error)}`,
      {
        type: 'BondWarning',
        code: 'BOND_LOGFILE',
      },
    );
  }
}

/** As much of a line as is shown on a terminal, to which the other side must not give commands. */
function shortened(line: string): string {
  const text = line
    .slice(0, SHOWN)
    .replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return line.length > SHOWN ? `${text}… (${line.length} characters)` : text;
}

/** How deep each message stands: a call of the other side inside of a request, and requests inside of that call. */
class Depths {
  /** The frames that are open, from the outermost inwards. */
  readonly #frames: string[] = [];
  /** How many frames are around each request that has not been answered. */
  readonly #requests = new Map<string, number>();

  ofSent(line: string): number {
    const [verb, frame = '', id = ''] = line.split(' ', 3);
    const level = this.#frames.indexOf(frame) + 1;
    switch (verb) {
      case 'EVAL':
      case 'EVAL_BLOCK':
      case 'CALL':
      case 'EVAL_HOLD':
      case 'EVAL_BLOCK_HOLD':
      case 'CALL_HOLD':
      case 'CHAIN':
      case 'EXPORT':
        this.#requests.set(id, level);
        return 2 * level;
      case 'RETURN':
      case 'RETURN_WITH':
      case 'EXCEPT':
      case 'ERROR':
        return 2 * this.#leaveFor(Math.max(level - 1, 0)) + 1;
      default:
        return 2 * this.#frames.length;
    }
  }

  ofReceived(text: string): number {
    const [verb, id = '', request = ''] = text.split(' ', 3);
    switch (verb) {
      case 'CALL': {
        const level = this.#leaveFor(this.#requests.get(request) ?? 0);
        this.#frames.push(id);
        return 2 * level + 1;
      }
      case 'RETURN':
      case 'EXCEPT':
      case 'ERROR': {
        const level = this.#leaveFor(this.#requests.get(id) ?? 0);
        this.#requests.delete(id);
        return 2 * level;
      }
      default:
        return 2 * this.#frames.length;
    }
  }

  /** What happens at a level shows that all frames inside of it are over, however that came. */
  #leaveFor(level: number): number {
    this.#frames.length = Math.min(this.#frames.length, level);
    return level;
  }
}
