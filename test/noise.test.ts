// What a program prints around its answers, from wherever it comes: it is output to the byte, and the answers stay theirs.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type Bond, type BondOptions, queryDriver } from '../src/index.js';
import { COMMANDS, temporaryDirectory } from './bonds.js';
import { collect, type KitLanguage, missing, needsInterpreter, openBond, wholeKitLanguages } from './fixtures.js';
import { peakGrowth } from './memory.js';
import { testInTurn } from './turns.js';
import { narrowWords } from './words.js';

const MB = 2 ** 20;

/** One language's words for making noise on the descriptors themselves. */
interface NoiseWords {
  /** A block that lets a shell say `hi`, as one does it there. */
  readonly system: string;
  /** A block that lets a library print `hi` behind the language's back, and an expression: whether it is there. */
  readonly library: string;
  readonly hasLibrary: string;
  /** An expression: what that library reads from standard input, which has to be its end. */
  readonly readByLibrary: string;
  readonly endOfInput: unknown;
  /** A block that writes what is in a file to a descriptor. */
  readonly writeFile: (path: string, descriptor: 1 | 2) => string;
  /** A block that prints so many MB of `x`. */
  readonly printMegabytes: (count: number) => string;
}

const PHP_LIBRARY = `$c = FFI::cdef('int printf(const char *, ...); int fflush(void *); int getchar(void);');`;

const noise: Record<KitLanguage, NoiseWords> = {
  PHP: {
    system: "system('echo hi');",
    library: `${PHP_LIBRARY} $c->printf("%s\\n", 'hi'); $c->fflush(null);`,
    hasLibrary: "extension_loaded('FFI')",
    readByLibrary: `(function () { ${PHP_LIBRARY} return $c->getchar(); })()`,
    endOfInput: -1,
    writeFile: (path, descriptor) => `fwrite(fopen('php://fd/${descriptor}', 'w'), file_get_contents('${path}'));`,
    printMegabytes: (count) => `for ($i = 0; $i < ${count}; $i++) echo str_repeat('x', 1 << 20);`,
  },
  Perl: {
    system: "system('echo hi');",
    library: 'use POSIX (); POSIX::write(1, "hi\\n", 3);',
    hasLibrary: '1',
    readByLibrary: '(require POSIX, POSIX::read(0, my $input, 10))[1]',
    endOfInput: '0 but true',
    writeFile: (path, descriptor) =>
      `open my $file, '<:raw', '${path}'; local $/; my $text = <$file>; syswrite ${descriptor === 1 ? 'STDOUT' : 'STDERR'}, $text;`,
    printMegabytes: (count) => `print 'x' x (1 << 20) for 1 .. ${count};`,
  },
  Python: {
    system: "import os; os.system('echo hi')",
    library: "import ctypes; c = ctypes.CDLL(None); c.printf(b'%s\\n', b'hi'); c.fflush(None)",
    hasLibrary: '1',
    readByLibrary: "__import__('ctypes').CDLL(None).getchar()",
    endOfInput: -1,
    writeFile: (path, descriptor) => `import os; os.write(${descriptor}, open('${path}', 'rb').read())`,
    printMegabytes: (count) => `import sys\nfor _ in range(${count}): sys.stdout.write('x' * (1 << 20))`,
  },
  JavaScript: {
    system: "require('child_process').spawnSync('echo', ['hi'], { stdio: 'inherit' })",
    library: "require('fs').writeSync(1, 'hi\\n')",
    hasLibrary: '1',
    readByLibrary: "require('fs').readSync(0, Buffer.alloc(10))",
    endOfInput: 0,
    writeFile: (path, descriptor) => `require('fs').writeSync(${descriptor}, require('fs').readFileSync('${path}'))`,
    printMegabytes: (count) => `for (let i = 0; i < ${count}; i++) process.stdout.write('x'.repeat(1 << 20))`,
  },
  Ruby: {
    system: "system('echo hi')",
    library: '$stdout.flush; IO.for_fd(1, autoclose: false).syswrite("hi\\n")',
    hasLibrary: '1',
    readByLibrary: 'IO.for_fd(0, autoclose: false).read(10)',
    endOfInput: null,
    writeFile: (path, descriptor) => `IO.for_fd(${descriptor}, autoclose: false).syswrite(File.binread('${path}'))`,
    printMegabytes: (count) => `${count}.times { print 'x' * (1 << 20) }`,
  },
  Lua: {
    system: "os.execute('echo hi')",
    library: '',
    hasLibrary: 'false',
    readByLibrary: '',
    endOfInput: null,
    writeFile: (path, descriptor) =>
      `local file = io.open('${path}', 'rb') io.${descriptor === 1 ? 'stdout' : 'stderr'}:write(file:read('*a')) file:close()`,
    printMegabytes: (count) => `for _ = 1, ${count} do io.write(('x'):rep(2 ^ 20)) end`,
  },
  R: {
    system: "system('echo hi')",
    library: '',
    hasLibrary: 'FALSE',
    readByLibrary: '',
    endOfInput: null,
    writeFile: (path, descriptor) => `system('cat ${path} >&${descriptor}')`,
    printMegabytes: (count) => `for (i in 1:${count}) cat(strrep('x', 2^20))`,
  },
  Tcl: {
    system: 'exec sh -c {echo hi} >@stdout',
    library: '',
    hasLibrary: '_BOND_boolean no',
    readByLibrary: '',
    endOfInput: null,
    writeFile: (path, descriptor) => {
      const channel = descriptor === 1 ? 'stdout' : 'stderr';
      return `set file [open ${path} rb]; set before [fconfigure ${channel}]; fconfigure ${channel} -translation binary; puts -nonewline ${channel} [read $file]; close $file; fconfigure ${channel} -encoding [dict get $before -encoding] -translation lf`;
    },
    printMegabytes: (count) => `for {set i 0} {$i < ${count}} {incr i} {puts -nonewline [string repeat x 1048576]}`,
  },
};

