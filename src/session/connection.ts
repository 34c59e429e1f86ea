import { onAbort, reasonOf } from '../common/abort-signal.js';
import { BondException, type Ending } from '../common/errors.js';
import { Promise } from '../common/globals.js';
import type { CallSettings, Settings } from '../common/options.js';
import type { Driver, Feature } from '../drivers/manifest.js';
import type { Interpreter } from '../process/interpreter.js';
import type { Protocol } from '../values/codec.js';
import type { Lender } from '../values/reference.js';
import type { Channel } from '../wire/channel.js';
import { formatMessage } from '../wire/messages.js';
import { featuresOf, type Ready } from './handshake.js';
import { adviceOnMissing } from './missing-library.js';
import { handOn } from './printed-output.js';
import { reasonWithWhatStays } from './process-one.js';
import { Session } from './session.js';
import { CLOSED, type Reason, terminated } from './termination.js';

/** What a connection is made of. */
export interface ConnectionParts {
  readonly lang: string;
  readonly driver: Driver;
  readonly interpreter: Interpreter;
  readonly channel: Channel;
  /** The protocol that both have agreed on; whether it writes blocks. */
  readonly protocolFor: (hasBlocks: boolean) => Protocol;
  readonly ready: Ready;
  readonly settings: Settings;
  /** Makes the handle of a value that stays in the interpreter. */
  readonly makeHandle: (connection: Connection, number: number, text: string, settings: CallSettings) => unknown;
}

/** What is known of an interpreter. */
export interface About {
  /** The command that has started it. */
  readonly command: string;
  readonly version: string;
  readonly protocol: string;
  readonly canBeInterrupted: boolean;
}

/** An interpreter in which the driver runs, and the session with it; bonds share one. */
export class Connection {
  readonly lang: string;
  readonly interpreter: Interpreter;
  readonly protocol: Protocol;
  readonly session: Session;
  /** What the driver can do in this interpreter. */
  readonly features: ReadonlySet<Feature>;
  /** Whether long arguments may go there in parts. */
  readonly takesParts: boolean;
  readonly #channel: Channel;
  readonly #driver: Driver;
  readonly #ready: Ready;
  readonly #settings: Settings;
  /** Why the host ended the interpreter, if it did. */
  #reason: Reason | undefined;
  #closing: Promise<Ending> | undefined;
  /** How the interpreter ended, once it has. */
  #ending: Ending | undefined;
  #onIdle = (): void => {};

  constructor(parts: ConnectionParts) {
    this.lang = parts.lang;
    this.interpreter = parts.interpreter;
    this.#channel = parts.channel;
    this.#driver = parts.driver;
    this.#ready = parts.ready;
    this.features = featuresOf(parts.driver, parts.ready);
    this.takesParts = this.features.has('parts');
    this.protocol = parts.protocolFor(this.features.has('bytes'));
    this.#settings = parts.settings;
    this.session = this.#openSession(parts.makeHandle);
    this.interpreter.isDirect = parts.ready.pid === parts.interpreter.pid;
    this.#listen();
    this.#heedSignal();
    this.interpreter.hold(false);
  }

  /** What is known of the interpreter. */
  get about(): About {
    const { version, protocol, interrupt } = this.#ready;
    return { command: this.interpreter.command, version, protocol, canBeInterrupted: interrupt !== null };
  }

  /** What there is to know of it, for `util.inspect`. */
  get view(): object {
    const { state, inFlight } = this.session.activity;
    const prefix = this.#closing ? 'closing, ' : this.#reason ? 'being ended, ' : '';
    return {
      lang: this.lang,
      pid: this.interpreter.pid,
      state: this.#ending ? `closed: ${this.#howItEnded(this.#ending)}` : prefix + state,
      inFlight,
    };
  }

  /** Who lends functions of the host that are given with those settings. */
  lenderFor(settings: CallSettings): Lender {
    const { lang, protocol, session } = this;
    const lender: Lender = {
      lang,
      isClone: protocol.isClone,
      protocol: protocol.name,
      settings,
      isOwner: (owner) => owner === this,
      need: (feature) => this.need(feature),
      lend: (call, onRelease, object) => session.lend({ call, lender }, onRelease, object),
    };
    return lender;
  }

  /** How many bytes of memory the interpreter uses, as it says itself: it may run anywhere. */
  async measureMemory(): Promise<number> {
    const { memory } = this.#driver;
    if (memory === undefined) throw unsupported(this.lang, 'its driver cannot measure memory');
    const payload = this.protocol.encode(memory);
    const settings = this.#settings.calls;
    return (await this.session.request({ verb: 'EVAL', subject: 'memory', payload, settings })) as number;
  }

