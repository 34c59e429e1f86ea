/**
 * The program `ldoc` of Debian's `lua-ldoc` describes the functions of a file as ever, except that one function of its modules is
 * TypeScript:
 *
 *     npx tsx examples/migrate-lua.ts --dump shop.lua      # instead of: ldoc --dump shop.lua
 */
import { makeBond, TerminatedException } from 'bond';

let stripped = 0;

/** Removes the space around a text. */
function strip(text: string) {
  stripped++;
  return text.replace(/^\s*(.*?)\s*$/s, '$1');
}

// Everything after `--` is for the program: it is arg there.
await using lua = await makeBond('Lua', 'luajit', ['--', ...process.argv.slice(2)]);
try {
  await lua.load('/usr/bin/ldoc', { replace: { 'ldoc.tools.strip': strip } });
} catch (error) {
  // The program ends with os.exit(), and the interpreter with it.
  if (!(error instanceof TerminatedException)) throw error;
  process.exitCode = error.exitCode ?? 1;
}
console.error(`TypeScript stripped ${stripped} texts.`);
