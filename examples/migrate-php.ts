/**
 * PHP_CodeSniffer, a program of Debian's `php-codesniffer`, runs unchanged, except that one function is TypeScript:
 *
 *     npx tsx examples/migrate-php.ts -s /usr/share/php/Parsedown      # instead of: phpcs -s /usr/share/php/Parsedown
 *
 * PHP does not let a function be defined again. But code in a namespace that calls `wordwrap(…)` looks for one in its own
 * namespace first: whatever is exported there takes the place of PHP's own function, for this namespace alone.
 */
import { makeBond, TerminatedException } from 'bond';

let wrapped = 0;

/** PHP's `wordwrap`: breaks a text at spaces, and leaves words that are too long as they are. */
function wordwrap(text: string, width: number, lineBreak: string) {
  wrapped++;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join(lineBreak);
}

// Everything after `--` is for the program: it is $argv there.
await using php = await makeBond('PHP', 'php', ['--', ...process.argv.slice(2)]);
await php.export(wordwrap, 'PHP_CodeSniffer\\Reports\\wordwrap');
try {
  await php.evalBlock('require "/usr/bin/phpcs";');
} catch (error) {
  // The program ends with exit(), and the interpreter with it.
  if (!(error instanceof TerminatedException)) throw error;
  process.exitCode = error.exitCode ?? 1;
}
console.error(`TypeScript wrapped ${wrapped} messages.`);
