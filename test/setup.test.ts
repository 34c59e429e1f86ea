import { getEventListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  BondException,
  type BondOptions,
  listDrivers,
  makeBond,
  queryDriver,
  TerminatedException,
  TimeoutException,
} from '../src/index.js';
import { shellQuote } from '../src/process/command.js';
import { startInterpreter } from '../src/process/start-interpreter.js';
import {
  COMMANDS,
  fixture,
  HANG,
  isAlive,
  isRunning,
  markedEnvironment,
  peer,
  program,
  refusal,
  temporaryDirectory,
  until,
  withChildren,
} from './bonds.js';
import { onTestFinished } from './finish.js';
import { everyKitLanguage, everyLanguage, languages, needsInterpreter, openBond, rejection } from './fixtures.js';
import { languagesInTurn, testInTurn } from './turns.js';

const turns = languagesInTurn();

/** Takes a set-up to fail; what it started has to be gone by then, and whatever that started has to go too. */
async function failedSetUp(
  lang: string,
  cmd?: string | readonly string[],
  args?: readonly string[],
  options: BondOptions = {},
): Promise<BondException> {
  const { env, processes } = markedEnvironment();
  const { value: error, children } = await withChildren(() =>
    refusal(makeBond(lang, cmd, args, { ...options, env: { ...env, ...options.env } })),
  );
  expect(children.filter(isRunning)).toEqual([]);
  await until(() => processes().length === 0);
  return error;
}

