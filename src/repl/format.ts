import { inspect } from 'node:util';
import { BondException, RemoteException, SerializationException, TerminatedException } from '../common/errors.js';
import { textOf } from '../common/thrown.js';
import { ejson } from '../values/json.js';
import { styled } from './terminal.js';

/** How many lines of a traceback are shown; of a longer one, the two ends. */
const MOST_FRAMES = 8;

/** How values and errors are shown to the user. */
export interface Presentation {
  value(value: unknown): string;
  error(error: unknown): string;
}

/** For people: values as Node shows its own, whatever language they come from. */
export function forPeople(
  colors: { readonly values: boolean; readonly errors: boolean },
  width: () => number,
): Presentation {
  return {
    value: (value) =>
      inspect(value, {
        colors: colors.values,
        depth: null,
        maxArrayLength: null,
        maxStringLength: null,
        breakLength: width(),
      }),
    error: (error) => errorText(error, colors.errors),
  };
}

/** For programs: a line of JSON each. What JSON has no word for, EJSON has. */
export const forPrograms: Presentation = {
  value: (value) => (value === undefined ? 'null' : ejson.encode(value)),
  error: (error) => JSON.stringify({ error: describeError(error) }),
};

function errorText(error: unknown, isColored: boolean): string {
  if (!(error instanceof RemoteException)) return styled('red', textOf(error), isColored);
  const frames = framesOf(error.traceback ?? '', error);
  const hints = error.hint === undefined ? [] : [error.hint];
  return [
    styled('red', headline(error), isColored),
    ...frames.map((frame) => styled('dim', frame, isColored)),
    ...hints.map((hint) => styled('yellow', hint, isColored)),
  ].join('\n');
}

function headline({ type, remoteMessage }: RemoteException): string {
  if (type === '_BOND_InterruptException' || type === 'KeyboardInterrupt') return 'Interrupted';
  return [type, remoteMessage].filter(Boolean).join(': ');
}

/** Lines of a traceback that say nothing, whatever the language. */
const EMPTY_LINE =
  /^\s*$|^Traceback \(.*\):$|^Stack trace:$|^#\d+ \{main\}$|<bond driver|__BOND_|\b_BOND_(?:run|show|compile|load)|^ +at (?:<call>:|new Script |Script\.runInThisContext )/;

/** A line of a traceback that names a file. */
const HAS_FILE = /[\\/].*\d/;

/** The lines of a traceback that tell more than the headline. One that is only where the code was typed tells nothing. */
function framesOf(traceback: string, { type, remoteMessage }: RemoteException): string[] {
  const lastOfMessage = remoteMessage.split('\n').at(-1) as string;
  const frames = traceback
    .split('\n')
    .filter((line) => !EMPTY_LINE.test(line) && line !== type && !line.startsWith(`${type}:`))
    .filter((line) => lastOfMessage === '' || !line.endsWith(lastOfMessage));
  if (frames.length === 1 && !HAS_FILE.test(frames[0] as string)) return [];
  if (frames.length <= MOST_FRAMES) return frames;
  const end = MOST_FRAMES / 2;
  return [...frames.slice(0, end), `  … ${frames.length - 2 * end} more`, ...frames.slice(-end)];
}

function describeError(error: unknown): Record<string, unknown> {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: textOf(error) };
  return {
    name,
    message,
    lang: error instanceof BondException ? error.lang : undefined,
    ...(error instanceof RemoteException && {
      type: error.type,
      remoteMessage: error.remoteMessage,
      traceback: error.traceback,
    }),
    ...(error instanceof SerializationException && { side: error.side }),
    ...(error instanceof TerminatedException && { exitCode: error.exitCode, signal: error.signal }),
  };
}
