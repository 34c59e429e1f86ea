import { Writable } from 'node:stream';

/** How much of a request is shown, in characters. */
const SHOWN = 120;

/** A log that keeps what was asked for last, so that a check that fails can say so. */
export class LastRequest extends Writable {
  #request = '';
  #id = '';
  #hasReply = false;

  /** The request, as it went over the wire, and whether a reply has come; nothing before there is one. */
  get text(): string {
    return this.#request && `${this.#request}${this.#hasReply ? ', which has its reply' : ''}`;
  }

  forget(): void {
    this.#request = '';
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const line = chunk.subarray(0, 1000).toString();
    const [, request, id = ''] =
      /^>.*?\b((?:EVAL|EVAL_BLOCK|CALL|CHAIN|EXPORT)(?:_HOLD)? \d+ (\d+) .*)/.exec(line) ?? [];
    if (request) [this.#request, this.#id, this.#hasReply] = [request.slice(0, SHOWN), id, false];
    else if (/^<.*?\b(?:RETURN|EXCEPT|ERROR) (\d+)/.exec(line)?.[1] === this.#id) this.#hasReply = true;
    done();
  }
}
