import { describe, expect, test } from 'vitest';
import { RemoteException } from '../src/index.js';
import { type Language, languages, needsInterpreter, openBond, rejection } from './fixtures.js';

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
