import { basename, resolve } from 'node:path';
import { queryDriver, registerDriver } from '../../drivers/driver.js';
import { EXIT } from '../cli/exit-codes.js';
import type { ConformOrder } from '../cli/orders.js';
import { checksUpTo, conform, type Outcome } from './run.js';
import { showLevels, showOutcome } from './table.js';
import { readWords, unknownWords } from './words.js';

/** Tries the driver in a folder, tells what holds as it goes, and ends with a table; the exit code says whether all does. */
export async function printConformance(order: ConformOrder, output: NodeJS.WritableStream): Promise<number> {
  const { folder, level, cmd } = order;
  const print = (text: string): void => void output.write(`${text}\n`);
  const lang = registerDriver({ folder });
  const words = readWords(folder);
  const { splitCommand } = await import('../../process/split-command.js');
  const trial = { lang, words, ...(cmd === undefined ? {} : { command: splitCommand(lang, cmd) }) };
  print(`${lang}, ${cmd ?? queryDriver(lang).commands.join(' or ')}`);
  const name = basename(resolve(folder));
  if (name !== lang)
    print(`bond.json has "language": "${lang}", but the folder is called ${name}: they have to be equal`);
  const unknown = unknownWords(words);
  if (unknown.length > 0) print(`conformance.json has what nothing asks for: ${unknown.join(', ')}`);
  const outcomes: Outcome[] = [];
  // A check that fails leaves calls behind, which are rejected when its bonds end.
  process.on('unhandledRejection', () => {});
  for await (const outcome of conform(trial, checksUpTo(level))) {
    if (outcomes.at(-1)?.check.level !== outcome.check.level) print(`\n${outcome.check.level}`);
    outcomes.push(outcome);
    print(showOutcome(outcome));
  }
  print(`\n${showLevels(outcomes)}`);
  return outcomes.every(({ state }) => state === 'holds') ? EXIT.fine : EXIT.failed;
}
