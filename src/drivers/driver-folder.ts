import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the driver in a folder has under that name, whatever the file's extension is; not every driver has all. */
export function readDriverPart(folder: string, part: string): string | undefined {
  const name = readdirSync(folder).find((candidate) => candidate.startsWith(`${part}.`));
  return name && withoutComments(readFileSync(join(folder, name), 'utf8'));
}

/**
 * A text without the lines that are comments and nothing else: a sixth of what would be sent. They become empty, so that
 * every line keeps its number. How the language marks a comment is told by the first one.
 */
function withoutComments(text: string): string {
  const [mark] = /^(?:\/\/|#)/m.exec(text) ?? [];
  if (mark === undefined) return text;
  const lines = text.replace(new RegExp(`^[ \\t]*${mark}(?: .*)?$`, 'gm'), '');
  return mark === '#' ? lines : lines.replace(/^[ \t]*\/\*\*[\s\S]*?\*\/$/gm, (block) => block.replace(/.+/g, ''));
}
