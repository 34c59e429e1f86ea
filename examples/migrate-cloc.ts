/**
 * The program `cloc` of Debian, 14 000 lines of Perl in one file, counts lines as ever, except that one function of its own is
 * TypeScript. The function calls the one that it replaces as well, and tells where they differ:
 *
 *     npx tsx examples/migrate-cloc.ts src drivers      # instead of: cloc src drivers
 */
import { makeBond, TerminatedException } from 'bond';

let compared = 0;

/** Removes the lines that match a pattern: comments, and blank lines. What is no text in Perl arrives as bytes. */
function removeMatches(lines: readonly (string | Uint8Array)[], pattern: string) {
  const regExp = new RegExp(pattern, 'i');
  return lines.filter((line) => !regExp.test(typeof line === 'string' ? line : Buffer.from(line).toString('latin1')));
}

// Everything after `--` is for the program: it is @ARGV there.
await using perl = await makeBond('Perl', 'perl', ['--', ...process.argv.slice(2)], { timeout: Infinity });
const original = perl.original<typeof removeMatches>('remove_matches');

async function compareMatches(lines: readonly (string | Uint8Array)[], pattern: string) {
  const [before, now] = [await original(lines, pattern), removeMatches(lines, pattern)];
  compared++;
  if (before.length !== now.length) console.error(`${pattern} keeps ${before.length} lines, or ${now.length}`);
  return now;
}

try {
  // The @ says that it returns a list.
  await perl.load('/usr/bin/cloc', { replace: { '@remove_matches': compareMatches } });
} catch (error) {
  // The program ends with exit(), and the interpreter with it.
  if (!(error instanceof TerminatedException)) throw error;
  process.exitCode = error.exitCode ?? 1;
}
console.error(`TypeScript compared ${compared} files.`);
