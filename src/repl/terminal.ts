import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';

interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Whether somebody sits in front of a stream. */
export function isTerminal(stream: Readable | Writable): boolean {
  return (stream as TerminalStream).isTTY === true;
}

/** How many characters fit into a line of a stream. A terminal that does not know says 0. */
export function widthOf(stream: Writable): number {
  return (stream as TerminalStream).columns || 80;
}

/** Whether a stream is to have colour: as `FORCE_COLOR` and `NO_COLOR` say, or else if it is a terminal. */
export function hasColors(stream: Writable, env: NodeJS.ProcessEnv = process.env): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = env;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return !NO_COLOR && isTerminal(stream) && TERM !== 'dumb';
}

export type Style = Parameters<typeof styleText>[0];

/** A text in a style, if there is to be colour at all. */
export function styled(style: Style, text: string, isColored: boolean): string {
  // Node would look at its own standard output once more.
  return isColored ? styleText(style, text, { validateStream: false }) : text;
}
