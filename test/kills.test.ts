// Interpreters that end in every way but a good one, and hosts that do; and what is left behind of either.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test as everyTest, expect } from 'vitest';
import { type Bond, TerminatedException } from '../src/index.js';
import { shellQuote } from '../src/process/command.js';
import { descendants } from '../src/process/process-tree.js';
import {
  COMMANDS,
  fixture,
  isAlive,
  markedEnvironment,
  PACKAGE,
  processesWithArgument,
  program,
  temporaryDirectory,
  until,
  WATCHDOG,
} from './bonds.js';
import { countInTest, onTestFinished } from './finish.js';
import {
  collect,
  everyKitLanguage,
  languages,
  needsInterpreter,
  openBond,
  rejection,
  wholeKitLanguages,
} from './fixtures.js';
import { rounds } from './fuzzing.js';
import { openHostile } from './hostile.js';
import { LONG_TEST_HANG } from './patience.js';
import { testInTurn, testSample } from './turns.js';
import { narrowWords, stuck } from './words.js';

/** Asserts that calls reject, with an ending. If they waited for the grandchild, they would hang. */
async function expectEnding(calls: readonly Promise<unknown>[], ending: Partial<TerminatedException>): Promise<void> {
  for (const call of calls) expect(await rejection(call, TerminatedException)).toMatchObject(ending);
}

describe.concurrent.each(wholeKitLanguages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, wholeKitLanguages);
  const say = narrowWords(lang);
  /** Ruby and R report a SIGSEGV on standard error in their own way before they end. */
  const hasOwnHandler = lang === 'Ruby' || lang === 'R';

  /** A bond that has said its last words on standard error, and tells when the text of a block came. */
  async function open() {
    const output = collect();
    const bond = await openBond(lang, { stdout: output.stdout });
    await bond.evalBlock(say.functions);
    await bond.evalBlock(say.printError('last words'));
    return { bond, output };
  }

  /** Calls of every kind, of which the first never ends. */
  function callMuch(bond: Bond): Promise<unknown>[] {
    const calls = [bond.evalBlock(say.loop), bond.eval('1'), bond.call('twice', 1), bond.export(() => 1, 'queued')];
    for (const call of calls) call.catch(() => {});
    return calls;
  }

  /** Leaves a process behind that holds the streams of the interpreter. */
  async function leaveGrandchild(bond: Bond): Promise<void> {
    const file = join(temporaryDirectory(), 'pid');
    await bond.evalBlock(say.run(`sleep 1000 & echo $! > ${file}`));
    const grandchild = Number(readFileSync(file, 'utf8'));
    onTestFinished(() => void (isAlive(grandchild) && process.kill(grandchild, 'SIGKILL')));
    expect(isAlive(grandchild)).toBe(true);
  }

  describe.each(['alone', 'with a grandchild that holds its streams'])('an interpreter %s', (company) => {
    async function openInCompany() {
      const opened = await open();
      if (company !== 'alone') await leaveGrandchild(opened.bond);
      return opened;
    }

    test.each(['SIGKILL', hasOwnHandler ? 'SIGABRT' : 'SIGSEGV'] as const)(
      'that is ended by %s in the middle of a call, is told of at once',
      async (signal) => {
        const { bond, output } = await openInCompany();
        const calls = callMuch(bond);
        await output.until('on');
        process.kill(bond.pid, signal);
        countInTest('kills', 1);
        await expectEnding(calls, { exitCode: null, signal, stderr: 'last words' });
        await expectEnding([bond.eval('1')], { signal });
        expect(isAlive(bond.pid)).toBe(false);
      },
    );

    test('that leaves in the middle of a call, is told of at once', async () => {
      const { bond } = await openInCompany();
      await bond.export(() => {}, 'host');
      const calls = [bond.evalBlock(`${say.callHost('')}\n${say.leave}`), bond.eval('1'), bond.call('twice', 1)];
      for (const call of calls) call.catch(() => {});
      await expectEnding(calls, { exitCode: 3, signal: null, stderr: 'last words' });
    });
  });
});

everyTest('a peer that closes its output, and lives on, is ended at once, with all that it has started', async () => {
  const { bond, processes } = await openHostile(async ({ next, forever }) => {
    await next();
    const { spawn } = process.getBuiltinModule('node:child_process');
    spawn('sleep', ['1000'], { stdio: 'ignore' });
    process.stderr.write('last words');
    process.getBuiltinModule('node:fs').closeSync(1);
    setInterval(() => {}, 1e6);
    await forever();
  });
  await expectEnding([bond.eval('x')], { signal: 'SIGKILL', stderr: 'last words' });
  await until(() => processes().length === 0);
});

describe('many bonds', () => {
  for (const lang of languages) needsInterpreter(lang);

  const [WARM_UP, REST] = [20, rounds(40, 980)];

  everyTest(
    'that were opened and closed, ten at a time, leave nothing behind',
    { timeout: LONG_TEST_HANG },
    async () => {
      const { env, processes } = markedEnvironment();
      const TMPDIR = temporaryDirectory();
      const args = ['--expose-gc', fixture('many-bonds.js'), String(REST), String(WARM_UP)];
      const host = startProgram([process.execPath, ...args], { ...env, TMPDIR });
      expect(await host.ending).toEqual({ code: 0, signal: null });
      const { before, after, heard, warnings } = JSON.parse(host.output.text());
      const { heap, ...rest } = after;
      expect({ ...rest, heap: 0 }).toEqual({ ...before, heap: 0 });
      expect(rest).toMatchObject({ children: 1, streamListeners: 0, signalListeners: 0 }); // the watchdog stays
      expect(heard).toBe(REST * 'printed text'.length);
      expect(warnings).toEqual([]);
      expect(heap - before.heap).toBeLessThan(2 * 2 ** 20);
      expect(processes()).toEqual([]);
    },
  );
});

