import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { Promise, setImmediate, within } from '../common/globals.js';

/** How long a program that stands between may take to end what it has started elsewhere, in s, before it is ended by force. */
export const GRACE = 5;

/**
 * A shell that stays while this process is there, one for all interpreters. When this process is gone, however it went, it
 * reads the end of its input, and ends those that are left: an interpreter that is busy would not look. It asks before
 * it uses force: `srun` ends its job then, and would leave it behind otherwise.
 *
 * It also makes pipes, which Node cannot: a shell makes one for each here-document, and what is open in another process
 * can be opened once more in `/proc`. The newlines that they were made with, it takes out.
 */
const SCRIPT = `
trap '' HUP INT TERM
targets=' '
while read -r word target; do
  case $word in
    watch) targets="$targets$target " ;;
    leave) targets="\${targets%% $target *} \${targets#* $target }" ;;
    pipes) exec 5<<\\. 6<<\\.

.

.
      read -r word <&5; read -r word <&6; echo ;;
  esac
done
set -- $targets
[ $# = 0 ] || kill -s TERM -- "$@"
for second in ${[...Array(GRACE).keys()].join(' ')}; do
  for target; do shift; kill -s 0 -- "$target" && set -- "$@" "$target"; done
  [ $# -gt 0 ] || exit
  command -p sleep 1
done
kill -s KILL -- "$@"
`;
const MADE = [5, 6];
/** How long it may take to make them, in ms. A machine on which it takes longer has no need of them. */
const PATIENCE = 5000;

/** Processes, and groups of processes as negative numbers. */
const targets = new Set<number>();
let watchdog: Watchdog | undefined;

/** Has a process end with this one, or a whole group if its number is negative; not on Windows. */
export function watchOver(target: number): void {
  theWatchdog().tell(`watch ${target}`);
  targets.add(target);
}

/** Stops watching a process that has exited. */
export function leaveAlone(target: number): void {
  targets.delete(target);
  watchdog?.tell(`leave ${target}`);
}

/** A shell that ends when it is asked for pipes cannot make any: bash before 5.1, where it may write no files. */
let makesPipes = true;
let turn: Promise<unknown> = Promise.resolve();

/** Lets `open` open the ends of two new pipes by their names. They are there while it runs, if they are pipes at all. */
export function withPipes<T>(open: (names: readonly string[]) => T): Promise<T | undefined> {
  const opened = turn.then(() => (makesPipes ? theWatchdog().offerPipes(open) : undefined));
  turn = opened.catch(() => {});
  return opened;
}

/** Starts the shell, unless it is there: what it is needed for comes soon. */
export function callWatchdog(): void {
  theWatchdog();
}

function theWatchdog(): Watchdog {
  watchdog ??= new Watchdog();
  return watchdog;
}

class Watchdog {
  readonly #child = spawn('/bin/sh', ['-c', SCRIPT], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'ignore'],
    // What a terminal sends to all that run on it is not for this one.
    detached: true,
  });
  /** Where this process has no descriptors left, there are no streams. */
  readonly #input = this.#child.stdin as Socket | undefined;
  readonly #output = this.#child.stdout as Socket | undefined;
  /** Takes the answer, while it is asked for pipes. */
  #answer: ((areMade: boolean) => void) | undefined;
  /** The next pipes, which are made when those before have been opened, so that nobody has to wait for them. */
  #next: Promise<boolean> | undefined;
  #areMade = false;

  constructor() {
    // If no shell can be started, there is no watchdog.
    this.#child.on('error', () => this.#replace(false)).once('close', (code) => this.#end(code));
    this.#input?.on('error', () => {});
    this.#output?.on('data', () => this.#tellAsker(true));
    for (const part of [this.#child, this.#input, this.#output] as { unref?(): void }[]) part?.unref?.(); // Bun's streams lack it
    for (const target of targets) this.tell(`watch ${target}`);
  }

  tell(line: string): void {
    this.#input?.write(`${line}\n`);
  }

  async offerPipes<T>(open: (names: readonly string[]) => T): Promise<T | undefined> {
    if (!this.#areMade && !(await this.#waitForPipes())) return undefined;
    this.#next = undefined;
    this.#areMade = false;
    try {
      return open(MADE.map((fd) => `/proc/${this.#child.pid}/fd/${fd}`));
    } finally {
      setImmediate(() => this.#askForPipes()); // when the interpreter has been started
    }
  }

  async #waitForPipes(): Promise<boolean> {
    this.#output?.ref();
    const areMade = await within(this.#askForPipes(), PATIENCE, () => this.#giveUp());
    this.#output?.unref();
    return areMade;
  }

  /** Has pipes made in the place of those before, unless it has been asked for them. */
  #askForPipes(): Promise<boolean> {
    this.#next ??= new Promise((resolve) => {
      this.tell('pipes');
      this.#answer = resolve;
    });
    return this.#next;
  }

  #tellAsker(areMade: boolean): void {
    this.#areMade = areMade;
    this.#answer?.(areMade);
    this.#answer = undefined;
  }

  /** What it would answer later might be taken for the next answer. */
  #giveUp(): boolean {
    this.#child.kill('SIGKILL');
    return false;
  }

  /** It has been killed, or has ended with an exit code; one below zero is of a shell that has never been. */
  #end(code: number | null): void {
    const wasAsked = this.#answer !== undefined;
    if (code !== null && code >= 0 && wasAsked) makesPipes = false;
    this.#replace(code === null || wasAsked);
  }

  #replace(isWorthIt: boolean): void {
    this.#tellAsker(false);
    if (watchdog === this) watchdog = isWorthIt && targets.size > 0 ? new Watchdog() : undefined;
  }
}
