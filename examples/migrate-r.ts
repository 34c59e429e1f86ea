/**
 * A script in R fills in the template of a letter with the package `whisker`, Debian's `r-cran-whisker`, as ever, except that a function of
 * its own and one of the package are TypeScript:
 *
 *     npx tsx examples/migrate-r.ts letter.mustache items.dcf      # instead of: Rscript examples/offer.R letter.mustache items.dcf
 */
import { makeBond } from 'bond';

let written = 0;
let escaped = 0;

/** A sum of money in cents, as the letter has it. */
function money(cents: number) {
  written++;
  return `EUR ${(cents / 100).toLocaleString('en', { minimumFractionDigits: 2 })}`;
}

/** What is text in a letter must not look like HTML. */
function escapeHtml(text: string) {
  escaped++;
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

// Everything after `--` is for the script: it is commandArgs(TRUE) there.
await using r = await makeBond('R', 'R', ['--', ...process.argv.slice(2)]);
await r.load('examples/offer.R', { replace: { money, 'whisker::whisker.escape': escapeHtml } });
console.error(`TypeScript wrote ${written + escaped} texts.`);
