import { AsyncLocalStorage } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import type { CallSettings, OutputTarget } from '../common/options.js';

type Output = Pick<CallSettings, 'stdout' | 'stderr'>;
type Target = Output['stdout'];

const captures = new AsyncLocalStorage<Capture>();
/** The number of running captures. With none, calls need not look for one. */
let running = 0;

/** Collects what the calls print that are made while it runs, in its async context. */
export class Capture {
  readonly #owner: object;
  readonly #outer = captures.getStore();
  readonly #chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  readonly #targets = { stdout: new Map<Target, OutputTarget>(), stderr: new Map<Target, OutputTarget>() };
  #isOver = false;

  /** `owner` is the connection whose calls it is about. */
  constructor(owner: object) {
    this.#owner = owner;
  }

  /** Runs a function; what it calls and awaits belongs to the capture. */
  async run<T>(func: () => T | Promise<T>): Promise<T> {
    running++;
    try {
      return await captures.run(this, func);
    } finally {
      running--;
      this.#isOver = true;
    }
  }

  /** What has been printed so far. */
  output(): { stdout: Buffer; stderr: Buffer } {
    return { stdout: Buffer.concat(this.#chunks.stdout), stderr: Buffer.concat(this.#chunks.stderr) };
  }

  /** `settings`, but that what is printed comes here. */
  settingsFor<S extends Output>(settings: S): S {
    return { ...settings, ...this.outputFor(settings) };
  }

  /** Where what is printed goes, which would go to `output`. */
  outputFor({ stdout, stderr }: Output): Output {
    return { stdout: this.#target('stdout', stdout), stderr: this.#target('stderr', stderr) };
  }

  /** The innermost capture of `owner` that the current code runs in, if it is not over. */
  static current(owner: object): Capture | undefined {
    let capture = captures.getStore();
    while (capture && (capture.#isOver || capture.#owner !== owner)) capture = capture.#outer;
    return capture;
  }

  /** Output after the end of the capture goes to the usual target. One target is one function: see `agreesOnStderr`. */
  #target(name: keyof Output, usual: Target): OutputTarget {
    let target = this.#targets[name].get(usual);
    if (!target) {
      target = (chunk) => (this.#isOver ? give(chunk, usual ?? process[name]) : void this.#chunks[name].push(chunk));
      this.#targets[name].set(usual, target);
    }
    return target;
  }
}

function give(chunk: Buffer, target: OutputTarget): void {
  if (typeof target === 'function') return target(chunk);
  if (target !== 'ignore' && target.writable) target.write(chunk);
}

/** Where what a call prints goes that is made now. */
export function outputOf(owner: object, usual: Output): Output {
  return running === 0 ? usual : (Capture.current(owner)?.outputFor(usual) ?? usual);
}
