// Functions of PHP files that are replaced while the files are read: whatever PHP's syntax can do.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type AnyRemote, type Bond, held, RemoteException, TerminatedException } from '../src/index.js';
import { program, temporaryDirectory } from './bonds.js';
import { missing, needsInterpreter, openBond, rejection } from './fixtures.js';

const HORRORS = fileURLToPath(new URL('fixtures/horrors', import.meta.url));
const SHARE = '/usr/share/php';
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

  test('all files of packages compile when each of their functions is replaced, with their lines where they were', ({
    skip,
  }) => {
    const packages = ['Monolog', 'PHP', 'Parsedown', 'Twig'].map((name) => join(SHARE, name));
    if (!packages.every(existsSync)) missing('not all packages of PHP are there: run test/prepare.sh', skip);
    const settings = [...OPCACHE, '-d', 'opcache.max_accelerated_files=10000', '-d', 'opcache.memory_consumption=256'];
    const script = fileURLToPath(new URL('fixtures/rewrite-all.php', import.meta.url));
    const { stdout, stderr } = spawnSync('php', [...settings, script, ...packages], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const { count, wrong } = JSON.parse(stdout) as { count: number; wrong: object };
    expect(wrong).toEqual({});
    expect(count).toBeGreaterThan(2000);
  });

  describe('what is defined later', () => {
    test('is replaced when it is: in files that functions include, in eval, in classes of a loader from before', async () => {
      const folder = temporaryDirectory();
      const main = `<?php
        function later($file) { return include $file; }
        function make() { return new Made; }
        eval('function evaluated() { return 1; }');`;
      program(main, 'main.php', folder);
      program('<?php function lazy() { return "lazy"; } return lazy();', 'lazy.php', folder);
      program('<?php class Made extends Base { function own() { return 1; } }', 'Made.php', folder);
      program('<?php abstract class Base { function base() { return 2; } }', 'Base.php', folder);
      const cached = [...OPCACHE, '-d', `opcache.file_cache=${temporaryDirectory()}`];
      const replace = { lazy: () => 'mine', evaluated: () => 3, 'Made::own': () => 4, 'Base::base': () => 5 };
      // The second run may read what the first has compiled, and the third what the second has.
      for (const replaced of [{}, replace, {}]) {
        const php = await openBond('PHP', 'php', cached, { cwd: folder });
        await php.evalBlock(
          'spl_autoload_register(function ($name) { if (is_file("$name.php")) include "$name.php"; fopen("main.php", "r"); });',
        );
        await php.load('main.php', { replace: replaced });
        const results = await php.eval('[later("lazy.php"), evaluated(), make()->own(), make()->base()]');
        expect(results).toEqual(replaced === replace ? ['mine', 3, 4, 5] : ['lazy', 1, 1, 2]);
        expect(await php.eval('stream_get_meta_data(fopen("lazy.php", "r"))["wrapper_type"]')).toBe('plainfile');
        expect(await php.eval('count(spl_autoload_functions())')).toBe(1);
      }
    });
  });

  test('a parameter by reference is a handle, whose value is the variable', async () => {
    const php = await openBond('PHP', { objects: 'hold' });
    const file = program(
      '<?php function fill(array &$list, $n) { $list[] = $n; } function run() { $a = [1]; fill($a, 2); return $a; }',
    );
    const original = php.original('fill');
    const fill = async (list: AnyRemote, n: number) => {
      const before = (await list.value) as number[];
      await held(list).set('value', [...before, 10 * n]);
      await original(list, n + 1);
    };
    await php.load(file, { replace: { fill } });
    expect(await php.call('run')).toEqual([1, 20, 3]);
  });

  test('errors and exits in an original are those of the program', async () => {
    const php = await openBond('PHP');
    const file = program(
      '<?php\nfunction fail() {\n    missing();\n}\n\nfunction leave() { exit(7); }\nfail();\n',
      'fails.php',
    );
    const replace = asBefore(php, ['fail', 'leave']);
    const error = await rejection(php.load(file, { replace }), RemoteException);
    expect(error.traceback).toContain('Call to undefined function missing()');
    expect(error.stack).toMatch(/fails.php:3\b[\s\S]*fails.php:7\b/);
    expect((await rejection(php.call('leave'), TerminatedException)).exitCode).toBe(7);
  });

  test('PHP says itself what it cannot read', async () => {
    const php = await openBond('PHP');
    const file = program('<?php\nfunction f() {}\nif (;\n', 'broken.php');
    const error = await rejection(php.load(file, { replace: { f: () => 1 } }), RemoteException);
    expect(error.message).toContain('syntax error');
    expect(error.stack).toMatch(/broken.php:3\b/);
  });

  test('a PHP without tokenizer says so, and loads files in which nothing is replaced', async ({ skip }) => {
    const php = await openBond('PHP', 'php', ['-n']);
    if (await php.call('function_exists', 'token_get_all')) skip('the extension is compiled in');
    const file = program('<?php function f() { return 1; }');
    const error = await rejection(php.load(file, { replace: { f: () => 2 } }), RemoteException);
    expect(error.message).toContain('install php-tokenizer');
    await php.load(file);
    expect(await php.call('f')).toBe(1);
  });
});
