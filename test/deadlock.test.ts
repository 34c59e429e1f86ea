import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { type Bond, BondException } from '../src/index.js';
import { languages, openBond } from './fixtures.js';

/** Bonds in which `go(name)` calls the function of the host that is given. */
async function open(...langs: string[]): Promise<Bond[]> {
  return Promise.all(
    langs.map(async (lang) => {
      const bond = await openBond(lang);
      await bond.evalBlock(GO[lang] as string);
      return bond;
    }),
  );
}

const GO: Record<string, string> = {
  PHP: 'function go($f, ...$args) { return $f(...$args); }',
  Perl: 'sub go { my $f = shift; no strict "refs"; &$f(@_) }',
  Python: 'def go(f, *args): return globals()[f](*args)',
  JavaScript: 'function go(f, ...args) { return globalThis[f](...args) }',
};

/** The codes of an exception, and of its causes. */
function codesOf({ code, cause }: BondException): string[] {
  return [code, ...(cause instanceof BondException ? codesOf(cause) : [])];
}

test.each([
  ['PHP', 'Perl'],
  ['Python', 'JavaScript'],
])(
  'two chains that hold %s and %s and want the other: the one that closes the cycle is rejected at once',
  async (...langs) => {
    const [a, b] = (await open(...langs)) as [Bond, Bond];
    let meet = (): void => {};
    const met = new Promise<void>((resolve) => {
      meet = resolve;
    });
    let arrived = 0;
    const together = async (): Promise<void> => {
      if (++arrived === 2) meet();
      await met;
    };
    await a.export(async () => {
      await together();
      return b.call('go', 'quiet');
    }, 'wantsB');
    await b.export(async () => {
      await together();
      return a.call('go', 'quiet');
    }, 'wantsA');
    for (const bond of [a, b]) await bond.export(() => 'quiet', 'quiet');

    const outcomes = await Promise.allSettled([a.call('go', 'wantsB'), b.call('go', 'wantsA')]);
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(reasons.map(codesOf)).toEqual([expect.arrayContaining(['BOND_DEADLOCK'])]);
    const failed = reasons.map(String);
    expect(failed[0]).toContain('a wait that can never end');
    expect(failed[0]).toContain(`[${langs[0]}] CALL "go"`);
    expect(failed[0]).toContain(`[${langs[1]}] CALL "go"`);
    expect(failed[0]).toMatch(/your function 'wants[AB]'/);
    for (const bond of [a, b]) expect(await bond.call('go', 'quiet')).toBe('quiet');
  },
);

test('a chain of three bonds that waits for its own beginning is no cycle: it is nested', async () => {
  const bonds = await open('PHP', 'Perl', 'Python');
  const depth = 50;
  for (const [index, bond] of bonds.entries()) {
    const next = bonds[(index + 1) % 3] as Bond;
    await bond.export((n: number) => (n === 0 ? 'bottom' : next.call('go', 'on', n - 1)), 'on');
  }
  expect(await bonds[0]?.call('go', 'on', depth)).toBe('bottom');
});

test('a function that does not await what it asks for is not taken for a wait without end', async () => {
  const [a, b] = (await open('PHP', 'Perl')) as [Bond, Bond];
  const asked: Promise<unknown>[] = [];
  let started = (): void => {};
  const bIsBusy = new Promise<void>((resolve) => {
    started = resolve;
  });
  await a.export(async () => {
    await bIsBusy;
    asked.push(b.call('go', 'quiet'));
    return 'not waited for';
  }, 'asksB');
  await b.export(() => {
    started();
    return a.call('go', 'quiet');
  }, 'wantsA');
  for (const bond of [a, b]) await bond.export(() => 'quiet', 'quiet');
  expect(await Promise.all([a.call('go', 'asksB'), b.call('go', 'wantsA')])).toEqual(['not waited for', 'quiet']);
  expect(await Promise.all(asked)).toEqual(['quiet']);
});

test.each(languages)(
  '%s: a call from outside of its context queues behind the call that waits for it, and says so',
  async (lang) => {
    const [bond] = (await open(lang)) as [Bond];
    const outside = AsyncLocalStorage.snapshot();
    await bond.export(() => 'quiet', 'quiet');
    await bond.export(() => outside(() => bond.with({ timeout: 300 }).call('go', 'quiet')), 'loses');
    await expect(bond.call('go', 'loses')).rejects.toThrow(
      /waits behind CALL "go".*which has called your function 'loses'/,
    );
    expect(await bond.call('go', 'quiet')).toBe('quiet');
  },
);

test('ten thousand unrelated calls, while functions of the host call back, are answered in order and none inside of another', async () => {
  const [bond] = (await open('Python')) as [Bond];
  const count = 10_000;
  await bond.evalBlock(
    'depth = 0\ndef nested(n):\n  global depth\n  depth += 1\n  r = up(n) if n % 100 == 0 else n\n  depth -= 1\n  return (r, depth)',
  );
  await bond.export(async (n: number) => (await bond.eval<number>('depth')) + n - 1, 'up');
  const results = await Promise.all(Array.from({ length: count }, (_, n) => bond.call('nested', n)));
  expect(results).toEqual(Array.from({ length: count }, (_, n) => [n, 0]));
});
