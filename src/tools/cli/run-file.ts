import { createWriteStream, openSync, readFileSync } from 'node:fs';
import type { Bond } from '../../bond/bond.js';
import { makeBond } from '../../bond/make-bond.js';
import { TerminatedException } from '../../common/errors.js';
import { textOf } from '../../common/thrown.js';
import { driverFile } from '../../drivers/driver.js';
import type { Presentation } from '../../repl/format.js';
import { EXIT, exitCodeOf, UsageError } from './exit-codes.js';
import type { RunOrder } from './orders.js';

/** Runs a file; resolves to the exit code that the interpreter ends with, or to that of its failure. */
export async function runFile(order: RunOrder, show: Presentation): Promise<number> {
  const text = readText(order);
  const complain = (error: unknown): void => void process.stderr.write(`${show.error(error)}\n`);
  let bond: Bond;
  try {
    const logfile = order.log === undefined ? undefined : logTo(order.log);
    bond = await makeBond(order.lang, order.cmd, { logfile, text: order.text, ...order.libraries });
  } catch (error) {
    complain(error);
    return EXIT.notStarted;
  }
  const interrupted = stopOnInterrupt(bond);
  const failure = await run(bond, order, text).catch((error: unknown) => error ?? new Error('it failed'));
  if (failure !== undefined && !isExit(failure)) complain(failure);
  await bond.close();
  if (interrupted()) return EXIT.interrupted;
  if (failure !== undefined && !isExit(failure)) return exitCodeOf(failure);
  return (await bond.closed).exitCode ?? EXIT.ended;
}

/** What is sent where the file may not be; the interpreter of this machine reads it itself. */
function readText({ file, cmd }: RunOrder): string | null {
  try {
    const text = readFileSync(file, 'utf8');
    return cmd === undefined ? null : text;
  } catch (error) {
    throw new UsageError(textOf(error));
  }
}

function logTo(path: string): NodeJS.WritableStream & ReturnType<typeof createWriteStream> {
  try {
    return createWriteStream(path, { fd: openSync(path, 'w') });
  } catch (error) {
    throw new UsageError(textOf(error));
  }
}

async function run(bond: Bond, { lang, file, args, timeout }: RunOrder, text: string | null): Promise<undefined> {
  const patient = bond.with({ timeout: timeout ?? Number.POSITIVE_INFINITY });
  await patient.evalBlock(await driverFile(lang, 'run'));
  const block = await patient.call('_BOND_run_file', file, text, args);
  if (typeof block === 'string') await patient.evalBlock(block);
  return undefined;
}

/** Whether the program has ended the interpreter itself. */
function isExit(failure: unknown): boolean {
  return failure instanceof TerminatedException && failure.exitCode !== null;
}

/** Has Ctrl-C stop the program, and the second one this process; returns whether there has been one. */
export function stopOnInterrupt(bond: Bond): () => boolean {
  let isInterrupted = false;
  process.on('SIGINT', () => {
    if (isInterrupted) process.exit(EXIT.interrupted);
    isInterrupted = true;
    bond.interrupt().catch(() => process.exit(EXIT.interrupted));
  });
  return () => isInterrupted;
}
