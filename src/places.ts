import { fileURLToPath } from 'node:url';

/** The stack of a call, which is turned into text only when somebody asks. */
export interface Place {
  readonly stack?: string;
}

/** Enough for the frames of this library, and the first one outside. */
const FRAMES = 9;

/** Where the call is made that is being made now. */
export function capturePlace(): Place {
  const place = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  Error.captureStackTrace(place, capturePlace);
  Error.stackTraceLimit = limit;
  return place;
}

const OWN_FILES = new URL('.', import.meta.url).href;

/** The line of a stack that lies outside of this library, in words; empty if there is none. */
export function showPlace(place: Place | undefined): string {
  const lines = place?.stack?.split('\n').slice(1) ?? [];
  const isOwn = (line: string): boolean => line.includes(OWN_FILES) || line.includes(fileURLToPath(OWN_FILES));
  return lines.find((line) => /[\\/]/.test(line) && !isOwn(line))?.trim() ?? '';
}
