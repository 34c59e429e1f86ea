import { Buffer } from 'node:buffer';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { isNode } from '../common/runtime.js';
import { property } from '../common/thrown.js';

import { callWatchdog, withPipes } from './watchdog.js';

/** The two ways between the host and an interpreter that carry the conversation. */
export interface Ways {
  readonly input: Writable;
  readonly output: Readable;
  /**
   * Starts handing over what the interpreter writes. A chunk is the taker's to keep. Before, `takeFirst` is shown what has been read, up to `end`,
   * in memory that is used again, and returns how much of it it has taken.
   */
  listen(take: (chunk: Buffer) => void, takeFirst: (memory: Buffer, end: number) => number): void;
  /** A second way from the interpreter, for long messages: a pipe takes only 4096 bytes as a whole. */
  readonly bulk: Bulk | undefined;
  /** Writes as much right now as there is room for; gives the rest, or `undefined` if nothing but the stream can write it. */
  writeNow(piece: string | Buffer): string | Buffer | undefined;
}

/** A socket to the host that is open in the interpreter, if nothing stands between. */
export interface Bulk {
  readonly stream: Readable;
  /** The interpreter's descriptor of it. */
  readonly fd: number;
  /** What tells it from another one that may be open there under that number. */
  readonly inode: number;
  /** Reads what is there into `room`, right now; returns how much that was. */
  readMore(room: Buffer): number;
}

/** What is there before an interpreter is. */
export interface Groundwork {
  /** What it is started with. */
  readonly stdio: StdioOptions;
  /** Goes on with what has been started. */
  connect(child: ChildProcess): Ways;
  /** Nothing has been started. */
  abandon(): void;
}

/**
 * Whether pipes can be made at all. A thread closes, at its end, every descriptor that it has opened and not closed by `fs`: it does
 * not see that a socket has closed one, and would close whatever has that number by then. The main thread does not, and a thread does
 * not if it was started like that (`trackUnmanagedFds: false`).
 */
function canHavePipes(): boolean {
  // What has to be loaded is loaded while the shell starts.
  callWatchdog();
  mayOpen ??= isSurelyMainThread() || process.getBuiltinModule('node:worker_threads').isMainThread;
  hasOwnProc ??= isOwnProc();
  return mayOpen && hasOwnProc;
}

let mayOpen: boolean | undefined;
let hasOwnProc: boolean | undefined;
/** Whether what the shell makes has been looked at. */
let areKnownAsPipes = false;

/** Tells that this thread closes nothing at its end. */
export function allowPipes(): void {
  mayOpen = true;
}

/** Other threads must not change the directory. Node's module of threads would tell as well, and takes 1 ms to load. */
function isSurelyMainThread(): boolean {
  try {
    process.chdir(undefined as unknown as string);
    return false;
  } catch (error) {
    return property(error, 'code') === 'ERR_INVALID_ARG_TYPE';
  }
}

/** The descriptor, in the interpreter, of the socket beside the pipes. */
const BULK = 3;
/** Maximum size of one read, in bytes: the capacity of a pipe. */
const PORTION = 65_536;

/**
 * Node gives its children socket pairs. Pipes take 5 to 15 % off a call, hold a thousand short answers where a socket holds
 * three hundred, and can be opened by name (`/dev/stdin`). Where none can be made, it is left at what Node gives.
 */
export async function layGroundwork(): Promise<Groundwork> {
  const isPossible = process.platform === 'linux' && isNode && canHavePipes();
  return (isPossible && (await withPipes(openPipes))) || SOCKETS;
}

const SOCKETS: Groundwork = {
  stdio: 'pipe',
  connect({ stdin, stdout }) {
    const [input, output] = [stdin, stdout] as [Writable, Readable];
    const listen: Ways['listen'] = (take, takeFirst) => {
      output.on('data', (chunk: Buffer) => {
        const start = takeFirst(chunk, chunk.length);
        if (start < chunk.length) take(chunk.subarray(start));
      });
    };
    return {
      input,
      output,
      bulk: undefined,
      listen,
      writeNow: () => undefined,
    };
  },
  abandon() {},
};

/** Whether `/proc` speaks of the processes that this one sees: in a container, it may be another one's. */
function isOwnProc(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid);
  } catch {
    return false;
  }
}