  /** Throws a `BondException` if the driver does not have a feature. */
  need(feature: Feature): void {
    if (this.features.has(feature)) return;
    const has = [...this.features].join(', ') || 'none';
    throw unsupported(this.lang, `its driver does not have the feature '${feature}'; it has: ${has}`);
  }

  /** Stops what the interpreter is doing. */
  interrupt(): void {
    if (!this.#ready.interrupt) throw withoutInterrupts(this.#driver, this.lang);
    this.session.interrupt();
  }

  /** Has the interpreter look at a line while it is busy; where no signal reaches it, something there reads the line. */
  #nudge(line: string): void {
    const { interrupt } = this.#ready;
    if (!interrupt) return;
    this.#channel.send(line);
    if (this.interpreter.isDirect) this.interpreter.signal(interrupt);
  }

  /** Lets the interpreter finish. */
  close(): Promise<Ending> {
    this.#reason ??= CLOSED;
    this.#closing ??= this.#letFinish();
    return this.#closing;
  }

  /** Running calls have their own timeout, exit hooks 10 seconds, and calls whose callers have given up 1 second. */
  async #letFinish(): Promise<Ending> {
    this.interpreter.hold(true);
    this.#channel.send(formatMessage({ verb: 'END' }));
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
    this.#reason ??= this.session.isBusy ? reasonWithWhatStays(reason, this, this.#ready.pid) : reason;
    return this.interpreter.kill();
  }

  #openSession(makeHandle: ConnectionParts['makeHandle']): Session {
    const { interpreter } = this;
    const { transExcept } = this.#settings;
    const session = new Session(
      {
        lang: this.lang,
        protocol: this.protocol,
        transExcept,
        takesStacks: this.features.has('stacks'),
        isConcurrent: this.#settings.concurrent,
        makeHandle: (number, text, settings) => makeHandle(this, number, text, settings),
        adviceOn: (types, message) =>
          adviceOnMissing(this.#driver, { types, message, command: interpreter.bareCommand }),
        traffic: interpreter.traffic,
        hold: (isHeld) => {
          interpreter.hold(isHeld || this.#closing !== undefined);
          if (!isHeld) this.#onIdle();
        },
        maxMessageBytes: this.#settings.maxMessageBytes,
        tooLong: () => this.#endForLength(),
        violated: (what) => void this.kill({ text: `it broke the protocol (${what}), and was ended` }),
        nudge: (line) => this.#nudge(line),
        isHeldUp: () => interpreter.isHeldUp,
        isInterruptible: Boolean(this.#ready.interrupt),
        interruptStopsAny: this.#driver.interruptStopsAny === true,
      },
      this.#channel,
    );
    void interpreter.ended.then((ending) => {
      this.#ending = ending;
      const running = session.running?.what;
      session.end((what) =>
        terminated({ lang: this.lang, ending, how: this.#howItEnded(ending), what, running, reason: this.#reason }),
      );
    });
    return session;
  }

  #listen(): void {
    this.#channel.listen({
      heard: () => this.session.heard(),
      message: (message, text) => this.session.receive(message, text),
      stdout: (chunk) => handOn(this, this.#settings.calls, 'stdout', chunk),
      stderr: (chunk) => {
        this.session.heard();
        handOn(this, this.#settings.calls, 'stderr', chunk);
      },
      tooLong: () => this.#endForLength(),
    });
  }

  #endForLength(): void {
    const { maxMessageBytes } = this.#settings;
    const text = `it sent a message of more than ${maxMessageBytes} bytes: send less at a time, or raise maxMessageBytes`;
    void this.kill({ text });
  }

  #howItEnded(ending: Ending): string {
    return [this.#reason?.text, `the interpreter ${this.interpreter.howEnded(ending)}`].filter(Boolean).join('; ');
  }

  /** The signal of the bond ends it; the listener goes with the interpreter. */
  #heedSignal(): void {
    const { signal } = this.#settings;
    if (!signal) return;
    const abort = (): void => void this.kill({ text: 'the bond was aborted', cause: reasonOf(signal) });
    if (signal.aborted) return abort();
    void this.interpreter.ended.then(onAbort(signal, abort));
  }
}

function withoutInterrupts({ interruptNeeds }: Driver, lang: string): BondException {
  const needs = interruptNeeds ? ` (${lang} needs ${interruptNeeds})` : '';
  return unsupported(lang, `this interpreter cannot be interrupted: it has no signals${needs}`);
}

function unsupported(lang: string, text: string): BondException {
  return new BondException(lang, text, { code: 'BOND_UNSUPPORTED' });
}
