import { captureStackTrace } from './globals.js';
import { property } from './thrown.js';

/** The stack of a call, which is turned into text only when somebody asks. */
export interface Place {
  readonly stack?: string;
}

/** Enough for the frames of this library, and the first one outside. */
const FRAMES = 12;

/** Where the call is made that is being made now. */
export function capturePlace(): Place {
  const place = {};
  const limit = Error.stackTraceLimit;
  setLimit(FRAMES);
  captureStackTrace(place, capturePlace);
  setLimit(limit);
  return place;
}

/** Where intrinsics are frozen, the limit stays what it is. */
export function setLimit(limit: number): void {
  try {
    Error.stackTraceLimit = limit;
  } catch {
    // and a place is then told if it is among the first frames
  }
}

/** The lines of a stack; none if a program formats stacks in a way of its own, or fails to. */
export function linesOf(place: Place | undefined): string[] {
  const stack = property(place, 'stack');
  return typeof stack === 'string' ? stack.split('\n').slice(1) : [];
}

/** The line of a stack that lies outside of this library, in words; empty if there is none. */
export function showPlace(place: Place | undefined): string {
  const own = ownFolder();
  return (
    linesOf(place)
      .find((line) => /[\\/]/.test(line) && !line.includes(own))
      ?.trim() ?? ''
  );
}

let folder = '';

/** Where this library is, as a stack says it: in a bundle for CommonJS, `import.meta` is empty. */
export function ownFolder(): string {
  if (folder === '') folder = findFolder();
  return folder || '\n';
}

function findFolder(): string {
  const [here = ''] = linesOf(capturePlace());
  const [, found = ''] = /^ +at .*?((?:file:\/\/)?(?:\/|[A-Z]:[\\/]).*[\\/])/.exec(here) ?? [];
  return found.replace(/common[\\/]$/, ''); // where it is in the source
}

/** The file and the line of a frame: how it was come to differs between a call and a wait. */
export function positionIn(frame: string): string {
  return /[^\s(]+:\d+(?=:\d+\)?$)/.exec(frame)?.[0] ?? frame;
}
