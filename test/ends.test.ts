import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { inspect } from 'node:util';
import { describe, test as everyTest, expect, vi } from 'vitest';
import { type Bond, type BondOptions, makeBond, TerminatedException, TimeoutException } from '../src/index.js';
import {
  COMMANDS,
  HANG,
  isAlive,
  markedEnvironment,
  ownChildren,
  PACKAGE,
  peer,
  program,
  refusal,
  startHost,
  temporaryDirectory,
  until,
} from './bonds.js';
import { runCommand } from './built.js';
import { onTestFinished } from './finish.js';
import {
  collect,
  hasInterpreter,
  type Language,
  languages,
  needsInterpreter,
  openBond,
  range,
  rejection,
  wholeKitLanguages,
} from './fixtures.js';
import { rounds } from './fuzzing.js';
import { testInTurn } from './turns.js';
import { narrowWords } from './words.js';

describe.concurrent.each(wholeKitLanguages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, wholeKitLanguages);
  const say = narrowWords(lang);

  /** A bond that has written something to its standard error, and runs what will not end. */
  async function openBusy(options: BondOptions = {}): Promise<{ bond: Bond; pending: Promise<unknown>[] }> {
    const output = collect();
    const bond = await openBond(lang, { stdout: output.stdout, ...options });
    await bond.evalBlock(say.functions);
    await bond.evalBlock(say.printError('last words'));
    const pending = [bond.evalBlock(say.loop), bond.eval('1'), bond.call('twice', 1), bond.export(() => 1, 'queued')];
    for (const call of pending) call.catch(() => {});
    await output.until('on');
    return { bond, pending };
  }

  async function expectTerminated(
    calls: readonly Promise<unknown>[],
    ending: Partial<TerminatedException>,
  ): Promise<void> {
    for (const call of calls) {
      const error = await rejection(call, TerminatedException);
      expect(error).toMatchObject({ lang, ...ending });
    }
  }

  describe('an interpreter that ends', () => {
    test('killed in the middle of a call, rejects every call that waits, and every later one', async () => {
      const { bond, pending } = await openBusy();
      process.kill(bond.pid, 'SIGKILL');
      const ending = { exitCode: null, signal: 'SIGKILL', stderr: 'last words' } as const;
      await expectTerminated(pending, ending);
      await expectTerminated([bond.eval('1'), bond.evalBlock('1'), bond.call('f'), bond.export(() => 1, 'f')], ending);
      expect(await bond.closed).toEqual(ending);
      await bond.close();
      await bond.kill();
    });

    test('by itself, tells its code and its last words', async () => {
      const bond = await openBond(lang);
      await bond.evalBlock(say.functions);
      await bond.evalBlock(say.printError('last words'));
      const calls = [bond.call('leave'), bond.eval('1'), bond.call('twice', 1)];
      for (const call of calls) call.catch(() => {});
      await expectTerminated(calls, { exitCode: 3, signal: null, stderr: 'last words' });
      const error = await rejection(bond.eval('1'), TerminatedException);
      expect(error.message).toMatch(/code 3.*last words/);
      expect(await bond.closed).toEqual({ exitCode: 3, signal: null, stderr: 'last words' });
    });

    test('while it is idle, is noticed', async () => {
      const bond = await openBond(lang);
      process.kill(bond.pid, 'SIGKILL');
      expect(await bond.closed).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
      await rejection(bond.eval('1'), TerminatedException);
    });

    test('inside a function of the host that it has called, lets that finish', async () => {
      const bond = await openBond(lang);
      await bond.evalBlock(say.functions);
      const nested: unknown[] = [];
      await bond.export(async () => {
        process.kill(bond.pid, 'SIGKILL');
        nested.push(await rejection(bond.call('twice', 1), TerminatedException));
        return 1;
      }, 'host');
      await rejection(bond.eval(say.askHost('')), TerminatedException);
      await until(() => nested.length === 1);
    });

    test('behind a line that hangs up, but lives on, is ended', async () => {
      const { env, processes } = markedEnvironment();
      const bond = await openBond(lang, peer('hangs-up.js', COMMANDS[lang]), [], { env });
      await rejection(bond.evalBlock('1'), TerminatedException);
      await bond.closed;
      await until(() => processes().length === 0);
    });

    test('with a great deal on its standard error, keeps the end of it', async () => {
      const bond = await openBond(lang);
      await bond.evalBlock(say.functions);
      await bond.evalBlock(say.printError('x'.repeat(300_000)));
      await bond.evalBlock(say.printError('last words'));
      const error = await rejection(bond.call('leave'), TerminatedException);
      expect(error.stderr).toMatch(/^x+last words$/);
      expect(error.stderr.length).toBeLessThan(100_000);
      expect(error.message.length).toBeLessThan(10_000);
    });

    test.each(['leave', 'kill', 'close'])(
      'leaving a grandchild that holds its streams (%s), is gone all the same',
      async (how) => {
        const bond = await openBond(lang);
        await bond.evalBlock(say.functions);
        const file = join(temporaryDirectory(), 'pid');
        await bond.evalBlock(say.run(`sleep 1000 & echo $! > ${file}`));
        const grandchild = Number(readFileSync(file, 'utf8'));
        onTestFinished(() => void (isAlive(grandchild) && process.kill(grandchild, 'SIGKILL')));
        if (how === 'leave') await rejection(bond.call('leave'), TerminatedException);
        if (how === 'kill') await bond.kill();
        if (how === 'close') await bond.close();
        await bond.closed;
        expect(isAlive(bond.pid)).toBe(false);
        await rejection(bond.eval('1'), TerminatedException);
      },
    );
  });

  describe('close', () => {
    test('lets what was called finish, and exit hooks run', async () => {
      const output = collect();
      const bond = await openBond(lang, { stdout: output.stdout });
      await bond.evalBlock(say.functions + say.exitHook.replace(/^/, '\n'));
      const answers = Promise.all([bond.call('twice', 21), bond.call('twice', 1), bond.eval('1')]);
      await bond.close();
      expect(await answers).toEqual([42, 2, 1]);
      expect(output.text()).toBe('bye');
      expect(await bond.closed).toMatchObject({ exitCode: 0, signal: null });
      expect(isAlive(bond.pid)).toBe(false);
    });

    test('is safe to repeat, side by side and later, in any form', async () => {
      const bond = await openBond(lang);
      await Promise.all([bond.close(), bond.close(), bond[Symbol.asyncDispose](), bond.with({}).close()]);
      await bond.close();
      await bond.kill();
      await bond.close();
      expect(await bond.closed).toMatchObject({ exitCode: 0 });
    });

    test('makes every later call fail', async () => {
      const bond = await openBond(lang);
      const ref = bond.ref('1');
      await bond.close();
      const calls = [bond.eval('1'), bond.evalBlock('1'), bond.eval(ref), bond.call('f', 1), bond.export(() => 1, 'f')];
      for (const call of calls) call.catch(() => {});
      await expectTerminated(calls, { exitCode: 0 });
      await rejection(bond.with({ timeout: 5 }).eval('1'), TerminatedException);
    });

    everyTest('by a function of the host that the interpreter waits for, ends it', async () => {
      const bond = await openBond(lang);
      await bond.export(() => bond.close(), 'close_it');
      await rejection(bond.call('close_it'), TerminatedException);
      await bond.closed;
    });

    test('ends by force what nobody waits for any more', async () => {
      const output = collect();
      const bond = await openBond(lang, { stdout: output.stdout });
      const call = rejection(bond.with({ timeout: 500 }).evalBlock(say.loop), TimeoutException);
      await output.until('on');
      await call;
      await bond.close();
      expect(await bond.closed).toMatchObject({ signal: 'SIGKILL' });
    });
  });

  describe('kill', () => {
    test('ends an idle interpreter without its exit hooks', async () => {
      const output = collect();
      const bond = await openBond(lang, { stdout: output.stdout });
      await bond.evalBlock(say.exitHook);
      await Promise.all([bond.kill(), bond.kill(), bond.close()]);
      expect(await bond.closed).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
      expect(output.text()).toBe('');
    });

    test('ends a busy one, and rejects what waits', async () => {
      const { bond, pending } = await openBusy();
      await bond.kill();
      await expectTerminated(pending, { signal: 'SIGKILL' });
      expect(isAlive(bond.pid)).toBe(false);
    });
  });

  describe('behind what exits with code 0 when its interpreter is killed, as docker exec does', () => {
    const front = ['sh', '-c', `trap : TERM; ${COMMANDS[lang]} "$@"; exit 0`, 'front'];

    test.each<[what: string, reason: string, (bond: Bond, controller: AbortController) => unknown]>([
      ['killed', 'the bond was killed', (bond) => bond.kill()],
      ['aborted', 'the bond was aborted', (_, controller) => controller.abort()],
    ])('a bond that is %s says so, and not that it exited', async (_, reason, end) => {
      const controller = new AbortController();
      const log = collect();
      const output = collect();
      const options = {
        stdout: output.stdout,
        logfile: new PassThrough().on('data', log.stdout),
        signal: controller.signal,
      };
      const bond = await openBond(lang, front, [], options);
      const calls = [bond.evalBlock(say.loop), bond.eval('1')];
      for (const call of calls) call.catch(() => {});
      await output.until('on');
      await end(bond, controller);
      const words = 'the interpreter was killed (its command exited with code 0)';
      await bond.closed;
      for (const call of [...calls, bond.eval('2')]) {
        const error = await rejection(call, TerminatedException);
        expect(error.message).toContain(`: ${reason}; ${words}`);
      }
      expect(inspect(bond)).toContain(`closed: ${reason}; ${words}`);
      await log.until('was killed (its command exited with code 0)\n');
    });

    test('one that is closed, but does not end, says that it was killed', async () => {
      const output = collect();
      const bond = await openBond(lang, front, [], { stdout: output.stdout });
      const call = rejection(bond.with({ timeout: 500 }).evalBlock(say.loop), TimeoutException);
      await output.until('on');
      await call;
      await bond.close();
      const error = await rejection(bond.eval('1'), TerminatedException);
      expect(error.message).toContain(
        'the bond is closed; the interpreter was killed (its command exited with code 0)',
      );
    });
  });

  describe('the host’s program', () => {
    test('that never closes its bonds ends by itself', async () => {
      const { output, ending, processes } = startHost(lang, "await bond.eval('1'); console.log('done');");
      expect(await ending).toEqual({ code: 0, signal: null });
      expect(output.text()).toBe('done\n');
      await until(() => processes().length === 0);
    });

    test('waits for a call that is under way', async () => {
      const code = `
        await bond.export(() => new Promise((resolve) => setTimeout(resolve, 500, 7).unref()), 'slow');
        bond.call('slow').then((value) => console.log(value));`;
      const { output, ending, processes } = startHost(lang, code);
      expect(await ending).toEqual({ code: 0, signal: null });
      expect(output.text()).toBe('7\n');
      await until(() => processes().length === 0);
    });

    test('waits for code there that takes its time', async () => {
      const code = `
        bond.evalBlock(${JSON.stringify(say.run('sleep 0.5'))}).then(() => console.log('slept'));`;
      const { output, ending } = startHost(lang, code);
      expect(await ending).toEqual({ code: 0, signal: null });
      expect(output.text()).toBe('slept\n');
    });

    const busy = `const busy = bond.with({ stdout }).evalBlock(${JSON.stringify(say.loop)}); busy.catch(() => {}); await printed;`;

    test.each([
      ['process.exit() with an idle interpreter', 'process.exit(5);'],
      ['process.exit() with a busy interpreter', `${busy} process.exit(5);`],
      ['an uncaught exception', `${busy} process.on('uncaughtException', () => process.exit(5)); throw new Error();`],
    ])('takes its interpreter along: %s', async (_, code) => {
      const { ending, processes } = startHost(lang, code);
      expect(await ending).toEqual({ code: 5, signal: null });
      await until(() => processes().length === 0);
    });

    test.each([
      ['an idle one', 'SIGKILL'],
      ['a busy one', 'SIGKILL'],
      ['a busy one', 'SIGTERM'],
      ['a busy one', 'SIGHUP'],
    ] as const)('takes its interpreter along: %s, killed by %s', async (state, signal) => {
      const wait = "console.log('here'); setInterval(() => {}, 1e6);";
      const { host, output, ending, processes } = startHost(lang, state === 'a busy one' ? busy + wait : wait);
      await output.until('here');
      expect(processes().length).toBeGreaterThan(1);
      host.kill(signal);
      expect((await ending).signal).toBe(signal);
      await until(() => processes().length === 0);
    });
  });
});

