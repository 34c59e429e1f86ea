// Runs every piece of code in the README and in docs, against real interpreters, and compares what it prints with what the page shows.

import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { queryDriver } from '../src/index.js';
import { compile, folderForPrograms, ROOT } from './compiler.js';

interface Example {
  readonly title: string;
  readonly code: string;
  /** What it prints, if the page says so. */
  readonly output: string | undefined;
}

/** The code of a page, each with the output that follows it. */
function examplesOf(name: string, page: string): Example[] {
  const pattern = /^```ts\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```\n)?/gm;
  return [...page.matchAll(pattern)].map(([, code = '', output], index) => {
    const heading =
      page
        .slice(0, page.indexOf(code))
        .match(/^#+ .*$/gm)
        ?.at(-1) ?? '';
    return { title: `${name}, ${index + 1}, under "${heading.replace(/^#+ /, '')}"`, code, output };
  });
}

/** The languages of an example that this machine lacks. In CI, nothing may be lacking. */
function lacking({ code }: Example): string[] {
  if (process.env.CI) return [];
  const languages = new Set(
    [...code.matchAll(/(?:make(?:Bond|Pool)(?:<\w+>)?|writeTypes)\('(\w+)'/g)].map(([, lang]) => lang as string),
  );
  return [...languages].filter((lang) => lang !== 'JavaScript' && !queryDriver(lang).commands.some(isOnPath));
}

function isOnPath(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}

const PAGES = [
  'README.md',
  'docs/values.md',
  'docs/types.md',
  'docs/from-python-bond.md',
  'docs/remote.md',
  'docs/debugging.md',
];

/** Where the pages speak of other hosts and clusters, this machine stands in for them. */
const STAND_INS = {
  ssh: 'shift; exec sh -c "$*"',
  srun: 'shift; exec "$@"',
};
const examples = PAGES.flatMap((page) => examplesOf(page, readFileSync(join(ROOT, page), 'utf8')));
let folder: string;
let files: string[];

describe('the code of the documentation', { timeout: 60_000 }, () => {
  beforeAll(() => {
    folder = folderForPrograms();
    files = examples.map((_, index) => join(folder, `example-${index + 1}.mts`));
    for (const [index, { code }] of examples.entries()) writeFileSync(files[index] as string, code);
    for (const [name, text] of Object.entries(STAND_INS)) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    }
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test('there is some', () => {
    expect(examples.length).toBeGreaterThan(5);
  });

  test('has the types that it should', () => {
    expect(compile(files, '--noEmit')).toBe('');
  });

  describe.each(examples.map((example, index) => ({ ...example, index })))('$title', (example) => {
    const missing = lacking(example);
    const title = missing.length > 0 ? `(skipped: ${missing.join(', ')} missing)` : 'prints what the page shows';
    test.skipIf(missing.length > 0)(title, async () => {
      const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
      const command = ['--import', 'tsx', files[example.index] as string];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, command, { cwd: ROOT, env });
      expect(stderr).toBe('');
      if (example.output !== undefined) expect(stdout).toBe(example.output);
    });
  });
});
