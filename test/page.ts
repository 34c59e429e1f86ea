// Pages with a part that a command writes: it stands between two marks.

import { readFileSync, writeFileSync } from 'node:fs';

export interface WrittenPart {
  /** What stands between the marks. */
  read(): string;
  write(text: string): void;
}

/** The part `name` of a page, whose path is relative to this package; `npm run <name>` writes it. */
export function writtenPart(path: string, name: string): WrittenPart {
  const page = new URL(`../${path}`, import.meta.url);
  const [begin, end] = [`<!-- ${name}: written by npm run ${name} -->\n`, `<!-- end of ${name} -->\n`];

  function split(): string[] {
    const [before = '', rest = ''] = readFileSync(page, 'utf8').split(begin);
    const [text = '', after] = rest.split(end);
    if (after === undefined) throw new Error(`${path} has no part ${name}`);
    return [before + begin, text, end + after];
  }

  return {
    read: () => split()[1] as string,
    write(text) {
      const [before = '', , after = ''] = split();
      writeFileSync(page, before + text + after);
    },
  };
}

/** A table in Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [line(head), `|${'---|'.repeat(head.length)}\n`, ...rows.map(line)].join('');
}
