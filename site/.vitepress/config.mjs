// What the site looks like. Its pages are made by site/pages.ts.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const { description } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const PAGES = fileURLToPath(new URL('../pages/', import.meta.url));

function titleOf(path) {
  const text = readFileSync(`${PAGES}${path}.md`, 'utf8');
  return (text.match(/^# (.*)$/m)?.[1] ?? path)
    .replace(/[`\\]/g, '')
    .replace(/^(?:Class|Function|Interface|Type Alias): /, '');
}

/** The anchor of a heading, as code hosts make it: the same links work in the repository and on the site. */
function slugify(heading) {
  const letters = heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '');
  return letters.replaceAll(' ', '-');
}

const item = (path, text = titleOf(path)) => ({ text, link: `/${path.replace(/index$/, '')}` });

function folder(path) {
  const names = readdirSync(PAGES + path).filter((name) => name.endsWith('.md') && name !== 'index.md');
  return names.sort().map((name) => item(`${path}/${name.slice(0, -3)}`));
}

const group = (text, items, collapsed = true) => ({ text, items, collapsed });
const docs = (...names) => names.map((name) => item(`docs/${name}`));

export default defineConfig({
  title: 'bond',
  description,
  lang: 'en',
  base: process.env.SITE_BASE ?? '/',
  srcDir: 'pages',
  srcExclude: ['public/**'],
  outDir: 'dist',
  cacheDir: 'node_modules/.cache',
  lastUpdated: false,
  metaChunk: true,
  markdown: {
    anchor: { slugify },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    docFooter: { prev: false, next: false },
    nav: [
      item('docs/guide/index', 'Guide'),
      item('docs/api', 'API'),
      item('docs/reference/index', 'Reference'),
      item('docs/languages/index', 'Languages'),
      item('docs/errors', 'Errors'),
      item('NEWS', 'News'),
    ],
    sidebar: [
      item('index', 'Start'),
      group('Guide', [item('docs/guide/index', 'All chapters'), ...folder('docs/guide')], false),
      group('Languages', [item('docs/languages/index', 'Side by side'), ...folder('docs/languages')], false),
      group(
        'Topics',
        docs(
          'values',
          'old-text',
          'objects',
          'programs',
          'async',
          'blocking',
          'types',
          'errors',
          'exceptions',
          'termination',
          'debugging',
          'remote',
          'hosts',
          'command',
        ),
        false,
      ),
      group('Coming from', docs('from-python-bond', 'from-pythonia', 'from-python-shell', 'from-exec')),
      group('API', [
        item('docs/api', 'On one page'),
        item('docs/reference/index', 'Reference'),
        group('Functions', folder('docs/reference/functions')),
        group('Classes', folder('docs/reference/classes')),
        group('Interfaces', folder('docs/reference/interfaces')),
        group('Types', folder('docs/reference/type-aliases')),
      ]),
      group('Examples', [item('examples/index', 'All examples'), ...folder('examples')]),
      group('Inside', [
        ...docs('architecture', 'protocol', 'adding-a-language', 'driver-isolation', 'reliability'),
        item('benchmark/index'),
        item('CONTRIBUTING'),
        item('SECURITY'),
        group('Decisions', [item('docs/decisions/index', 'All'), ...folder('docs/decisions')]),
      ]),
    ],
    footer: { message: 'MIT licence' },
  },
});
