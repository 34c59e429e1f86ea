import type { Channel } from './channel.js';
import { BondException, type Ending, TerminatedException } from './errors.js';
import { howEnded, type Ready } from './handshake.js';
import type { Interpreter } from './interpreter.js';
import type { Settings } from './options.js';
import { deliver } from './output.js';
import { Session } from './session.js';
import type { Protocol } from './values.js';

/** What a connection is made of. */
export interface ConnectionParts {
  readonly lang: string;
  readonly interpreter: Interpreter;
  readonly channel: Channel;
  readonly protocol: Protocol;
  readonly ready: Ready;
  readonly settings: Settings;
}

/** Why the host has ended an interpreter. */
interface Reason {
  readonly text: string;
  readonly cause?: unknown;
}

/** An interpreter in which the driver runs, and the session with it; bonds share one. */
export class Connection {
  readonly lang: string;
  readonly interpreter: Interpreter;
  readonly protocol: Protocol;
  readonly session: Session;
  readonly #ready: Ready;
  readonly #settings: Settings;
  /** Why the host ended the interpreter, if it did. */
  #reason: Reason | undefined;
  #closing: Promise<Ending> | undefined;
  #onIdle = (): void => {};
  #interrupting: NodeJS.Timeout | undefined;

  constructor(parts: ConnectionParts) {
    this.lang = parts.lang;
    this.interpreter = parts.interpreter;
    this.protocol = parts.protocol;
    this.#ready = parts.ready;
    this.#settings = parts.settings;
    this.session = this.#openSession(parts.channel);
    this.#heedSignal();
    this.interpreter.hold(false);
  }

  /** Stops what the interpreter is doing. */
  interrupt(): void {
    if (!this.#ready.interrupt) {
      throw new BondException(this.lang, 'this interpreter cannot be interrupted: it has no signal handling (pcntl)');
    }
    if (this.#ready.pid !== this.interpreter.pid) {
      throw new BondException(this.lang, `no interrupt reaches the interpreter behind ${this.interpreter.command}`);
    }
    const target = this.session.running;
    if (!target) return;
    this.#stopInterrupting();
    this.interpreter.signal('SIGINT');
    // A signal that comes right before a sleep is noticed only after it: it is sent until the driver has noticed.
    this.#interrupting = setInterval(() => {
      if (this.session.running === target) this.interpreter.signal('SIGINT');
      else this.#stopInterrupting();
    }, 100);
    this.#interrupting.unref();
  }

  #stopInterrupting(): void {
    clearInterval(this.#interrupting);
    this.#interrupting = undefined;
  }

  /** Lets the interpreter finish. */
  close(): Promise<Ending> {
    this.#closing ??= this.#finish({ text: 'the bond is closed' }, () => this.#letFinish());
    return this.#closing;
  }

  /** Calls that somebody waits for have their own time; exit hooks have ten seconds; what nobody waits for any more, one. */
  async #letFinish(): Promise<Ending> {
    this.interpreter.endInput();
    if (this.session.isBusy) {
      const idle = new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
      await Promise.race([idle, this.interpreter.ended]);
    }
    return this.interpreter.waitForEnd(this.session.running ? 1000 : 10_000);
  }

  /** Ends the interpreter. */
  kill(reason: Reason = { text: 'the bond was killed' }): Promise<Ending> {
    return this.#finish(reason, () => this.interpreter.kill());
  }

  #finish(reason: Reason, end: () => Promise<Ending>): Promise<Ending> {
    this.#reason ??= reason;
    return end();
  }

  #openSession(channel: Channel): Session {
    const { interpreter } = this;
    const { transExcept } = this.#settings;
    const session = new Session(
      {
        lang: this.lang,
        protocol: this.protocol,
        transExcept: transExcept ?? this.protocol.name === 'V8',
        hold: (isHeld) => {
          interpreter.hold(isHeld || this.#closing !== undefined);
          if (!isHeld) this.#onIdle();
        },
        violated: (what) => void this.kill({ text: `it broke the protocol (${what}), and was ended` }),
        interrupted: () => this.#stopInterrupting(),
        isHeldUp: () => interpreter.stream('stdout').isPaused() || interpreter.stream('stderr').isPaused(),
      },
      channel,
    );
    channel.listen({
      message: (message, text) => session.receive(message, text),
      stdout: (chunk) => this.#output('stdout', chunk),
      stderr: (chunk) => this.#output('stderr', chunk),
      tooLong: () => void this.kill({ text: `it sent more than ${this.#settings.maxMessageBytes} bytes in a message` }),
    });
    void interpreter.ended.then((ending) => {
      this.#stopInterrupting();
      session.end(() => this.#terminated(ending));
    });
    return session;
  }

  #output(name: 'stdout' | 'stderr', chunk: Buffer): void {
    this.session.heard();
    const target = (this.session.running?.settings ?? this.#settings.calls)[name];
    deliver(chunk, target, this.interpreter.stream(name));
  }

  #terminated(ending: Ending): TerminatedException {
    const reason = this.#reason;
    const stderr = ending.stderr.trim();
    const parts = [reason?.text, `the interpreter ${howEnded(ending)}`].filter(Boolean).join('; ');
    const text = stderr === '' || reason?.text === 'the bond is closed' ? parts : `${parts}: ${stderr.slice(-1000)}`;
    return new TerminatedException(this.lang, text, ending, reason && 'cause' in reason ? { cause: reason.cause } : {});
  }

  /** The signal of the bond ends it; the listener goes with the interpreter. */
  #heedSignal(): void {
    const { signal } = this.#settings;
    if (!signal) return;
    const abort = (): void => void this.kill({ text: 'the bond was aborted', cause: signal.reason });
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    void this.interpreter.ended.then(() => signal.removeEventListener('abort', abort));
  }
}