describe('an interpreter that closes its descriptors, and lives on', () => {
  const blocks: [Language, string][] = [
    ['Python', 'import os, time\nos.closerange(1, 256)\ntime.sleep(1000)'],
    ['Perl', 'require POSIX; POSIX::close($_) for 1 .. 255; sleep 1000;'],
  ];

  describe.each(blocks)('%s', (lang, block) => {
    needsInterpreter(lang);

    everyTest('is ended', async () => {
      const bond = await openBond(lang);
      await rejection(bond.evalBlock(block), TerminatedException);
      await bond.closed;
      expect(isAlive(bond.pid)).toBe(false);
    });
  });
});

everyTest.runIf(hasInterpreter('Perl'))(
  'kill() is waited for by a program that does nothing else, also if a reply comes meanwhile',
  async () => {
    const path = program(
      `import { makeBond } from '${PACKAGE}';
    const bond = await makeBond('Perl');
    bond.eval('1').catch(() => {});
    await new Promise((resolve) => process.nextTick(resolve));
    // The reply is there before kill() is called, and is read behind it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    await bond.kill();
    console.log('killed');`,
      'program.mjs',
    );
    expect(await runCommand([process.execPath, path])).toEqual({ stdout: 'killed\n', stderr: '', code: 0 });
  },
);

