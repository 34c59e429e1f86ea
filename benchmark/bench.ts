// What bond costs, side by side with the least that it could: npm run bench [-- options]; --help tells which.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type BondModule, bond, type Contestant, limit } from './contestants.js';
import { findLanguages, type Language, pathOf } from './languages.js';
import { PEERS } from './peers.js';
import { FULL, ROWS, type Row } from './rows.js';
import { plainTable } from './table.js';
import { measure, type Outcome } from './turns.js';

const HELP = `npm run bench [-- options]

  --lang <name>     this language alone; may be repeated
  --row <name>      this row alone; may be repeated: ${ROWS.map(({ name }) => name).join(', ')}
  --only <names>    these contestants alone, by commas: limit, bond, ...; what comes first is what others are compared with
  --bond <path>     another build of bond, as label=/path/to/dist/index.js; may be repeated
  --rounds <n>      how often contestants take turns (9)
  --quick           a third of the rounds
  --json            figures as JSON on standard output
`;

const { values: options } = parseArgs({
  options: {
    lang: { type: 'string', multiple: true, default: [] },
    row: { type: 'string', multiple: true, default: [] },
    only: { type: 'string' },
    bond: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '9' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function say(what: string): void {
  process.stderr.write(`${what}\n`);
}

/** Those that were asked for, in the order of asking; all of them if none was. */
function chosen<T extends { readonly name: string }>(all: readonly T[], names: readonly string[]): readonly T[] {
  if (names.length === 0) return all;
  return names.flatMap((name) => {
    const found = all.filter((one) => one.name.toLowerCase() === name.toLowerCase());
    if (found.length === 0) throw new Error(`no ${name} here, but ${all.map((one) => one.name).join(', ')}`);
    return found;
  });
}

async function contestants(): Promise<readonly Contestant[]> {
  const others = await Promise.all(options.bond.map(otherBond));
  const all = [limit, bond('bond', await load(pathOf('../dist/index.js'))), ...others, ...PEERS];
  return chosen(all, options.only?.split(',') ?? []);
}

async function otherBond(text: string): Promise<Contestant> {
  const [label, path] = text.includes('=') ? text.split('=', 2) : [text, text];
  return bond(label as string, await load(path as string));
}

function load(path: string): Promise<BondModule> {
  return import(pathToFileURL(resolve(path)).href);
}

async function run(languages: readonly Language[], rows: readonly Row[]): Promise<Outcome[]> {
  const all = await contestants();
  const rounds = Math.ceil(Number(options.rounds) / (options.quick ? 3 : 1));
  const outcomes: Outcome[] = [];
  for (const language of languages) {
    for (const row of rows) {
      say(`${language.name}: ${row.title}`);
      outcomes.push(...(await measure(row, language, all, { rounds, sizes: FULL })));
    }
  }
  return outcomes;
}

if (options.help) {
  process.stdout.write(HELP);
} else {
  const outcomes = await run(chosen(findLanguages(say), options.lang), chosen(ROWS, options.row));
  process.stdout.write(options.json ? `${JSON.stringify(outcomes, null, 2)}\n` : plainTable(outcomes));
}
