// Every language calls every other: functions of one bond as functions of another. At a check each language calls the next one
// of the list; at a release, each calls all.

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { RemoteException } from '../src/index.js';
import { readWords } from '../src/tools/conform/words.js';
import { everyKitLanguage, hasInterpreter, type KitLanguage, missing, rejection, shareBond } from './fixtures.js';
import { words } from './words.js';

/** What each language can carry, so that it returns unchanged from any. */
const VALUE = { text: 'é✓𝄞', numbers: [1, 2.5, -3e100], mixed: ['a', 2, { deep: ['b', 'c'] }], nothing: null };
/** Its type, for Tcl: all values there are texts. */
const TYPE = `{
  record {text text numbers {list number} mixed {tuple text int {record {deep {list text}}}} nothing null}
}`;

describe('a function of one language in another', () => {
  const bonds = new Map(everyKitLanguage.map((lang) => [lang, shareBond(lang, {}, functionsOf(lang))]));
  const open = (lang: KitLanguage) => (bonds.get(lang) as ReturnType<typeof shareBond>)();

  test.for(pairs())('%s calls %s', async ([caller, owner], { skip }) => {
    for (const lang of [caller, owner]) if (!hasInterpreter(lang)) return missing(lang, skip);
    const [one, other] = await Promise.all([open(caller), open(owner)]);
    await other.proxy('same', one, `same_in_${owner}`);
    expect(await one.call(`same_in_${owner}`, VALUE)).toEqual(VALUE);
    await other.proxy('boom', one, 'host');
    expect(await one.call('caught', 'oh no')).toContain('oh no');
    const { cause } = await rejection(one.call('host', 'oh no'), RemoteException);
    expect(cause).toMatchObject({
      lang: owner,
      type: owner === 'Tcl' ? undefined : words[owner].boomType,
      remoteMessage: 'oh no',
    });
    await other.proxy('down', one, 'up');
    await one.proxy('down', other, 'up');
    expect(await one.call('down', 9)).toBe(9);
  });
});

/** What a language defines. In Tcl, what takes and returns `VALUE` has its type. */
function functionsOf(lang: KitLanguage): string {
  if (lang !== 'Tcl') return words[lang].functions;
  const { functions } = readWords(fileURLToPath(new URL('../drivers/Tcl', import.meta.url)));
  const typed = everyKitLanguage.map((owner) => `_BOND_declare same_in_${owner} ${TYPE} [list ${TYPE}]`);
  return [functions, `_BOND_declare same ${TYPE}`, ...typed].join('\n');
}

function pairs(): [caller: KitLanguage, owner: KitLanguage][] {
  return everyKitLanguage.flatMap((caller, index) => {
    const next = everyKitLanguage[(index + 1) % everyKitLanguage.length];
    const owners = everyKitLanguage.filter((owner) => owner === next || (process.env.RELEASE && owner !== caller));
    return owners.map((owner): [KitLanguage, KitLanguage] => [caller, owner]);
  });
}