/** Opens both ends of two pipes. Ours are there first and wait for nothing, and so theirs need not wait either. */
function openPipes([inputName = '', outputName = '']: readonly string[]): Groundwork | undefined {
  const opened: number[] = [];
  const open = (name: string, flags: number): number => {
    const fd = openSync(name, flags);
    opened.push(fd);
    return fd;
  };
  const abandon = (): void => opened.forEach(closeSync);
  const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;
  try {
    const input = open(inputName, O_WRONLY | O_NONBLOCK);
    const stdin = open(inputName, O_RDONLY);
    const output = open(outputName, O_RDONLY | O_NONBLOCK);
    const stdout = open(outputName, O_WRONLY);
    areKnownAsPipes ||= opened.every((fd) => fstatSync(fd).isFIFO());
    if (!areKnownAsPipes) throw new Error('this shell makes files');
    const connect = (child: ChildProcess): Ways => {
      [stdin, stdout].forEach(closeSync);
      return new Pipes(input, output, bulkOf(child));
    };
    return { stdio: [stdin, stdout, 'pipe', 'pipe'], connect, abandon };
  } catch {
    abandon();
    return undefined;
  }
}

function bulkOf({ pid, stdio }: ChildProcess): Bulk | undefined {
  try {
    const inode = Number(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${BULK}`))?.[1]);
    if (inode) return { stream: stdio[BULK] as Socket, fd: BULK, inode, readMore: readerOf(stdio[BULK] as Socket) };
  } catch {
    // It has become another user's, or one that must not be looked into.
  }
  (stdio[BULK] as Socket).destroy();
  return undefined;
}

/** Reads what a socket has, past its stream, if Node tells its descriptor. */
function readerOf(socket: Socket): Bulk['readMore'] {
  return (room) => {
    const fd = property(property(socket, '_handle'), 'fd');
    if (typeof fd !== 'number' || fd < 0) return 0;
    try {
      return readSync(fd, room, 0, room.length, null);
    } catch {
      return 0; // there is no more yet; of any other reason, the stream hears as well
    }
  };
}

/** Characters of a text that a pipe takes as a whole or not at all: they have three bytes at most, and PIPE_BUF is 4096. */
const SHORT = 1365;
/** A buffer to encode longer texts in. The pipe may take a part of it, which could not be told apart in a text. */
let scratch = Buffer.alloc(0);

/** Our ends of two pipes. */
class Pipes implements Ways {
  readonly input: Socket;
  readonly output: Socket;
  readonly bulk: Bulk | undefined;
  readonly #inputFd: number;
  #take: (chunk: Buffer) => void = () => {};
  #takeFirst: (memory: Buffer, end: number) => number = () => 0;

  constructor(input: number, output: number, bulk: Bulk | undefined) {
    this.bulk = bulk;
    this.#inputFd = input;
    this.input = new Socket({ fd: input, readable: false, writable: true });
    // One buffer serves all reads: to allocate one for each takes longer than to copy what was read.
    const buffer = Buffer.allocUnsafeSlow(PORTION);
    const callback = (size: number): boolean => {
      const start = this.#takeFirst(buffer, size);
      if (start < size) this.#take(Buffer.from(buffer.subarray(start, size)));
      return true;
    };
    const options = { fd: output, readable: true, writable: false, onread: { buffer, callback } };
    this.output = new Socket(options);
    this.output.pause();
  }

  listen(take: (chunk: Buffer) => void, takeFirst: (memory: Buffer, end: number) => number): void {
    this.#take = take;
    this.#takeFirst = takeFirst;
    this.output.resume();
  }

  writeNow(piece: string | Buffer): string | Buffer | undefined {
    if (!this.input.writable) return undefined;
    try {
      if (typeof piece !== 'string') return piece.subarray(writeSync(this.#inputFd, piece));
      if (piece.length > SHORT) return this.#writeBytesOf(piece);
      writeSync(this.#inputFd, piece);
      return '';
    } catch (error) {
      // It is full. If its reader has gone, the stream notices that as well.
      return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? piece : undefined;
    }
  }

  #writeBytesOf(text: string): Buffer {
    if (scratch.length < 3 * text.length) scratch = Buffer.allocUnsafeSlow(3 * text.length);
    const length = scratch.write(text);
    return Buffer.from(scratch.subarray(writeSync(this.#inputFd, scratch, 0, length), length));
  }
}
