import { linesOf, ownFolder, type Place, positionIn } from './call-site.js';
import { BondException } from './errors.js';
import { isA } from './thrown.js';

/** What knows exceptions whose stack is one of several languages. */
interface StacksOfSeveral {
  has(error: unknown): error is Error;
  addPlace(error: Error, place: Place): void;
}

let ofSeveral: StacksOfSeveral | undefined;

/** Tells this module of them. Their code is loaded with the first bond: before, there are no such exceptions. */
export function useStacksOfSeveral(stacks: StacksOfSeveral): void {
  ofSeveral = stacks;
}

/**
 * Has an error tell where in your code the call was made that it rejects. V8 knows it only while each promise on the way is
 * awaited; set-up that fails in a timer or a stream, and a promise that nothing awaits, would show nothing but lines of this library.
 *
 * @returns the error itself
 */
export function withPlace(error: unknown, place: Place): unknown {
  if (ofSeveral?.has(error)) {
    ofSeveral.addPlace(error, place);
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

/** Has an error tell which item of a list its call was for. @returns the error itself */
export function withIndex(error: unknown, index: number): unknown {
  if (!isA(error, BondException) || error.index !== undefined) return error;
  const { message, stack } = error;
  const longer = `${message} (item ${index} of map)`;
  setHidden(error, 'message', longer);
  Reflect.defineProperty(error, 'index', { value: index, configurable: true, writable: true, enumerable: true });
  // A stack of several languages begins with the message of the moment when it is told its place.
  if (!ofSeveral?.has(error))
    setHidden(
      error,
      'stack',
      stack?.replace(message, () => longer),
    );
  return error;
}

/** Gives an error a property that does not show. Some programs have every error frozen: then nothing happens. */
export function setHidden(error: Error, name: string, value: unknown): void {
  Reflect.defineProperty(error, name, { value, configurable: true, writable: true, enumerable: false });
}
