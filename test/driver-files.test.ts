// What is sent of a driver is its file without comments: to each language, both are the same program.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { SHARED, sharedFile } from '../build/share-values.js';
import { driverLanguages, driverPart } from '../src/drivers/driver-files.js';
import { program as programFile } from './bonds.js';
import { readStage } from './driver-source.js';
import { type KitLanguage, needsInterpreter } from './fixtures.js';

function printed(command: string, args: readonly string[], input: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { input, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** Prints the bytecode of each file, in which lines have their numbers. */
const DUMP_LUA = String.raw`
  for code in (io.read('a') .. '\n--: '):gmatch('(.-)\n%-%-: ') do io.write(string.dump(assert(load('--' .. code, '=file')))) end`;

/** Prints the bytecode of each procedure. */
const DUMP_TCL = String.raw`
  regsub {\nstart\s*$} [read stdin] {} text
  namespace eval driver $text
  foreach name [lsort [info procs driver::*]] {
    set code [tcl::unsupported::getbytecode proc $name]
    puts [list $name [dict get $code literals] [dict get $code instructions]]
  }`;

/** What a language makes of a program, in which comments do not count. */
const understood: Record<KitLanguage, (program: string) => string> = {
  PHP: (program) => printed('php', ['-w'], program).replace(/\s+/g, ' '),
  Perl: (program) => printed('perl', ['-MO=Deparse,-l'], program),
  Python: (program) =>
    printed(
      'python3',
      ['-c', 'import ast, sys; print(ast.dump(ast.parse(sys.stdin.read()), include_attributes=True))'],
      program,
    ),
  Ruby: (program) => printed('ruby', ['-W0', '-rripper', '-e', 'p Ripper.sexp($stdin.read)'], program),
  Lua: (program) => printed('lua5.4', ['-e', DUMP_LUA], program),
  Tcl: (program) => printed('tclsh', [programFile(DUMP_TCL, 'dump.tcl')], program),
  R: (program) => printed('R', ['--no-echo', '-e', "f=file('stdin');dput(parse(f,keep.source=FALSE))"], program),
  JavaScript: (program) =>
    transformSync(program.replace(/^\(/m, 'module.exports = ('), { minifyWhitespace: true }).code,
};

/** What a driver defines for all of its files, one name a match. */
const DEFINITIONS: Record<KitLanguage, RegExp> = {
  PHP: /^(?:(?:final |abstract )?class|interface|trait|function) (\w+)/gm,
  Perl: /^sub ([\w:]+)/gm,
  Python: /^(?:async )?(?:def|class) (\w+)|^(\w+) = /gm,
  Ruby: /^(?:def|class|module) ([\w.?!=]+)|^([A-Z]\w+) = /gm,
  Lua: /^function (\w+)/gm,
  R: /^([\w.]+) <- /gm,
  Tcl: /^proc (\w+)/gm,
  JavaScript: /^(?:(?:async )?function\*?|class|const|let|var) (\w+)/gm,
};

const DRIVERS = fileURLToPath(new URL('../drivers', import.meta.url));

describe.each(driverLanguages() as KitLanguage[])('%s', (lang) => {
  needsInterpreter(lang);

  test('is sent its driver without comments, and nothing else is gone', async () => {
    const [file, sent] = [readStage(join(DRIVERS, lang), 'stage2'), (await driverPart(lang, 'stage2')) as string];
    expect(sent.length).toBeLessThan(0.98 * file.length);
    expect(sent.split('\n')).toHaveLength(file.split('\n').length);
    expect(understood[lang](sent)).toBe(understood[lang](file));
    expect(sent.match(/^(?:#|\/\/|--):.*/gm)).toEqual(file.match(/^(?:#|\/\/|--):.*/gm)); // these say something to the driver itself
  });

  test('defines no name twice, in whichever of its files: the later one would win, and nothing would say so', () => {
    const names = [...readStage(join(DRIVERS, lang), 'stage2').matchAll(DEFINITIONS[lang])].map(
      ([, name, other]) => name ?? other,
    );
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([]);
  });
});

test.each([...SHARED])('%s is what the host has in %s', (file, source) => {
  expect(readFileSync(join(DRIVERS, '..', file), 'utf8')).toBe(sharedFile(source));
});

test('the shell between the host and a driver that cannot fork is the same program in each', async () => {
  const texts = await Promise.all(['Lua', 'R', 'Tcl'].map((lang) => driverPart(lang, 'stage2')));
  const shells = texts.map((text) => /^exec 2>[\s\S]*?\necho \$!/m.exec(text ?? '')?.[0]);
  expect(shells[0]).toContain('kill -9 $PPID');
  expect(new Set(shells).size).toBe(1);
});
