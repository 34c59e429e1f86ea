import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { inspect } from 'node:util';
import type { Bond } from './bond.js';
import { BondException, TerminatedException } from './errors.js';

/** Settings of an interactive session. */
export interface InteractOptions {
  /**
   * Where lines are read from.
   * @default process.stdin
   */
  readonly input?: Readable;
  /**
   * Where prompts and values are written.
   * @default process.stdout
   */
  readonly output?: Writable;
}

/**
 * Starts an interactive session with a bond. A line is run as a block of code; one that begins with `!` is evaluated,
 * and its value printed. A trailing `\` continues on the next line. Ctrl-C drops an unfinished block, or stops the code
 * that runs; Ctrl-D leaves. Resolves when the user leaves, or the interpreter is gone.
 */
export async function interact(bond: Bond, options: InteractOptions = {}): Promise<void> {
  const { input = process.stdin, output = process.stdout } = options;
  const isTerminal = (output as { isTTY?: boolean }).isTTY === true;
  const lines = createInterface({ input, output, terminal: isTerminal, prompt: isTerminal ? `${bond.lang}> ` : '' });
  const block = new Block();
  lines.on('SIGINT', () => void interruptOrClear(bond, block, lines));
  void bond.closed.then(() => lines.close());
  lines.prompt();
  for await (const line of lines) {
    const code = block.add(line);
    if (code !== undefined) await runLine(bond, code, output);
    lines.setPrompt(block.isOpen && isTerminal ? '... ' : isTerminal ? `${bond.lang}> ` : '');
    lines.prompt();
  }
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

async function interruptOrClear(bond: Bond, block: Block, lines: Interface): Promise<void> {
  block.clear();
  try {
    await bond.interrupt();
  } catch {
    // Nothing can be stopped there: the line is dropped all the same.
  }
  lines.setPrompt(`${bond.lang}> `);
  lines.write('\n');
}

async function runLine(bond: Bond, code: string, output: Writable): Promise<void> {
  try {
    if (!code.startsWith('!')) return await bond.evalBlock(code);
    output.write(`${inspect(await bond.eval(code.slice(1)), { depth: null, maxArrayLength: null })}\n`);
  } catch (error) {
    if (!(error instanceof BondException) || error instanceof TerminatedException) throw error;
    output.write(`${error.message}\n`);
  }
}
