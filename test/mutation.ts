// Changes the code in many small ways, one at a time, and counts the changes that no test notices:
// npm run mutation [-- src/session/frame.ts …]
// Writes the scores into docs/reliability.md. What is known from earlier runs, and has not changed, is not run again.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { markdownTable, writtenPart } from './page.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
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

/**
 * Of a folder: how many of its files were measured, how many changes were made, and how many of them were noticed. What this machine
 * has not measured stays as it is on the page.
 */
function row(folder: string): string[] {
  const report = `${ROOT}node_modules/.cache/mutation/${folder}/report.json`;
  if (!existsSync(report)) return rowOnPage(folder);
  const { files } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  const measured = Object.values(files).map(({ mutants }) => mutants.map(({ status }) => status));
  const count = (...wanted: string[]): number => measured.flat().filter((status) => wanted.includes(status)).length;
  const [noticed, missed] = [count('Killed', 'Timeout'), count('Survived', 'NoCoverage')];
  const score = noticed + missed > 0 ? `${((100 * noticed) / (noticed + missed)).toFixed(1)} %` : '';
  const all = readdirSync(`${ROOT}src/${folder}`, { recursive: true, encoding: 'utf8' });
  const fileCount = all.filter((name) => name.endsWith('.ts')).length;
  return [`\`src/${folder}\``, `${measured.length} of ${fileCount}`, `${noticed + missed}`, `${missed}`, score];
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
part.write(markdownTable(head, FOLDERS.map(row)));
process.exitCode = isDone.includes(false) ? 1 : 0;
