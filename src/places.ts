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

/** The line of a stack that lies outside of this library, in words; empty if there is none. */
export function showPlace(place: Place | undefined): string {
  const lines = place?.stack?.split('\n').slice(1) ?? [];
  const own = ownFolder();
  return lines.find((line) => /[\\/]/.test(line) && !line.includes(own))?.trim() ?? '';
}

/** Where this library is, as a stack says it: in a bundle for CommonJS, `import.meta` is empty. */
function ownFolder(): string {
  const [, here = ''] = capturePlace().stack?.split('\n') ?? [];
  const [, folder = '\n'] = /^ +at .*?((?:file:\/\/)?(?:\/|[A-Z]:[\\/]).*[\\/])/.exec(here) ?? [];
  return folder;
}
