/**
 * The program `rst2html` of Debian's `python3-docutils` runs unchanged, except that a function and a method of its modules are
 * TypeScript:
 *
 *     npx tsx examples/migrate-docutils.ts README.rst      # instead of: rst2html README.rst
 */
import { type AnyRemote, makeBond } from 'bond';

let [encoded, named] = [0, 0];

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '@': '&#64;' };

/** A method: the instance comes first, as in Python. */
function encode(_translator: AnyRemote, text: string) {
  encoded++;
  return text.replace(/[&<>"@]/g, (character) => ENTITIES[character] as string);
}

// Debian's own Python, which finds Debian's packages. Everything after `--` is for the program: it is sys.argv there.
await using python = await makeBond('Python', '/usr/bin/python3', ['--', ...process.argv.slice(2)]);
const makeId = python.original<(text: string) => string>('docutils.nodes.make_id');

await python.load('/usr/bin/rst2html', {
  replace: {
    'docutils.writers._html_base.HTMLTranslator.encode': encode,
    // What is plain has moved. Python still does the rest.
    'docutils.nodes.make_id': (text: string) => {
      named++;
      return /^[a-z][a-z ]*$/.test(text) ? text.trim().replace(/ +/g, '-') : makeId(text);
    },
  },
});
console.error(`TypeScript encoded ${encoded} texts, and made ${named} names.`);