/** A file with some content. */
function fileOf(content: string | Buffer): string {
  const path = join(temporaryDirectory(), 'content');
  writeFileSync(path, content);
  return path;
}

/** A target that counts what it is given. */
function counter() {
  let count = 0;
  const target = (chunk: Buffer): void => {
    count += chunk.length;
  };
  return { target, count: () => count };
}

/** Output that could be taken for something else, given the session's mark. */
const contents: [string, (mark: string) => string | Buffer][] = [
  ['half a line', () => 'half a line'],
  ['nothing but newlines', () => '\n'.repeat(100)],
  ['NULs', () => Buffer.alloc(10_000)],
  ['all bytes', () => Buffer.from(Array.from({ length: 1 << 15 }, (_, index) => index & 255))],
  ['half a letter', () => Buffer.from([0xf0, 0x9f, 0x98])],
  ['lines of the protocol', () => 'RETURN 1 5\nRETURN 2 \nCALL 1 1 ["host",[]]\nEXCEPT 1 {"message":"no"}\n'],
  ['words of the handshake', () => 'STAGE1\nREADY {"protocol":"JSON","version":"1"}\nINTERRUPTED\n'],
  ['the byte that begins a mark', () => '\x1e'.repeat(30_000)],
  ['messages with no mark', () => '\x1e RETURN 1 5\n\x1e+RETURN 1 5\n'],
  ['messages with almost the mark', (mark) => `${mark.slice(0, -1)} RETURN 1 5\n${mark.slice(1)} RETURN 1 5\n`],
  ['messages with another mark', () => `\x1e${'0123456789ab'.repeat(2)} RETURN 1 5\n`],
  ['marks with other bytes behind them', (mark) => [...'xR\n\0&,?', '\x1e'].map((byte) => mark + byte).join('')],
  ['the beginning of a mark', (mark) => `text${mark.slice(0, 12)}`],
  ['a whole mark at the end', (mark) => `text${mark}`],
];

