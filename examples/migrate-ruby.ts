/**
 * The program `mustache` of Debian's `ruby-mustache`, a gem, fills in a template as ever, except that one method of its class is TypeScript:
 *
 *     npx tsx examples/migrate-ruby.ts data.yml page.mustache      # instead of: mustache data.yml page.mustache
 */
import { type AnyRemote, makeBond } from 'bond';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
let escaped = 0;

/** What is text in a page must not look like HTML. The instance comes first. */
function escapeHtml(_mustache: AnyRemote, text: string) {
  escaped++;
  return text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] as string);
}

// Debian's own Ruby, which finds Debian's gems. Everything after `--` is for the program: it is ARGV there.
await using ruby = await makeBond('Ruby', '/usr/bin/ruby', ['--', ...process.argv.slice(2)]);
await ruby.load('/usr/bin/mustache', { replace: { 'Mustache#escapeHTML': escapeHtml } });
console.error(`TypeScript escaped ${escaped} texts.`);
