import { statSync } from 'node:fs';
import { TOO_MANY_OPEN } from '../common/descriptors.js';
import { BondException } from '../common/errors.js';
import { textOf } from '../common/thrown.js';
import { queryDriver } from '../drivers/driver.js';
import type { StartCommand } from './command.js';
import { Interpreter, type SpawnedChild } from './interpreter.js';
import { type Surroundings, start } from './spawn.js';
import { layGroundwork } from './stdio-pipes.js';

/** Starts the first of `commands` that exists; if none does, the error names every one that was tried. */
export async function startInterpreter(
  lang: string,
  commands: readonly StartCommand[],
  { cwd, env }: Surroundings,
): Promise<Interpreter> {
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
    throw new BondException(lang, `the working directory ${cwd} does not exist, or is no directory (option cwd)`, {
      code: 'BOND_SETUP',
    });
  }
  const failures: string[] = [];
  let cause: unknown;
  let areMissing = true;
  for (const command of commands) {
    try {
      return await startCommand(command, { cwd, env: environmentOf(command, env) });
    } catch (error) {
      cause = error;
      failures.push(`${command.shown} (${reason(error as NodeJS.ErrnoException)})`);
      areMissing &&= (error as NodeJS.ErrnoException).code === 'ENOENT';
    }
  }
  const isInstalled = !areMissing || commands.some(({ isOfUser }) => isOfUser);
  throw new BondException(lang, `cannot start its interpreter; tried: ${failures.join(', ')}`, {
    code: 'BOND_SETUP',
    hint: isInstalled ? undefined : `to install it: ${queryDriver(lang).install}`,
    cause,
  });
}

/** In Electron, `process.execPath` is the application, which is a Node if it is told so. */
function environmentOf({ line: [program] }: StartCommand, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isElectron = program === process.execPath && process.versions.electron !== undefined;
  return isElectron ? { ...env, ELECTRON_RUN_AS_NODE: '1' } : env;
}

async function startCommand(command: StartCommand, surroundings: Surroundings): Promise<Interpreter> {
  const groundwork = await layGroundwork();
  try {
    const child = await start(command, surroundings, groundwork.stdio);
    return new Interpreter(command, child as SpawnedChild, groundwork.connect(child));
  } catch (error) {
    groundwork.abandon();
    throw error;
  }
}

/** Why a process cannot be started, by what Node calls it, and what can be done about it. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'not found'],
  ['EACCES', 'not executable'],
  ['EMFILE', TOO_MANY_OPEN],
  ['ENFILE', 'too many open files on this machine'],
  ['EAGAIN', 'too many processes: end some, or raise the limit (ulimit -u)'],
  ['ENOMEM', 'not enough memory'],
  ['ERR_ACCESS_DENIED', "Node's permission model forbids it: start Node with --allow-child-process"],
]);

function reason(error: NodeJS.ErrnoException): string {
  return (error.code && REASONS.get(error.code)) || textOf(error);
}
