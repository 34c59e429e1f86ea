// What is added to an exception that says that a library is missing.

import { expect, test } from 'vitest';
import type { Driver } from '../src/drivers/manifest.js';
import { queryDriver } from '../src/index.js';
import { adviceOnMissing } from '../src/session/missing-library.js';

const adviceOn = (lang: string, types: string[], message: string): string | undefined =>
  adviceOnMissing(queryDriver(lang), { types, message, command: 'ssh host python3' });
const missing = 'ModuleNotFoundError';

test('advice is for the interpreter that runs, and knows packages with other names than their modules', () => {
  expect(adviceOn('Python', [missing], "No module named 'yaml'")).toContain('ssh host python3 -m pip install pyyaml;');
  expect(adviceOn('Python', [missing], "No module named 'constructor'")).toContain('pip install constructor;');
});

test.each([
  ['tls 1.7', 'apt-get install tcl-tls;'],
  ['struct::list', 'in tcllib: apt-get install tcllib;'],
  ['structure', 'teacup install structure,'],
])('advice on the Tcl package %s is %j', (name, advice) => {
  expect(adviceOn('Tcl', ['TCL PACKAGE UNFOUND'], `can't find package ${name}`)).toContain(advice);
});

test.each([
  ['Python', missing, "No module named 'os.no'; 'os' is not a package"],
  ['Python', missing, "No module named 'numpy.no'"],
  ['Python', 'ValueError', "No module named 'no'"],
  ['PHP', 'Error', 'Class "No" not found'],
  ['Perl', '', "Can't locate no.pl in @INC (@INC contains: /lib) at x line 1."],
  ['JavaScript', 'Error', "Cannot find module './no'\nRequire stack:"],
  ['JavaScript', 'Error', "Cannot find module '/no'"],
  ['JavaScript', 'Error', "Cannot find module 'C:\\no'"],
  ['Ruby', 'LoadError', 'cannot load such file -- /lib/no'],
])('in %s no advice is given for a %s: %s', (lang, type, message) => {
  expect(adviceOn(lang, [type], message)).toBeUndefined();
});

test('the first rule that fits is followed; the others, and what stands far behind in a message, are not', () => {
  const rules: Driver['missing'] = [
    {
      type: 'LoadError',
      pattern: 'no file (\\w+)',
      advice: '{command} install {name}',
      packages: { yaml: 'lib$&yaml' },
    },
    { pattern: 'no file', advice: 'look for it' },
  ];
  const advice = (types: string[], message: string): string | undefined =>
    adviceOnMissing({ missing: rules } as Driver, { types, message, command: '$& get' });
  expect(advice(['LoadError'], 'no file yaml')).toBe('$& get install lib$&yaml');
  expect(advice(['Own', 'LoadError'], 'no file toString')).toBe('$& get install toString');
  expect(advice(['OtherError'], 'no file yaml')).toBe('look for it');
  expect(advice([], `${' '.repeat(990)}no file`)).toBe('look for it');
  expect(advice([], `${' '.repeat(999)}no file`)).toBeUndefined();
  expect(adviceOnMissing({} as Driver, { types: [], message: 'no file', command: '' })).toBeUndefined();
});
