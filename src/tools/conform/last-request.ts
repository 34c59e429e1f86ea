import { Writable } from 'node:stream';

/** How much of a request is shown, in characters. */
const SHOWN = 120;

/** A log that keeps what was asked for last, so that a check that fails can say so. */
export class LastRequest extends Writable {
  /** The request, as it went over the wire; nothing before there is one. */
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const line = chunk.subarray(0, 1000).toString();
    const [, request] = /^>.*?\b((?:EVAL|EVAL_BLOCK|CALL|CHAIN|EXPORT)(?:_HOLD)? \d+ \d+ .*)/.exec(line) ?? [];
    if (request) this.text = request.slice(0, SHOWN);
    done();
  }
}
