import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Bond,
  type BondOptions,
  RemoteException,
  SerializationException,
  TerminatedException,
} from '../src/index.js';
import { collect, expectAlive, type Language, missing, openBond, rejection } from './fixtures.js';
import { findNode, hasRegistry, output } from './nodes.js';
import { words } from './words.js';

/** A generation of an interpreter: how to find its program, and whether it could be had if it is not there. */
interface Generation {
  readonly lang: Language;
  readonly title: string;
  readonly find: () => string | undefined;
  readonly couldBeHad: () => boolean;
}

const PYENV = join(homedir(), '.pyenv', 'versions');
const PYTHONS = ['2.7', '3.6', '3.7', '3.8', '3.9', '3.10', '3.11', '3.12', '3.13'];
const NODES = [12, 14, 16, 18, 22, 24, 26];

const generations: Generation[] = [
  ...PYTHONS.map(
    (version): Generation => ({
      lang: 'Python',
      title: `Python ${version}`,
      find: () => pythonOfPyenv(version),
      couldBeHad: () => existsSync(PYENV),
    }),
  ),
  { lang: 'Python', title: 'PyPy', find: () => output('sh', '-c', 'command -v pypy3'), couldBeHad: () => false },
  ...NODES.map(
    (version): Generation => ({
      lang: 'JavaScript',
      title: `Node ${version}`,
      find: () => findNode(version),
      couldBeHad: hasRegistry,
    }),
  ),
  {
    lang: 'PHP',
    title: 'the PHP that is installed',
    find: () => output('sh', '-c', 'command -v php'),
    couldBeHad: () => true,
  },
  {
    lang: 'Perl',
    title: 'the Perl that is installed',
    find: () => output('sh', '-c', 'command -v perl'),
    couldBeHad: () => true,
  },
];

function pythonOfPyenv(version: string): string | undefined {
  const folder = existsSync(PYENV) ? readdirSync(PYENV).find((name) => name.startsWith(`${version}.`)) : undefined;
  return folder && join(PYENV, folder, 'bin', 'python');
}

/** An expression for the version of what runs. */
const VERSION: Record<Language, string> = {
  PHP: 'PHP_VERSION',
  Perl: 'sprintf("%vd", $^V)',
  Python: "'%s %s' % (__import__('platform').python_implementation(), __import__('platform').python_version())",
  JavaScript: 'process.versions.node',
};

const ran: string[] = [];
afterAll(() => console.log(`Versions that ran: ${ran.join(', ')}`));