describe('what makeBond is given', () => {
  test.each(['Cobol', 'php', '', '../src', '__proto__', 'constructor', undefined, 42])(
    'an unknown language (%j) is refused, naming the known ones',
    async (lang) => {
      const error = await refusal(makeBond(lang as string));
      for (const known of everyLanguage) expect(error.message).toContain(known);
    },
  );

  test.each([
    ...['python', 'PYTHON', 'Pyton', 'Pythn', 'python3', 'pypy3', 'py'].map((name) => [name, 'Python']),
    ...['javascript', 'Javascript', 'JavaScritp', 'js', 'JS', 'node', 'nodejs'].map((name) => [name, 'JavaScript']),
    ...['php', 'Php', 'PHP '].map((name) => [name, 'PHP']),
    ...['perl', 'Pearl', 'pl'].map((name) => [name, 'Perl']),
  ])('%j is a language that is nearly known', async (name, meant) => {
    const { message } = await refusal(makeBond(name as string));
    expect(message).toContain(`(did you mean '${meant}'?)`);
  });

  test.each(['Cobol', 'C', '', 'Lisp', 'Go', 'constructor'])('%j is like no language', async (name) => {
    expect((await refusal(makeBond(name))).message).not.toContain('did you mean');
  });

  test('the known languages are those with a driver', () => {
    expect(listDrivers()).toEqual([...everyKitLanguage].sort());
    expect(queryDriver('PHP')).toMatchObject({ language: 'PHP', commands: ['php'] });
    expect(() => queryDriver('Cobol')).toThrow(BondException);
  });

  test('an undefined command is none, and undefined options are not given', async () => {
    const options = { timeout: undefined, cwd: undefined } as unknown as BondOptions;
    const bond = await openBond('PHP', undefined, [], options);
    expect(await bond.eval('1')).toBe(1);
  });

  test.each([
    ['an empty text', ''],
    ['blanks', '  '],
    ['an empty list', []],
    ['a list whose program is empty', ['']],
    ['a number', 42],
    ['a list with a number in it', ['php', 42]],
    ['NUL in a text', 'php\0'],
    ['NUL in a list', ['php', '\0']],
  ])('a command that is %s is refused', async (_, cmd) => {
    const error = await refusal(makeBond('PHP', cmd as string));
    expect(error.message).toContain('[PHP]');
  });

  test.each([
    ['no list', 'abc'],
    ['a number', [42]],
    ['NUL', ['a\0b']],
  ])('arguments with %s in the place of a text are refused', async (_, args) => {
    await refusal(makeBond('PHP', 'php', args as string[]));
  });

  test.each<[string, object]>([
    ['an unknown option', { timout: 5 }],
    ['an unknown protocol', { protocol: 'XML' }],
    ['an unknown protocol among others', { protocol: ['JSON', 'XML'] }],
    ['no protocol at all', { protocol: [] }],
    ['a protocol that the driver does not speak', { protocol: 'V8' }],
    ['a timeout of 0', { timeout: 0 }],
    ['a timeout below 0', { timeout: -1 }],
    ['a timeout that is NaN', { timeout: Number.NaN }],
    ['a timeout that is a text', { timeout: '5' }],
    ['a time-out of set-up of 0', { startTimeout: 0 }],
    ['a time-out of set-up that is a text', { startTimeout: '5' }],
    ['stdout that is a number', { stdout: 5 }],
    ['stderr that is an unknown word', { stderr: 'ignored' }],
    ['stdout that is no event emitter', { stdout: { write() {} } }],
    ['a message length of 0', { maxMessageBytes: 0 }],
    ['a message length that is a text', { maxMessageBytes: '5' }],
    ['a logfile that is a name', { logfile: 'bond.log' }],
    ['a signal that is none', { signal: 'SIGTERM' }],
    ['a signal that takes no listener back', { signal: { aborted: false, addEventListener() {} } }],
    ['a protocol that is a number', { protocol: 5 }],
    ['an environment that is a text', { env: 'PATH=/bin' }],
  ])('%s is refused', async (_, options) => {
    const error = await failedSetUpWith(options);
    const [name] = Object.keys(options) as [string];
    expect(error.message).toContain(name);
  });

  /** As {@link failedSetUp}, with options that may be anything. */
  async function failedSetUpWith(options: object): Promise<BondException> {
    const { value, children } = await withChildren(() => refusal(makeBond('PHP', 'php', [], options as BondOptions)));
    expect(children.filter(isRunning)).toEqual([]);
    return value;
  }

  test('what a signal throws that cannot be listened to is the error, and no process is left', async () => {
    const failure = new Error('no listeners');
    const refuse = (): void => {
      throw failure;
    };
    const signal = Object.assign(new AbortController().signal, { addEventListener: refuse });
    const { value, children } = await withChildren(() =>
      makeBond('PHP', 'php', [], { signal }).catch((error) => error),
    );
    expect(value).toBe(failure);
    expect(children.filter(isRunning)).toEqual([]);
  });

  test.each(turns())('%s: a working directory that is missing is named', async (lang) => {
    const missing = join(temporaryDirectory(), 'missing');
    const error = await failedSetUp(lang, COMMANDS[lang], [], { cwd: missing });
    expect(error.message).toContain(missing);
    const file = program('', 'a-file');
    const { message } = await failedSetUp(lang, COMMANDS[lang], [], { cwd: file });
    expect(message).toContain(`${file} does not exist, or is no directory`);
  });

  describe.concurrent.each(languages)('%s', (lang) => {
    needsInterpreter(lang);
    const test = testInTurn(lang, languages);

    test.each(['child', 'itself'])('a terminal that echoes nothing may be its input (%s)', async (who) => {
      const bond = await makeBond(lang, ['python3', fixture('raw-terminal.py'), who, COMMANDS[lang]]);
      onTestFinished(() => bond.kill());
      const text = 'y'.repeat(100_000);
      expect(await bond.eval(JSON.stringify(text))).toBe(text);
    });

    test('options may come second', async () => {
      const bond = await makeBond(lang, { cwd: '/', startTimeout: HANG });
      onTestFinished(() => bond.kill());
      expect(await bond.eval('1')).toBe(1);
      expect(bond.lang).toBe(lang);
      expect(isAlive(bond.pid)).toBe(true);
    });

    test('the driver’s own arguments can be left to the command', async () => {
      const { arguments: own } = queryDriver(lang);
      const bond = await openBond(lang, [COMMANDS[lang], ...own], [], { defArgs: false });
      expect(await bond.eval('1')).toBe(1);
    });
  });
});

