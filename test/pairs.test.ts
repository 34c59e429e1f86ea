// Every language calls every other: functions of one bond as functions of another. At a check each language calls the next one
// of the list; at a release, each calls all.

import { describe, expect, test } from 'vitest';
import { RemoteException } from '../src/index.js';
import { everySuiteLanguage, hasInterpreter, missing, rejection, type SuiteLanguage, shareBond } from './fixtures.js';
import { words } from './words.js';

/** What each language can carry, so that it returns unchanged from any. */
const VALUE = { text: 'é✓𝄞', numbers: [1, 2.5, -3e100], mixed: ['a', 2, { deep: ['b', 'c'] }], nothing: null };

describe('a function of one language in another', () => {
  const bonds = new Map(everySuiteLanguage.map((lang) => [lang, shareBond(lang, {}, words[lang].functions)]));
  const open = (lang: SuiteLanguage) => (bonds.get(lang) as ReturnType<typeof shareBond>)();

  test.for(pairs())('%s calls %s', async ([caller, owner], { skip }) => {
    for (const lang of [caller, owner]) if (!hasInterpreter(lang)) return missing(lang, skip);
    const [one, other] = await Promise.all([open(caller), open(owner)]);
    await other.proxy('same', one, `same_in_${owner}`);
    expect(await one.call(`same_in_${owner}`, VALUE)).toEqual(VALUE);
    await other.proxy('boom', one, 'host');
    expect(await one.call('caught', 'oh no')).toContain('oh no');
    const { cause } = await rejection(one.call('host', 'oh no'), RemoteException);
    expect(cause).toMatchObject({ lang: owner, type: words[owner].boomType, remoteMessage: 'oh no' });
    await other.proxy('down', one, 'up');
    await one.proxy('down', other, 'up');
    expect(await one.call('down', 9)).toBe(9);
  });
});

function pairs(): [caller: SuiteLanguage, owner: SuiteLanguage][] {
  return everySuiteLanguage.flatMap((caller, index) => {
    const next = everySuiteLanguage[(index + 1) % everySuiteLanguage.length];
    const owners = everySuiteLanguage.filter((owner) => owner === next || (process.env.RELEASE && owner !== caller));
    return owners.map((owner): [SuiteLanguage, SuiteLanguage] => [caller, owner]);
  });
}
