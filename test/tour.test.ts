// Runs the tour as `npm start` does, and looks at what it prints and leaves.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { onTestFinished } from './finish.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Tour {
  readonly exitCode: unknown;
  readonly stdout: string;
  readonly stderr: string;
  /** The processes that are still there, by their command lines. */
  readonly left: string[];
}

async function takeTour(env: NodeJS.ProcessEnv = {}): Promise<Tour> {
  const mark = `BOND_TOUR=${randomUUID()}`;
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/tour.ts'], {
    cwd: ROOT,
    env: { ...process.env, ...env, BOND_TOUR: mark.slice('BOND_TOUR='.length) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { exitCode, stdout, stderr, left: processesWith(mark) };
}

/** The processes that have a variable in their environment; none where there is no /proc. */
function processesWith(variable: string): string[] {
  const pids = existsSync('/proc') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return pids
    .filter((pid) => readProc(pid, 'environ').split('\0').includes(variable))
    .map((pid) => readProc(pid, 'cmdline').replaceAll('\0', ' '));
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // it has gone meanwhile, or is not ours
  }
}

/** What the chapter of a tour says, after its heading. */
function chapter(tour: Tour, title: string): string {
  const chapters = tour.stdout.split(/^(?:\d+\. )?(?=.*\n=+$)/m);
  return chapters.find((candidate) => candidate.startsWith(title)) ?? '';
}

/** What must be seen in the chapters whose languages are there. */
const SEEN: [title: string, languages: string[], ...lines: string[]][] = [
  ['Hello world', ['PHP'], '  | await php.evalBlock(\'echo "Hello world!\\n";\');', 'Hello world!'],
  ['A function of PHP', ['PHP'], "[ 'Hello', 'world,', 'split', 'by', 'PHP!' ]"],
  ['Call TypeScript from PHP', ['PHP'], 'Hi PHP, this is TypeScript talking, after 3 letters!'],
  ['Bridge two worlds', ['PHP', 'Perl'], "[ 'Mind', 'blown!' ]"],
  ['Migrate a program', ['PHP'], '   20.00 net,    24.00 with tax', '   99.90 net,   119.88 with tax'],
  [
    'A producer and a consumer',
    ['Perl', 'Python'],
    'Python got ant, 3 letters long',
    'Python got cricket, 7 letters long',
  ],
  ['What cannot cross', ['Perl'], 'Written by Perl.', '17 bytes'],
  [
    'Exceptions, both ways',
    ['Python'],
    'Python caught: no such luck',
    'RemoteException ZeroDivisionError division by zero',
  ],
  ['Compute in parallel', ['Python'], '[ 49995000, 4999950000, 499999500000 ]', 'in 3 processes'],
  ['JavaScript to JavaScript', [], '[JavaScript] args[0].seen[0]: a Set cannot be carried by JSON'],
];

describe('the tour', () => {
  let tour: Tour;

  beforeAll(async () => {
    tour = await takeTour();
  });

  test('shows every step and what came back, and leaves no process behind', () => {
    expect(tour).toMatchObject({ exitCode: 0, stderr: '', left: [] });
    for (const [title, languages, ...lines] of SEEN) {
      if (!process.env.CI && languages.some((lang) => tour.stdout.includes(`${lang} was missing`))) continue;
      for (const line of lines) expect(chapter(tour, title).split('\n')).toContain(line);
    }
    expect(tour.stdout).toContain('Everything that was played worked.');
  });

  test.runIf(process.env.CI)('plays every chapter in CI, where everything can be had', () => {
    expect(tour.stdout).not.toMatch(/missing|not played/);
    expect(chapter(tour, 'Separate privileges')).toContain('Python runs as nobody');
    expect(chapter(tour, 'A remote bond')).toContain('to the letter: $HOME "*" ');
  });

  test('goes on in JavaScript where every other language is missing, and names what installs them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bond-only-node-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    symlinkSync(process.execPath, join(folder, 'node'));
    const inJavaScript = await takeTour({ PATH: folder });
    expect(inJavaScript).toMatchObject({ exitCode: 0, stderr: '', left: [] });
    expect(chapter(inJavaScript, 'Hello world')).toContain('(PHP missing: in JavaScript instead)');
    expect(chapter(inJavaScript, 'Hello world')).toContain('\n\nHello world!\n');
    expect(chapter(inJavaScript, 'Bridge two worlds')).toContain("[ 'Mind', 'blown!' ]");
    for (const name of ['php-cli', 'perl', 'python3']) expect(inJavaScript.stdout).toContain(`apt-get install ${name}`);
  });
});
