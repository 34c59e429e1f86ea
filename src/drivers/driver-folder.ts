import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a line begins that is a comment, in one language or another. */
const COMMENT = /^(?:\/\/|#|--)/m;

/**
 * What the driver in a folder has under that name, whatever the file's extension is; not every driver has all. `stage2` may
 * be several files, in the folder `driver/`.
 */
export function readDriverPart(folder: string, part: string): string | undefined {
  const rooms = join(folder, 'driver');
  if (part === 'stage2' && existsSync(rooms)) return joinFiles(rooms, namesOfFiles(folder));
  const text = readFile(folder, part);
  return text && withoutComments(text);
}

function readFile(folder: string, part: string): string | undefined {
  const name = readdirSync(folder).find((candidate) => candidate.startsWith(`${part}.`));
  return name && readFileSync(join(folder, name), 'utf8');
}

/** The files of a driver, in the order in which they are to be read there: `files` in its manifest. */
function namesOfFiles(folder: string): readonly string[] {
  const { files } = JSON.parse(readFile(folder, 'bond') ?? '{}') as { readonly files?: readonly string[] };
  if (!Array.isArray(files)) throw new Error(`'files' is not a list of the names in ${join(folder, 'driver')}`);
  return files;
}

/**
 * The files as one text, each behind a comment with its name: `#: eager loop`. A file whose first line is `#: lazy` is
 * announced as such, and stands behind those that are not: the driver compiles it when it first needs it. An opening tag, as
 * PHP has it, stands once at the front.
 */
function joinFiles(folder: string, names: readonly string[]): string {
  let opening = '';
  let eager = '';
  let lazy = '';
  for (const name of names) {
    const file = readFile(folder, name);
    if (file === undefined) throw new Error(`there is no ${name} in ${folder}`);
    const [, tag = '', code = ''] = /^(<\?\w+\n)?([\s\S]*)$/.exec(file) ?? [];
    opening ||= tag;
    const [mark = '#'] = COMMENT.exec(code) ?? [];
    const [heading] = /^(?:\/\/|#|--): lazy\n/.exec(code) ?? [];
    const text = withoutComments(code.slice(heading?.length));
    if (heading === undefined) eager += `${mark}: eager ${name}\n${text}`;
    else lazy += `${mark}: lazy ${name}\n${text}`;
  }
  return opening + eager + lazy;
}

/**
 * A text without the lines that are comments and nothing else: a sixth of what would be sent. They become empty, so that
 * every line keeps its number. How the language marks a comment is told by the first one.
 */
function withoutComments(text: string): string {
  const [mark] = COMMENT.exec(text) ?? [];
  if (mark === undefined) return text;
  const lines = text.replace(new RegExp(`^[ \\t]*${mark}(?: .*)?$`, 'gm'), '');
  return mark !== '//' ? lines : lines.replace(/^[ \t]*\/\*\*[\s\S]*?\*\/$/gm, (block) => block.replace(/.+/g, ''));
}
