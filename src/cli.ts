#!/usr/bin/env node
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { textOf } from './common/thrown.js';
import { forPeople, type Presentation } from './repl/format.js';
import { hasColors, widthOf } from './repl/terminal.js';
import { doctor } from './tools/cli/doctor.js';
import { EXIT, UsageError } from './tools/cli/exit-codes.js';
import { HELP } from './tools/cli/help.js';
import type { Manifest } from './tools/cli/new-project.js';
import { kindOf, parseOrder } from './tools/cli/options.js';
import type { ConformOrder, NewOrder, Order, TypesOrder } from './tools/cli/orders.js';
import { runFile } from './tools/cli/run-file.js';
import { runSession } from './tools/cli/session.js';
import { writeTypes } from './tools/types/write-types.js';

async function carryOut(order: Order): Promise<number> {
  switch (order.kind) {
    case 'help':
      return print(HELP[order.about]);
    case 'version':
      return print(`${manifest().version}\n`);
    case 'doctor':
      return doctor(order.languages, { isJson: order.isJson, output: process.stdout });
    case 'types':
      return printTypes(order);
    case 'conform':
      return tryDriver(order);
    case 'run':
      return runFile(order, presentation());
    case 'new':
      return makeProject(order);
    case 'session':
      return runSession(order);
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return EXIT.fine;
}

async function printTypes({ lang, file, cmd, name, setup, output, libraries }: TypesOrder): Promise<number> {
  return failingWell(async () => {
    const text = await writeTypes(lang, file, { cmd, name, setup, ...libraries });
    return output === undefined ? print(text) : writeFile(output, text);
  });
}

function writeFile(path: string, text: string): number {
  try {
    writeFileSync(path, text);
    return EXIT.fine;
  } catch (error) {
    throw new UsageError(textOf(error));
  }
}

async function makeProject(order: NewOrder): Promise<number> {
  const { newProject } = await import('./tools/cli/new-project.js');
  return print(await newProject(order, manifest()));
}

async function tryDriver(order: ConformOrder): Promise<number> {
  const { printConformance } = await import('./tools/conform/conform.js');
  return failingWell(() => printConformance(order, process.stdout));
}

/** Shows an exception as a session does, without the code that threw it. */
async function failingWell(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    process.stderr.write(`${presentation().error(error)}\n`);
    return EXIT.failed;
  }
}

function presentation(): Presentation {
  const { stderr } = process;
  return forPeople({ values: false, errors: hasColors(stderr) }, () => widthOf(stderr));
}

function manifest(): Manifest {
  const path = fileURLToPath(new URL('../package.json', import.meta.url));
  return { ...JSON.parse(readFileSync(path, 'utf8')), root: dirname(path) };
}

// Nobody reads on: `bond … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.fine : 1));

try {
  process.exitCode = await carryOut(parseOrder(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  const kind = kindOf(process.argv.slice(2));
  process.stderr.write(`bond: ${error.message}\nbond ${kind === 'session' ? '' : `${kind} `}--help tells more.\n`);
  process.exitCode = EXIT.usage;
}
