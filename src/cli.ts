#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { forPeople } from './repl/format.js';
import { hasColors, widthOf } from './repl/terminal.js';
import { doctor } from './tools/cli/doctor.js';
import { EXIT } from './tools/cli/exit-codes.js';
import { type ConformOrder, HELP, type Order, parseOrder, type TypesOrder, UsageError } from './tools/cli/options.js';
import { runSession } from './tools/cli/session.js';
import { writeTypes } from './tools/types/write-types.js';

async function carryOut(order: Order): Promise<number> {
  switch (order.kind) {
    case 'help':
      return print(HELP);
    case 'version':
      return print(`${version()}\n`);
    case 'doctor':
      return doctor(order.languages, { isJson: order.isJson, output: process.stdout });
    case 'types':
      return printTypes(order);
    case 'conform':
      return tryDriver(order);
    case 'session':
      return runSession(order);
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return EXIT.fine;
}

async function printTypes({ lang, file, cmd, name, setup }: TypesOrder): Promise<number> {
  return failingWell(async () => print(await writeTypes(lang, file, { cmd, name, setup })));
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
    const { stderr } = process;
    const { error: show } = forPeople({ values: false, errors: hasColors(stderr) }, () => widthOf(stderr));
    stderr.write(`${show(error)}\n`);
    return EXIT.failed;
  }
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

// Nobody reads on: `bond … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.fine : 1));

try {
  process.exitCode = await carryOut(parseOrder(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`bond: ${error.message}\nbond --help tells more.\n`);
  process.exitCode = EXIT.usage;
}
