import { fileURLToPath } from 'node:url';
import { linesOf, ownFolder, type Place, setLimit } from './call-site.js';
import { captureStackTrace } from './globals.js';

/** The file and the line where code is given to another language. */
export interface CodePlace {
  readonly file: string;
  readonly line: number;
}

/** Three frames of this library, and who has called it. */
const FRAMES = 4;
/** What no language has trouble with: not to be cut, nor to be escaped. */
const LONGEST_PATH = 1000;
const LAST_LINE = 100_000;

/**
 * Where the method of a bond has been called that calls what asks. As a stack says it, which may be after
 * source maps; nothing if that is no file: code that was typed, say, or that this library gives itself.
 */
export function placeOfCode(): CodePlace | undefined {
  const place: Place = {};
  const limit = Error.stackTraceLimit;
  setLimit(FRAMES);
  captureStackTrace(place, placeOfCode);
  setLimit(limit);
  const frame = linesOf(place)[FRAMES - 1];
  return frame === undefined || frame.includes(ownFolder()) ? undefined : placeIn(frame);
}

function placeIn(frame: string): CodePlace | undefined {
  const [, named = '', number] = /^\s+at (?:.* \()?(.+?):(\d+):\d+\)?$/.exec(frame) ?? [];
  const file = pathOf(named);
  const line = Number(number);
  return file !== '' && line >= 1 && line <= LAST_LINE ? { file, line } : undefined;
}

let lastNamed = '';
let lastPath = '';

/** The path of a file as a stack names it; none if it is no path, or one that cannot be said in every language. */
function pathOf(named: string): string {
  if (named !== lastNamed) {
    lastNamed = named;
    lastPath = findPath(named);
  }
  return lastPath;
}

function findPath(named: string): string {
  try {
    const path = named.startsWith('file:') ? fileURLToPath(named) : named;
    const isPlain = path.length <= LONGEST_PATH && !/["\p{Cc}\p{Cs}\u2028\u2029]/u.test(path);
    return isPlain && /^(?:\/|[A-Za-z]:[\\/])/.test(path) ? path : '';
  } catch {
    return '';
  }
}
