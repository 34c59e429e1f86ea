// The table of what each language can do, in docs/languages/README.md: npm run levels tries every check of the kit, and writes it.

import { fileURLToPath, pathToFileURL } from 'node:url';
import { FEATURES, type Feature } from '../src/drivers/manifest.js';
import { queryDriver } from '../src/index.js';
import { LEVELS, type Level } from '../src/tools/conform/level.js';
import { checks, conform, type Outcome } from '../src/tools/conform/run.js';
import { readWords } from '../src/tools/conform/words.js';
import type { everyKitLanguage } from './fixtures.js';
import { markdownTable, writtenPart } from './page.js';

const languages = [
  'Python',
  'PHP',
  'Perl',
  'JavaScript',
  'Ruby',
  'Lua',
  'R',
  'Tcl',
] as const satisfies (typeof everyKitLanguage)[number][];

export const levelsInPage = writtenPart('docs/languages/README.md', 'levels');

/** Each feature in words. */
const WORDS: Record<Feature, string> = {
  references: '`ref` in arguments',
  hold: '`hold`',
  iterate: '`iterate`',
  callback: '`callback`',
  stream: '`stream`',
  live: '`live`',
  named: '`kwargs`',
  chain: '`import`, and chains in one request',
  objects: "`objects: 'hold'`",
  enter: '`enter`',
  extend: '`extend`',
  stacks: 'stacks of several languages',
  places: 'files and lines of your code',
  parts: 'long values in parts',
  bytes: 'bytes and typed arrays as they are',
  ejson: 'dates, bytes, NaN, `Map`, `Set`',
  convert: '`convert`',
  load: '`load` and `original`',
  text: "`text: 'bytes'`",
  concurrent: '`concurrent`',
  interrupt: '`interrupt`',
};

function featureRow(feature: Feature): string[] {
  const cells = languages.map((lang) => {
    const { features, withoutText } = queryDriver(lang);
    if (features.includes(feature)) return 'yes';
    return feature === 'text' && withoutText ? 'not needed' : '–';
  });
  return [WORDS[feature], ...cells];
}

/** What each driver declares. The kit tries what is declared. */
export function featureTable(): string {
  return markdownTable(['', ...languages], FEATURES.map(featureRow));
}

function levelCell(outcomes: readonly Outcome[], level: Level): string {
  const own = outcomes.filter(({ check }) => check.level === level);
  const holds = own.filter(({ state }) => state === 'holds').length;
  return holds === own.length ? `${holds}` : `${holds} of ${own.length}`;
}

async function tried(lang: (typeof languages)[number]): Promise<Outcome[]> {
  const words = readWords(fileURLToPath(new URL(`../drivers/${lang}`, import.meta.url)));
  const outcomes: Outcome[] = [];
  for await (const outcome of conform({ lang, words }, checks)) outcomes.push(outcome);
  return outcomes;
}

/** Runs the kit on every language, one after the other. */
async function levelTable(): Promise<string> {
  const outcomes: Outcome[][] = [];
  for (const lang of languages) outcomes.push(await tried(lang));
  for (const { check, state, reason } of outcomes.flat()) if (state === 'fails') console.error(check.title, reason);
  const rows = LEVELS.map((level) => [level, ...outcomes.map((list) => levelCell(list, level))]);
  return markdownTable(['level', ...languages], rows);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.on('unhandledRejection', () => {}); // a check that fails leaves calls behind
  levelsInPage.write(`${await levelTable()}\n${featureTable()}`);
}
