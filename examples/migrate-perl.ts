/**
 * The program `markdown` of Debian's `libtext-markdown-perl` runs unchanged, except that one function of its module is
 * TypeScript:
 *
 *     npx tsx examples/migrate-perl.ts README.md      # instead of: markdown README.md
 */
import { createHash } from 'node:crypto';
import { makeBond } from 'bond';

let hashed = 0;

/** By what Text::Markdown keeps a piece of a page under. In Perl, a string is text or bytes, and arrives as such. */
function hash(piece: string | Uint8Array) {
  hashed++;
  return createHash('md5').update(piece).digest('hex');
}

// Everything after `--` is for the program: it is @ARGV there.
await using perl = await makeBond('Perl', 'perl', ['--', ...process.argv.slice(2)]);
await perl.load('/usr/bin/markdown', { replace: { 'Text::Markdown::_md5_utf8': hash } });
console.error(`TypeScript hashed ${hashed} pieces.`);
