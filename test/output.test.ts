import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { describe, test as everyTest, expect, vi } from 'vitest';
import { BondException, type BondOptions, type OutputTarget, TerminatedException } from '../src/index.js';
import { isAlive, temporaryDirectory, until } from './bonds.js';
import { onTestFinished } from './finish.js';
import { collect, expectAlive, type Language, languages, needsInterpreter, openBond, rejection } from './fixtures.js';
import { rounds } from './fuzzing.js';
import { testInTurn } from './turns.js';
import { words } from './words.js';

/** One language's words for printing, and answering, a great deal. */
interface BulkWords {
  /** A block that prints 2000 numbered lines of 10 000 bytes. */
  readonly printLines: string;
  /** An expression: a string, so many times. */
  readonly repeat: (literal: string, times: number) => string;
}

const bulk: Record<Language, BulkWords> = {
  PHP: {
    printLines: 'for ($i = 0; $i < 2000; $i++) echo str_pad($i, 9999), "\\n";',
    repeat: (literal, times) => `str_repeat(${literal}, ${times})`,
  },
  Perl: {
    printLines: 'printf "%-9999d\\n", $_ for 0 .. 1999;',
    repeat: (literal, times) => `(do { use utf8; ${literal} } x ${times})`,
  },
  Python: {
    printLines: "import sys\nfor i in range(2000): sys.stdout.write(str(i).ljust(9999) + '\\n')",
    repeat: (literal, times) => `${literal} * ${times}`,
  },
  JavaScript: {
    printLines: "for (let i = 0; i < 2000; i++) process.stdout.write(String(i).padEnd(9999) + '\\n')",
    repeat: (literal, times) => `${literal}.repeat(${times})`,
  },
};

const LINES = Buffer.from(Array.from({ length: 2000 }, (_, index) => `${String(index).padEnd(9999)}\n`).join(''));

