import { appendFileSync, chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

/** How many lines are remembered. The file may have twice as many before it is cut. */
export const MOST_LINES = 1000;

/**
 * Where the lines of sessions in a language are kept: in the folder that `BOND_HISTORY` names, nowhere if that is empty,
 * and in the folder for the state of programs otherwise.
 */
export function historyFile(lang: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { BOND_HISTORY, XDG_STATE_HOME } = env;
  if (BOND_HISTORY === '') return undefined;
  const state = XDG_STATE_HOME && isAbsolute(XDG_STATE_HOME) ? XDG_STATE_HOME : join(homedir(), '.local/state');
  return join(BOND_HISTORY ?? join(state, 'bond'), `${lang}.history`);
}

/** The lines that were typed, in this session and in those before it. Only their owner may read the file. */
export class History {
  readonly #path: string | undefined;
  /** The lines so far, the oldest first. */
  readonly lines: string[] = [];

  /** @throws what the file system throws, if there is a file and it cannot be read and written */
  constructor(path: string | undefined) {
    this.#path = path;
    if (path === undefined) return;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    appendFileSync(path, '', { mode: 0o600 });
    chmodSync(path, 0o600);
    this.lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    if (this.lines.length > 2 * MOST_LINES) this.#cut(path);
  }

  /** Saves a line immediately, so that sessions running side by side keep each other's lines. */
  add(line: string): void {
    if (line.trim() === '' || line === this.lines.at(-1)) return;
    this.lines.push(line);
    if (this.#path !== undefined) appendFileSync(this.#path, `${line}\n`, { mode: 0o600 });
  }

  #cut(path: string): void {
    this.lines.splice(0, this.lines.length - MOST_LINES);
    const whole = `${path}.${process.pid}`;
    writeFileSync(whole, `${this.lines.join('\n')}\n`, { mode: 0o600 });
    renameSync(whole, path);
  }
}
