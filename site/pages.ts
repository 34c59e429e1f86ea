// The pages of the site, made of those that people read in the repository: the same text, with links that lead to pages of the site.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, 'site/pages');
/** Where there are pages and pictures, and which files of the root are pages. */
const FOLDERS = ['docs', 'examples', 'benchmark'];
const OF_ROOT = ['README.md', 'NEWS.md', 'CONTRIBUTING.md', 'SECURITY.md', 'LICENSE'];
/** What is shown as a page of code when a page leads to it. */
const CODE = /\.(?:ts|[cm]?js|json|php|pl|pm|py|rb|lua|R|tcl|sh)$/;
/** Languages that the highlighter knows by another name than that of their files. */
const NAMES: Record<string, string> = { pl: 'perl', pm: 'perl', cjs: 'js', R: 'r' };

/** Where a file of the repository is on the site: a README is the index of its folder, and code is a page of its own. */
function placeOf(path: string): string {
  if (path === 'LICENSE') return 'LICENSE.md';
  if (isFolder(path)) return `${path}/index.md`;
  if (CODE.test(path)) return `${path}.md`;
  return path.replace(/(^|\/)README\.md$/, '$1index.md');
}

function isFolder(path: string): boolean {
  return statSync(join(ROOT, path)).isDirectory();
}

/** Whether a link to a file of the repository can lead to a page or a picture of the site. */
export function isOnSite(path: string): boolean {
  return path === 'LICENSE' || /\.(?:md|svg|png)$/.test(path) || CODE.test(path) || isFolder(path);
}

/** The text with `change` done to all that is not in a block of code. */
function outsideOfCode(text: string, change: (part: string) => string): string {
  const parts = text.split(/(^```[\s\S]*?^```$)/m);
  return parts.map((part, index) => (index % 2 === 0 ? change(part) : part)).join('');
}

/** Blocks between the marks become tabs; in the repository they stand below each other, each under its title. */
function withTabs(text: string): string {
  return text.replace(/^<!-- tabs -->\n([\s\S]*?)^<!-- end of tabs -->$/gm, (_, blocks: string) => {
    const tabs = blocks.replace(/^\*\*(.+)\*\*\n\n```(\w+)$/gm, '```$2 [$1]').trim();
    return `::: code-group\n\n${tabs}\n\n:::`;
  });
}

/** Links from a page at `from` that lead to files of the repository; `linked` learns which. */
function withLinks(text: string, from: string, linked: Set<string>): string {
  return outsideOfCode(text, (part) =>
    part.replace(/\]\(([^)\s:#]+)(#[^)\s]*)?\)/g, (whole, target: string, anchor = '') => {
      const path = posix.normalize(posix.join(posix.dirname(from), target));
      if (!existsSync(join(ROOT, path)) || /\.(svg|png)$/.test(path)) return whole;
      linked.add(path);
      return `](${relative(from, placeOf(path))}${anchor})`;
    }),
  );
}

function relative(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}

/** A page of a file, or of all files of a folder. */
function codePage(path: string): string {
  const files = isFolder(path)
    ? readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' })
        .map((name) => posix.join(path, name))
        .filter((name) => !isFolder(name))
    : [path];
  return [`# ${posix.basename(path)}`, ...files.map(codeBlock)].join('\n\n');
}

function codeBlock(path: string): string {
  const extension = posix.extname(path).slice(1);
  const language = NAMES[extension] ?? (extension || 'text');
  return `\`${path}\`\n\n\`\`\`\`${language}\n${readFileSync(join(ROOT, path), 'utf8').trimEnd()}\n\`\`\`\`\n`;
}

/** What is for the repository only is left out: the lines of the reference, which the site's sidebar and headings replace. */
function adapted(path: string, markdown: string): string {
  const text = markdown.replace(/^```wire$/gm, '```text'); // which no highlighter knows
  if (!path.startsWith('docs/reference/')) return text;
  return text.replace(/^(?:\[\*\*Reference\*\*\]\([^)]*\)|\*\*Reference\*\*)\n/, '').replace(/^\*\*\*$\n/gm, '');
}

function write(path: string, text: string): void {
  const file = join(OUT, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Writes all pages into site/pages, and their Markdown beside them into what is served as it stands. Returns their paths. */
export function writePages(): string[] {
  rmSync(OUT, { recursive: true, force: true });
  const linked = new Set<string>();
  const paths: string[] = [];
  const inFolders = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => posix.join(folder, name))
      .filter((path) => !path.includes('node_modules')),
  );
  for (const path of inFolders.filter((name) => name.endsWith('.svg'))) cpSync(join(ROOT, path), join(OUT, path));
  const add = (path: string, markdown: string): void => {
    const place = placeOf(path);
    write(place, withTabs(withLinks(adapted(path, markdown), path, linked)));
    write(`public/${place}`, markdown);
    paths.push(place);
  };
  for (const path of [...OF_ROOT, ...inFolders.filter((name) => name.endsWith('.md'))]) {
    const text = readFileSync(join(ROOT, path), 'utf8');
    add(path, path === 'LICENSE' ? `# Licence\n\n${text}` : text);
  }
  const code = [...linked].filter((path) => CODE.test(path) || isFolder(path));
  for (const path of code) add(path, codePage(path));
  write('public/llms.txt', list(paths));
  return paths;
}

/** What there is, as Markdown, for programs that read. */
function list(paths: readonly string[]): string {
  const lines = paths.map((path) => `- [${titleOf(path)}](${path})`);
  const { description } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return `# bond\n\n${description}. Every page is also there as Markdown:\n\n${lines.join('\n')}\n`;
}

export function titleOf(path: string): string {
  const text = readFileSync(join(OUT, path), 'utf8');
  return (text.match(/^# (.*)$/m)?.[1] ?? path).replace(/[`\\]/g, '');
}
