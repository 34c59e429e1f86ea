import { linesOf, ownFolder, type Place } from './call-site.js';
import { BondException } from './errors.js';
import { addPlace, hasOneStack, positionIn } from './one-stack.js';
import { isA } from './thrown.js';

/**
 * Has an error tell where in your code the call was made that it rejects. V8 knows it only while each promise on the way is
 * awaited; set-up that fails in a timer or a stream, and a promise that nothing awaits, would show nothing but lines of this library.
 *
 * @returns the error itself
 */
export function withPlace(error: unknown, place: Place): unknown {
  if (hasOneStack(error)) {
    addPlace(error, place);
    return error;
  }
  const own = ownFolder();
  const isForeign = (frame: string): boolean => /[\\/]/.test(frame) && !frame.includes(own);
  const made = linesOf(place);
  const first = made.find(isForeign);
  if (!isA(error, BondException) || first === undefined) return error;
  const frames = linesOf(error).filter((line) => /^\s+at /.test(line));
  if (frames.some((frame) => positionIn(frame) === positionIn(first))) return error;
  const message = `${error.name}: ${error.message}`;
  const outside = frames.filter((frame) => isForeign(frame) && !frame.includes('node:internal/'));
  setHidden(error, 'stack', [message, ...outside, ...made].join('\n'));
  return error;
}

/** Gives an error a property that does not show. Some programs have every error frozen: then nothing happens. */
export function setHidden(error: Error, name: string, value: unknown): void {
  Reflect.defineProperty(error, name, { value, configurable: true, writable: true, enumerable: false });
}
