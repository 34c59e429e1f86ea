import type { Buffer } from 'node:buffer';
import { BondException, quoted } from '../common/errors.js';
import { Promise, performance } from '../common/globals.js';
import { IdleTimer } from '../common/idle-timer.js';
import type { ProtocolName, Settings } from '../common/options.js';
import { Tail } from '../common/output-target.js';
import { textOf } from '../common/thrown.js';
import { driverText } from '../drivers/driver.js';
import type { Driver, Feature } from '../drivers/manifest.js';
import type { Interpreter } from '../process/interpreter.js';
import { v8Format } from '../values/v8-module.js';
import type { Channel } from '../wire/channel.js';
import type { Incoming } from '../wire/messages.js';

/** How many times `startTimeout` set-up may take altogether, when noise breaks the silence again and again. */
const MOST_TIMEOUTS = 5;
/** Maximum output tolerated before the handshake, in bytes. */
const MOST_NOISE = 16 * 2 ** 20;

/** What the driver says of itself once it runs. */
export interface Ready {
  /** The protocol that it has chosen. */
  readonly protocol: ProtocolName;
  /** The interpreter's version. */
  readonly version: string;
  /** The interpreter's process id, where it runs. */
  readonly pid: number;
  /** The signal that has it look for interrupts, if it can be interrupted at all. */
  readonly interrupt: NodeJS.Signals | null;
  /** What it can do in this interpreter, if that is not what its manifest says. */
  readonly features?: readonly Feature[];
  /** What of its features it cannot do in this interpreter. */
  readonly lacks?: readonly Feature[];
}

/**
 * Brings the driver into the interpreter: STAGE1, STAGE2, and the settings. Resolves once the driver runs.
 *
 * @param meanwhile is called when all has been sent, and the interpreter compiles the driver
 */
export async function handshake(
  interpreter: Interpreter,
  channel: Channel,
  driver: Driver,
  settings: Settings,
  meanwhile = (): void => {},
): Promise<Ready> {
  const setUp = new SetUp(interpreter, channel, driver, settings);
  try {
    return await setUp.run(meanwhile);
  } finally {
    setUp.end();
  }
}

class SetUp {
  readonly #interpreter: Interpreter;
  readonly #channel: Channel;
  readonly #driver: Driver;
  readonly #settings: Settings;
  readonly #noise = new Tail();
  readonly #watch = new IdleTimer(() => this.#rejectIfSilent());
  readonly #echo: RegExp;
  readonly #start = performance.now();
  #stage = 'STAGE1';
  #noiseBytes = 0;
  #fail: (error: Error) => void = () => {};

  constructor(interpreter: Interpreter, channel: Channel, driver: Driver, settings: Settings) {
    this.#interpreter = interpreter;
    this.#channel = channel;
    this.#driver = driver;
    this.#settings = settings;
    // In the text of STAGE1, the first half of the mark stands without the byte that begins a mark.
    this.#echo = new RegExp(`[^\\x1e]${channel.mark.head}`);
  }

