// Tries bond wherever JavaScript runs, and writes the tables of docs/hosts.md: npm run hosts. With names of runtimes or `places`, only
// those, and nothing is written.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { markdownTable, writtenPart } from '../test/page.js';
import { PLACES } from './places.js';
import { type Outcome, RUNTIMES, runSuite, versionOf } from './suite.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TSX = pathToFileURL(join(ROOT, 'node_modules/tsx/dist/loader.mjs')).href;

/** A project with the package as npm installs it, and with the programs. */
function makeProject(folder: string): string {
  const [staged, project] = [join(folder, 'staged'), join(folder, 'project')];
  const options = { cwd: folder, encoding: 'utf8' } as const;
  execFileSync(process.execPath, ['--import', TSX, join(ROOT, 'build/stage.ts'), staged]);
  const packed = execFileSync('npm', ['pack', staged, '--ignore-scripts', '--json', '--silent'], options);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true }');
  const install = [
    'install',
    join(folder, filename),
    '--prefix',
    project,
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
  ];
  execFileSync('npm', install, options);
  cpSync(fileURLToPath(new URL('programs', import.meta.url)), project, { recursive: true });
  return project;
}

async function placesTable(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bond-hosts-'));
  try {
    const project = makeProject(folder);
    const rows: string[][] = [];
    for (const { name, run } of PLACES) {
      const problem = await run(project).catch((error: Error) => error);
      if (problem) console.error(name, problem);
      rows.push([name, problem ? 'fails' : 'works']);
    }
    return markdownTable(['where', ''], rows);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function suiteTable(outcomes: ReadonlyMap<string, Outcome>): string {
  return markdownTable(
    ['host', 'languages', 'tests passed', 'failed'],
    [...outcomes].map(([name, { languages, passed, failed }]) => [
      name,
      languages.join(', '),
      String(passed),
      failed.join('<br>') || '0',
    ]),
  );
}

const asked = process.argv.slice(2);
const isAsked = (name: string): boolean => asked.length === 0 || asked.includes(name);
const outcomes = new Map<string, Outcome>();
for (const runtime of RUNTIMES) {
  if (isAsked(runtime.name)) outcomes.set(`${runtime.name} ${versionOf(runtime)}`, runSuite(runtime));
}
const { node } = process.versions;
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const text = [
  suiteTable(outcomes),
  isAsked('places') ? `bond ${version}, Node ${node}:\n\n${await placesTable()}` : '',
].join('\n');
if (asked.length === 0) writtenPart('docs/hosts.md', 'hosts').write(text);
else console.log(text);
