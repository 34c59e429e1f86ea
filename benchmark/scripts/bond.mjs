// A script that asks another language once, with a build of the library.

import { strictEqual } from 'node:assert';

const [file, lang, command, sum] = process.argv.slice(2);
const { makeBond } = await import(file);
const bond = await makeBond(lang, [command], []);
strictEqual(await bond.eval(sum), 3);
await bond.close();
