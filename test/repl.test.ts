// A REPL on pipes as the way in, as `ssh host 'node -i'` gives it: what it prompts and prints until the driver has taken over is noise.

import { describe, expect, test } from 'vitest';
import { type Bond, makeBond, RemoteException } from '../src/index.js';
import { collect, expectAlive, type Language, needsInterpreter, rejection } from './fixtures.js';
import { words } from './words.js';

/** What starts a REPL that reads line by line; Perl has none of its own. */
const REPLS = [
  ['JavaScript', 'node -i'],
  ['JavaScript', `node -e 'require("repl").start()'`], // as python-bond's page has it
  ['Python', 'python3 -i'],
  ['PHP', 'php -a'],
] satisfies [Language, string][];

describe.each(REPLS)('%s by %s', (lang, command) => {
  needsInterpreter(lang);

  test.each([
    ['itself', command],
    ['behind what passes no signal on', ['sh', '-c', `${command}; exit 7`]],
  ])('%s', async (_, cmd) => {
    const output = collect();
    await using bond: Bond = await makeBond(lang, cmd, [], { defArgs: false, stdout: output.stdout, stderr: 'ignore' });
    await bond.evalBlock(words[lang].functions);
    await bond.export((n: number) => bond.call('down', n), 'up');
    expect(await bond.eval('1 + 1')).toBe(2);
    expect(await bond.call('down', 3)).toBe(3);
    expect(await bond.call('same', 'é'.repeat(200_000))).toBe('é'.repeat(200_000));
    await rejection(bond.call('boom', 'x'), RemoteException);
    await bond.evalBlock(words[lang].print('printed'));
    await output.until('printed');
    expect(output.text()).toBe('printed'); // no prompt, no value
    const loop = rejection(bond.evalBlock(words[lang].loop), RemoteException);
    await output.until('on');
    await bond.interrupt();
    await loop;
    await expectAlive(bond);
    await bond.close();
    expect((await bond.closed).signal).toBe(null);
  });
});
