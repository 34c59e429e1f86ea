// What one sees of a bond when something goes wrong: the log, BOND_DEBUG, what is printed of it, and its messages.

import { spawnSync } from 'node:child_process';
import { PassThrough, type Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  type Bond,
  BondException,
  callback,
  kwargs,
  makeBond,
  makePool,
  RemoteException,
  SerializationException,
  stream,
  TerminatedException,
  TimeoutException,
} from '../src/index.js';
import { ConversationLog } from '../src/wire/conversation-log.js';
import { PACKAGE } from './bonds.js';
import { onTestFinished } from './finish.js';
import { collect, type Language, languages, needsInterpreter, openBond, openPool, rejection } from './fixtures.js';
import { testInTurn } from './turns.js';

/** A stream that keeps what it is given, and what it has been given. */
function keep(): { stream: Writable; text: () => string } {
  const log = collect();
  return { stream: new PassThrough().on('data', log.stdout), text: log.text };
}

/** The lines of a log without what is different each time. */
function timeless(text: string, pid: number | string): string[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => {
    expect(line).toMatch(new RegExp(`^[<>#] \\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\w+ ${pid}( |$)`));
    return line.replace(/^(.) \S+ (\w+) \d+ ?/, '$1 ');
  });
}

describe('the log', () => {
  needsInterpreter('Python');

  test('has every line, with its direction and time, further to the right inside of calls', async () => {
    const { stream, text } = keep();
    const python = await openBond('Python', { logfile: stream, protocol: 'JSON' });
    await python.export(async (n: number) => n + (await python.call<number>('len', 'four')), 'add');
    const calls = [python.eval('add(add(1))'), python.eval('"after"')];
    expect(await Promise.all(calls)).toEqual([9, 'after']);
    await python.evalBlock('1 / 0').catch(() => {});
    await python.close();
    const lines = timeless(text(), python.pid);
    const start = lines.findIndex((line) => line.startsWith('< READY {"protocol":"JSON"'));
    expect(lines[0]).toBe('# started python3');
    expect(lines[1]).toMatch(/^> __import__\('os'\)\.write/);
    expect(lines[2]).toBe('< STAGE1');
    expect(lines[start - 1]).toMatch(/^> OPEN \{"mark":/);
    expect(start).toBeGreaterThan(1000); // the driver is part of the conversation
    expect(lines.slice(start + 1)).toEqual([
      '> EXPORT 0 1 "add"',
      '< RETURN 1 ',
      '> EVAL 0 2 "add(add(1))"',
      '> EVAL 0 3 "\\"after\\""',
      '<   CALL 1 2 ["add",[1]]',
      '>     CALL 1 4 ["len",["four"]]',
      '<     RETURN 4 4',
      '>   RETURN 1 0 5',
      '<   CALL 2 2 ["add",[5]]',
      '>     CALL 2 5 ["len",["four"]]',
      '<     RETURN 5 4',
      '>   RETURN 2 0 9',
      '< RETURN 2 9',
      '< RETURN 3 "after"',
      expect.stringMatching(/^> EVAL_BLOCK 0 6 \["1 \/ 0","[^"]*debugging\.test\.ts",\d+\]$/),
      expect.stringMatching(/^< EXCEPT 6 \{"type": ?"ZeroDivisionError"/),
      '> END - 0 ',
      '# exited with code 0',
    ]);
  });

  test('has long lines whole', async () => {
    const { stream, text } = keep();
    const python = await openBond('Python', { logfile: stream });
    await python.call('len', 'x'.repeat(100_000));
    await python.eval('"y" * 100000');
    expect(text()).toContain(`["len",["${'x'.repeat(100_000)}"]]\n`);
    expect(text()).toContain(`RETURN 2 "${'y'.repeat(100_000)}"\n`);
  });

  test('may end before the bond does', async () => {
    const { stream } = keep();
    const python = await openBond('Python', { logfile: stream });
    stream.end();
    expect(await python.eval('1')).toBe(1);
  });

  test('goes back to the left when a call is over whose function was not waited for', () => {
    const { stream, text } = keep();
    const log = new ConversationLog({ lang: 'Test', pid: 7 }, [{ stream, isShort: false }]);
    log.sent('EVAL 0 1 "f()"\n');
    log.received('CALL 1 1 ["f",[]]');
    log.sent('EVAL 1 2 "g()"\n');
    log.received('CALL 2 2 ["g",[]]');
    log.received('EXCEPT 1 {"message":"interrupted"}');
    log.sent('EVAL 0 3 "1"\n');
    expect(timeless(text(), 7)).toEqual([
      '> EVAL 0 1 "f()"',
      '<   CALL 1 1 ["f",[]]',
      '>     EVAL 1 2 "g()"',
      '<       CALL 2 2 ["g",[]]',
      '< EXCEPT 1 {"message":"interrupted"}',
      '> EVAL 0 3 "1"',
    ]);
  });
});

test('what is shown on a terminal gives it no commands', () => {
  const { stream, text } = keep();
  const log = new ConversationLog({ lang: 'Test', pid: 7 }, [{ stream, isShort: true }]);
  log.received('RETURN 1 "\u001b[2J\u009b2J"');
  expect(timeless(text(), 7)).toEqual(['< RETURN 1 "\\x1b[2J\\x9b2J"']);
});

describe('BOND_DEBUG', () => {
  /** What a program prints to its standard error, and what it says of a call that waits behind another. */
  function run(BOND_DEBUG: string): { stdout: string; stderr: string } {
    const program = `
      import { makeBond } from '${PACKAGE}';
      const bond = await makeBond('JavaScript', { protocol: 'JSON' });
      console.log(await bond.eval('"z".repeat(300)') === 'z'.repeat(300));
      const nap = bond.evalBlock('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)');
      function impatient() {
        return bond.with({ timeout: 50 }).eval('1');
      }
      await impatient().catch((error) => console.log(error.message));
      await nap;
      await bond.close();`;
    return spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { ...process.env, BOND_DEBUG },
      encoding: 'utf8',
    });
  }

  test('shows the conversation of every bond on standard error, shortened, and keeps the place of every call', () => {
    const { stdout, stderr } = run('1');
    const lines = timeless(stderr.replace(/^(?![<>#]).*\n/gm, ''), '\\d+');
    expect(lines[0]).toMatch(/^# started .*node/);
    expect(lines[3]).toMatch(/^> … \d{4} lines of the driver$/);
    expect(lines).toContain('> EVAL 0 1 "\\"z\\".repeat(300)"');
    expect(lines).toContain(`< RETURN 1 "${'z'.repeat(190)}… (311 characters)`);
    expect(lines.at(-1)).toBe('# exited with code 0');
    expect(stdout).toMatch(/^true\n\[JavaScript\] EVAL "1" \(made at impatient \(.*\)\): no reply and no output/);
  });

  test.each(['', '0'])('is off when it is %j', (value) => {
    const { stdout, stderr } = run(value);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^true\n\[JavaScript\] EVAL "1" \(made at impatient \(.*\)\): no reply and no output/);
  });
});

describe('what is printed', () => {
  test('of a bond says what its interpreter does, and what is in flight', async () => {
    const js = await openBond('JavaScript');
    const idle = `Bond { lang: 'JavaScript', pid: ${js.pid}, state: 'idle', inFlight: [] }`;
    expect(inspect(js)).toBe(idle);
    expect(inspect([[[js]]])).toContain('[Bond]');
    const seen: string[] = [];
    await js.export(async function look() {
      seen.push(inspect(js));
      const call = js.call('String', 1);
      seen.push(inspect(js));
      await call;
    });
    await Promise.all([js.eval('look()'), js.eval('2')]);
    const ages = (text: string | undefined) =>
      text?.replaceAll(/\d+ ms/g, 'N ms').replaceAll(/, at .*\d+:\d+\)?(?=')/g, ', at here');
    expect(ages(seen[0])).toContain(`state: \`waiting for your function 'look', called by EVAL "look()", N ms\``);
    expect(ages(seen[1])).toContain(`state: \`running CALL "String", N ms, in your function 'look'\``);
    expect(seen[1]).toContain(`has called your function 'look', at `);
    expect(seen[1]).toMatch(/'EVAL "2", \d+ ms, waits for its turn, at .*debugging\.test\.ts/);
    expect(seen[1]).toMatch(/`CALL "String", \d+ ms, in your function 'look'`\n/);
    expect(inspect(js)).toBe(idle);
  });

  test('of a bond says how it was closed', async () => {
    const closed = await openBond('JavaScript');
    const closing = closed.close();
    expect(inspect(closed)).toContain("state: 'closing, idle'");
    await closing;
    expect(inspect(closed)).toContain("state: 'closed: the bond is closed; the interpreter exited with code 0'");
    const exited = await openBond('JavaScript');
    await exited.eval('process.exit(3)').catch(() => {});
    expect(inspect(exited)).toContain("state: 'closed: the interpreter exited with code 3'");
    const killed = await openBond('JavaScript');
    await killed.kill();
    expect(inspect(killed)).toContain("state: 'closed: the bond was killed; the interpreter was ended by SIGKILL'");
  });

  test('of a call that nobody waits for any more says so', async () => {
    const js = await openBond('JavaScript');
    const nap = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)';
    await rejection(js.with({ timeout: 50 }).evalBlock(nap), TimeoutException);
    expect(inspect(js, { breakLength: Number.POSITIVE_INFINITY })).toMatch(
      /inFlight: \[ 'EVAL_BLOCK .* ms, no longer awaited, at .*debugging\.test\.ts/,
    );
  });

  test('of references says what they are', async () => {
    const js = await openBond('JavaScript');
    const line = (value: unknown): string => inspect(value, { breakLength: Number.POSITIVE_INFINITY });
    const held = await js.hold('new Map([[1, 2]])');
    const entries = await held.hold('entries');
    const shown = (code: string, expression: string, state: string): string =>
      `Held { lang: 'JavaScript', code: '${code}', expression: '${expression}', state: '${state}' }`;
    expect(line(held)).toBe(shown('_BOND_held(1)', 'new Map([[1, 2]])', 'held'));
    expect(line(entries)).toBe(shown('_BOND_held(2)', 'new Map([[1, 2]]).entries()', 'held'));
    await held.release();
    expect(line(held)).toBe(shown('_BOND_held(1)', 'new Map([[1, 2]])', 'released'));
    expect(line(js.ref('x + 1'))).toBe("Ref { lang: 'JavaScript', code: 'x + 1' }");
    expect(line(callback(function f() {}))).toBe('Callback { func: [Function: f] }');
    expect(line(stream([1, 2]))).toBe('Stream { iterable: [ 1, 2 ] }');
  });

  test('String, a template and JSON.stringify say what a thing is', async () => {
    const bond = await openBond('JavaScript');
    const held = await bond.hold('new Map([[1, 2]])');
    const pool = await openPool('JavaScript', { size: 1 });
    const named = function named() {};
    const things: [unknown, string][] = [
      [bond, `Bond [JavaScript] (pid ${bond.pid})`],
      [pool, 'Pool [JavaScript] (size 1)'],
      [held, 'Held [JavaScript] new Map([[1, 2]])'],
      [bond.ref('1 +\n  1'), 'Ref [JavaScript] 1 + 1'],
      [bond.ref('x'.repeat(100)), `Ref [JavaScript] ${'x'.repeat(60)}…`],
      [callback(named), 'Callback named'],
      [callback(() => {}), 'Callback (anonymous)'],
      [stream([]), 'Stream'],
      [kwargs({ a: 1, b: 2 }), 'Kwargs (a, b)'],
    ];
    for (const [thing, text] of things) {
      expect(String(thing)).toBe(text);
      expect(`${thing}`).toBe(text);
      expect(JSON.stringify({ thing })).toBe(JSON.stringify({ thing: text }));
    }
    expect(inspect(kwargs({ a: 1 }))).toBe('Kwargs { a: 1 }');
    await held.release();
    expect(String(held)).toBe('Held [JavaScript] new Map([[1, 2]]) (released)');
  });

  test.each(['JSON', 'EJSON', 'V8'] as const)('but none of it crosses as that text by %s', async (protocol) => {
    const bond = await openBond('JavaScript', { protocol });
    const pool = await openPool('JavaScript', { size: 1 });
    const things: [unknown, string][] = [
      [bond, 'a Bond'],
      [pool, 'a Pool'],
      [kwargs({ a: 1 }), 'a Kwargs that is not the last argument of a call'],
    ];
    for (const [thing, name] of things) {
      const error = await rejection(bond.call('String', { thing }), SerializationException);
      expect(error.message).toContain(`args[0].thing: ${name} cannot be carried by ${protocol}`);
    }
  });

  test('of a pool says what each worker does', async () => {
    const pool = await makePool('JavaScript', { cmds: ['node', 'node', '/nonexistent/node'] });
    onTestFinished(() => pool.kill());
    const nap = pool.eval('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)');
    await pool.eval('1');
    const text = inspect(pool);
    await nap;
    expect(text).toMatch(/node, pid \d+, running EVAL "Atomics\.wait.* ms, calls: 0/);
    expect(text).toMatch(/node, pid \d+, idle, calls: 1/);
    expect(text).toMatch(/\/nonexistent\/node, (down|starting), calls: 0.*cannot start its interpreter/);
    expect(text).toContain('waiting: 0');
  });
});

/** Arguments for a function of the host that cannot cross, and where; and something to which a function can be given. */
const REFUSED: Record<Language, readonly [args: string, path: string, apply: string]> = {
  JavaScript: ['1, {a: [() => 1]}', 'args[1].a[0]', '(f) => f(() => 1)'],
  PHP: ["1, ['a' => [STDERR]]", 'args[1].a[0]', '(function ($f) { return $f(STDERR); })'],
  Perl: ['1, {a => [sub {}]}', 'args[1].a[0]', 'sub { $_[0]->(\\*STDERR) }'],
  Python: ["1, {'a': [open]}", 'args[1].a[0]', 'lambda f: f(open)'],
};

describe.each(languages)('messages of %s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);
  const [args, path, apply] = REFUSED[lang];

  test.each(['EJSON', 'JSON'] as const)(
    'name the argument of your function that cannot cross, in %s',
    async (protocol) => {
      const bond = await openBond(lang, { protocol });
      await bond.export((...all: unknown[]) => all.length, 'f');
      const { message, side } = await rejection(bond.eval(`f(${args})`), SerializationException);
      expect(message).toContain(`: f(): ${path}: a`);
      expect(message).toMatch(/(cannot be carried by E?JSON: hold\(\) it|iterate\(\) over it)$/);
      expect(side).toBe('remote');
      const error = await rejection(
        bond.call(
          apply,
          callback(() => 1),
        ),
        SerializationException,
      );
      expect(error.message).toContain(': callback(): args[0]: a');
      expect(await bond.eval('f(1, 2)')).toBe(2);
    },
  );

  test('name what was asked for, and never functions of the driver', async () => {
    const bond = await openBond(lang);
    const expression =
      lang === 'Python' ? '{}' : lang === 'PHP' ? 'new ArrayObject([])' : lang === 'Perl' ? '{}' : '({})';
    const held = await bond.hold(expression);
    const shown = JSON.stringify(expression);
    const calls: [Promise<unknown>, string][] = [
      [held.call('missing'), `CALL "missing" of ${shown}: `],
      [held.hold('missing'), `HOLD ${JSON.stringify(`${expression}.missing()`)}: `],
      [held.apply(), `APPLY of ${shown}: `],
      [bond.hold('1 +'), 'HOLD "1 +": '],
      [bond.iterate('1 +').next(), 'ITERATE "1 +": '],
    ];
    for (const [call, start] of calls) {
      const { message } = await rejection(call, RemoteException);
      expect(message.startsWith(`[${lang}] ${start}`)).toBe(true);
    }
    await held.release();
    const { message } = await rejection(held.value(), BondException);
    expect(message).toBe(`[${lang}] ${shown} has been released: hold() it again`);
  });
});

test('V8 names the argument of your function that cannot cross', async () => {
  const js = await openBond('JavaScript', { protocol: 'V8' });
  await js.export(() => 1, 'f');
  const { message } = await rejection(js.eval('f(1, {a: [() => 1]})'), SerializationException);
  expect(message).toContain(': f(): args[1].a[0]: ');
});

describe('messages', () => {
  const open = (): Promise<Bond> => openBond('JavaScript', { protocol: 'EJSON' });

  test.each<[what: string, args: unknown[], path: string]>([
    ['a value', [[/x/]], 'args[0][0]: a RegExp'],
    ['a function', [1, () => 1], 'args[1]: a function has to be wrapped in callback(…)'],
    ['an argument by name', [1, kwargs({ a: [/x/] })], 'kwargs.a[0]: a RegExp'],
    ['an argument before those by name', [1, /x/, kwargs({ a: 1 })], 'args[1]: a RegExp'],
    ['an argument beside a reference', [callback(() => 1), /x/], 'args[1]: a RegExp'],
    ['a date that is none', [new Date(Number.NaN)], 'args[0]: a Date that is invalid'],
  ])('say where %s sits that cannot cross', async (_what, args, path) => {
    const { message } = await rejection((await open()).call('String', ...args), SerializationException);
    expect(message.startsWith(`[JavaScript] ${path}`)).toBe(true);
  });

  test('say of a date that is none what is wrong with it, from there as well', async () => {
    const { message } = await rejection((await open()).eval('new Date(NaN)'), SerializationException);
    expect(message).toContain('result: a Date that is invalid cannot be carried by EJSON');
  });

  test('of an end name the call, and what ran when it came', async () => {
    const js = await open();
    const [exit, next] = [js.eval('process.exit(3)'), js.eval('2')];
    const messages = [exit, next].map(async (call) => (await rejection(call, TerminatedException)).message);
    const end = 'the interpreter exited with code 3';
    expect(await Promise.all(messages)).toEqual([
      `[JavaScript] EVAL "process.exit(3)": ${end}`,
      `[JavaScript] EVAL "2": ${end} while it ran EVAL "process.exit(3)"`,
    ]);
    const { message } = await rejection(js.eval('3'), TerminatedException);
    expect(message).toBe(`[JavaScript] EVAL "3": ${end} while it ran EVAL "process.exit(3)"`);
  });

  test('of silence say what can be done about it', async () => {
    const nap = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)';
    const { message } = await rejection((await open()).with({ timeout: 50 }).evalBlock(nap), TimeoutException);
    expect(message).toMatch(
      /no reply and no output for 50 ms; interrupt\(\) stops it, and a longer timeout waits for it$/,
    );
  });

  test('of misuse say what is right', async () => {
    const [js, other] = await Promise.all([open(), open()]);
    const messages = [
      js.export(() => 1),
      js.call('String', other.ref('x')),
      makeBond('JavaScript', { protocol: 'XML' as never }),
      makeBond('PHP', { env: { PATH: '/nonexistent' } }),
      makeBond('PHP', ['true']),
      makePool('JavaScript', { sise: 1 } as never),
      makeBond('JavaScript', undefined, [], 5 as never),
      makeBond('JavaScript', {} as never, ['x']),
      makeBond('PHP', 'sh -c true'),
      (async () => js.with({ timout: 1 } as never))(),
      js.interact({ prompt: '>' } as never),
      js.proxy('f', 'Perl' as never),
      js.proxy('f', null as never),
    ].map(async (promise) => (await rejection(promise, BondException)).message);
    expect(await Promise.all(messages)).toEqual([
      "[JavaScript] a function without a name of its own needs one to be exported: export(func, 'name')",
      expect.stringMatching(
        /"x" belongs to another bond \(JavaScript\).*: send its value, or proxy\(\) a function to it$/,
      ),
      "[JavaScript] there is no protocol 'XML'; known: EJSON, JSON, V8",
      '[PHP] cannot start its interpreter; tried: php (not found); to install it: apt-get install php-cli',
      expect.stringMatching(/true exited with code 0, before .*; does it start PHP when you type it\?$/),
      expect.stringMatching(/there is no option 'sise'; known: size, cmds, args, setup, retries, minSize, /),
      '[JavaScript] options are an object, not "5"',
      '[JavaScript] makeBond takes a language, a command, arguments, and the options last',
      expect.stringMatching(/; sh -c passes on no arguments: write 'php "\$@"' instead of php, and 'sh' after it$/),
      "[JavaScript] there is no option 'timout'; known: timeout, signal, stdout, stderr, objects",
      "[JavaScript] there is no option 'prompt'; known: input, output, errors, history, colors",
      '[JavaScript] proxy takes the bond that is to have it, not "Perl"',
      '[JavaScript] proxy takes the bond that is to have it, not "null"',
    ]);
  });
});

describe('messages of PHP', () => {
  needsInterpreter('PHP');

  test('say what to do about a function that is there already', async () => {
    const php = await openBond('PHP');
    const { message } = await rejection(
      php.export(() => 1, 'strlen'),
      RemoteException,
    );
    expect(message).toMatch(
      /^\[PHP\] EXPORT "strlen": .* existing function strlen\(\): give it another name, or a namespace$/,
    );
  });

  test.each([
    ['STDERR', 'a value of type resource cannot be carried by JSON: hold() it'],
    ['"\\xff"', 'a string that is not UTF-8 cannot be carried by JSON: send base64_encode() of it'],
    ['NAN', 'INF and NAN are no JSON numbers'],
  ])('say what plain JSON cannot carry: %s', async (code, reason) => {
    const php = await openBond('PHP', { protocol: 'JSON' });
    const { message } = await rejection(php.eval(`[${code}]`), SerializationException);
    expect(message).toContain(`: result[0]: ${reason}`);
  });
});