describe('many bonds', () => {
  for (const lang of languages) needsInterpreter(lang);

  /** The descriptors of this process; that of the listing itself is one of them each time. */
  function countDescriptors(): number {
    return readdirSync('/proc/self/fd').length;
  }

  /** Runs something twice, and takes the second time to leave nothing behind. */
  async function expectNothingLeft(run: () => Promise<unknown>): Promise<void> {
    await run();
    const [children, descriptors, listeners] = [ownChildren(), countDescriptors(), process.listenerCount('exit')];
    await run();
    await until(() => countDescriptors() <= descriptors);
    // One that has just been started is not to be told from a watchdog yet.
    await vi.waitFor(() => expect(ownChildren()).toEqual(children), { timeout: HANG });
    expect(process.listenerCount('exit')).toBe(listeners);
  }

  const times = range(rounds(2, 5));

  everyTest('opened and closed leave no child and no descriptor', async () => {
    await expectNothingLeft(async () => {
      for (const _ of times) {
        const bonds = await Promise.all(
          languages.map((lang) => makeBond(lang, { stdout: 'ignore', stderr: 'ignore' })),
        );
        expect(await Promise.all(bonds.map((bond) => bond.eval('1')))).toEqual(bonds.map(() => 1));
        await Promise.all(bonds.map((bond) => bond.close()));
      }
    });
  });

  everyTest('opened and killed leave none either', async () => {
    await expectNothingLeft(async () => {
      const bonds = await Promise.all(languages.map((lang) => makeBond(lang, { stdout: 'ignore', stderr: 'ignore' })));
      await Promise.all(bonds.map((bond) => bond.kill()));
    });
  });

  everyTest('that could not be set up leave none either', async () => {
    await expectNothingLeft(async () => {
      for (const _ of times) {
        await refusal(makeBond('PHP', 'true'));
        await refusal(makeBond('PHP', 'no-such-php'));
        await refusal(makeBond('PHP', peer('mute.js'), [], { startTimeout: 20, defArgs: false }));
      }
    });
  });

  everyTest('at once do their work side by side', async () => {
    const bonds = await Promise.all(times.flatMap(() => languages.map((lang) => openBond(lang))));
    const sums = await Promise.all(bonds.map((bond, index) => bond.eval(`${index} + 1`)));
    expect(sums).toEqual(bonds.map((_, index) => index + 1));
  });
});