describe.concurrent('a command that cannot be started', () => {
  test.each(['PHP', 'Perl', 'Python'])('%s: every candidate that was tried is named', async (lang) => {
    const error = await refusal(makeBond(lang, { env: { PATH: '' } }));
    for (const command of queryDriver(lang).commands) expect(error.message).toContain(command);
    expect(error.message).toContain('not found');
  });

  test('JavaScript: this very Node is tried first, so that one is always found', async () => {
    const bond = await makeBond('JavaScript', { env: { PATH: '' } });
    onTestFinished(() => bond.kill());
    expect(await bond.eval('process.version')).toBe(process.version);
  });

  test.each(turns())('%s: one that does not exist is named', async (lang) => {
    expect((await failedSetUp(lang, 'no-such-interpreter')).message).toMatch(/no-such-interpreter.*not found/);
    expect((await failedSetUp(lang, '/no/such/interpreter -x')).message).toMatch(
      /\/no\/such\/interpreter -x.*not found/,
    );
  });

  test('one that is not executable, or a directory, is named', async () => {
    const directory = temporaryDirectory();
    const file = join(directory, 'plain');
    writeFileSync(file, '#!/bin/sh\nexec php "$@"\n');
    expect((await failedSetUp('PHP', [file])).message).toMatch(/plain.*not executable/);
    expect((await failedSetUp('PHP', [directory])).message).toMatch(new RegExp(`${directory}.*not executable`));
  });

  test('one whose own interpreter is missing is named', async () => {
    const script = program('#!/no/such/shell\n', 'script');
    expect((await failedSetUp('PHP', [script])).message).toContain(script);
  });

  test('one that is no program at all is named', async () => {
    const text = program('\x7fELF but not really', 'broken');
    expect((await failedSetUp('PHP', [text])).message).toContain(text);
  });
});

describe.concurrent('a command that is not an interpreter', () => {
  test.each(turns())('%s: one that exits at once is told with its code and its last words', async (lang) => {
    const error = await failedSetUp(lang, ['sh', '-c', 'echo "no licence" >&2; exit 3']);
    expect(error.message).toMatch(/code 3.*no licence/);
    expect((await failedSetUp(lang, ['sh', '-c', 'kill -TERM $$'])).message).toContain('SIGTERM');
    expect((await failedSetUp(lang, 'true')).message).toContain('code 0');
  });

  test('its last words are kept, also if it exits before the bond has loaded what reads them', async () => {
    const line = ['sh', '-c', 'echo no such host >&2; exit 3'] as const;
    const command = { line, shown: 'sh', bare: 'sh', isOfUser: true };
    const interpreter = await startInterpreter('Python', [command], { cwd: process.cwd(), env: process.env });
    expect(await interpreter.ended).toEqual({ exitCode: 3, signal: null, stderr: 'no such host\n' });
  });

  test.each(turns())('%s: one that sends back what it is sent is found out', async (lang) => {
    expect((await failedSetUp(lang, 'cat', [], { defArgs: false })).message).toContain('echoes');
    expect((await failedSetUp(lang, ['sh', '-c', 'exec cat'])).message).toContain('echoes');
  });

  test.each(turns())('%s: one that says nothing is given up in time', async (lang) => {
    const error = await failedSetUp(lang, peer('mute.js'), ['--'], { startTimeout: 500, defArgs: false });
    expect(error.message).toMatch(/500 ms.*printed nothing/);
    expect((await failedSetUp(lang, ['sh', '-c', 'exec sleep 100'], [], { startTimeout: 300 })).message).toContain(
      '300 ms',
    );
  });

  test.each(turns())('%s: one that prints garbage is given up, and shown', async (lang) => {
    // On a busy machine, it may not have printed anything when the time is up.
    let message = '';
    for (let timeout = 400; timeout <= HANG && !message.includes('garbage'); timeout *= 3) {
      ({ message } = await failedSetUp(lang, peer('noisy.js'), [], { startTimeout: timeout, defArgs: false }));
    }
    expect(message).toContain('garbage');
  });

  test.sequential.each([
    ['yes', ['sh', '-c', 'exec yes']],
    ['zeros', ['sh', '-c', 'exec cat /dev/zero']],
    ['a line without an end', peer('endless-line.js', 'noise')],
  ])('one that prints %s without an end is given up, and not kept in memory', async (_, cmd) => {
    const before = process.memoryUsage().rss;
    const error = await failedSetUp('Perl', cmd);
    expect(error.message).toMatch(/printed more than \d+ bytes/);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 2 ** 20);
  });

  test.each(turns())('%s: a message without an end is given up', async (lang) => {
    const cmd = peer('endless-line.js', 'message', COMMANDS[lang]);
    const error = await failedSetUp(lang, cmd, [], { maxMessageBytes: 2 ** 20 });
    expect(error.message).toMatch(/length|bytes/);
  });

  test.each(turns())('%s: one that closes its output, and lives on, is ended', async (lang) => {
    const error = await failedSetUp(lang, ['sh', '-c', 'exec >&-; exec sleep 100']);
    expect(error.message).toContain('sh -c');
  });

  test('one that closes its input, and lives on, is given up in time', async () => {
    const error = await failedSetUp('PHP', ['sh', '-c', 'exec <&-; exec sleep 100'], [], { startTimeout: 500 });
    expect(error.message).toContain('500 ms');
  });

  test('what it started is gone with it', async () => {
    await failedSetUp('PHP', ['sh', '-c', 'sleep 100; true'], [], { startTimeout: 300 });
    await failedSetUp('PHP', ['sh', '-c', 'sleep 100 & sleep 100; true'], [], { startTimeout: 300 });
  });

  test.each(turns())('%s: an interpreter on a terminal, which echoes, is found out', async (lang) => {
    const line = [COMMANDS[lang], ...queryDriver(lang).arguments].map(shellQuote).join(' ');
    const error = await failedSetUp(lang, ['script', '-qec', line, '/dev/null'], [], {
      defArgs: false,
      startTimeout: 20_000,
    });
    expect(error.message).toMatch(/echoes.*terminal/);
  });

  test.each(['PHP', 'Perl'] as const)('%s: script -qec %s /dev/null is found out', async (lang) => {
    const cmd = `script -qec ${COMMANDS[lang]} /dev/null`;
    const error = await failedSetUp(lang, cmd, [], { defArgs: false, startTimeout: 20_000 });
    expect(error.message).toMatch(/echoes.*terminal/);
  });
});

