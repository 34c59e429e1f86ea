// Runs every piece of code in the README and in docs, compiled, several at a time, against real interpreters, and compares what it
// prints with what the page shows. Those that change nothing for others share a few processes, one after the other.

import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { queryDriver } from '../src/index.js';
import { compile, folderForPrograms, ROOT } from './compiler.js';
import { writtenByHand } from './documents.js';
import { SharedProcesses } from './shared-processes.js';

const run = promisify(execFile);

interface Example {
  readonly title: string;
  /** `js` runs as written, in a plain file on this Node; `ts` is compiled first. */
  readonly language: string;
  readonly code: string;
  /** What it prints, if the page says so. */
  readonly output: string | undefined;
}

/** The code of a page, each with the output that follows it; what stands in tabs, with the output behind them. */
function examplesOf(name: string, page: string): Example[] {
  const shared = [...page.matchAll(/^<!-- tabs -->\n([\s\S]*?)^<!-- end of tabs -->\n\n```text\n([\s\S]*?)^```\n/gm)];
  const pattern = /^```(ts|js)\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```\n)?/gm;
  return [...page.matchAll(pattern)].map(([, language = '', code = '', output], index) => {
    const heading =
      page
        .slice(0, page.indexOf(code))
        .match(/^#+ .*$/gm)
        ?.at(-1) ?? '';
    return {
      title: `${name}, ${index + 1}, under "${heading.replace(/^#+ /, '')}"`,
      language,
      code,
      output: output ?? shared.find(([, tabs]) => tabs?.includes(code))?.[2],
    };
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

/** Where the pages speak of other hosts and clusters, this machine stands in for them. */
const STAND_INS = {
  ssh: 'shift; exec sh -c "$*"',
  srun: 'shift; exec "$@"',
};

/** Programs that pages show, and that readers save. */
const SAVED = ['area.cjs', 'cart.php', 'cart.py', 'prices.pl', 'shop.php'];

/** Where the first Python has no numpy or no pandas, as a pyenv without packages, Debian's takes its place. */
function python3WithLibraries(): Record<string, string> {
  const code = "import importlib.util as util; [util.find_spec(name).origin for name in ('numpy', 'pandas')]";
  const lacks = (python: string): boolean => spawnSync(python, ['-c', code]).status !== 0;
  return lacks('python3') && !lacks('/usr/bin/python3') ? { python3: 'exec /usr/bin/python3 "$@"' } : {};
}

/** Code that would also change what others in the same process see. */
const NEEDS_ITS_OWN_PROCESS = /diagnostics_channel|registerDriver|process\.(?:exit|on|chdir)/;

const shared = new SharedProcesses();
const examples = writtenByHand().flatMap(({ path, text }) => examplesOf(path, text));
let folder: string;
let files: string[];
/** What the compiler has to say of them. */
let mistakes: string;

describe.concurrent('the code of the documentation', () => {
  beforeAll(() => {
    folder = folderForPrograms();
    files = examples.map(({ language }, index) =>
      join(folder, `example-${index + 1}.${language === 'js' ? 'mjs' : 'mts'}`),
    );
    for (const [index, { code }] of examples.entries()) writeFileSync(files[index] as string, code);
    for (const [name, text] of Object.entries({ ...STAND_INS, ...python3WithLibraries() })) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    }
    symlinkSync(join(ROOT, 'examples'), join(folder, 'examples'));
    for (const name of SAVED) copyFileSync(join(ROOT, 'examples', name), join(folder, name));
    mistakes = compile(files.filter((file) => file.endsWith('.mts')));
  });

  afterAll(() => {
    shared.end();
    rmSync(folder, { recursive: true });
  });

  test('has the types that it should', ({ expect }) => {
    expect(examples.length).toBeGreaterThan(5);
    expect(mistakes).toBe('');
  });

  for (const [index, example] of examples.entries()) {
    const missing = lacking(example);
    const title = missing.length > 0 ? `(skipped: ${missing.join(', ')} missing)` : 'prints what the page shows';
    test.skipIf(missing.length > 0)(`${example.title}: ${title}`, async ({ expect }) => {
      const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
      const file = (files[index] as string).replace(/mts$/, 'mjs');
      const isAlone = NEEDS_ITS_OWN_PROCESS.test(example.code);
      const { stdout, stderr } = isAlone
        ? await run(process.execPath, [file], { cwd: folder, env })
        : await shared.run([file], folder, env);
      expect(stderr).toBe('');
      if (example.output !== undefined) expect(stdout).toBe(example.output);
    });
  }
});