/** A stream that takes one chunk at a time, and tells how much ever waited for it. */
function slowWritable() {
  const chunks: Buffer[] = [];
  let most = 0;
  const stream = new Writable({
    highWaterMark: 1 << 14,
    write(chunk, _encoding, done) {
      most = Math.max(most, stream.writableLength);
      chunks.push(chunk);
      setImmediate(done);
    },
  });
  return { stream, bytes: () => Buffer.concat(chunks), mostWaiting: () => most };
}

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);
  const say = words[lang];

  describe.each(['stdout', 'stderr'] as const)('%s', (name) => {
    const print = name === 'stdout' ? say.print : say.printError;

    test('goes to a Writable', async () => {
      const stream = new PassThrough();
      const bond = await openBond(lang, { [name]: stream });
      await bond.evalBlock(print('hello'));
      expect(String(stream.read())).toBe('hello');
      await bond.close();
      expect(stream.writableEnded).toBe(false);
    });

    test('goes to a function', async () => {
      const output = collect();
      const bond = await openBond(lang, { [name]: output.stdout });
      await bond.evalBlock(print('hello'));
      expect(output.text()).toBe('hello');
    });

    test('goes nowhere', async () => {
      const write = vi.spyOn(process[name], 'write');
      onTestFinished(() => write.mockRestore());
      const bond = await openBond(lang, { [name]: 'ignore' });
      await bond.evalBlock(print('hello, nobody'));
      expect(write.mock.calls.flat().join()).not.toContain('hello, nobody');
      await expectAlive(bond);
    });

    test('goes to the host’s own by default', async () => {
      const write = vi.spyOn(process[name], 'write').mockReturnValue(true);
      onTestFinished(() => write.mockRestore());
      const bond = await openBond(lang, { stdout: undefined, stderr: undefined } as unknown as BondOptions);
      await bond.evalBlock(print('hello, world'));
      expect(write.mock.calls.map(([chunk]) => String(chunk)).join('')).toContain('hello, world');
    });

    test('has come before the call that printed it resolves', async () => {
      const output = collect();
      const bond = await openBond(lang, { [name]: output.stdout });
      let expected = '';
      for (let round = 0; round < 100; round++) {
        await bond.evalBlock(print(`line${round};`));
        expected += `line${round};`;
        expect(output.text()).toBe(expected);
      }
    });

    test('of one call goes where that call says', async () => {
      const [usual, special, other] = [collect(), collect(), collect()];
      const bond = await openBond(lang, { [name]: usual.stdout });
      const calls = [
        bond.evalBlock(print('a')),
        bond.with({ [name]: special.stdout }).evalBlock(print('b')),
        bond.evalBlock(print('c')),
        bond.with({ [name]: other.stdout }).evalBlock(print('d')),
        bond.with({ [name]: 'ignore' }).evalBlock(print('e')),
        bond
          .with({ [name]: special.stdout })
          .with({ timeout: 60_000 })
          .evalBlock(print('f')),
        bond.evalBlock(print('g')),
      ];
      await Promise.all(calls);
      expect([usual.text(), special.text(), other.text()]).toEqual(['acg', 'bf', 'd']);
    });

    test('of a call within a call goes where that call says', async () => {
      const [usual, special] = [collect(), collect()];
      const bond = await openBond(lang, { [name]: usual.stdout });
      await bond.evalBlock(say.functions);
      await bond.export(() => bond.evalBlock(print('inner')), 'host');
      await bond.with({ [name]: special.stdout }).evalBlock(`${print('before')}\ncaught(1)\n`.replace(/\)\n$/, ');\n'));
      await bond.with({ [name]: special.stdout }).evalBlock(print('after'));
      expect([usual.text(), special.text()]).toEqual(['inner', 'beforeafter']);
    });
  });

  test('a slow reader is waited for, and misses nothing', async () => {
    const { stream, bytes, mostWaiting } = slowWritable();
    const bond = await openBond(lang, { stdout: stream });
    await bond.evalBlock(bulk[lang].printLines);
    expect(await bond.eval('1')).toBe(1);
    await finished(stream.end());
    expect(bytes().length).toBe(LINES.length);
    expect(bytes().equals(LINES)).toBe(true);
    expect(mostWaiting()).toBeLessThan(4 * 2 ** 20);
  });

  test('a reader that is slower than the timeout is not the other side’s silence', async () => {
    let length = 0;
    const resume: (() => void)[] = [];
    const stream = new Writable({
      highWaterMark: 1,
      write(chunk, _encoding, done) {
        length += chunk.length;
        if (resume.length > 0) return done();
        resume.push(done);
        setTimeout(done, 2500);
      },
    });
    const bond = await openBond(lang, { stdout: stream, timeout: 1000 });
    await bond.evalBlock(bulk[lang].printLines);
    await finished(stream.end());
    expect(length).toBe(LINES.length);
  });

  test('a stream that breaks takes nothing along', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('disk full')) });
    const errors: Error[] = [];
    stream.on('error', (error) => errors.push(error));
    const bond = await openBond(lang, { stdout: stream });
    await bond.evalBlock(say.printMuch);
    await bond.evalBlock(say.printMuch);
    await expectAlive(bond);
    expect(errors.map(({ message }) => message)).toEqual(['disk full']);
  });

  test('a stream that ends is no longer written to', async () => {
    const stream = new PassThrough();
    const bond = await openBond(lang, { stdout: stream });
    stream.end();
    await bond.evalBlock(say.printMuch);
    await expectAlive(bond);
    stream.destroy();
    await bond.evalBlock(say.printMuch);
    await expectAlive(bond);
  });

  const failure = new RangeError('cannot show this');
  const failing = Object.assign(new PassThrough(), {
    write() {
      throw failure;
    },
  });
  const targets: readonly [what: string, target: OutputTarget][] = [
    [
      'a function that throws',
      () => {
        throw failure;
      },
    ],
    ['a function whose promise rejects', async () => Promise.reject(failure)],
    ['a stream that throws', failing],
  ];

  test.each(targets)(
    '%s is the error of the call that printed, which is stopped, and corrupts nothing',
    async (what, target) => {
      const bond = await openBond(lang);
      const loud = bond.with({ stdout: target });
      const error = await rejection(loud.evalBlock(say.loop), BondException);
      expect(error).toMatchObject({ code: 'BOND_OUTPUT', cause: failure });
      expect(error.message).toContain('the target for stdout threw: cannot show this');
      // The promise of a call that only prints may be settled before that of the function.
      for (let round = 0; round < 20 && !what.includes('promise'); round++) {
        const printing = loud.evalBlock(say.print('hello')).catch((reason: BondException) => reason.cause);
        expect(await bond.eval(String(round))).toBe(round);
        expect(await printing).toBe(failure);
      }
    },
  );

  test('a function that throws when no call waits ends the bond, and is the cause', async () => {
    let isIdle = false;
    const bond = await openBond(lang, {
      stdout: () => {
        if (isIdle) throw failure;
      },
    });
    const file = join(temporaryDirectory(), 'go');
    await bond.evalBlock(say.run(`(until [ -e ${file} ]; do sleep 0.05; done; echo late) &`));
    isIdle = true;
    writeFileSync(file, '');
    await bond.closed;
    const error = await rejection(bond.eval('1'), TerminatedException);
    expect(error.cause).toBe(failure);
    expect(error.message).toContain('the target for stdout threw: cannot show this; the interpreter was ended by');
  });

  test('with refuses a target that is none', async () => {
    const bond = await openBond(lang);
    expect(() => bond.with({ stdout: 5 as never })).toThrow(BondException);
    expect(() => bond.with({ stderr: 'ignored' as never })).toThrow(BondException);
    expect(() => bond.with({ stderr: { write() {} } as never })).toThrow('stderr must be a Writable');
    await expectAlive(bond);
  });

  const protocols: BondOptions[] =
    lang === 'JavaScript' ? [{ protocol: 'V8' }, { protocol: 'JSON' }] : [{ protocol: 'JSON' }];

  everyTest.each(protocols)(
    'large answers come through what a background process writes ($protocol)',
    async (options) => {
      const output = collect();
      const bond = await openBond(lang, { stdout: output.stdout, stderr: output.stdout, ...options });
      const file = join(temporaryDirectory(), 'pid');
      await bond.evalBlock(say.run(`while :; do echo noise; done & echo $! > ${file}`));
      const background = Number(readFileSync(file, 'utf8'));
      onTestFinished(() => void (isAlive(background) && process.kill(background, 'SIGKILL')));

      const text = 'Größe 😀 "q" ';
      const times = rounds(60_000, 600_000);
      const expected = text.repeat(times);
      await bond.export((given: string) => given === expected, 'is_expected');
      for (let round = 0; round < rounds(1, 3); round++) {
        const answer = await bond.eval<string>(bulk[lang].repeat(`'${text}'`, times));
        expect(answer === expected).toBe(true);
        expect(await bond.eval(`is_expected(${bulk[lang].repeat(`'${text}'`, times)})`)).toBe(true);
        expect(await bond.eval('7')).toBe(7);
      }
      expect(isAlive(background)).toBe(true);
      process.kill(background, 'SIGKILL');
      await until(() => !isAlive(background));
      await bond.close();
      // Killed at any moment, it may have left its last word unfinished.
      expect(output.text().length).toBeGreaterThan(1000);
      expect(/^(noise\n)*(noise)?$/.test(output.text())).toBe(true);
    },
  );
});

