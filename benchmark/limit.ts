// The limit: what two processes need to talk at all. One pipe each way, one write a call, JSON, a promise a call.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

type Settle = (value: unknown) => void;
type Functions = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** Lines each way between this process and another. */
class Lines {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  #rest = '';

  constructor(command: readonly string[], take: (line: string) => void) {
    this.child = spawn(command[0] as string, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      let start = 0;
      for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
        const line = this.#rest + chunk.slice(start, end);
        this.#rest = '';
        start = end + 1;
        take(line);
      }
      this.#rest += chunk.slice(start);
    });
  }

  send(message: unknown): void {
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
  }
}

/** Calls there, answered in order. */
export class PingPong {
  readonly #waiting: Settle[] = [];
  #next = 0; // shift() would cost more, the more calls are in flight
  readonly #lines: Lines;

  constructor(command: readonly string[]) {
    this.#lines = new Lines(command, (line) => {
      const settle = this.#waiting[this.#next++] as Settle;
      if (this.#next === this.#waiting.length) this.#next = this.#waiting.length = 0;
      settle(JSON.parse(line));
    });
  }

  get child() {
    return this.#lines.child;
  }

  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#lines.send([name, args]);
    });
  }
}

/** Calls there, and calls from there while they run. */
export class NestedPingPong {
  readonly #waiting: Settle[] = [];
  readonly #lines: Lines;

  constructor(command: readonly string[], functions: Functions) {
    this.#lines = new Lines(command, async (line) => {
      const [verb, value, args] = JSON.parse(line);
      if (verb === 'return') this.#waiting.pop()?.(value);
      else this.#lines.send(['return', await functions[value]?.(...args)]);
    });
  }

  get child() {
    return this.#lines.child;
  }

  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#lines.send(['call', name, args]);
    });
  }
}

/** A program by hand, and the pipes to it. */
class Program {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;

  constructor(command: readonly string[]) {
    this.child = spawn(command[0] as string, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  }
}

/** Bytes that go there, and come back as a whole. */
export class Cat extends Program {
  call(_name: string, bytes: unknown): Promise<unknown> {
    const { stdin, stdout } = this.child;
    const { buffer, byteOffset, byteLength } = bytes as Uint8Array | Float64Array;
    return new Promise((resolve) => {
      const answer = new Uint8Array(byteLength);
      let done = 0;
      const take = (chunk: Buffer): void => {
        answer.set(chunk, done);
        done += chunk.length;
        if (done < byteLength) return;
        stdout.off('data', take);
        resolve(bytes instanceof Float64Array ? new Float64Array(answer.buffer) : answer);
      };
      stdout.on('data', take);
      stdin.write(new Uint8Array(buffer, byteOffset, byteLength));
    });
  }
}

/** The same, where all of them are read before they are written. */
export class Echo extends Cat {
  override call(name: string, bytes: unknown): Promise<unknown> {
    this.child.stdin.write(`${(bytes as Uint8Array).byteLength}\n`);
    return super.call(name, bytes);
  }
}

/** What is printed there. */
export class Output extends Program {
  call(_name: string, lines: unknown): Promise<unknown> {
    const { stdin, stdout } = this.child;
    return new Promise((resolve) => {
      let printed = 0;
      const count = (chunk: Buffer): void => {
        printed += chunk.length;
        if (printed >= Number(lines) * 1_000) resolve(stdout.off('data', count) && printed);
      };
      stdout.on('data', count);
      stdin.write(`${lines}\n`);
    });
  }
}
