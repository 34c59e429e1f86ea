import { createWriteStream, openSync, readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { Bond } from '../../bond/bond.js';
import { makeBond } from '../../bond/make-bond.js';
import { TerminatedException } from '../../common/errors.js';
import type { BondOptions, OutputTarget } from '../../common/options.js';
import { textOf } from '../../common/thrown.js';
import { Dialog } from '../../repl/dialog.js';
import { forPeople, forPrograms } from '../../repl/format.js';
import { historyFile } from '../../repl/history.js';
import { type Audience, Runner } from '../../repl/runner.js';
import type { SessionTools } from '../../repl/session-commands.js';
import { SessionMode } from '../../repl/session-mode.js';
import { hasColors, isTerminal, styled, widthOf } from '../../repl/terminal.js';
import { driverTools } from '../driver-tools.js';
import { writeTypes } from '../types/write-types.js';
import { EXIT, exitCodeOf, UsageError } from './exit-codes.js';
import type { SessionOrder, Step } from './orders.js';
import { stopOnInterrupt } from './run-file.js';

/** Runs what the command line gives, or else a session; resolves to the exit code. */
export async function runSession(order: SessionOrder): Promise<number> {
  const { fileOpening } = await driverTools(order.lang);
  const codes = order.steps.map((step) => orUsageError(() => codeOf(step, fileOpening)));
  const audience = audienceFor(order);
  const outlet = new Outlet();
  const options = optionsOf(order, outlet);
  let bond: Bond;
  try {
    bond = await makeBond(order.lang, order.cmd, order.args, options);
  } catch (error) {
    audience.errors.write(`${audience.presentation.error(error)}\n`);
    return EXIT.notStarted;
  }
  // The user of a session has Ctrl-C, and a script its own limits.
  const patient = bond.with({ timeout: order.timeout ?? Number.POSITIVE_INFINITY });
  const exitCode =
    codes.length > 0 ? await runCodes(patient, codes, audience) : await converse(patient, order, audience, outlet);
  await bond.close();
  return exitCode;
}

/** Where the language's output goes at a terminal: to the dialog, once there is one. */
class Outlet {
  dialog: Dialog | undefined;

  to(stream: Writable): OutputTarget {
    if (!isAtTerminal()) return stream;
    return (chunk) => {
      if (this.dialog) this.dialog.show(chunk, stream);
      else stream.write(chunk);
    };
  }
}

function isAtTerminal(): boolean {
  return isTerminal(process.stdin) && isTerminal(process.stdout);
}

/** The code of a step, as a session takes it. */
function codeOf({ kind, text }: Step, fileOpening = ''): string {
  if (kind === 'execute') return text;
  if (kind === 'print') return `!${text}`;
  const code = readFileSync(text, 'utf8').replace(/^#!.*/, '');
  return fileOpening ? fileOpening + code : code.replace(/^!/, '\n!');
}

function audienceFor({ isJson }: SessionOrder): Audience {
  const { stdout, stderr } = process;
  const colors = { values: hasColors(stdout), errors: hasColors(stderr) };
  return {
    output: stdout,
    errors: stderr,
    presentation: isJson ? forPrograms : forPeople(colors, () => widthOf(stdout)),
  };
}

function optionsOf(order: SessionOrder, outlet: Outlet): BondOptions {
  const { isJson, protocol, text, timeout, startTimeout, log, libraries } = order;
  return {
    ...libraries,
    protocol: protocol ?? (isJson ? 'EJSON' : undefined),
    text,
    timeout,
    startTimeout,
    logfile: log === undefined ? undefined : openLog(log),
    stdout: outlet.to(isJson ? process.stderr : process.stdout),
    stderr: outlet.to(process.stderr),
  };
}

function openLog(path: string): Writable {
  return createWriteStream(path, { fd: orUsageError(() => openSync(path, 'w')) });
}

/** A file that is not there is a matter of the command line. */
function orUsageError<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new UsageError(textOf(error));
  }
}

/** Runs one after the other, until one fails. */
async function runCodes(bond: Bond, codes: readonly string[], audience: Audience): Promise<number> {
  const runner = new Runner(bond, audience);
  const isInterrupted = stopOnInterrupt(bond);
  for (const code of codes) {
    await runner.run(code);
    if (isInterrupted()) return EXIT.interrupted;
    if (runner.failure !== undefined) break;
  }
  return exitCodeOf(runner.failure);
}

async function converse(bond: Bond, order: SessionOrder, audience: Audience, outlet: Outlet): Promise<number> {
  const { stdin, stdout } = process;
  const { fileOpening } = await driverTools(order.lang);
  const tools: SessionTools = {
    codeOf: (path) => codeOf({ kind: 'run', text: path }, fileOpening),
    typesOf: (path) => writeTypes(order.lang, path, { cmd: order.cmd, ...order.libraries }),
  };
  // Lines from a file or pipe are a program, which prints what it wants to show.
  const isTyped = isTerminal(stdin) && !order.isJson;
  const isColored = hasColors(stdout);
  if (isAtTerminal()) stdout.write(`${styled('dim', greeting(bond), isColored)}\n`);
  const history = historyFile(bond.lang);
  const dialog = new Dialog(bond, {
    ...audience,
    input: stdin,
    history,
    hasColors: isColored,
    mode: isTyped ? (screen) => new SessionMode(bond, audience, screen, tools) : undefined,
  });
  outlet.dialog = dialog;
  const failure = await dialog.run();
  // Whoever types has seen the errors; that the interpreter is gone has ended the session.
  return isAtTerminal() && !(failure instanceof TerminatedException) ? EXIT.fine : exitCodeOf(failure);
}

function greeting({ lang, about }: Bond): string {
  return `${lang} ${about.version} (${about.command})\n.help lists the commands, Ctrl-D leaves`;
}