  async run(meanwhile: () => void): Promise<Ready> {
    const { stage1, stage2 } = await driverText(this.#driver.language);
    const { mark } = this.#channel;
    const loader = stage1
      .replace('@HEAD@', mark.head)
      .replace('@TAIL@', mark.tail)
      .replace('@LENGTH@', String(stage2.length));
    await this.#exchange('STAGE1', [`${loader}\n`]);
    const answer = this.#exchange('READY', [stage2, `OPEN ${this.#openingSettings()}\n`]);
    meanwhile();
    const ready = await answer;
    return this.#checkReady('payload' in ready ? ready.payload : '');
  }

  end(): void {
    this.#watch.stop();
  }

  /** Fails the set-up if the silence has been too long, or tells in how many ms it may have been. */
  #rejectIfSilent(): number {
    const { startTimeout: timeout } = this.#settings;
    const now = performance.now();
    const untilSilence = this.#watch.lastHeard + timeout - now;
    const untilEnd = this.#start + MOST_TIMEOUTS * timeout - now;
    if (Math.min(untilSilence, untilEnd) > 0) return Math.min(untilSilence, untilEnd);
    this.#reject(
      untilEnd > 0
        ? `was silent for ${timeout} ms (startTimeout)`
        : `kept printing for ${MOST_TIMEOUTS} times ${timeout} ms (startTimeout)`,
    );
    return Number.POSITIVE_INFINITY;
  }

  /** Sends a text in pieces, and waits for the message that is due after it. */
  #exchange(due: 'STAGE1' | 'READY', pieces: readonly (string | Buffer)[]): Promise<Incoming> {
    this.#stage = due;
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#channel.listen({
        heard: () => this.#watch.heard(),
        message: (message) => {
          if (message?.verb !== due) return this.#reject(outOfTurn(message));
          this.#channel.wait(); // the next listener gets what follows
          resolve(message);
        },
        stdout: (chunk) => this.#hearNoise(chunk),
        stderr: () => this.#watch.heard(),
        tooLong: () =>
          this.#reject(`sent a line of more than ${this.#settings.maxMessageBytes} bytes (maxMessageBytes)`),
      });
      void this.#interpreter.ended.then((ending) => this.#reject(this.#interpreter.howEnded(ending)));
      this.#watch.heard();
      this.#watch.expect(this.#settings.startTimeout, performance.now());
      this.#channel.sendPieces(pieces);
    });
  }

  #hearNoise(chunk: Buffer): void {
    this.#noise.push(chunk);
    this.#noiseBytes += chunk.length;
    if (this.#noiseBytes > MOST_NOISE) this.#reject(`printed more than ${MOST_NOISE} bytes`);
    else if (this.#echo.test(this.#noise.text())) {
      const what =
        'echoes its input: it is not an interpreter, or it runs on a terminal (do not use -t with ssh or docker)';
      this.#reject(what, '');
    }
  }

  #reject(what: string, output = this.#lastOutput()): void {
    const { language } = this.#driver;
    this.#fail(
      new BondException(
        language,
        `the command ${this.#interpreter.command} ${what}, before the driver was loaded (${this.#stage})${output}${this.#advice()}`,
        { code: 'BOND_SETUP' },
      ),
    );
  }

  #lastOutput(): string {
    const printed = [this.#noise.text(), this.#interpreter.stderrText()].map((text) => text.trim()).filter(Boolean);
    return printed.length > 0
      ? `; it printed ${quoted(printed.join('\n').slice(-1000), 1000)}`
      : '; it printed nothing';
  }

  /** What to look at when a command has not even answered. */
  #advice(): string {
    if (this.#stage !== 'STAGE1') return '';
    if (this.#keepsArguments())
      return `; sh -c passes on no arguments: write 'php "$@"' instead of php, and 'sh' after it`;
    return `; does it start ${this.#driver.language} when you type it?`;
  }

  /** Whether the command is one for a shell, in which the driver's own arguments have no place. */
  #keepsArguments(): boolean {
    const { command } = this.#interpreter;
    const isForShell = /(^|[ /])(ba|da|k|z)?sh -\w*c /.test(command) && !command.includes('$@');
    return isForShell && this.#settings.defArgs && this.#driver.arguments.length > 0;
  }

  #openingSettings(): string {
    return JSON.stringify({
      toJSON: undefined, // neither here nor in lists is one of a prototype to be asked
      mark: this.#channel.mark.text,
      protocols: Object.assign([...this.#wantedProtocols()], { toJSON: undefined }),
      transExcept: this.#settings.transExcept ?? null,
      v8Format: this.#wantedProtocols().includes('V8') ? v8Format() : undefined,
      pid: this.#interpreter.isOurs ? this.#interpreter.pid : -1,
      bulk: this.#bulk(),
      parts: true,
      bytes: true,
      text: this.#settings.text === 'bytes' ? 'bytes' : undefined,
      concurrent: this.#settings.concurrent || undefined,
    });
  }

  /** Where long messages may go: the interpreter's descriptor, and the inode that it has if nothing stands between. */
  #bulk(): readonly number[] | null {
    const { bulk } = this.#interpreter;
    return bulk ? Object.assign([bulk.fd, bulk.inode], { toJSON: undefined }) : null;
  }

  #wantedProtocols(): readonly ProtocolName[] {
    return this.#settings.protocols ?? this.#driver.protocols;
  }

  #checkReady(payload: string): Ready {
    const { language } = this.#driver;
    const { command } = this.#interpreter;
    try {
      const ready = JSON.parse(payload) as Ready;
      if (typeof ready.version !== 'string') throw new Error('it has no version');
      if (ready.interrupt && !isSignal(ready.interrupt)) throw new Error('it has no such signal');
      for (const name of ['features', 'lacks'] as const) {
        if (ready[name] && !Array.isArray(ready[name])) throw new Error(`its ${name} are not a list`);
      }
      if (this.#wantedProtocols().includes(ready.protocol)) return ready;
    } catch (error) {
      throw new BondException(language, `the command ${command} sent a READY that cannot be read: ${textOf(error)}`, {
        code: 'BOND_SETUP',
      });
    }
    const wanted = this.#wantedProtocols().join(', ');
    throw new BondException(
      language,
      `the command ${command} chose none of the requested protocols (${wanted}); the driver has ${this.#driver.protocols.join(', ')}`,
      { code: 'BOND_SETUP' },
    );
  }
}

/** What a driver can do in an interpreter. */
export function featuresOf(driver: Driver, { features, lacks = [] }: Ready): ReadonlySet<Feature> {
  return new Set((features ?? driver.features).filter((feature) => !lacks.includes(feature)));
}

function outOfTurn(message: Incoming | undefined): string {
  return message?.verb === 'STAGE1'
    ? 'answered out of turn: it seems to start more than one interpreter (srun needs -n1)'
    : 'answered out of turn';
}

/**
 * Whether a process can be sent it: what cannot be sent is thrown where nobody expects it. Node's module is asked only for what is
 * unusual: it takes 0.5 ms to load.
 */
function isSignal(name: unknown): boolean {
  if (name === 'SIGINT' || name === 'SIGURG') return true;
  return typeof name === 'string' && Object.hasOwn(process.getBuiltinModule('node:os').constants.signals, name);
}
