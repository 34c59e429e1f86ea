/**
 * A script that uses the package `Markdown` of tcllib runs as ever, except that one procedure of the package is TypeScript:
 *
 *     npx tsx examples/migrate-tcl.ts README.md      # instead of: tclsh examples/markdown.tcl README.md
 */
import { makeBond } from 'bond';

let escaped = 0;

/** What is code in a page must not look like HTML. */
function escapeHtml(text: string) {
  escaped++;
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

// Everything after `--` is for the script: it is argv there.
await using tcl = await makeBond('Tcl', 'tclsh', ['--', ...process.argv.slice(2)]);
await tcl.load('examples/markdown.tcl', { replace: { 'Markdown::html_escape': escapeHtml } });
console.error(`TypeScript escaped ${escaped} texts.`);
