import type { ChildProcess } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, readlinkSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

/** The two ways between the host and an interpreter that carry the conversation. */
export interface Ways {
  readonly input: Writable;
  readonly output: Readable;
  /** Starts handing over what the interpreter writes. A chunk is the taker's to keep. */
  listen(take: (chunk: Buffer) => void): void;
  /** A second way from the interpreter, for long messages: a pipe takes only 4096 bytes as a whole. */
  readonly bulk: Bulk | undefined;
  /** Writes a text right now; tells whether that could be done. It does so only with what is short, and as a whole. */
  writeNow(text: string): boolean;
}

/** A socket to the host that is open in the interpreter, if nothing stands between. */
export interface Bulk {
  readonly stream: Readable;
  /** The interpreter's descriptor of it. */
  readonly fd: number;
  /** What tells it from another one that may be open there under that number. */
  readonly inode: number;
}

type Piped = ChildProcess & { readonly pid: number; readonly stdin: Writable; readonly stdout: Readable };

/** Whether children are started with {@link MAKE_PIPES}: not every shell makes pipes then, which is looked at later. */
const CAN_HAVE_PIPES = process.platform === 'linux' && isOwnProc();

/**
 * Node gives its children socket pairs. Pipes take 5 to 15 % off a call, hold a thousand short answers where a socket holds
 * three hundred, and can be opened by name (`/dev/stdin`). Node cannot make any; but a shell makes one for each
 * here-document, and what is open in another process can be opened once more in `/proc`.
 *
 * This is what the shell does before it becomes the interpreter. It takes out the newlines that its pipes were made with, says
 * that they are there, hears whether the host has opened them, and puts them in the place of its own standard streams.
 */
export const MAKE_PIPES = !CAN_HAVE_PIPES
  ? ''
  : `exec 5<<. 6<<. 7>/proc/self/fd/6

.

.
read __BOND_way <&5; read __BOND_way <&6; echo; read __BOND_way <&3
[ "$__BOND_way" != pipes ] || exec 4>&1 <&5 >&7
exec 5<&- 6<&- 7<&-; unset __BOND_way
`;
const [INPUT, OUTPUT] = [5, 6];
/** What had been the shell's standard output is the interpreter's descriptor of this number. */
const BULK = 4;

/** How much is read at once. It is all that a pipe holds. */
const PORTION = 65_536;

/** Makes pipes of what leads to a child whose shell offers them, or leaves it at what Node has made. */
export async function openWays(child: Piped, agree: (word: string) => void): Promise<Ways> {
  if (CAN_HAVE_PIPES) {
    await new Promise((resolve) => child.stdout.once('readable', resolve).once('close', resolve));
    child.stdout.read();
    const pipes = openPipes(child.pid);
    const inode = pipes && inodeOf(`/proc/${child.pid}/fd/1`);
    agree(pipes ? 'pipes' : 'sockets');
    if (pipes) {
      child.stdin.destroy();
      return new Pipes(...pipes, inode ? { stream: child.stdout, fd: BULK, inode } : undefined);
    }
  }
  const { stdin: input, stdout: output } = child;
  return { input, output, bulk: undefined, listen: (take) => void output.on('data', take), writeNow: () => false };
}

/** Whether `/proc` speaks of the processes that this one sees: in a container, it may be another one's. */
function isOwnProc(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid);
  } catch {
    return false;
  }
}

function openPipes(pid: number): [input: number, output: number] | undefined {
  const opened: number[] = [];
  try {
    opened.push(openSync(`/proc/${pid}/fd/${INPUT}`, constants.O_WRONLY | constants.O_NONBLOCK));
    opened.push(openSync(`/proc/${pid}/fd/${OUTPUT}`, constants.O_RDONLY | constants.O_NONBLOCK));
    if (opened.every((fd) => fstatSync(fd).isFIFO())) return opened as [number, number];
  } catch {
    // It has none, or is gone.
  }
  opened.forEach(closeSync);
  return undefined;
}

function inodeOf(socket: string): number | undefined {
  try {
    return Number(/^socket:\[(\d+)\]$/.exec(readlinkSync(socket))?.[1]);
  } catch {
    return undefined;
  }
}

/** Characters of a text that a pipe takes as a whole or not at all: they have three bytes at most, and PIPE_BUF is 4096. */
const SHORT = 1365;

/** Our ends of two pipes. */
class Pipes implements Ways {
  readonly input: Socket;
  readonly output: Socket;
  readonly bulk: Bulk | undefined;
  readonly #inputFd: number;
  #take: (chunk: Buffer) => void = () => {};

  constructor(input: number, output: number, bulk: Bulk | undefined) {
    this.bulk = bulk;
    this.#inputFd = input;
    this.input = new Socket({ fd: input, readable: false, writable: true });
    // One buffer serves all reads: to allocate one for each takes longer than to copy what was read.
    const buffer = Buffer.allocUnsafeSlow(PORTION);
    const callback = (size: number): boolean => {
      this.#take(Buffer.from(buffer.subarray(0, size)));
      return true;
    };
    const options = { fd: output, readable: true, writable: false, onread: { buffer, callback } };
    this.output = new Socket(options);
    this.output.pause();
  }

  listen(take: (chunk: Buffer) => void): void {
    this.#take = take;
    this.output.resume();
  }
  writeNow(text: string): boolean {
    if (text.length > SHORT || this.input.writableLength > 0 || !this.input.writable) return false;
    try {
      writeSync(this.#inputFd, text);
      return true;
    } catch {
      return false; // It is full, or nobody reads it any more, which the stream finds out as well.
    }
  }
}
