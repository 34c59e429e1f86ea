// The site, as a browser shows it: npm run site makes it, a headless Chromium opens every page and follows every link. It takes half a minute
// of a processor, so it runs with RELEASE=1 only; test/links.test.ts looks at the links of the pages themselves each time.

import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from './browser.js';
import { ROOT } from './compiler.js';
import { documents } from './documents.js';
import { output } from './nodes.js';
import { LONG_TEST_HANG } from './patience.js';

const SITE = join(ROOT, 'site/dist');
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

interface Page {
  readonly title: string;
  readonly ids: readonly string[];
  readonly links: readonly string[];
  readonly brokenPictures: readonly string[];
  readonly hasContent: boolean;
}

const LOOK = `({
  title: document.title,
  ids: [...document.querySelectorAll('[id]')].map(({ id }) => id),
  links: [...document.querySelectorAll('a[href]')].map(({ href }) => href),
  brokenPictures: [...document.images].filter((image) => image.complete && image.naturalWidth === 0).map(({ src }) => src),
  hasContent: document.querySelector('.vp-doc') !== null,
})`;

/** The file that a web server like that of GitHub Pages gives for a path. */
function fileFor(path: string): string | undefined {
  const file = join(SITE, normalize(decodeURIComponent(path)));
  return [file, join(file, 'index.html'), `${file}.html`].find((name) => existsSync(name) && statSync(name).isFile());
}

const isWanted = process.env.RELEASE === '1';
const isThere = output('chromium', '--version') !== undefined;

describe.skipIf(!isWanted || (!isThere && !process.env.CI))('the site', () => {
  let server: Server;
  let browser: Browser;
  let origin: string;
  const pages = new Map<string, Page>();

  async function visit(path: string): Promise<Page> {
    await browser.visit(origin + path);
    return browser.evaluate<Page>(LOOK);
  }

  beforeAll(async () => {
    await promisify(execFile)('npm', ['run', '--silent', 'site'], { cwd: ROOT, maxBuffer: 2 ** 26 });
    server = createServer((request, response) => {
      const file = fileFor(new URL(request.url ?? '/', 'http://site').pathname);
      response.statusCode = file ? 200 : 404;
      response.setHeader('content-type', TYPES[extname(file ?? '')] ?? 'text/plain; charset=utf-8');
      response.end(file && readFileSync(file));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await Browser.open();
  }, LONG_TEST_HANG);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  test(
    'leads from its start to every page, and no link leads nowhere',
    async () => {
      const wrong: string[] = [];
      const asked: [from: string, path: string, anchor: string][] = [];
      const toVisit = ['/'];
      for (const path of toVisit) {
        const page = await visit(path);
        pages.set(path, page);
        if (!page.hasContent) wrong.push(`${path} has no content`);
        wrong.push(...page.brokenPictures.map((src) => `${path} shows ${src}`));
        for (const link of page.links.filter((href) => href.startsWith(origin))) {
          const { pathname, hash } = new URL(link);
          asked.push([path, pathname, decodeURIComponent(hash.slice(1))]);
          const isPage = fileFor(pathname)?.endsWith('.html') ?? false;
          if (isPage && !toVisit.includes(pathname)) toVisit.push(pathname);
        }
      }
      for (const [from, path, anchor] of asked) {
        if (!fileFor(path)) wrong.push(`${from} leads to ${path}`);
        else if (anchor && pages.has(path) && !pages.get(path)?.ids.includes(anchor))
          wrong.push(`${from}: ${path}#${anchor}`);
      }
      expect([...new Set(wrong)]).toEqual([]);
      expect(pages.size).toBeGreaterThan(documents().length);
    },
    LONG_TEST_HANG,
  );

  test('has every page as Markdown, the same text as in the repository', () => {
    for (const { path, text } of documents()) {
      const file = join(SITE, path.replace(/(^|\/)README\.md$/, '$1index.md'));
      expect(readFileSync(file, 'utf8'), path).toBe(text);
    }
    expect(readFileSync(join(SITE, 'llms.txt'), 'utf8')).toContain('docs/values.md');
  });

  test('shows languages in tabs, and searches', async () => {
    await visit('/docs/languages/');
    const tabs = await browser.evaluate<string[]>(
      `[...document.querySelectorAll('.vp-code-group')[0].querySelectorAll('label')].map((label) => label.textContent)`,
    );
    expect(tabs).toEqual(['Python', 'PHP', 'Perl', 'JavaScript', 'Ruby', 'Lua', 'R', 'Tcl']);
    await browser.evaluate(`document.querySelector('.VPNavBarSearch button').click()`);
    const found = await browser.evaluate<string>(`(async () => {
      for (;;) {
        const input = document.querySelector('#localsearch-input');
        if (input && input.value === '') {
          input.value = 'maxMessageBytes';
          input.dispatchEvent(new Event('input', { bubbles: true }));
        }
        const result = document.querySelector('.VPLocalSearchBox .result');
        if (result) return result.textContent;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })()`);
    expect(found).not.toBe('');
  });
});
