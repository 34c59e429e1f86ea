/**
 * Parsedown, a class of Debian's `php-parsedown`, makes HTML of a Markdown file, with one of its methods in TypeScript:
 *
 *     npx tsx examples/migrate-php-class.ts README.md
 *
 * What a class does is replaced in a class below it. That has to be PHP, but its methods need be no more than calls.
 */
import { readFileSync } from 'node:fs';
import { makeBond } from 'bond';

let headings = 0;

/** What Parsedown asks of each line that begins with `#`: is it a heading, and which? */
function heading({ text }: { text: string }) {
  const level = text.search(/[^#]|$/);
  if (text.length < 2 || level > 6) return null;
  headings++;
  return { element: { name: `h${level}`, text: text.replace(/^[# ]+|[# ]+$/g, ''), handler: 'line' } };
}

await using php = await makeBond('PHP');
await php.evalBlock(`
  require 'Parsedown/autoload.php';
  class MigratedParsedown extends Parsedown {
    protected function blockHeader($line) { return heading($line); }
  }
  $parsedown = new MigratedParsedown;`);
await php.export(heading);
const html = await php.call('$parsedown->text', readFileSync(process.argv[2] ?? 'README.md', 'utf8'));
console.log(html);
console.error(`TypeScript made ${headings} headings.`);