const pairs = languages.flatMap((lang) =>
  everyLanguage.filter((other) => other !== lang).map((other, index) => [lang, other, index % 2] as const),
);

describe.concurrent.each(pairs)('%s, but the command is that of %s', (lang, other, way) => {
  needsInterpreter(other);
  const test = testInTurn(way, [0, 1]);

  test('is refused', async () => {
    const error = await failedSetUp(lang, COMMANDS[other], [], { startTimeout: 500 });
    expect(error.message).toMatch(new RegExp(`^\\[${lang}\\] the command ${COMMANDS[other]} `));
  });

  test('is refused with arguments of its own', async () => {
    const { arguments: own } = queryDriver(other);
    const error = await failedSetUp(lang, [COMMANDS[other], ...own], [], { startTimeout: 500, defArgs: false });
    expect(error.message).toMatch(new RegExp(`^\\[${lang}\\] the command ${COMMANDS[other]} `));
  });
});

describe('a Python that lacks something', () => {
  needsInterpreter('Python');

  test('a module that is missing is named', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'sitecustomize.py'), 'import sys\nsys.modules["select"] = None\n');
    const error = await failedSetUp('Python', 'python3', [], { env: { PYTHONPATH: directory } });
    expect(error.message).toMatch(/import of select halted|No module named '?select/);
  });
});

describe('a Perl that lacks something', () => {
  needsInterpreter('Perl');

  test('a module that is missing is named', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'strict.pm'), 'die "no strict in this place";\n');
    const error = await failedSetUp('Perl', 'perl', [], { env: { PERL5LIB: directory } });
    expect(error.message).toContain('no strict in this place');
  });
});

describe('a PHP that lacks something', () => {
  needsInterpreter('PHP');

  test('a function that is switched off is named', async () => {
    const error = await failedSetUp('PHP', 'php', ['-d', 'disable_functions=json_encode,json_decode']);
    expect(error.message).toMatch(/json_(en|de)code/);
  });
});

describe('a Node that lacks something', () => {
  test('a module that cannot be loaded is named', async () => {
    const text = `const { _load } = require('module');
      require('module')._load = (name, ...rest) => {
        if (/^(node:)?vm$/.test(name)) throw new Error('no vm in this place');
        return _load(name, ...rest);
      };`;
    const file = program(text, 'no-vm.cjs');
    const error = await failedSetUp('JavaScript', 'node', [], { env: { NODE_OPTIONS: `--require ${file}` } });
    expect(error.message).toContain('no vm in this place');
  });
});

