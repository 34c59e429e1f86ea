// Changes the code in many small ways, one at a time, and counts the changes that no test notices:
// npm run mutation [-- src/session/frame.ts …]
// Writes the scores into mutation/scores.json, and their sums into docs/reliability.md. What is known from earlier runs, and has not changed, is not run again.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { markdownTable, writtenPart } from './page.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SCORES = `${ROOT}mutation/scores.json`;
const FOLDERS = ['session', 'wire', 'values'];

interface Report {
  readonly files: Record<string, { readonly mutants: readonly { readonly status: string }[] }>;
}

/** Runs Stryker for files of a folder, or for all of it. */
function run(folder: string, files: readonly string[]): boolean {
  const options = files.length > 0 ? ['--mutate', files.join(',')] : [];
  const { status } = spawnSync(
    process.execPath,
    ['mutation/node_modules/@stryker-mutator/core/bin/stryker.js', 'run', 'mutation/stryker.config.js', ...options],
    { cwd: ROOT, stdio: 'inherit', env: { ...process.env, FOLDER: folder } },
  );
  return status === 0;
}

/** What is known of a file: how many changes were made, and how many of them no test noticed. */
interface Score {
  readonly changes: number;
  readonly missed: number;
}

/** The scores of all files, those of earlier runs and of other machines too: a run may measure a few files only. */
function scoresWith(folders: readonly string[]): Record<string, Score> {
  const scores = new Map<string, Score>(Object.entries(JSON.parse(readFileSync(SCORES, 'utf8'))));
  for (const path of folders.map((folder) => `${ROOT}node_modules/.cache/mutation/${folder}/report.json`)) {
    if (!existsSync(path)) continue;
    const { files } = JSON.parse(readFileSync(path, 'utf8')) as Report;
    for (const [name, { mutants }] of Object.entries(files)) scores.set(name, scoreOf(mutants));
  }
  const known = [...scores].filter(([name, { changes }]) => changes > 0 && existsSync(ROOT + name)).sort();
  return Object.fromEntries(known);
}

function scoreOf(mutants: Report['files'][string]['mutants']): Score {
  const count = (...wanted: string[]): number => mutants.filter(({ status }) => wanted.includes(status)).length;
  const missed = count('Survived', 'NoCoverage');
  return { changes: count('Killed', 'Timeout') + missed, missed };
}

/** Of a folder: how many of its files were measured, and the sum of their scores. One of which nothing is known stays as it is. */
function row(folder: string, scores: Record<string, Score>): string[] {
  const known = Object.entries(scores).flatMap(([name, score]) => (name.startsWith(`src/${folder}/`) ? score : []));
  if (known.length === 0) return rowOnPage(folder);
  const sum = (part: keyof Score): number => known.reduce((total, score) => total + score[part], 0);
  const [changes, missed] = [sum('changes'), sum('missed')];
  const all = readdirSync(`${ROOT}src/${folder}`, { recursive: true, encoding: 'utf8' });
  const fileCount = all.filter((name) => name.endsWith('.ts')).length;
  const score = `${((100 * (changes - missed)) / changes).toFixed(1)} %`;
  return [`\`src/${folder}\``, `${known.length} of ${fileCount}`, `${changes}`, `${missed}`, score];
}

function rowOnPage(folder: string): string[] {
  const line =
    part
      .read()
      .split('\n')
      .find((text) => text.startsWith(`| \`src/${folder}\``)) ?? '';
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

const part = writtenPart('docs/reliability.md', 'mutation');
const wanted = process.argv.slice(2);
const isDone = FOLDERS.map((folder) => {
  const files = wanted.filter((path) => path.startsWith(`src/${folder}/`));
  return (wanted.length > 0 && files.length === 0) || run(folder, files);
});
const head = ['folder', 'files measured', 'changes', 'missed', 'score'];
const scores = scoresWith(FOLDERS);
writeFileSync(SCORES, `${JSON.stringify(scores, undefined, 2)}\n`);
part.write(
  markdownTable(
    head,
    FOLDERS.map((folder) => row(folder, scores)),
  ),
);
process.exitCode = isDone.includes(false) ? 1 : 0;
