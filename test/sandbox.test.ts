// Interpreters that one does not trust: as another user, in a sandbox, and both.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test as everyTest, expect } from 'vitest';
import { RemoteException, TerminatedException } from '../src/index.js';
import {
  expectInterruptible,
  markedEnvironment,
  PACKAGE,
  program,
  startHost,
  temporaryDirectory,
  until,
} from './bonds.js';
import { ROOT } from './compiler.js';
import { onTestFinished } from './finish.js';
import { type Language, languages, openBond, range, rejection } from './fixtures.js';
import { needsSandbox, openSandboxed, type Sandbox, sandboxed, sandboxes } from './sandboxes.js';
import { testInTurn } from './turns.js';
import { stuck, words } from './words.js';

const ways = Object.keys(sandboxes) as Sandbox[];
const everyWay = languages.flatMap((lang) => ways.map((way) => [lang, way] as const));

const AWKWARD = ['', 'two words', "it's", '"$HOME"', '$(id)', '\\', 'two\nlines', '*', '-x', '--', '~'];
const SCRIPT_ARGUMENTS: Record<Language, string> = {
  JavaScript: 'process.argv.slice(1)',
  PHP: 'array_slice($argv, 1)',
  Perl: '[@ARGV]',
  Python: "__import__('sys').argv[1:]",
};

describe.concurrent.each(everyWay)('%s in %s', (lang, way) => {
  needsSandbox(way, lang);
  const first = (languages.indexOf(lang) + ways.indexOf(way)) % languages.length;
  const test = testInTurn(first, range(languages.length));
  const say = words[lang];

  test('is called, calls, throws, prints, has its arguments to the letter, is interrupted, and closed', async () => {
    const { bond, output, processes } = await openSandboxed(way, lang, ['--', ...AWKWARD]);
    expect(await bond.eval(SCRIPT_ARGUMENTS[lang])).toEqual(AWKWARD);
    await bond.evalBlock(say.functions);
    const text = `Grüße, 世界 🌍\0\n${'x'.repeat(100_000)}`;
    expect(await bond.call('same', text)).toBe(text);
    await bond.export((x: number) => bond.call('twice', x), 'host');
    expect(await bond.eval('caught(21)')).toBe(42);
    expect((await rejection(bond.call('boom', 'no luck'), RemoteException)).remoteMessage).toContain('no luck');
    await expectInterruptible(bond, output);
    await bond.evalBlock(say.exitHook);
    await bond.close();
    expect(await bond.closed).toMatchObject({ exitCode: 0, signal: null });
    expect(output.text()).toMatch(/bye$/);
    await until(() => processes().length === 0);
  });

  const left = way === 'sudo' ? 'what it has put in the background' : 'nothing';

  test(`is killed in the middle of a call, and leaves ${left} behind`, async () => {
    const { bond, output, processes } = await openSandboxed(way, lang);
    await bond.evalBlock(say.run('setsid sleep 1000 >/dev/null 2>&1 &'));
    const waiting = rejection(bond.evalBlock(say.loop), TerminatedException);
    await output.until('on');
    await bond.kill();
    await waiting;
    await until(() => processes().length === (way === 'sudo' ? 1 : 0));
  });

  test('is nobody, or alone', async () => {
    const secret = join(temporaryDirectory(), 'secret');
    writeFileSync(secret, 'of a file', { mode: 0o600 });
    const server = createServer((socket) => socket.on('error', () => {}).end()).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const { bond, output } = await openSandboxed(way, lang);
    const look = async (command: string): Promise<string[]> => {
      const start = output.text().length;
      await bond.with({ stderr: 'ignore' }).evalBlock(say.run(command));
      return output.text().slice(start).trim().split(/\s+/);
    };
    if (way !== 'bwrap') expect(await look('id -u')).toEqual(['65534']);
    expect((await look('env')).join()).not.toMatch('SECRET');
    expect(await look(`cat ${secret} || echo refused`)).toEqual(['refused']);
    expect(await look(`kill -0 ${process.pid} || echo refused`)).toEqual(['refused']);
    expect(await look('touch /usr/bin/x || echo refused')).toEqual(['refused']);
    expect(await look(`test -d /proc/${process.pid} && echo seen || echo refused`)).toEqual([
      way === 'sudo' ? 'seen' : 'refused',
    ]);
    const connect = `bash -c "echo > /dev/tcp/127.0.0.1/${port}" && echo connected || echo refused`;
    if (way === 'sudo') return expect(await look(connect)).toEqual(['connected']);
    expect(await look(connect)).toEqual(['refused']);
    expect((await look('ls /')).sort()).toEqual(['bin', 'dev', 'etc', 'lib', 'lib64', 'proc', 'usr']);
    for (const name of await look('ls /etc')) expect(['alternatives', 'php', 'R']).toContain(name);
    const processes = new Set(await look('cat /proc/[0-9]*/comm'));
    const interpreter = { JavaScript: 'node', PHP: 'php', Perl: 'perl', Python: 'python3' }[lang];
    for (const name of processes) expect(['bwrap', 'sh', 'cat', interpreter]).toContain(name);
  });
});

