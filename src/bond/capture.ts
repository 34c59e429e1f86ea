import type { Buffer } from 'node:buffer';
import { isUtf8 } from 'node:buffer';
import { BondException } from '../common/errors.js';
import { checkNames } from '../common/option-checks.js';
import type { Capture } from '../session/captures.js';
import type { Connection } from '../session/connection.js';

/** Settings of {@link Bond.capture}. */
export interface CaptureOptions {
  /**
   * Whether the output is returned as strings or as `Buffer`s.
   * @default 'utf8'
   */
  readonly encoding?: 'utf8' | 'buffer' | undefined;
}

/** The result of {@link Bond.capture}. */
export interface Captured<T, Output = string> extends CapturedOutput<Output> {
  /** What your function returned or resolved to. */
  readonly value: T;
}

/** What calls printed. */
export interface CapturedOutput<Output = string | Buffer> {
  /** What was printed to standard output. */
  readonly stdout: Output;
  /** What was printed to standard error. */
  readonly stderr: Output;
}

const CAPTURE_OPTIONS = ['encoding'] satisfies (keyof CaptureOptions)[];

/** @internal Runs a function with the bond that `bondFor` gives, and collects what its calls print. */
export async function captureOutput<T, B>(
  connection: Connection,
  run: (bond: B) => T | Promise<T>,
  bondFor: (capture: Capture) => B,
  options: CaptureOptions,
): Promise<Captured<T, string | Buffer>> {
  const { lang } = connection;
  checkNames(lang, options, CAPTURE_OPTIONS);
  const { encoding = 'utf8' } = options;
  if (typeof run !== 'function') throw new BondException(lang, `capture takes a function, not ${typeof run}`);
  if (encoding !== 'utf8' && encoding !== 'buffer') {
    throw new BondException(lang, `capture: encoding is 'utf8' or 'buffer', not ${String(encoding)}`);
  }
  const capture = connection.session.makeCapture();
  let value: T;
  try {
    value = await capture.run(() => run(bondFor(capture)));
  } catch (error) {
    throw withOutput(error, capture, encoding);
  }
  const output = capture.output();
  if (encoding === 'buffer') return { value, ...output };
  const wrong = (['stdout', 'stderr'] as const).find((name) => !isUtf8(output[name]));
  if (wrong === undefined) return { value, stdout: output.stdout.toString(), stderr: output.stderr.toString() };
  const text = `capture: ${wrong} is not UTF-8: capture(run, { encoding: 'buffer' }) gives the bytes`;
  throw withOutput(new BondException(lang, text, { code: 'BOND_OUTPUT' }), capture, 'buffer');
}

/** An error, with what was printed before it: as text, if that is wanted, and if it is one. */
function withOutput(error: unknown, capture: Capture, encoding: 'utf8' | 'buffer'): unknown {
  if (!(error instanceof Error) || !Object.isExtensible(error)) return error;
  const { stdout, stderr } = capture.output();
  const given = (bytes: Buffer): string | Buffer => (encoding === 'utf8' && isUtf8(bytes) ? bytes.toString() : bytes);
  const captured = { stdout: given(stdout), stderr: given(stderr) };
  Object.defineProperty(error, 'captured', { value: captured, configurable: true, writable: true });
  return error;
}
