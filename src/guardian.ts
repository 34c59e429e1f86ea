import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

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
    opened) exec 5<&- 6<&- ;;
    pipes) exec 5<<. 6<<.

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

/** Processes, and groups of processes as negative numbers. */
const targets = new Set<number>();
let guardian: Guardian | undefined;

/** Has a process end with this one, or a whole group if its number is negative; not on Windows. */
export function watchOver(target: number): void {
  theGuardian().tell(`watch ${target}`);
  targets.add(target);
}

/** What has ended is nobody's business any more. */
export function leaveAlone(target: number): void {
  targets.delete(target);
  guardian?.tell(`leave ${target}`);
}

let turn: Promise<unknown> = Promise.resolve();

/** Lets `open` open the ends of two new pipes by their names. They are there while it runs, if they are pipes at all. */
export function withPipes<T>(open: (names: readonly string[]) => T): Promise<T | undefined> {
  const opened = turn.then(() => theGuardian().offerPipes(open));
  turn = opened.catch(() => {});
  return opened;
}

function theGuardian(): Guardian {
  guardian ??= new Guardian();
  return guardian;
}

class Guardian {
  readonly #child = spawn('/bin/sh', ['-c', SCRIPT], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'ignore'],
    // What a terminal sends to all that run on it is not for this one.
    detached: true,
  }) as ChildProcess & { readonly stdin: Socket; readonly stdout: Socket };
  #answer: (areThere: boolean) => void = () => {};

  constructor() {
    const { stdin, stdout } = this.#child;
    // Where there is no shell, nobody watches.
    this.#child.on('error', () => {}).once('close', (_, signal) => this.#replace(signal !== null));
    stdin.on('error', () => {});
    stdout.on('data', () => this.#answer(true));
    for (const part of [this.#child, stdin, stdout]) part.unref();
    for (const target of targets) this.tell(`watch ${target}`);
  }

  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  async offerPipes<T>(open: (names: readonly string[]) => T): Promise<T | undefined> {
    const { stdout, pid } = this.#child;
    const answer = new Promise<boolean>((resolve) => {
      this.#answer = resolve;
    });
    this.tell('pipes');
    stdout.ref();
    const areThere = await answer;
    stdout.unref();
    try {
      return areThere ? open(MADE.map((fd) => `/proc/${pid}/fd/${fd}`)) : undefined;
    } finally {
      this.tell('opened');
    }
  }

  #replace(wasKilled: boolean): void {
    guardian = wasKilled && targets.size > 0 ? new Guardian() : undefined;
    this.#answer(false);
  }
}
