/**
 * PHP_CodeSniffer, a program of Debian's `php-codesniffer`, runs unchanged, except that one static method of its many classes is
 * TypeScript:
 *
 *     npx tsx examples/migrate-php.ts -s /usr/share/php/Parsedown      # instead of: phpcs -s /usr/share/php/Parsedown
 */
import { makeBond, TerminatedException } from 'bond';

let named = 0;

/** The name of a rule by that of its class: `PEAR.Files.LineLength` by `PHP_CodeSniffer\Standards\PEAR\Sniffs\Files\LineLengthSniff`. */
function getSniffCode(className: string) {
  named++;
  const [standard, , category, rule] = className.split('\\').slice(-4);
  return `${standard}.${category}.${rule?.replace(/Sniff$|UnitTest$/, '')}`;
}

// Everything after `--` is for the program: it is $argv there.
await using php = await makeBond('PHP', 'php', ['--', ...process.argv.slice(2)]);
try {
  await php.load('/usr/bin/phpcs', { replace: { 'PHP_CodeSniffer\\Util\\Common::getSniffCode': getSniffCode } });
} catch (error) {
  // The program ends with exit(), and the interpreter with it.
  if (!(error instanceof TerminatedException)) throw error;
  process.exitCode = error.exitCode ?? 1;
}
console.error(`TypeScript named ${named} rules.`);
