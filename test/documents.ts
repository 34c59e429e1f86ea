// The pages of the documentation.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './compiler.js';

export interface Document {
  /** Relative to the package. */
  readonly path: string;
  readonly text: string;
}

/** What is written from the code, and has no code of its own. */
const WRITTEN = 'docs/reference/';

/** All pages: those beside the code, and those in `docs`. */
export function documents(): Document[] {
  const paths = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) => `docs/${path}`);
  const others = ['examples', 'benchmark', '.'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => join(folder, name)),
  );
  return [...others, ...paths]
    .filter((path) => path.endsWith('.md'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** The pages that people have written. */
export function writtenByHand(): Document[] {
  return documents().filter(({ path }) => !path.startsWith(WRITTEN));
}

/** What is code is no link. */
function withoutCode(text: string): string {
  return text.replace(/^(`{3,}).*\n[\s\S]*?^\1$/gm, '').replace(/(`+)[^`][\s\S]*?\1/g, 'code');
}

/** The targets of a page's links and pictures that are no addresses of other sites. */
export function targetsOf(text: string): string[] {
  const targets = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target as string);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}
