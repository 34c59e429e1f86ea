// Changes the code in many small ways, one at a time, and counts the changes that no test notices:
// npm run mutation [-- src/session/frame.ts …]
// Writes the scores into docs/reliability.md. What is known from earlier runs, and has not changed, is not run again.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { markdownTable, writtenPart } from './page.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['src/session', 'src/wire', 'src/values'];

interface Report {
  readonly files: Record<string, { readonly mutants: readonly { readonly status: string }[] }>;
}

/** Of each folder: how many changes were made, and how many of them were noticed. */
function table({ files }: Report): string {
  const rows = FOLDERS.map((folder) => {
    const mutants = Object.entries(files).flatMap(([path, file]) => (path.startsWith(folder) ? file.mutants : []));
    const count = (...statuses: string[]): number => mutants.filter(({ status }) => statuses.includes(status)).length;
    const [noticed, missed] = [count('Killed', 'Timeout'), count('Survived', 'NoCoverage')];
    const score = `${((100 * noticed) / (noticed + missed)).toFixed(1)} %`;
    return [`\`${folder}\``, String(noticed + missed), String(noticed), String(missed), score];
  });
  return markdownTable(['folder', 'changes', 'noticed', 'missed', 'score'], rows);
}

const files = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  [
    'mutation/node_modules/@stryker-mutator/core/bin/stryker.js',
    'run',
    'mutation/stryker.config.js',
    ...(files.length > 0 ? ['--mutate', files.join(',')] : []),
  ],
  { cwd: ROOT, stdio: 'inherit' },
);
if (status === 0) {
  const report = readFileSync(new URL('../node_modules/.cache/mutation/report.json', import.meta.url), 'utf8');
  writtenPart('docs/reliability.md', 'mutation').write(table(JSON.parse(report)));
}
process.exitCode = status ?? 1;
