/**
 * The program `markdown_py` of Debian's `python3-markdown` runs unchanged, except that one function of its modules is
 * TypeScript:
 *
 *     npx tsx examples/migrate-python.ts README.md      # instead of: markdown_py README.md
 */
import { makeBond, TerminatedException } from 'bond';

let escaped = 0;

/** What is text in a page must not look like HTML; an `&` that begins an entity stays. */
function escapeText(text: string) {
  escaped++;
  return text
    .replace(/&(?!(?:#[0-9]+|#x[0-9a-f]+|[0-9a-z]+);)/gi, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

// Debian's own Python, which finds Debian's packages. Everything after `--` is for the program: it is sys.argv there.
await using python = await makeBond('Python', '/usr/bin/python3', ['--', ...process.argv.slice(2)]);
try {
  await python.load('/usr/bin/markdown_py', { replace: { 'markdown.serializers._escape_cdata': escapeText } });
} catch (error) {
  // The program ends with sys.exit(), and the interpreter with it.
  if (!(error instanceof TerminatedException)) throw error;
  process.exitCode = error.exitCode ?? 1;
}
console.error(`TypeScript escaped ${escaped} texts.`);
