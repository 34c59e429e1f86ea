// Programs that run one after the other in a few processes: a start of Node, and the first use of the package in it, take more
// processor time than most programs.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fixture } from './bonds.js';

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

interface Runner {
  readonly process: ChildProcess;
  readonly ended: Promise<never>;
  /** Settles when it is free. */
  free: Promise<unknown>;
}

/** So many keep two processors busy. */
const COUNT = 3;

/** Processes for programs that change nothing for others in the same process; they start when they are needed. */
export class SharedProcesses {
  readonly #runners: Runner[] = [];
  readonly #count: number;
  #turn = 0;

  constructor(count = COUNT) {
    this.#count = count;
  }

  /**
   * Runs a program, with arguments, in one of them, by turns, once that is free. The first in each says which folder and
   * environment it has.
   */
  run(program: readonly [path: string, ...args: string[]], cwd: string, env = process.env): Promise<Printed> {
    const index = this.#turn++ % this.#count;
    this.#runners[index] ??= start(cwd, env);
    const runner = this.#runners[index];
    const printed = runner.free.then(() => printedBy(runner, program));
    runner.free = printed.catch(() => {});
    return printed;
  }

  end(): void {
    for (const { process } of this.#runners) process.kill('SIGKILL');
  }
}

function start(cwd: string, env: NodeJS.ProcessEnv): Runner {
  const process = fork(fixture('programs.js'), { cwd, env });
  const ended = once(process, 'exit').then(([code, signal]) => Promise.reject(new Error(`ended: ${code ?? signal}`)));
  ended.catch(() => {});
  return { process, ended, free: Promise.resolve() };
}

async function printedBy({ process, ended }: Runner, program: readonly string[]): Promise<Printed> {
  process.send(program);
  const [printed] = await Promise.race([once(process, 'message'), ended]);
  return printed as Printed;
}
