import type { Readable } from 'node:stream';
import type { Ways } from './stdio-pipes.js';

/** Who gets what an interpreter writes. */
export interface InterpreterEvents {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  /** Takes what need not be kept of what has been read, up to `end`, and returns how much that is; the rest comes to `stdout`. */
  bytes(memory: Buffer, end: number): number;
  /** A part of a long message, while one is waited for; `readMore` fills what it is given with what else has come, and returns how much that was. */
  bulk(chunk: Buffer, readMore: (room: Buffer) => number): void;
}

/** Starts handing over what an interpreter writes; `count` is told of each read but those of long messages. */
export function handOver(ways: Ways, stderr: Readable, events: InterpreterEvents, count: () => void): void {
  const { bulk } = ways;
  ways.listen(
    (chunk) => events.stdout(chunk),
    (memory, end) => {
      count();
      return events.bytes(memory, end);
    },
  );
  bulk?.stream.on('data', (chunk: Buffer) => events.bulk(chunk, bulk.readMore)).pause();
  stderr.on('data', (chunk: Buffer) => {
    count();
    events.stderr(chunk);
  });
}