/** Starts a program; what it prints on both streams is kept. */
function startProgram([command, ...args]: readonly string[], env: NodeJS.ProcessEnv) {
  const child: ChildProcess = spawn(command as string, args, {
    cwd: new URL('..', import.meta.url),
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = collect();
  child.stdout?.on('data', output.stdout);
  child.stderr?.on('data', output.stdout);
  const ending = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return { child, output, ending };
}

type Host = ReturnType<typeof startProgram>;

describe('a host', () => {
  for (const lang of languages) needsInterpreter(lang);

  /** The command line of a host's program, which may use `makeBond`. */
  function hostLine(code: string): string[] {
    const text = `import { makeBond } from '${PACKAGE}';\n${code}`;
    return [process.execPath, program(text, 'host.mjs')];
  }

  /** The same, on a terminal. */
  function onTerminal(line: readonly string[]): string[] {
    return ['script', '-qec', line.map(shellQuote).join(' '), '/dev/null'];
  }

  /** How each language is started: at a release, by its own command and by the user's; at a check, by one of them. */
  const starts = Object.entries(COMMANDS).flatMap((line, index) => {
    const [lang] = line;
    if (process.env.RELEASE) return [[lang], line];
    return index % 2 === 0 ? [[lang]] : [line];
  });

  const openAll = `
    const bonds = await Promise.all(${JSON.stringify(starts)}.map((line) => makeBond(...line)));
    const stuck = ${JSON.stringify(Object.fromEntries(everyKitLanguage.map((lang) => [lang, stuck(lang)])))};`;

  /** Marks what is meant for the test. */
  const TOLD = /^TOLD (.*?)\r?$/m;

  const ways = [
    ['under a terminal', onTerminal],
    ['without a terminal', (line: readonly string[]) => line],
  ] as const;

  everyTest.each(ways)('%s works alike', async (way, prepare) => {
    const { env, processes } = markedEnvironment();
    const code = `${openAll}
      const work = async (bond) => {
        await bond.export((x) => x + 1, 'host');
        const run = { Python: "import os; os.system('echo printed')", PHP: "system('echo printed');",
          Perl: "system('echo printed');", Ruby: "system('echo printed')",
          Lua: "os.execute('echo printed')", R: "system('echo printed')", JavaScript: "console.log('printed')",
          Tcl: 'exec echo printed >@stdout; _BOND_declare host int int' };
        const asked = bond.lang === 'Tcl' ? '_BOND_int [host 1]' : 'host(1)';
        await bond.evalBlock(run[bond.lang]);
        const error = await bond.eval('no_such_thing()').catch((error) => error.name);
        const values = await Promise.all([bond.eval(asked), bond.call('host', 2)]);
        await bond.close();
        return [bond.lang, error, ...values, await bond.closed];
      };
      console.log('TOLD', JSON.stringify([process.stdin.isTTY === true, await Promise.all(bonds.map(work))]));`;
    const host = startProgram(prepare(hostLine(code)), env);
    expect(await host.ending).toEqual({ code: 0, signal: null });
    const [isTerminal, results] = JSON.parse(TOLD.exec(host.output.text())?.[1] as string);
    expect(isTerminal).toBe(way === 'under a terminal');
    const ending = { exitCode: 0, signal: null, stderr: expect.any(String) };
    expect(results).toEqual(starts.map(([lang]) => [lang, 'RemoteException', 2, 3, ending]));
    expect(host.output.text().match(/printed/g)).toHaveLength(starts.length);
    await until(() => processes().length === 0);
  });

  /** The shell that ends what a host leaves behind. */
  function watchdogOf(host: number): number | undefined {
    const shells = processesWithArgument(WATCHDOG);
    return descendants(host).find((pid) => shells.includes(pid));
  }

  async function killAfterWatchdog({ output }: Host, pid: number): Promise<void> {
    const first = watchdogOf(pid) as number;
    process.kill(first, 'SIGKILL');
    await until(() => ![first, undefined].includes(watchdogOf(pid)));
    process.kill(pid, 'SIGUSR2');
    await output.until('AWAKE'); // what is told to the next one has been written by then
    process.kill(pid, 'SIGKILL');
  }

  describe.concurrent('under a terminal, with idle and busy interpreters', () => {
    const busy = `
      const running = bonds.filter((_, index) => (index >> 1) % 2 === index % 2).map((bond) => new Promise((resolve) => {
        bond.with({ stdout: resolve }).evalBlock(stuck[bond.lang]).catch(() => {});
      }));
      await Promise.all(running);`;

    testSample(4).each<[string, (host: Host, pid: number) => unknown]>([
      ['is killed', (_, pid) => process.kill(pid, 'SIGKILL')],
      ['is hung up on', (_, pid) => process.kill(pid, 'SIGHUP')],
      ['is terminated', (_, pid) => process.kill(pid, 'SIGTERM')],
      ['loses its terminal', ({ child }) => child.kill('SIGKILL')],
      ['is killed when its watchdog has been killed', killAfterWatchdog],
    ])('that %s takes them along', async (_, end) => {
      const { env, processes } = markedEnvironment();
      const code = `${openAll} ${busy}
        process.on('SIGUSR2', () => console.log('AWAKE'));
        setInterval(() => {}, 1e6);
        console.log('TOLD', String(process.pid)); // a number would be coloured`;
      const host = startProgram(onTerminal(hostLine(code)), env);
      await host.output.until('TOLD');
      await until(() => TOLD.test(host.output.text()));
      expect(processes().length).toBeGreaterThan(8);
      countInTest('kills', processes().length);
      await end(host, Number(TOLD.exec(host.output.text())?.[1]));
      await until(() => processes().length === 0);
    });
  });
});
