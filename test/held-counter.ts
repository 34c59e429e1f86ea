import { Writable } from 'node:stream';

/** Counts in the conversation what is held there for the arguments of functions and methods, and what of that is let go of. */
export class HeldCounter extends Writable {
  held = 0;
  most = 0;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    for (const line of chunk.toString().split('\n')) {
      if (/^< .*CALL \d+ \d+ \[/.test(line)) this.held++;
      else if (/^> .*RELEASE/.test(line)) this.held--;
    }
    this.most = Math.max(this.most, this.held);
    done();
  }
}
