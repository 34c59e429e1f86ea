import { describe, expect, test, vi } from 'vitest';
import { queryDriver, RemoteException } from '../src/index.js';
import { onTestFinished } from './finish.js';
import {
  type Language,
  languages,
  needsInterpreter,
  openBond,
  range,
  rejection,
  shareBond,
  suiteLanguages,
} from './fixtures.js';
import { words } from './words.js';

/** `attempt()` calls the function `slow` of the host under an alarm whose handler throws, and then `quick`. */
const alarms: [Language, string][] = [
  [
    'Perl',
    `use Time::HiRes;
    sub attempt {
      eval { local $SIG{ALRM} = sub { die "alarm\\n" }; Time::HiRes::setitimer(0, 0.1); slow() };
      [$@, quick(5)];
    }`,
  ],
  [
    'Python',
    `import signal
class Alarm(Exception): pass
def ring(*args): raise Alarm('alarm\\n')
def attempt():
  signal.signal(signal.SIGALRM, ring)
  signal.setitimer(signal.ITIMER_REAL, 0.1)
  try: slow()
  except Alarm as error: return [str(error), quick(5)]`,
  ],
];

describe.each(alarms)('%s: the handler of a signal', (lang, code) => {
  needsInterpreter(lang);

  test('that throws while user code waits for the host is heard once the host has answered', async () => {
    const bond = await openBond(lang);
    await bond.export(() => new Promise((resolve) => setTimeout(resolve, 300)), 'slow');
    await bond.export((n: number) => n, 'quick');
    await bond.evalBlock(code);
    expect(await bond.call('attempt')).toEqual(['alarm\n', 5]);
    expect(await bond.eval('1')).toBe(1);
  });
});

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);

  test('an interrupt while user code waits for the host is heard by then', async () => {
    const bond = await openBond(lang);
    await bond.export(async () => {
      await bond.interrupt();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }, 'slow');
    await rejection(bond.eval('slow()'), RemoteException);
    expect(await bond.eval('1')).toBe(1);
  });
});

const interruptible = suiteLanguages.filter((lang) => queryDriver(lang).features?.includes('interrupt'));

describe.each(interruptible)('%s', (lang) => {
  needsInterpreter(lang);
  const shared = shareBond(lang, {}, words[lang].functions);

  test('an interrupt that comes when its call is over stops none of those behind it, however late the process is', async () => {
    const bond = await shared();
    for (const round of range(5)) {
      process.kill(bond.pid, 'SIGSTOP');
      const first = bond.call('same', round).catch((error: unknown) => error);
      await bond.interrupt();
      const others = range(4).map((x) => bond.call('same', x));
      process.kill(bond.pid, 'SIGCONT');
      expect(await Promise.all(others)).toEqual(range(4));
      expect([round, expect.any(RemoteException)]).toContainEqual(await first);
    }
  });
});

describe.runIf(languages.includes('JavaScript'))('JavaScript', () => {
  needsInterpreter('JavaScript');

  test.each([false, true])(
    'a signal that is later than its line is waited for, and stops nothing else (side by side: %j)',
    async (concurrent) => {
      const bond = await openBond('JavaScript', { concurrent });
      await bond.evalBlock(`
        const forever = () => new Promise(() => {});
        const work = (ms) => { for (const end = Date.now() + ms; Date.now() < end; ); return ms; };`);
      const kill = process.kill.bind(process);
      const sent: Promise<unknown>[] = [];
      const spy = vi.spyOn(process, 'kill').mockImplementation((pid, signal) => {
        if (pid !== bond.pid || signal === 0) return kill(pid, signal);
        sent.push(new Promise((resolve) => setTimeout(() => resolve(kill(pid, signal)), 1200)));
        return true;
      });
      onTestFinished(() => spy.mockRestore());
      const stopped = rejection(bond.call('forever'), RemoteException);
      await bond.interrupt();
      await stopped;
      expect(await bond.call('work', 400)).toBe(400);
      expect(sent).toHaveLength(1);
      await Promise.all(sent);
      expect(await bond.call('work', 1)).toBe(1);
    },
  );

  test('one signal at a time stops what computes, what awaits and what has not begun', async () => {
    const bond = await openBond('JavaScript', { concurrent: true });
    await bond.evalBlock('const forever = () => new Promise(() => {}); const spin = () => { for (;;); }');
    for (const _ of range(5)) {
      const calls = ['forever', 'spin', 'spin', 'forever', 'spin'].map((name) => bond.call(name));
      const stopped = calls.map((call) => rejection(call, RemoteException));
      await bond.interrupt();
      await bond.interrupt();
      await Promise.all(stopped);
      expect(await bond.call('Math.max', 1, 2)).toBe(2);
    }
  });
});
