import { fill, type Words } from './words.js';

/** Writes the code of the checks in one language, from the templates among its words. */
export class Code {
  readonly #words: Words;

  constructor(words: Words) {
    this.#words = words;
  }

  /** A call of a function, whose arguments are code. */
  call(name: string, ...args: readonly string[]): string {
    const { call = 'NAME(ARGUMENTS)', separator = ', ' } = this.#words;
    return fill(call, { NAME: name, ARGUMENTS: args.join(separator) });
  }

  /** A block that calls a function. */
  block(name: string, ...args: readonly string[]): string {
    const { callBlock, separator = ', ' } = this.#words;
    if (callBlock === undefined) return this.call(name, ...args);
    return fill(callBlock, { NAME: name, ARGUMENTS: args.join(separator) });
  }

  /** An expression whose value is an integer, as such. */
  int(value: string): string {
    return fill(this.#words.typed ?? 'VALUE', { TYPE: 'int', VALUE: value });
  }

  /** The sum of two numbers. */
  sum(a: string, b: string): string {
    return fill(this.#words.sum ?? 'A + B', { A: a, B: b });
  }

  /** A text: letters, spaces, and what stands for itself inside of quotes. */
  text(text: string): string {
    return fill(this.#words.text ?? "'TEXT'", { TEXT: text });
  }

  /** A block that sets a global variable to the value of an expression. */
  set(value: string): string {
    return fill(this.#words.set, { VALUE: value });
  }
}