describe.each(wholeKitLanguages)('%s', (lang) => {
  needsInterpreter(lang);
  const testOfHost = testInTurn(lang, wholeKitLanguages);
  const say = { ...narrowWords(lang), ...noise[lang] };

  /** A bond with the functions of the suites, of which the host has `host`; and its mark. */
  async function open(options: BondOptions): Promise<{ bond: Bond; mark: string }> {
    const log = collect();
    const bond = await openBond(lang, { logfile: new PassThrough().on('data', log.stdout), ...options });
    await bond.evalBlock(say.functions);
    await bond.export((value: unknown) => value, 'host');
    const opening = /^> .* OPEN (.*)$/m.exec(log.text())?.[1] as string;
    return { bond, mark: JSON.parse(opening).mark };
  }

  /** Makes a noise twice, before and after a call to the host, in the middle of other calls: each gets its own answer. */
  async function expectAnswersAround(bond: Bond, block: string): Promise<void> {
    const calls = [
      bond.call('same', 'before'),
      bond.evalBlock(`${block}\n${say.callHost('1')}\n${block}\n`),
      bond.call('same', 'after'),
      bond.eval(say.askHost('7')),
    ];
    expect(await Promise.all(calls)).toEqual(['before', undefined, 'after', 7]);
  }

  test('what a shell prints in the middle of a call is output', async () => {
    const output = collect();
    const { bond } = await open({ stdout: output.stdout });
    await expectAnswersAround(bond, say.system);
    expect(output.text()).toBe('hi\nhi\n');
  });

  test('what a library prints behind the back of the language is output', async ({ skip }) => {
    const output = collect();
    const { bond } = await open({ stdout: output.stdout });
    if (!(await bond.eval(say.hasLibrary))) missing(`${lang}: no FFI`, skip);
    await expectAnswersAround(bond, say.library);
    expect(output.text()).toBe('hi\nhi\n');
  });

  test('a library that reads standard input meets its end, and eats nothing', async ({ skip }) => {
    const { bond } = await open({});
    if (!(await bond.eval(say.hasLibrary))) missing(`${lang}: no FFI`, skip);
    const calls = [bond.call('same', 1), bond.eval(say.readByLibrary), bond.call('same', 2)];
    expect(await Promise.all(calls)).toEqual([1, say.endOfInput, 2]);
  });

  test('subprocesses that read standard input in any way meet its end, and eat nothing', async () => {
    const output = collect();
    const { bond } = await open({ stdout: output.stdout });
    await expectAnswersAround(bond, say.run('cat /dev/stdin; cat <&0; cat & wait; read line; printf "$line."'));
    expect(output.text()).toBe('..');
  });

  test('what could be taken for something else, of its own or of a subprocess, is output to the byte', async () => {
    const [out, err] = [collect(), collect()];
    const { bond, mark } = await open({ stdout: out.stdout, stderr: err.stdout });
    let expected = Buffer.alloc(0);
    for (const [index, [what, content]] of contents.entries()) {
      const bytes = Buffer.from(content(mark));
      const path = fileOf(bytes);
      for (const descriptor of [1, 2] as const) await expectAnswersAround(bond, say.writeFile(path, descriptor));
      expected = Buffer.concat([expected, bytes, bytes]);
      // At a check, the languages share out what subprocesses print.
      if (process.env.RELEASE || index % wholeKitLanguages.length === wholeKitLanguages.indexOf(lang)) {
        await expectAnswersAround(bond, say.run(`cat ${path}; cat ${path} >&2`));
        expected = Buffer.concat([expected, bytes, bytes]);
      }
      // What may be the beginning of a mark comes with what follows it.
      for (const seen of [out.bytes(), err.bytes()]) {
        expect(expected.length - seen.length, what).toBeLessThan(mark.length + 1);
        expect(seen.equals(expected.subarray(0, seen.length)), what).toBe(true);
      }
    }
    await bond.close();
    expect([out, err].map((seen) => seen.bytes().equals(expected))).toEqual([true, true]);
  });

  testOfHost('100 MB go to a function, and do not stay', async () => {
    const { target, count } = counter();
    const { bond } = await open({ stdout: target });
    const growth = await peakGrowth(() => expectAnswersAround(bond, say.printMegabytes(50)));
    expect(count()).toBe(100 * MB);
    expect(growth).toBeLessThan(64 * MB);
  });

  testOfHost('100 MB on both descriptors at once go to functions, and do not stay', async () => {
    const [out, err] = [counter(), counter()];
    const { bond } = await open({ stdout: out.target, stderr: err.target });
    const zeros = 'head -c 26214400 /dev/zero';
    const growth = await peakGrowth(() => expectAnswersAround(bond, say.run(`${zeros} & ${zeros} >&2; wait`)));
    expect([out.count(), err.count()]).toEqual([50 * MB, 50 * MB]);
    expect(growth).toBeLessThan(64 * MB);
  });

  testOfHost('100 MB go nowhere, and do not stay', async () => {
    const { bond } = await open({ stdout: 'ignore' });
    const growth = await peakGrowth(() => expectAnswersAround(bond, say.printMegabytes(50)));
    expect(growth).toBeLessThan(64 * MB);
  });

  const lines = (line: string): string => `${line}\n`.repeat(Math.ceil(MB / line.length));

  testOfHost.each<[string, string | Buffer | (() => string)]>([
    ['a megabyte of text', lines('Welcome!')],
    ['a megabyte without a newline', 'x'.repeat(MB)],
    ['a megabyte of zeros', Buffer.alloc(MB)],
    ['every word of the handshake', lines('STAGE1 STAGE2 OPEN {} READY {"protocol":"JSON","version":"1"} RETURN 1 1')],
    ['every word of the handshake behind the byte of marks', lines('\x1e STAGE1\n\x1e READY {"protocol":"JSON"}')],
    ['what its driver sends', () => `${queryDriver(lang).arguments.join(' ')} @HEAD@@TAIL@ @LENGTH@ STAGE1\n`],
  ])('%s before the interpreter starts is no obstacle', async (_, banner) => {
    const path = fileOf(typeof banner === 'function' ? banner() : banner);
    const cmd = ['sh', '-c', `cat ${path}; cat ${path} >&2; exec ${COMMANDS[lang]} "$@"`, 'sh'];
    const bond = await openBond(lang, cmd);
    expect(await Promise.all([bond.eval('1'), bond.eval('2')])).toEqual([1, 2]);
  });

  testOfHost('a process that prints all through the handshake is no obstacle', async () => {
    const print = 'while [ $i -lt 20000 ]; do echo "STAGE1 READY {} $i"; i=$((i + 1)); done';
    const cmd = ['sh', '-c', `i=0; (${print}) & exec ${COMMANDS[lang]} "$@"`, 'sh'];
    const bond = await openBond(lang, cmd);
    await bond.evalBlock(say.functions);
    for (let round = 0; round < 100; round++) expect(await bond.call('twice', round)).toBe(2 * round);
  });
});
