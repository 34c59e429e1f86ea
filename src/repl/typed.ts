import { howEnded, RemoteException, TerminatedException } from '../common/errors.js';
import { Promise } from '../common/globals.js';
import { findDriverFile } from '../drivers/driver.js';
import type { Answerer } from './repl-target.js';
import { drawTable } from './table.js';
import { styled } from './terminal.js';

/** What is shown of a value, in characters and in rows. */
const MOST_TEXT = 4000;
const MOST_ROWS = 50;

/** How the language shows a value: see docs/decisions/terminal-sessions.md. */
type Shown =
  | readonly [kind: 'text', text: string, left: number]
  | readonly [kind: 'table', columns: readonly string[], rows: readonly (readonly string[])[], left: number];

/** Where values are shown. */
export interface Paper {
  readonly isColored: boolean;
  /** The room for a text, and for a table, in characters. */
  readonly width: () => number;
  readonly tableWidth: () => number;
}

/**
 * Runs what is typed as the language's own sessions do: by functions that `drivers/<language>/session.*` defines there. A language
 * that has no such file runs blocks, and shows nothing.
 */
export class Typed {
  readonly #bond: Answerer;
  readonly #paper: Paper;
  #introduction: Promise<boolean> | undefined;

  constructor(bond: Answerer, paper: Paper) {
    this.#bond = bond;
    this.#paper = paper;
  }

  /** Whether the language shows values, once it has been told how. */
  introduce(): Promise<boolean> {
    this.#introduction ??= this.#introduce();
    return this.#introduction;
  }

  /** Runs a block; resolves to what there is to show. */
  async run(code: string): Promise<string | undefined> {
    if (!(await this.introduce())) {
      await this.#bond.evalBlock(code);
      return undefined;
    }
    try {
      return await this.#run(code);
    } catch (error) {
      if (!(error instanceof TerminatedException)) throw error;
      // Its message names the functions by which sessions work: a user who has typed `exit` knows none of them.
      throw new TerminatedException(this.#bond.lang, `the interpreter ${howEnded(error, false)}`, error);
    }
  }

  async #run(code: string): Promise<string | undefined> {
    const block = await this.#call('_BOND_run', code);
    if (typeof block === 'string') await this.#bond.evalBlock(block);
    const { width, isColored } = this.#paper;
    const shown = (await this.#call('_BOND_show', width(), MOST_TEXT, MOST_ROWS, isColored)) as Shown | null;
    return shown ? this.#draw(shown) : undefined;
  }

  async #introduce(): Promise<boolean> {
    const [interactive, session] = await Promise.all(
      ['interactive', 'session'].map((part) => findDriverFile(this.#bond.lang, part)),
    );
    if (interactive !== undefined) await this.#bond.evalBlock(interactive);
    if (session === undefined) return false;
    await this.#bond.evalBlock(session);
    return true;
  }

  /** Calls one of the functions, which code of the user's may have done away with. */
  async #call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    try {
      return await this.#bond.call(name, ...args);
    } catch (error) {
      if (!(error instanceof RemoteException) || !error.remoteMessage.includes(name)) throw error;
      await this.#introduce();
      return this.#bond.call(name, ...args);
    }
  }

  #draw(shown: Shown): string {
    const { isColored, tableWidth } = this.#paper;
    if (shown[0] === 'text') {
      const [, text, left] = shown;
      return left > 0 ? `${text}\n${this.#remark(`… ${counted(left, 'more character')}`)}` : text;
    }
    const [, columns, rows, left] = shown;
    const { lines, columnsLeft } = drawTable(columns, rows, tableWidth());
    const [headings = '', ...others] = lines;
    const leftOut = [
      left > 0 ? counted(left, 'more row') : '',
      columnsLeft > 0 ? counted(columnsLeft, 'more column') : '',
    ];
    const remark = leftOut.filter(Boolean).join(', ');
    return [styled('bold', headings, isColored), ...others, ...(remark ? [this.#remark(`… ${remark}`)] : [])].join(
      '\n',
    );
  }

  #remark(text: string): string {
    return styled('dim', text, this.#paper.isColored);
  }
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
