// The generations of interpreters that run the language suite, and what each of them lacks. `npm run generations` runs
// them, all with the whole suite, and writes what came of it into docs/reliability.md.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Bond, kwargs, RemoteException, SerializationException } from '../src/index.js';
import type { Language, SuiteLanguage } from './fixtures.js';
import { findNode, hasRegistry, output } from './nodes.js';
import { markdownTable, writtenPart } from './page.js';

/** A generation of an interpreter. */
export interface Generation {
  readonly lang: Language;
  readonly title: string;
  /** Its program, if it is here. */
  readonly find: () => string | undefined;
  /** Whether it could be had if it is not. */
  readonly couldBeHad: () => boolean;
  /** What others of its language have: keys of {@link features}. */
  readonly lacks: readonly string[];
}

const PYENV = join(homedir(), '.pyenv', 'versions');
const PYTHONS = ['2.7', '3.6', '3.7', '3.8', '3.9', '3.10', '3.11', '3.12', '3.13'];
const NODES = [12, 14, 16, 18, 22, 24, 26];

const BYTES = '`bytes` that are text in UTF-8 arrive as text';
const GARBAGE = 'releases callbacks and objects of yours when its garbage is collected, not immediately';
const CLONE = 'no V8 protocol beside Node 18 and later, so EJSON: the formats differ';
export const KEEPS = 'no `FinalizationRegistry`: a callback is kept until the bond ends';
const NAMED = 'no arguments by name';
const NUMBERS = 'a number that was used as a string may arrive as one';

/** For each thing that some lack, whether it is there. */
export const features: Record<SuiteLanguage, Record<string, (bond: Bond) => Promise<boolean>>> = {
  PHP: {
    [NAMED]: async (bond) => {
      await bond.evalBlock('function takes_named($a) {}');
      return works(bond.call('takes_named', kwargs({ a: 1 })));
    },
  },
  Perl: {
    [NUMBERS]: async (bond) => (await bond.eval('do { my $n = 5; my $s = "$n"; $n }')) === 5,
  },
  Python: {
    [BYTES]: async (bond) => (await bond.eval('b"a"')) instanceof Uint8Array,
    [GARBAGE]: async (bond) => {
      await bond.evalBlock('gone = []\nclass Box(object):\n  def __del__(self): gone.append(1)\nBox()');
      return (await bond.eval('len(gone)')) === 1;
    },
  },
  Ruby: {},
  Lua: {},
  R: {},
  JavaScript: {
    [KEEPS]: (bond) => bond.eval<boolean>('typeof FinalizationRegistry === "function"'),
    [CLONE]: (bond) => works(bond.call('x => x', /a/)),
  },
};

function works(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => true,
    (error) => {
      if (error instanceof RemoteException || error instanceof SerializationException) return false;
      throw error;
    },
  );
}

/** Those that have to be looked for. */
export const generations: readonly Generation[] = [
  ...PYTHONS.map(
    (version): Generation => ({
      lang: 'Python',
      title: `Python ${version}`,
      find: () => pythonOfPyenv(version),
      couldBeHad: () => existsSync(PYENV),
      lacks: version === '2.7' ? [BYTES] : [],
    }),
  ),
  {
    lang: 'Python',
    title: 'PyPy',
    find: () => output('sh', '-c', 'command -v pypy3'),
    couldBeHad: () => false,
    lacks: [GARBAGE],
  },
  ...NODES.map(
    (version): Generation => ({
      lang: 'JavaScript',
      title: `Node ${version}`,
      find: () => findNode(version),
      couldBeHad: hasRegistry,
      lacks: [...(version < 14 ? [KEEPS] : []), ...(version < 18 ? [CLONE] : [])],
    }),
  ),
];

export function pythonOfPyenv(version: string): string | undefined {
  const folder = existsSync(PYENV) ? readdirSync(PYENV).find((name) => name.startsWith(`${version}.`)) : undefined;
  return folder && join(PYENV, folder, 'bin', 'python');
}

/** An expression for what runs: its implementation and version. */
export const FOUND: Record<SuiteLanguage, string> = {
  PHP: "'PHP ' . PHP_VERSION",
  Perl: "sprintf('Perl %vd', $^V)",
  Python: "'%s %s' % (__import__('platform').python_implementation(), __import__('platform').python_version())",
  Ruby: "'Ruby ' + RUBY_VERSION",
  Lua: 'jit and jit.version or _VERSION',
  R: "paste0('R ', getRversion())",
  JavaScript: "'Node ' + process.versions.node",
};

/** Those that a language's own command starts, by the titles that they have among the tests. */
const installed: readonly Pick<Generation, 'title' | 'lacks'>[] = (
  ['PHP', 'Perl', 'Python', 'JavaScript'] as const
).map((lang) => ({ title: lang, lacks: [] }));

/** What the page says of each generation. */
export const rows = [...installed, ...generations];

/** The table as it stands in the page. */
export const tableInPage = writtenPart('docs/reliability.md', 'generations');

declare module 'vitest' {
  interface TaskMeta {
    /** What the interpreter of a test calls itself. */
    found?: string;
  }
}

interface TestResult {
  readonly ancestorTitles: readonly string[];
  readonly status: string;
  readonly meta?: { readonly found?: string };
}

/** Runs the suites, and tells of each test. */
function run(): TestResult[] {
  const folder = mkdtempSync(join(tmpdir(), 'bond-'));
  const report = join(folder, 'report.json');
  const files = ['test/languages.test.ts', 'test/references.test.ts', 'test/versions/'];
  try {
    execFileSync(
      'npx',
      ['vitest', 'run', ...files, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      {
        stdio: 'inherit',
        env: { ...process.env, RELEASE: 'true' },
      },
    );
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
      testResults: { assertionResults: TestResult[] }[];
    };
    return testResults.flatMap(({ assertionResults }) => assertionResults);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function table(results: readonly TestResult[]): string {
  return markdownTable(
    ['generation', 'found', 'tests passed', 'skipped', 'what it lacks'],
    rows.map(({ title, lacks }) => {
      // References are tried by two protocols: 'PHP by EJSON', 'PHP by JSON'.
      const own = results.filter(({ ancestorTitles: [suite = ''] }) => suite.split(' by ')[0] === title);
      const count = (status: string) => own.filter((result) => result.status === status).length;
      const found = own.find(({ meta }) => meta?.found)?.meta?.found;
      const skipped = count('skipped');
      return [
        title,
        found ?? 'not here',
        String(count('passed')),
        skipped === 0 ? '0' : `${skipped}: ${found ? 'see the run' : 'it is not here'}`,
        lacks.join('; '),
      ];
    }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) tableInPage.write(table(run()));
