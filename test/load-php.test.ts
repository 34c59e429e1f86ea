// Functions of PHP files that are replaced while the files are read: whatever PHP's syntax can do.

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Bond } from '../src/index.js';
import { needsInterpreter, openBond } from './fixtures.js';

const HORRORS = fileURLToPath(new URL('fixtures/horrors', import.meta.url));
const OPCACHE = ['-d', 'opcache.enable_cli=1', '-d', 'opcache.file_update_protection=0'];

/** Replaces each of the names by what calls the original. */
function asBefore(bond: Bond, names: readonly string[], called = new Set<string>()) {
  const replacements = names.map((name) => {
    const original = bond.original(name);
    const replacement = (...args: unknown[]) => {
      called.add(name);
      return original(...args);
    };
    return [name, replacement] as const;
  });
  return Object.fromEntries(replacements);
}

describe('PHP', () => {
  needsInterpreter('PHP');

  test('no output, line or trace changes where everything is replaced by what calls the original', async () => {
    const plain = await openBond('PHP', 'php', [], { cwd: HORRORS });
    const before = await plain.capture(() => plain.load('main.php'));
    const names = (await plain.eval('include "names.php"')) as string[];
    expect(names.length).toBeGreaterThan(80);
    for (const settings of [[], OPCACHE]) {
      const php = await openBond('PHP', 'php', settings, { cwd: HORRORS });
      const called = new Set<string>();
      const now = await php.capture(() => php.load('main.php', { replace: asBefore(php, names, called) }));
      expect(now.stdout).toBe(before.stdout);
      expect(now.stderr).toBe(before.stderr);
      expect(called.size).toBeGreaterThan(75);
    }
  });
});
