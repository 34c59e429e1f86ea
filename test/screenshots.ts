// Records sessions at a real terminal, and draws what is to be seen then: `npm run screenshots` writes docs/pictures.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ROOT } from './compiler.js';
import { draw } from './screen.js';

const [COLUMNS, ROWS] = [74, 32];
const PROMPT = '$ ';
const PATIENCE = 20_000;

/** What is typed, and the end of the screen that is waited for before the next. A key is in angle brackets. */
type Step = readonly [typed: string, end: string];

const SESSION: readonly Step[] = [
  ['bond Python', 'Python> '],
  ['def half(n):', '... '],
  ['    return n / 2', '... '],
  ['', 'Python> '],
  ['[half(21), 2**64, half]', 'Python> '],
  ['[{"name": "Ada", "born": 1815}, {"name": "Grace", "born": 1906}]', 'Python> '],
  ['half("a word")', 'Python> '],
  ['while True: pass', '... '],
  ['', '...\n'],
  ['<C-c>', 'Python> '],
  ['.exit', PROMPT],
  [`bond -p 'array_sum([1, 2.5])' PHP`, PROMPT],
  [`echo '!map { $_ ** 2 } 1 .. 5' | bond Perl`, PROMPT],
];

/** A shell in a terminal that tmux keeps, with the command `bond` as it is built now. */
class Shell {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bond-screen-'));

  start(): void {
    const command = join(ROOT, 'dist/cli.js');
    chmodSync(command, 0o755);
    symlinkSync(command, join(this.#folder, 'bond'));
    const { TMUX: _, NO_COLOR: __, ...outside } = process.env;
    const env = { ...outside, PATH: `${this.#folder}:${outside.PATH}`, BOND_HISTORY: '', LANG: 'C.UTF-8' };
    const size = ['-x', String(COLUMNS), '-y', String(ROWS)];
    this.#tmux(['-f', '/dev/null', 'new-session', '-d', ...size, 'sh'], env);
  }

  async do(typed: string, end: string): Promise<void> {
    const before = this.#text();
    const key = /^<(.*)>$/.exec(typed)?.[1];
    if (key === undefined) this.#tmux(['send-keys', '-l', '--', typed]);
    this.#tmux(['send-keys', key ?? 'Enter']);
    const deadline = performance.now() + PATIENCE;
    while (this.#text() === before || !this.#text().endsWith(end)) {
      if (performance.now() > deadline) throw new Error(`after ${typed} there is no ${end}, but:\n${this.#text()}`);
      await setTimeout(25);
    }
  }

  /** What is to be seen, with the codes of its colours. */
  screen(): string {
    return this.#tmux(['capture-pane', '-p', '-e']);
  }

  end(): void {
    this.#tmux(['kill-server']);
    rmSync(this.#folder, { recursive: true });
  }

  /** Up to the cursor. */
  #text(): string {
    const [x, y] = this.#tmux(['display-message', '-p', '#{cursor_x} #{cursor_y}']).trim().split(' ').map(Number);
    const lines = this.#tmux(['capture-pane', '-p'])
      .split('\n')
      .slice(0, (y as number) + 1);
    return [...lines.slice(0, -1), (lines.at(-1) as string).padEnd(x as number)].join('\n');
  }

  #tmux(args: readonly string[], env = process.env): string {
    return execFileSync('tmux', ['-u', '-S', join(this.#folder, 'tmux'), ...args], { encoding: 'utf8', env });
  }
}

const shell = new Shell();
shell.start();
try {
  await shell.do(`PS1='${PROMPT}'; clear`, PROMPT);
  for (const [typed, end] of SESSION) await shell.do(typed, end);
  const picture = draw(shell.screen(), { columns: COLUMNS, title: 'A session with the command bond' });
  writeFileSync(join(ROOT, 'docs/pictures/session.svg'), picture);
} finally {
  shell.end();
}