everyTest('a host that is killed takes all of them along', async () => {
  const opened = everyWay.map(([lang, way]) => {
    const cmd = sandboxed(way, lang, { BOND_TEST_MARK: 'MARK' });
    return `[${JSON.stringify(lang)}, ${JSON.stringify(cmd)}, ${JSON.stringify(stuck(lang))}]`;
  });
  const { host, output, ending, processes } = startHost(
    'JavaScript',
    `const bonds = await Promise.all([${opened}].map(async ([lang, cmd, code]) => {
      const here = cmd.map((word) => word.replace('=MARK', '=' + process.env.BOND_TEST_MARK));
      return { jail: await makeBond(lang, here, [], { protocol: 'JSON', cwd: '/' }), code };
    }));
    await Promise.all(bonds.map(({ jail, code }) => {
      return new Promise((stdout) => jail.with({ stdout }).evalBlock(code).catch(() => {}));
    }));
    console.log('here');
    setInterval(() => {}, 1e6);`,
  );
  await output.until('here');
  expect(processes().length).toBeGreaterThan(2 * everyWay.length);
  host.kill('SIGKILL');
  await ending;
  await until(() => processes().length === 0);
});

describe('a host on a terminal', () => {
  needsSandbox('sudo and bwrap', 'Python');

  everyTest('lends it to what it runs in sudo, and not to what it runs in bwrap', () => {
    const text = `import { makeBond } from '${PACKAGE}';
      for (const cmd of ${JSON.stringify(ways.map((way) => sandboxed(way, 'Python')))}) {
        const jail = await makeBond('Python', cmd, [], { protocol: 'JSON', cwd: '/' });
        console.log(await jail.eval('open("/dev/tty", "w").write("typed ")').catch((error) => error.type));
        await jail.close();
      }`;
    const line = [process.execPath, program(text, 'host.mjs')];
    const { stdout } = spawnSync('script', ['-qec', line.join(' '), '/dev/null'], { cwd: ROOT, encoding: 'utf8' });
    const errors = stdout.split('OSError').length - 1;
    expect({ errors, typed: stdout.includes('typed ') }).toEqual({ errors: 2, typed: true });
  });
});

describe.concurrent('limits in front of a sandbox', () => {
  needsSandbox('bwrap', 'Python');

  everyTest.each(ways)('of memory are an exception, and of time the end (%s)', async (way) => {
    const { env, processes } = markedEnvironment();
    const cmd = ['prlimit', '--as=1000000000', '--cpu=1', '--', ...sandboxed(way, 'Python', env)];
    const bond = await openBond('Python', cmd, [], { protocol: 'JSON', cwd: '/', env });
    expect((await rejection(bond.eval('bytearray(10 ** 10)'), RemoteException)).type).toBe('MemoryError');
    const { exitCode, signal } = await rejection(bond.evalBlock('while True: pass'), TerminatedException);
    expect([exitCode, signal]).toEqual(way === 'sudo' ? [null, 'SIGKILL'] : [128 + 9, null]);
    await until(() => processes().length === 0);
  });
});
