import { type Buffer, isAscii } from 'node:buffer';
import { FIRST_BYTE } from './mark.js';

/**
 * Takes whole messages that follow each other, up to where something else comes, and returns where that is; mostly, they are all there is. They are made
 * text together: to look for each in the bytes would take as long as all else that is done for it.
 * @param opening how a message begins that is in one piece
 */
export function takeWholeMessages(
  bytes: Buffer,
  opening: string,
  maxBytes: number,
  events: { message(text: string, bytes: undefined): void },
): number {
  if (bytes[0] !== FIRST_BYTE || !isAscii(bytes)) return 0;
  const text = bytes.toString('latin1');
  let start = 0;
  while (text.startsWith(opening, start)) {
    const end = text.indexOf('\n', start);
    if (end < 0 || end - start - opening.length > maxBytes) break;
    events.message(text.slice(start + opening.length, end), undefined);
    start = end + 1;
  }
  return start;
}
