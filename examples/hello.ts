/** Hello in every language: `npx tsx examples/hello.ts`. One that is missing is named, with the command that installs it. */
import { listDrivers, makeBond, queryDriver } from 'bond';

const HELLO: Record<string, string> = {
  JavaScript: 'console.log("Hello from JavaScript!")',
  Lua: 'print("Hello from Lua!")',
  PHP: 'echo "Hello from PHP!\\n";',
  Perl: 'print "Hello from Perl!\\n"',
  Python: 'print("Hello from Python!")',
  R: 'cat("Hello from R!\\n")',
  Ruby: 'puts "Hello from Ruby!"',
  Tcl: 'puts "Hello from Tcl!"',
};

for (const lang of listDrivers()) {
  try {
    await using bond = await makeBond(lang);
    await bond.evalBlock(HELLO[lang] ?? ''); // a block prints; its value is nothing
    console.log('  two and two are', await bond.eval(lang === 'Tcl' ? 'expr {2 + 2}' : '2 + 2')); // an expression has a value
  } catch (error) {
    console.log(`No ${lang} (${queryDriver(lang).install}): ${(error as Error).message}`);
  }
}
