import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { inspect } from 'node:util';
import { textOf } from './errors.js';

/** What an interactive session needs of a bond. */
export interface Interpretable {
  readonly lang: string;
  readonly closed: Promise<unknown>;
  eval(code: string): Promise<unknown>;
  evalBlock(code: string): Promise<void>;
  interrupt(): Promise<void>;
}

/** Settings of an interactive session. */
export interface InteractOptions {
  /**
   * Where lines are read from.
   * @default process.stdin
   */
  readonly input?: Readable | undefined;
  /**
   * Where prompts and values are written.
   * @default process.stdout
   */
  readonly output?: Writable | undefined;
}

/**
 * Starts an interactive session with a bond. A line is run as a block of code; one that begins with `!` is evaluated,
 * and its value printed. A trailing backslash continues on the next line. Ctrl-C drops an unfinished block, or stops the code
 * that runs; Ctrl-D leaves. Resolves when the user leaves, or the interpreter is gone.
 */
export async function interact(bond: Interpretable, options: InteractOptions = {}): Promise<void> {
  const { input = process.stdin, output = process.stdout } = options;
  const isTerminal = (output as { isTTY?: boolean }).isTTY === true;
  const lines = createInterface({ input, output, terminal: isTerminal });
  const block = new Block();
  const prompt = (): void => {
    lines.setPrompt(!isTerminal ? '' : block.isOpen ? '... ' : `${bond.lang}> `);
    lines.prompt();
  };
  let isRunning = false;
  lines.on('SIGINT', () => {
    if (isRunning) return void interrupt(bond, output);
    block.clear();
    clearLine(lines, output);
    prompt();
  });
  let isOver = false;
  void bond.closed.then(() => {
    isOver = true;
    lines.close();
  });
  prompt();
  for await (const line of lines) {
    const code = block.add(line);
    isRunning = true;
    if (code !== undefined) await runLine(bond, code, output);
    isRunning = false;
    if (isOver) return;
    prompt();
  }
  if (block.isOpen) await runLine(bond, block.add('') as string, output);
}

/** Lines that a trailing backslash holds together. */
class Block {
  #lines: string[] = [];

  get isOpen(): boolean {
    return this.#lines.length > 0;
  }

  /** The whole code, if `line` completes it. */
  add(line: string): string | undefined {
    if (line.endsWith('\\')) {
      this.#lines.push(line.slice(0, -1));
      return undefined;
    }
    const code = [...this.#lines, line].join('\n');
    this.clear();
    return code;
  }

  clear(): void {
    this.#lines = [];
  }
}

async function interrupt(bond: Interpretable, output: Writable): Promise<void> {
  try {
    await bond.interrupt();
  } catch (error) {
    output.write(`${textOf(error)}\n`);
  }
}

/** Drops what has been typed so far. */
function clearLine(lines: Interface, output: Writable): void {
  lines.write(null, { ctrl: true, name: 'e' });
  lines.write(null, { ctrl: true, name: 'u' });
  output.write('\n');
}

async function runLine(bond: Interpretable, code: string, output: Writable): Promise<void> {
  try {
    if (!code.startsWith('!')) return await bond.evalBlock(code);
    const value = await bond.eval(code.slice(1));
    output.write(`${inspect(value, { depth: null, maxArrayLength: null })}\n`);
  } catch (error) {
    output.write(`${textOf(error)}\n`);
  }
}
