import { Buffer } from 'node:buffer';
import type { Writable } from 'node:stream';
import { types } from 'node:util';
import type { OutputTarget } from './options.js';

/** A source of output that can be told to wait. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

/**
 * Hands a chunk of the other side's output to its target; a slow stream makes the source wait until it has drained. `fail` is
 * told what the target throws, at once or later: that must not tear a message apart that arrives in the same turn.
 */
export function deliver(chunk: Buffer, target: OutputTarget, source: Pausable, fail: (error: unknown) => void): void {
  if (target === 'ignore') return;
  try {
    if (typeof target === 'function') heedRejection(target(chunk), fail);
    else if (isOpen(target) && !target.write(chunk) && isOpen(target)) waitForDrain(target, source);
  } catch (error) {
    fail(error);
  }
}

/** Tells `fail` if what a function of the user's has returned is a promise that rejects. */
function heedRejection(result: unknown, fail: (error: unknown) => void): void {
  if (types.isPromise(result)) result.catch(fail);
}

/** Whether a stream still takes something. */
export function isOpen(target: Writable): boolean {
  return !target.destroyed && !target.writableEnded;
}

/** Sources that wait for a stream, so that one listener serves however many chunks arrive meanwhile. */
const waiting = new WeakMap<Writable, Set<Pausable>>();

function waitForDrain(target: Writable, source: Pausable): void {
  source.pause();
  const known = waiting.get(target);
  if (known) {
    known.add(source);
    return;
  }
  const sources = new Set([source]);
  waiting.set(target, sources);
  const events = ['drain', 'close', 'error', 'finish'] as const;
  const resume = (): void => {
    waiting.delete(target);
    for (const event of events) target.off(event, resume);
    for (const paused of sources) paused.resume();
  };
  for (const event of events) target.on(event, resume);
}

/** Keeps the last bytes of what goes through it. */
export class Tail {
  readonly #length: number;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(length = 4096) {
    this.#length = length;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk.length > this.#length ? Buffer.from(chunk.subarray(-this.#length)) : chunk);
    this.#size += chunk.length;
    if (this.#size < 2 * this.#length && this.#chunks.length < 64) return;
    const rest = Buffer.concat(this.#chunks).subarray(-this.#length);
    this.#chunks = [rest];
    this.#size = rest.length;
  }

  /** What is kept, as text. */
  text(): string {
    return Buffer.concat(this.#chunks).subarray(-this.#length).toString();
  }
}
