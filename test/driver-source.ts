import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A stage of the driver in a folder, with its comments: joined as docs/protocol.md says, without anything of src/. */
export function readStage(folder: string, stage: string): string {
  const { files } = JSON.parse(readNamed(folder, 'bond')) as { files?: string[] };
  if (stage !== 'stage2' || !files) return readNamed(folder, stage);
  const texts = files.map((name) => readNamed(join(folder, 'driver'), name));
  const [tag = ''] = /^<\?.*\n/.exec(texts[0] as string) ?? [];
  const announced = texts.map((text, index) => {
    const body = text.slice(tag.length);
    const [mark = '#'] = /^(#|\/\/|--)/m.exec(body) ?? [];
    const [lazy = ''] = /^(#|\/\/|--): lazy\n/.exec(body) ?? [];
    return `${mark}: ${lazy ? 'lazy' : 'eager'} ${files[index]}\n${body.slice(lazy.length)}`;
  });
  const isLazy = (text: string): boolean => /^(?:#|\/\/|--): lazy /.test(text);
  const lazy = announced.filter(isLazy);
  return tag + announced.filter((text) => !isLazy(text)).join('') + lazy.join('');
}

/** The file of that name in a folder, whatever its extension is. */
export function readNamed(folder: string, part: string): string {
  const name = readdirSync(folder).find((candidate) => candidate.startsWith(`${part}.`)) as string;
  return readFileSync(join(folder, name), 'utf8');
}