describe.each(generations)('$title', ({ lang, title, find, couldBeHad }) => {
  const say = words[lang];
  let program: string | undefined;

  beforeAll(() => {
    program = find();
  }, 180_000);

  beforeEach(({ skip }) => {
    if (program === undefined) missing(title, skip, Boolean(process.env.CI) && couldBeHad());
  });

  async function open(options: BondOptions = {}): Promise<Bond> {
    const bond = await openBond(lang, [program as string], [], options);
    await bond.evalBlock(say.functions);
    return bond;
  }

  test('evaluates and calls, and tells its version', async () => {
    const bond = await open();
    ran.push(`${lang} ${await bond.eval<string>(VERSION[lang])}`);
    expect(await bond.eval('twice(21)')).toBe(42);
    expect(await bond.call('twice', bond.ref('4 + 1'))).toBe(10);
    await bond.evalBlock(say.set('5'));
    expect(await bond.eval(say.get)).toBe(5);
    expect(await Promise.all(Array.from({ length: 200 }, (_, index) => bond.call('twice', index)))).toHaveLength(200);
  });

  test('calls functions of the host, and recurses 100 deep', async () => {
    const bond = await open();
    await bond.export(async (n: number) => bond.call('down', n), 'up');
    expect(await bond.call('down', 100)).toBe(100);
    await rejection(
      bond.export(() => 1, 'not a name'),
      RemoteException,
    );
  });

  test.each(['its own protocol', 'JSON'] as const)(
    'carries values and text to the letter, under %s',
    async (protocol) => {
      const bond = await open(protocol === 'JSON' ? { protocol } : {});
      const strings = ['', 'é', '😀', `' " \\`, 'a\0b', '\u2028', '\x01\x7f', 'x'.repeat(300_000), '5', '1.50'];
      const numbers = [
        0,
        -1,
        2 ** 53,
        2n ** 53n + 1n,
        -(2n ** 63n),
        0.1 + 0.2,
        5e-324,
        Number.MAX_VALUE,
        2 ** 60,
        -0,
        1e22,
      ];
      const rest = [null, true, false, [], [[]], { a: { 'é 😀': [null] } }];
      await bond.export((x: unknown) => x, 'host');
      for (const value of [...strings, ...numbers, ...rest]) expect(await bond.call('caught', value)).toEqual(value);
    },
  );

  test('carries what cannot cross not at all, and goes on', async () => {
    const bond = await open();
    await bond.export(() => 1, 'host');
    expect((await rejection(bond.call('uncrossable'), SerializationException)).message).toContain('items[1]');
    await rejection(bond.call('pass_uncrossable'), SerializationException);
    await expectAlive(bond);
  });

  test('reports exceptions, its own and those of the host', async () => {
    const bond = await open();
    const thrown = new RangeError('from the host é😀');
    await bond.export(() => {
      throw thrown;
    }, 'host');
    expect(await rejection(bond.call('boom', 'oh no é😀'), RemoteException)).toMatchObject({
      remoteMessage: 'oh no é😀',
      type: say.boomType,
    });
    expect((await rejection(bond.call('host'), RemoteException)).cause).toBe(thrown);
    expect(await bond.call('caught')).toBe('from the host é😀');
    await rejection(bond.eval("'abc"), RemoteException);
    await rejection(bond.call('boom_without_text'), RemoteException);
    await expectAlive(bond);
  });

  test('prints at once, byte for byte, and its subprocesses too', async () => {
    const [out, err] = [collect(), collect()];
    const bond = await open({ stdout: out.stdout, stderr: err.stdout });
    await bond.evalBlock(say.print('tick'));
    expect(out.text()).toBe('tick');
    await bond.evalBlock(say.printBytes);
    await bond.evalBlock(say.run('printf child; printf oops >&2; cat'));
    await bond.evalBlock(say.printError('err'));
    expect(out.bytes()).toEqual(
      Buffer.concat([Buffer.from('tick'), Buffer.from([0xff, 0xfe, 0]), Buffer.from('child')]),
    );
    expect(err.text()).toBe('oopserr');
    expect(await bond.eval(say.readInput)).toBe('');
  });

  test.each(['loop', 'sleep'] as const)('is interrupted in an endless %s', async (what) => {
    const out = collect();
    const bond = await open({ stdout: out.stdout });
    const call = rejection(bond.evalBlock(say[what]), RemoteException);
    await out.until('on');
    await bond.interrupt();
    await call;
    expect(await bond.call('twice', 2)).toBe(4);
  });

  test('exits, and finishes with its hooks when it is closed', async () => {
    const out = collect();
    const [leaving, closing] = await Promise.all([open(), open({ stdout: out.stdout })]);
    expect(await rejection(leaving.call('leave'), TerminatedException)).toMatchObject({ exitCode: 3 });
    await closing.evalBlock(say.exitHook);
    await closing.close();
    expect(out.text()).toBe('bye');
  });
});

test('generations speak to each other through the host', async ({ skip }) => {
  const [old, young] = [pythonOfPyenv('2.7'), pythonOfPyenv('3.13')];
  if (!old || !young) missing('Python 2.7 and 3.13', skip, false);
  const [two, three] = await Promise.all([openBond('Python', [String(old)]), openBond('Python', [String(young)])]);
  await Promise.all([two, three].map((bond) => bond.evalBlock(words.Python.functions)));
  await two.proxy('down', three, 'up');
  await three.proxy('down', two, 'up');
  expect(await two.call('down', 20)).toBe(20);
  await two.proxy('same', three, 'same_in_2');
  expect(await three.eval('same_in_2(["é😀", 2 ** 70, 1.5])')).toEqual(['é😀', 2n ** 70n, 1.5]);
});