describe('output of an interpreter that idles', () => {
  needsInterpreter('Python');

  everyTest('arrives when it is printed, at the bond’s own target', async () => {
    const [usual, special] = [collect(), collect()];
    const bond = await openBond('Python', { stdout: usual.stdout });
    const go = join(temporaryDirectory(), 'go');
    const wait = `(while ! [ -e ${go} ]; do sleep 0.01; done; echo late) &`;
    await bond.with({ stdout: special.stdout }).evalBlock(words.Python.run(wait));
    await bond.evalBlock(`open('${go}', 'w').close()`);
    await usual.until('late\n');
    expect(special.text()).toBe('');
  });

  everyTest('of a call that was aborted does not mix with that of the next', async () => {
    const [first, second] = [collect(), collect()];
    const bond = await openBond('Python');
    const controller = new AbortController();
    const wait = words.Python.printAndWaitFor(join(temporaryDirectory(), 'go')).replace(/while.*/, 'time.sleep(0.5)');
    const call = bond.with({ signal: controller.signal, stdout: first.stdout, stderr: 'ignore' }).evalBlock(wait);
    await first.until('tick');
    controller.abort();
    await rejection(call, BondException);
    await bond.with({ stdout: second.stdout }).evalBlock(words.Python.print('next'));
    expect([first.text(), second.text()]).toEqual(['tick', 'next']);
  });
});