describe.concurrent.each(languages)('%s, which breaks off', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);

  test.each(['stage1', 'in-stage1', 'stage2', 'in-ready'])('at %s', async (point) => {
    const error = await failedSetUp(lang, peer('dies-at-stage.js', point, COMMANDS[lang]));
    expect(error.message).toMatch(new RegExp(`code 9.*${point.endsWith('1') ? 'STAGE1' : 'READY'}.*died at ${point}`));
  });
});

describe.each(languages)('%s, one byte at a time', (lang) => {
  needsInterpreter(lang);

  test('comes through', async () => {
    const bond = await openBond(lang, peer('byte-by-byte.js', COMMANDS[lang]));
    const text = 'Grüße, 世界 🌍'.repeat(20);
    await bond.export((value: string) => value + value, 'twice');
    expect(await bond.call('twice', text)).toBe(text + text);
    await bond.close();
  });
});

describe.concurrent('an interpreter that is slow', () => {
  needsInterpreter('Perl');

  test('output breaks the silence', async () => {
    const bond = await openBond('Perl', peer('slow-start.js', '4500', '250', 'perl'), [], { startTimeout: 3000 });
    expect(await bond.eval('1')).toBe(1);
  });

  test('the timeout of calls is not that of set-up', async () => {
    const bond = await openBond('Perl', peer('slow-start.js', '0', '500', 'perl'), [], { timeout: 100 });
    await rejection(bond.eval('sleep 60'), TimeoutException);
    await bond.kill();
  });

  test('an endless timeout is none', async () => {
    const bond = await openBond('Perl', 'perl', [], { startTimeout: Number.POSITIVE_INFINITY });
    expect(await bond.eval('1')).toBe(1);
  });

  test('a timeout beyond what timers can do does not fire at once', async () => {
    const bond = await openBond('Perl', 'perl', [], { startTimeout: 2 ** 40 });
    expect(await bond.eval('1')).toBe(1);
  });
});

describe.concurrent('an abort', () => {
  const reason = new Error('changed my mind');

  test.each(turns())('%s: before set-up rejects with its reason', async (lang) => {
    const error = await failedSetUp(lang, COMMANDS[lang], [], { signal: AbortSignal.abort(reason) });
    expect(error.cause).toBe(reason);
  });

  test.each<[string, string[]]>([
    ['that says nothing', peer('mute.js')],
    ['that prints garbage', peer('noisy.js')],
  ])('while a command %s is set up ends it', async (_, cmd) => {
    const { env, processes } = markedEnvironment();
    const controller = new AbortController();
    const options = { env, signal: controller.signal, startTimeout: Number.POSITIVE_INFINITY, defArgs: false };
    const refused = withChildren(() => refusal(makeBond('PHP', cmd, [], options)));
    await until(() => processes().length > 0);
    controller.abort(reason);
    const { value: error, children } = await refused;
    expect(error.cause).toBe(reason);
    expect(children.length).toBeGreaterThan(0);
    expect(children.filter(isRunning)).toEqual([]);
    await until(() => processes().length === 0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test.each(turns())('%s: after set-up ends the bond', async (lang) => {
    const { env, processes } = markedEnvironment();
    const controller = new AbortController();
    const bond = await openBond(lang, COMMANDS[lang], [], { env, signal: controller.signal });
    await bond.export(() => {
      controller.abort(reason);
      return new Promise(() => {});
    }, 'abort_and_wait');
    const error = await rejection(bond.call('abort_and_wait'), TerminatedException);
    expect(error.cause).toBe(reason);
    expect((await rejection(bond.eval('1'), TerminatedException)).cause).toBe(reason);
    await bond.closed;
    await until(() => processes().length === 0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('of a bond that has ended by itself does nothing', async () => {
    const controller = new AbortController();
    const bond = await openBond('Perl', 'perl', [], { signal: controller.signal });
    await bond.close();
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    controller.abort(reason);
    expect((await rejection(bond.eval('1'), TerminatedException)).cause).toBeUndefined();
  });
});
