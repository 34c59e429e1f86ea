/**
 * A program with the class Parsedown, of Debian's `php-parsedown`, makes HTML of a Markdown file. One method of the class is TypeScript:
 *
 *     npx tsx examples/migrate-php-class.ts README.md      # instead of: php examples/markdown.php README.md
 *
 * No line of the program or of the class is edited. The class is in a file that PHP loads when the program first needs it: `load` replaces the
 * method then.
 */
import { type AnyRemote, makeBond } from 'bond';

let headings = 0;

/** A protected method: Parsedown asks it whether a line that begins with `#` is a heading. The instance comes first. */
function blockHeader(_parsedown: AnyRemote, { text }: { text: string }) {
  const level = text.search(/[^#]|$/);
  if (text.length < 2 || level > 6) return null;
  headings++;
  return { element: { name: `h${level}`, text: text.replace(/^[# ]+|[# ]+$/g, ''), handler: 'line' } };
}

// Everything after `--` is for the program: it is $argv there.
await using php = await makeBond('PHP', 'php', ['--', ...process.argv.slice(2)]);
await php.load('examples/markdown.php', { replace: { 'Parsedown::blockHeader': blockHeader } });
console.error(`TypeScript made ${headings} headings.`);
