// That every relative link and picture in the pages leads to a file, and every #anchor to a heading.

import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { withPackedLinks } from '../build/packed-links.js';
import { isOnSite } from '../site/pages.js';
import { ROOT } from './compiler.js';
import { documents, targetsOf } from './documents.js';

/** The anchors of a page, as code hosts make them of headings. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  const outside = text.replace(/^(`{3,}).*\n[\s\S]*?^\1$/gm, '');
  for (const [, heading = ''] of outside.matchAll(/^#+ (.*)$/gm)) {
    const shown = heading.replace(/\]\([^)]*\)/g, '').replace(/\\(?=\W)/g, '');
    const slug = shown
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  for (const [, id = ''] of outside.matchAll(/<a id="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

/** Whether a link of the page `path` leads somewhere. */
function leads(path: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const there = file === '' ? path : normalize(join(path, '..', file));
  if (there.startsWith('..') || !existsSync(join(ROOT, there))) return false;
  return (
    anchor === undefined || (there.endsWith('.md') && anchorsOf(readFileSync(join(ROOT, there), 'utf8')).has(anchor))
  );
}

test('anchors are those of code hosts, and what is code is no link', () => {
  const page =
    '# `makeBond(lang, cmd?)`\n## What [it](x.md) is\n## Same\n## Same\n```md\n# No\n[no](no.md)\n```\n`[no](no)` [a](b.md#c)';
  expect([...anchorsOf(page)]).toEqual(['makebondlang-cmd', 'what-it-is', 'same', 'same-1']);
  expect(targetsOf(page)).toEqual(['x.md', 'b.md#c']);
  expect(leads('docs/values.md', 'nowhere.md')).toBe(false);
  expect(leads('docs/values.md', '../README.md#nowhere')).toBe(false);
});

test.each(documents())('the links of $path lead somewhere', ({ path, text }) => {
  expect(targetsOf(text).filter((target) => !leads(path, target))).toEqual([]);
});

test.each(documents())('the links of $path lead somewhere on the site, too', ({ path, text }) => {
  const files = targetsOf(text).map((target) => target.replace(/#.*/, ''));
  const linked = files.filter(Boolean).map((file) => normalize(join(path, '..', file)));
  expect(linked.filter((file) => !isOnSite(file))).toEqual([]);
});

test('every page can be reached from the README', () => {
  const found = new Set(['README.md']);
  const all = new Map(documents().map(({ path, text }) => [path, text]));
  for (const path of found) {
    for (const target of targetsOf(all.get(path) ?? '')) {
      const there = normalize(join(path, '..', target.split('#')[0] as string));
      if (all.has(there)) found.add(there);
    }
  }
  expect([...all.keys()].filter((path) => !found.has(path))).toEqual([]);
});

test('in the package, a link to what is only in the repository is text, or leads to its address', () => {
  const page =
    'See [values](values.md#a), [`x.ts`](../examples/x.ts), [all](../examples/README.md#b)\n![Chart](../a.svg)\n`[a](b)`';
  const options = {
    isPacked: (path: string) => path === 'values.md',
    inRepository: (path: string) => path.replace('../', ''),
  };
  expect(withPackedLinks(page, { ...options, address: undefined })).toBe(
    'See [values](values.md#a), `examples/x.ts`, all (`examples/`)\nChart (`a.svg`)\n`[a](b)`',
  );
  expect(withPackedLinks(page, { ...options, address: 'https://host/r' })).toBe(
    'See [values](values.md#a), [`x.ts`](https://host/r/examples/x.ts), [all](https://host/r/examples/README.md#b)\n' +
      '![Chart](https://host/r/a.svg?raw=true)\n`[a](b)`',
  );
});
