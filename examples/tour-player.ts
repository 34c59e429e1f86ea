/** Plays the steps of the tour: shows the source of each, and lets it print what came back. */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { type BondException, listDrivers, makeBond, queryDriver } from 'bond';

/** A step of the tour; it may be given something that it needs around it, such as a command. */
// biome-ignore lint/suspicious/noExplicitAny: each step says itself what it takes
type Step = (given: any) => Promise<void>;

/** What a step needs around it: either that, or the reason why it cannot be had. */
export interface Surroundings {
  readonly given?: unknown;
  readonly missing?: string;
  readonly end?: () => void | Promise<void>;
}

const SOURCES = ['tour.ts', 'tour-in-javascript.ts']
  .map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'))
  .join('\n');

/** A chapter of the tour. */
export interface Chapter {
  readonly title: string;
  /** The step, and perhaps the same in JavaScript. */
  readonly steps: readonly [own: Step, inJavaScript?: Step];
  /** The languages of the first. */
  readonly needs: readonly string[];
  /** Makes what the step is given, for the interpreter that it is played in. */
  readonly surroundings?: (interpreter: string) => Promise<Surroundings>;
}

/** Plays every chapter. The exit code of the process tells whether anything failed that should have worked. */
export async function play(chapters: readonly Chapter[]): Promise<void> {
  const missing = await meetLanguages();
  for (const [index, chapter] of chapters.entries()) {
    heading(`${index + 1}. ${chapter.title}`);
    try {
      await playChapter(chapter, missing);
    } catch (error) {
      console.log('This should have worked:', error);
      process.exitCode = 1;
    }
  }
  heading('That was the tour');
  for (const lang of missing) console.log(`${lang} was missing; to install it: ${queryDriver(lang).install}`);
  console.log(process.exitCode ? 'Something failed: see above.' : 'Everything that was played worked.');
}

/** The languages that are missing here; says which are there. */
async function meetLanguages(): Promise<Set<string>> {
  const missing = new Set<string>();
  heading('The languages of this machine');
  for (const lang of listDrivers()) {
    try {
      console.log(`${lang.padEnd(10)} ${await versionOf(lang)}`);
    } catch (error) {
      missing.add(lang);
      console.log(`${lang.padEnd(10)} missing; to install it: ${queryDriver(lang).install}`);
      console.log(`           ${(error as BondException).message}`);
      if (!/cannot start its interpreter/.test(String(error))) process.exitCode = 1;
    }
  }
  return missing;
}

const VERSIONS: Record<string, string> = {
  JavaScript: 'process.versions.node',
  PHP: 'PHP_VERSION',
  Perl: 'sprintf("%vd", $^V)',
  Python: '__import__("platform").python_version()',
};

async function versionOf(lang: string): Promise<unknown> {
  await using bond = await makeBond(lang);
  return bond.eval(VERSIONS[lang] ?? '1');
}

async function playChapter(chapter: Chapter, missing: ReadonlySet<string>): Promise<void> {
  const { steps, needs } = chapter;
  const lacking = needs.filter((lang) => missing.has(lang));
  const step = lacking.length === 0 ? steps[0] : steps[1];
  if (lacking.length > 0) console.log(`(${lacking.join(' and ')} missing${step ? ': in JavaScript instead' : ''})`);
  if (step)
    await playStep(step, await chapter.surroundings?.(interpreterOf(lacking.length === 0 ? needs[0] : undefined)));
}

function interpreterOf(lang = 'JavaScript'): string {
  return lang === 'JavaScript' ? process.execPath : (queryDriver(lang).commands[0] as string);
}

async function playStep(step: Step, surroundings: Surroundings = {}): Promise<void> {
  try {
    showSource(step, surroundings.given);
    if (surroundings.missing) console.log(`(not played here: ${surroundings.missing})`);
    else await step(surroundings.given);
  } finally {
    await surroundings.end?.();
  }
}

function heading(text: string): void {
  console.log(`\n${text}\n${'='.repeat(text.length)}`);
}

/** The body of the step, as it stands in its file; what it was given comes first. */
function showSource(step: Step, given: unknown): void {
  const pattern = new RegExp(`^(?:export )?async function ${step.name}\\(([^:)]*).*\\) \\{\\n([^]*?)^\\}`, 'm');
  const [, parameter, body = `  (the source of ${step.name} is not here)\n`] = pattern.exec(SOURCES) ?? [];
  const first = parameter && given ? `  const ${parameter} = ${inspect(given, { breakLength: 100 })};\n` : '';
  console.log(`${first}${body}`.replace(/^ {0,2}(?=.)/gm, '  | '));
}
