// What bond costs, side by side with the least that it could: npm run bench [-- options]; --help tells which.

import { parseArgs } from 'node:util';
import type { Contestant } from './contestants.js';
import { deepest } from './depth.js';
import { bondOf, EVERYBODY } from './everybody.js';
import { grow, type Series } from './growth.js';
import { findLanguages, type Language, pathOf } from './languages.js';
import { type Memory, memoryOf } from './memory.js';
import type { Outcome } from './outcomes.js';
import { type Results, writePage } from './page.js';
import { FULL, ROWS } from './rows.js';
import { plainGrowth, plainMemory, plainTable } from './table.js';
import { measure } from './turns.js';

// Node would read these certificates at each start, which takes longer than the rest of it, and hides what else a start takes.
delete process.env.NODE_EXTRA_CA_CERTS;

const EXTRAS = ['depth', 'memory', 'payload', 'flight'].map((name) => ({ name }));
const PARTS = [...ROWS, ...EXTRAS];

const HELP = `npm run bench [-- options]

Without options, all is measured, and written to benchmark/README.md. Otherwise:

  --lang <name>     this language alone; may be repeated
  --row <name>      this row alone; may be repeated: ${PARTS.map(({ name }) => name).join(', ')}
  --only <names>    these contestants alone, by commas: ${['bond', ...EVERYBODY.map(({ name }) => name)].join(', ')};
                    the others are compared with the first
  --bond <path>     another build of bond, as label=/path/to/dist/index.js; may be repeated
  --ssh <command>   also measure bytes through ssh, with a command like 'ssh host', for the same paths of interpreters there
  --rounds <n>      how often contestants take turns (7)
  --quick           a third of the rounds
  --json            figures as JSON on standard output
  --write           write benchmark/README.md all the same
`;

const { values: options } = parseArgs({
  options: {
    lang: { type: 'string', multiple: true, default: [] },
    row: { type: 'string', multiple: true, default: [] },
    only: { type: 'string' },
    bond: { type: 'string', multiple: true, default: [] },
    ssh: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    write: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

const bondPath = pathOf('../dist/index.js');

function say(what: string): void {
  process.stderr.write(`${(performance.now() / 1_000).toFixed(0).padStart(4)} s  ${what}\n`);
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

/** The contestants, the limit first, and every build of bond behind it. */
async function contestants(): Promise<readonly Contestant[]> {
  const [limit, ...peers] = EVERYBODY as [Contestant, ...Contestant[]];
  const bonds = [`bond=${bondPath}`, ...options.bond].map((text) => {
    const [label, path] = text.includes('=') ? text.split('=', 2) : [text, text];
    return bondOf(label as string, path as string);
  });
  const all = [limit, ...(await Promise.all(bonds)), ...peers];
  const named = options.bond.length > 0 && !options.only ? all.slice(0, bonds.length + 1) : all;
  return chosen(named, options.only?.split(',') ?? []);
}

const everybody = await contestants();
const languages = chosen(findLanguages(say, options.ssh?.split(' ')), options.lang);
const parts = chosen<{ readonly name: string }>(PARTS, options.row).map(({ name }) => name);
const rounds = Math.ceil(Number(options.rounds ?? 7) / (options.quick ? 3 : 1));
const core = everybody.filter(({ name }) => name === 'limit' || !EVERYBODY.some((one) => one.name === name));

async function rowsOf(language: Language): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const row of ROWS.filter(({ name }) => parts.includes(name))) {
    say(`${language.name}: ${row.title}`);
    outcomes.push(...(await measure(row, language, everybody, { rounds, sizes: FULL })));
  }
  return outcomes;
}

async function depthsOf(language: Language): Promise<Outcome[]> {
  if (!parts.includes('depth')) return [];
  say(`${language.name}: depth`);
  const outcomes: Outcome[] = [];
  for (const one of everybody.filter(({ name, can }) => name !== 'limit' && can(language, 'nested'))) {
    outcomes.push(await deepest(one, language));
  }
  return outcomes;
}

async function growthOf(language: Language): Promise<Series[]> {
  const series: Series[] = [];
  for (const contestant of core) {
    for (const what of (['payload', 'flight'] as const).filter((name) => parts.includes(name))) {
      say(`${language.name}: growth of ${contestant.name} with its ${what}`);
      series.push(await grow(what, SIZES[what], contestant, language));
    }
  }
  return series;
}

const SIZES = {
  payload: [1, 2, 3, 4, 5, 6, 7, 8].map((power) => 10 ** power),
  flight: [0, 1, 2, 3, 4, 5].map((power) => 10 ** power),
};

async function memoriesOf(language: Language): Promise<Memory[]> {
  if (!parts.includes('memory')) return [];
  const memories: Memory[] = [];
  for (const { name } of everybody.filter((one) => !one.isSlow && one.can(language, 'call'))) {
    say(`${language.name}: memory of ${name}`);
    // Core Perl's own JSON takes a minute for it.
    const isEndless = name === 'limit' && language.name === 'Perl (core)';
    const ways = isEndless ? (['rest'] as const) : (['rest', 'echo'] as const);
    const all = name === 'bond' ? ([...ways, 'there', 'back'] as const) : ways;
    memories.push(await memoryOf(name, language.name, { bondPath, bytes: 100_000_000, ways: all }));
  }
  return memories;
}

async function run(): Promise<Results> {
  const outcomes: Outcome[] = [];
  const growth: Series[] = [];
  const memories: Memory[] = [];
  for (const language of languages) {
    outcomes.push(...(await rowsOf(language)));
    outcomes.push(...(await depthsOf(language)));
    growth.push(...(await growthOf(language)));
    memories.push(...(await memoriesOf(language)));
  }
  return { outcomes, growth, memories };
}

if (options.help) {
  process.stdout.write(HELP);
  process.exit();
}
const results = await run();
if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
else process.stdout.write(plainTable(results.outcomes) + plainGrowth(results.growth) + plainMemory(results.memories));
if (options.write || process.argv.length === 2) writePage(results, languages);
