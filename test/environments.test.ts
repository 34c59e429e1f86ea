// The options venv, autoload and lib: where code finds its libraries.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveOptions } from '../src/common/resolve-options.js';
import { type Bond, BondException, type BondOptions, makeBond, queryDriver, RemoteException } from '../src/index.js';
import { enterEnvironment } from '../src/process/environment.js';
import { parseOrder } from '../src/tools/cli/options.js';
import { temporaryDirectory } from './bonds.js';
import { type KitLanguage, kitLanguages, needsInterpreter, openBond, openPool, rejection } from './fixtures.js';

/** Writes files, whose folders are made. */
function write(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** A folder whose name has all that could be lost on its way into another language. */
function oddFolder(): string {
  const folder = join(temporaryDirectory(), "é 日 $x @y 'q' \\");
  mkdirSync(folder);
  return folder;
}

function enter(options: BondOptions, lang = 'Python', hasCommand = false) {
  return enterEnvironment(queryDriver(lang), resolveOptions(lang, { env: {}, ...options }), hasCommand);
}

describe('venv: true', () => {
  const environment = { 'pyvenv.cfg': '', 'bin/python': '' };
  /** A folder with environments at these places. */
  const folderWith = (...places: string[]): string => {
    const folder = temporaryDirectory();
    for (const place of places) write(join(folder, place), environment);
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    return folder;
  };
  const chosen = (folder: string, options: BondOptions = {}): string | undefined =>
    enter({ cwd: join(folder, 'a/b'), venv: true, ...options }).commands[0]?.slice(folder.length + 1);

  test.each<[places: string[], expected: string]>([
    [['.venv', 'venv'], '.venv/bin/python'],
    [['.venv', 'a/venv'], 'a/venv/bin/python'],
    [['a/b/.venv', 'a/.venv'], 'a/b/.venv/bin/python'],
  ])('of %j, takes %s: the nearest, and .venv before venv', (places, expected) => {
    expect(chosen(folderWith(...places))).toBe(expected);
  });

  test('passes by a folder that is only called so', () => {
    const folder = folderWith('.venv');
    write(folder, { 'a/venv/notes.txt': '' });
    expect(chosen(folder)).toBe('.venv/bin/python');
  });

  test('takes $VIRTUAL_ENV where there is none, and then $CONDA_PREFIX', () => {
    const folder = folderWith('one', 'two');
    const [VIRTUAL_ENV, CONDA_PREFIX] = [join(folder, 'one'), join(folder, 'two')];
    expect(chosen(folder, { env: { VIRTUAL_ENV, CONDA_PREFIX } })).toBe('one/bin/python');
    expect(chosen(folder, { env: { CONDA_PREFIX } })).toBe('two/bin/python');
  });

  test('says what it has looked for, and how to create it', async () => {
    const folder = temporaryDirectory();
    const error = await rejection(makeBond('Python', { cwd: folder, env: {}, venv: true }), BondException);
    expect(error.code).toBe('BOND_SETUP');
    expect(error.message).toContain(`no .venv or venv in ${folder} or above it, and no $VIRTUAL_ENV or $CONDA_PREFIX`);
    expect(error.message).toContain('; to create it: python3 -m venv .venv');
  });

  test('does not pass by an environment that is broken', () => {
    const folder = folderWith('venv');
    write(folder, { '.venv/pyvenv.cfg': '' });
    mkdirSync(join(folder, '.venv/bin'));
    symlinkSync('/there/is/no/python', join(folder, '.venv/bin/python'));
    expect(() => chosen(folder)).toThrow(/\.venv has no interpreter: bin\/python, .* lead nowhere; to create it again/);
    expect(() => chosen(temporaryDirectory(), { env: { VIRTUAL_ENV: join(folder, 'nowhere') } })).toThrow(
      /nowhere is no virtual environment \(\$VIRTUAL_ENV\)/,
    );
  });
});

describe('venv', () => {
  test('sets what activating it sets', () => {
    const folder = write(temporaryDirectory(), { 'e/pyvenv.cfg': '', 'e/bin/python': '', 'c/conda-meta/history': '' });
    write(folder, { 'c/bin/python': '' });
    const env = { PATH: '/bin', PYTHONHOME: '/opt', VIRTUAL_ENV: '/other', HOME: '/home/me' };
    const plain = enter({ cwd: folder, venv: 'e', env }).env;
    expect(plain).toEqual({ PATH: `${folder}/e/bin:/bin`, VIRTUAL_ENV: `${folder}/e`, HOME: '/home/me' });
    const conda = enter({ cwd: folder, venv: 'c', env }).env;
    expect(conda).toEqual({ PATH: `${folder}/c/bin:/bin`, CONDA_PREFIX: `${folder}/c`, HOME: '/home/me' });
  });

  test('knows the folders of Windows, where PATH is called Path', () => {
    const folder = write(temporaryDirectory(), { 'pyvenv.cfg': '', 'Scripts/python.exe': '' });
    const { commands, env } = enter({ venv: folder, env: { Path: 'C:' } });
    expect(commands).toEqual([join(folder, 'Scripts/python.exe')]);
    expect(env.Path).toMatch(/Scripts.C:$/);
  });

  test('is refused together with a command, and in languages that have no such thing', () => {
    expect(() => enter({ venv: true }, 'Python', true)).toThrow('venv and a command both choose the interpreter');
    expect(() => enter({ venv: true }, 'PHP')).toThrow('the option venv is not for it: it has autoload and lib');
    expect(() => enter({ lib: ['x'] }, 'JavaScript')).toThrow('its interpreter looks for libraries by itself');
    expect(() => enter({ venv: '' })).toThrow('venv must be true or a path');
    expect(() => enter({ lib: 'x' as never })).toThrow('lib must be a list of paths');
  });

  describe('with an interpreter', () => {
    needsInterpreter('Python');

    test('runs code in the environment, and what it starts, too', async () => {
      const folder = oddFolder();
      execFileSync('python3', ['-m', 'venv', '--without-pip', join(folder, '.venv')]);
      const cwd = join(folder, 'a');
      mkdirSync(cwd);
      const python = await openBond('Python', { cwd, venv: true });
      await python.evalBlock('import os, subprocess, sys, sysconfig');
      expect(await python.eval('[sys.prefix, os.environ["VIRTUAL_ENV"]]')).toEqual(
        Array(2).fill(join(folder, '.venv')),
      );
      const started = 'subprocess.check_output(["python", "-c", "import sys; print(sys.prefix)"]).decode().strip()';
      expect(await python.eval(started)).toBe(join(folder, '.venv'));
      write(String(await python.eval('sysconfig.get_paths()["purelib"]')), { 'only_there.py': 'name = "there"' });
      const module = await python.import('only_there');
      expect(await module.name).toBe('there');
    });
  });
});

describe('autoload', () => {
  needsInterpreter('PHP');
  const loader = '<?php $loaded = __FILE__; spl_autoload_register(function ($name) { eval("class $name {}"); });';

  test('loads the nearest vendor/autoload.php in the global scope, before other code', async () => {
    const folder = write(oddFolder(), { 'vendor/autoload.php': loader, 'a/b/x.php': '' });
    const php = await openBond('PHP', {
      cwd: join(folder, 'a/b'),
      autoload: true,
      convert: { Shop: 'function ($shop) { return get_class($shop); }' },
    });
    expect(await php.eval('[$loaded, new Shop]')).toEqual([join(folder, 'vendor/autoload.php'), 'Shop']);
    expect(await php.eval('isset($path) || isset($file) || isset($folder)')).toBe(false);
  });

  test('is a path in the directory where the interpreter runs, whatever command starts it', async () => {
    const folder = write(oddFolder(), { 'vendor/autoload.php': loader, 'own/load.php': '<?php const OWN = 1;' });
    const elsewhere = ['sh', '-c', `cd "$0" && exec php "$@"`, folder];
    const php = await openBond('PHP', elsewhere, [], { autoload: 'own/load.php' });
    expect(await php.eval('OWN')).toBe(1);
    expect(await (await openBond('PHP', elsewhere, [], { autoload: true })).eval('$loaded')).toContain(folder);
  });

  test('that finds nothing, or fails, fails the start', async () => {
    const cwd = write(temporaryDirectory(), { 'fails.php': '<?php throw new LogicException("too old");' });
    const start = (autoload: string | true) => rejection(makeBond('PHP', { cwd, autoload }), BondException);
    const [none, missing, failing] = await Promise.all([start(true), start('no.php'), start('fails.php')]);
    expect(none.message).toContain(`autoload: there is no vendor/autoload.php in ${cwd} or above it`);
    expect(none.message).toContain('; to create it: composer install');
    expect(missing.message).toContain(`autoload: there is no file no.php in ${cwd}`);
    expect(failing).toMatchObject({ code: 'BOND_SETUP', message: expect.stringContaining('autoload: too old') });
  });

  test('is there in each worker of a pool', async () => {
    const cwd = write(temporaryDirectory(), { 'vendor/autoload.php': loader });
    const pool = await openPool('PHP', { size: 1, cwd, autoload: true, setup: (bond) => bond.evalBlock('new Early;') });
    expect(await pool.eval('class_exists("Early", false)')).toBe(true);
  });
});

/** Code that needs what is missing, and the advice that its error ends with. */
const MISSING: Record<KitLanguage, [code: string, advice: string]> = {
  Python: [
    '__import__("yaml_", fromlist=[])',
    'to install it: python3 -m pip install yaml_; or name its directory in the option lib',
  ],
  PHP: ['new Some\\Name', 'to install a package: composer require VENDOR/PACKAGE'],
  Perl: ['require Not::There', 'to install it for perl: cpanm Not::There; or name its directory in the option lib'],
  JavaScript: ['require("@not/there/lib.js")', 'to install it: npm install @not/there, in cwd or a directory above it'],
  Ruby: [
    'require "not_there"',
    'to install it for ruby: gem install not_there; or name its directory in the option lib',
  ],
  Lua: [
    'require("not_there.more")',
    'to install it for lua: luarocks install not_there; or name its directory in the option lib',
  ],
  Tcl: [
    'package require not_there 1.2',
    'to install it: teacup install not_there, or the package of your system, such as tcl-not_there; or name its directory in the option lib',
  ],
  R: ['not.there::f', 'to install it, in R: install.packages("not.there"); or name its directory in the option lib'],
};

/** Asserts that the error of code which needs what is missing ends with advice, beside the message. */
async function expectAdvice(bond: Bond): Promise<void> {
  const [code, advice] = MISSING[bond.lang as KitLanguage];
  const error = await rejection(bond.eval(code), RemoteException);
  expect(error.message.slice(-advice.length)).toBe(advice);
  expect(error.remoteMessage).not.toContain('install it');
}

/** A module of each language that has the option, and an expression with its name, and what is found first. */
const MODULES: Record<string, [file: string, text: string, use: string, name: string]> = {
  Python: ['only_there.py', 'name = "there"', 'import only_there', 'only_there.name'],
  PHP: ['only_there.php', '<?php $name = "there";', 'include "only_there.php";', '$name'],
  Perl: ['OnlyThere.pm', 'package OnlyThere; our $name = "there"; 1', 'use OnlyThere;', '$OnlyThere::name'],
  Ruby: ['only_there.rb', '$name = "there"', 'require "only_there"', '$name'],
  Lua: ['only_there.lua', 'return "there"', 'name = require("only_there")', 'name'],
  Tcl: ['only_there-1.0.tm', 'set name there', 'package require only_there', '$name'],
};

describe.each(kitLanguages.filter((lang) => lang in MODULES))('lib, in %s', (lang) => {
  needsInterpreter(lang);

  test('finds modules in its directories, the first one first, wherever code changes to, and the error of others says how to install them', async () => {
    const [file, text, use, name] = MODULES[lang] as (typeof MODULES)[string];
    const folder = write(oddFolder(), { [`one/${file}`]: text, [`two/${file}`]: text.replace('there', 'no') });
    const lib = lang === 'Lua' ? [join(folder, 'one'), join(folder, 'two')] : ['one', '../one', 'two'];
    const bond = await openBond(lang, { cwd: folder, lib });
    if (lang === 'PHP' || lang === 'Perl') await bond.evalBlock('chdir("/");');
    await bond.evalBlock(use);
    expect(await bond.eval(name)).toBe('there');
    await expectAdvice(bond);
    // What pools ask for `maxMemory`.
    if (existsSync('/proc/self/status'))
      expect(await bond.eval(queryDriver(lang).memory as string)).toBeGreaterThan(2 ** 20);
  });
});

describe('lib, in R', () => {
  needsInterpreter('R');

  test('finds packages in its directories, and the error of others says how to install them', async () => {
    const folder = write(temporaryDirectory(), { 'one/x': '' });
    const r = await openBond('R', { cwd: folder, lib: ['one'] });
    expect(await r.eval('.libPaths()[1]')).toBe(join(folder, 'one'));
    await expectAdvice(r);
  });
});

describe('lib, in Perl', () => {
  needsInterpreter('Perl');

  test('adds the directories for this architecture, as `use lib` does, also where text is bytes', async () => {
    const arch = execFileSync('perl', ['-MConfig', '-e', 'print $Config{archname}'], { encoding: 'utf8' });
    const folder = write(oddFolder(), { [`lib/${arch}/auto/x`]: '' });
    const perl = await openBond('Perl', { cwd: folder, lib: ['lib'], text: 'bytes' });
    expect(await perl.eval('[@INC[0, 1]]')).toEqual([join(folder, 'lib', arch), join(folder, 'lib')]);
  });
});

test.each<[argv: string[], libraries: object]>([
  [['--venv', 'Python'], { venv: true }],
  [['--venv=env', '--lib', 'a', '--lib', 'b', 'Python'], { venv: 'env', lib: ['a', 'b'] }],
  [['run', '--autoload', 'a.php', '--venv'], { autoload: true, venv: undefined }],
  [['types', '--autoload=x.php', 'PHP', 'a.php'], { autoload: 'x.php' }],
])('the command line %j is understood', (argv, libraries) => {
  expect(parseOrder(argv)).toMatchObject({ libraries });
});

test('words behind a file are left as they are', () => {
  expect(parseOrder(['run', '--venv', 'a.py', '--venv', '--autoload'])).toMatchObject({
    args: ['--venv', '--autoload'],
  });
});

test('a package of Node that is missing is named with the command that installs it', async () => {
  await expectAdvice(await openBond('JavaScript'));
});
