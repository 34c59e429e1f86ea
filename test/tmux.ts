// A terminal with nobody in front of it: keys are sent, and the screen is looked at.

import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { HANG, temporaryDirectory } from './bonds.js';
import { onTestFinished } from './finish.js';

export const hasTmux = !spawnSync('tmux', ['-V']).error;

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A terminal in which a command runs; when that is over, it says `left with` its exit code. */
export class Terminal {
  readonly #socket: string;

  constructor(command: readonly string[], env: NodeJS.ProcessEnv, { columns, rows }: TerminalSize) {
    this.#socket = join(temporaryDirectory(), 'tmux');
    const { TMUX: _, ...outside } = process.env;
    const size = ['-x', String(columns), '-y', String(rows)];
    const script = 'trap : INT; "$@"; echo "left with $?"; exec sleep 1000';
    execFileSync(
      'tmux',
      ['-u', '-S', this.#socket, '-f', '/dev/null', 'new-session', '-d', ...size, 'sh', '-c', script, 'sh', ...command],
      { env: { ...outside, LANG: 'C.UTF-8', ...env } },
    );
    onTestFinished(() => void spawnSync('tmux', ['-S', this.#socket, 'kill-server']));
  }

  /** Types a text as it is. */
  type(text: string): void {
    // A semicolon at the end would be taken for one of tmux's own.
    this.#tmux('send-keys', '-l', '--', text.replace(/;$/, '\\;'));
  }

  /** Presses keys, by the names that tmux has for them. */
  press(...keys: readonly string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  enter(line: string): void {
    this.type(line);
    this.press('Enter');
  }

  /** What is to be seen from the first prompt on. */
  screen(): string {
    const lines = this.#tmux('capture-pane', '-p').trimEnd().split('\n');
    const start = lines.findIndex((line) => /^\w+>/.test(line));
    return lines
      .slice(Math.max(start, 0))
      .map((line) => line.trimEnd())
      .join('\n');
  }

  /** The same with the codes of its colours. */
  colors(): string {
    return this.#tmux('capture-pane', '-p', '-e');
  }

  /** Waits until this, and nothing else, is to be seen. */
  async shows(...lines: readonly string[]): Promise<void> {
    await this.#until((screen) => screen === lines.join('\n'));
    expect(this.screen()).toBe(lines.join('\n'));
  }

  /** Waits until the last lines are these. */
  async endsWith(...lines: readonly string[]): Promise<void> {
    const end = `\n${lines.join('\n')}`;
    await this.#until((screen) => `\n${screen}`.endsWith(end));
    expect(`\n${this.screen()}`.slice(-end.length)).toBe(end);
  }

  async matches(pattern: RegExp): Promise<void> {
    await this.#until((screen) => pattern.test(screen));
    expect(this.screen()).toMatch(pattern);
  }

  /** Waits until the terminal itself looks at the keys, and a Ctrl-C is a signal. */
  async isCooked(): Promise<void> {
    const tty = this.#tmux('display-message', '-p', '#{pane_tty}').trim();
    const isCooked = () => /(?<!-)isig/.test(execFileSync('stty', ['-a', '-F', tty], { encoding: 'utf8' }));
    await vi.waitUntil(isCooked, { timeout: HANG, interval: 25 });
  }

  async #until(isThere: (screen: string) => boolean): Promise<void> {
    await vi.waitUntil(() => isThere(this.screen()), { timeout: HANG, interval: 25 }).catch(() => {});
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-u', '-S', this.#socket, ...args], { encoding: 'utf8' });
  }
}
