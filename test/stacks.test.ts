// One stack: the frames of every language that an exception has passed, in the order in which they called each other.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Bond, queryDriver, RemoteException } from '../src/index.js';
import { temporaryDirectory } from './bonds.js';
import { type Language, languages, needsInterpreter, openBond, rejection, shareBond } from './fixtures.js';
import { testInTurn } from './turns.js';
import { words } from './words.js';

/** The frames of a stack, each as what ran there, and in which language if it is not the host's, as far as they have names. */
function framesOf(stack = ''): string[] {
  return stack.split('\n').flatMap((line) => {
    const [, name, lang] = /^ {4}at (?:async )?(\S+) (?:\[(\w+)\] )?\(/.exec(line) ?? [];
    if (name === undefined || name === 'new') return [];
    return lang === undefined ? name : `${name.replace('main::', '')} in ${lang}`;
  });
}

/** The functions of the suites; where `boom` of Perl dies of a text, Perl adds the place. */
const functionsOf = (lang: Language): string =>
  words[lang].functions + (lang === 'Perl' ? '\nsub boom { die $_[0] }' : '');

async function open(lang: Language): Promise<Bond> {
  const bond = await openBond(lang);
  await bond.evalBlock(functionsOf(lang));
  return bond;
}

/** What is told of an exception where that is caught, by a block that calls `down(1)`, and an expression. */
const toldThere: Record<Language, readonly [block: string, expression: string]> = {
  PHP: ['try { down(1); } catch (Throwable $e) { $told = (string) $e; }', '$told'],
  Perl: ['eval { down(1) }; $told = $@->longmess', '$told'],
  Python: [
    'try: down(1)\nexcept Exception as e: import sys, traceback; told = traceback.format_exc() if sys.version_info >= (3, 11) else e.stack',
    'told',
  ],
  JavaScript: ['try { down(1) } catch (error) { globalThis.told = error.stack }', 'told'],
};

/** How `boom` is called in a stack: what Perl dies of knows no more than the line. */
const boomIn = (lang: Language): string => `${lang === 'Perl' ? '<anonymous>' : 'boom'} in ${lang}`;

const outerBonds = languages.map((lang) => [lang, shareBond(lang, {}, functionsOf(lang))] as const);
const innerBonds = languages.map((lang) => [lang, shareBond(lang, {}, functionsOf(lang))] as const);
const pairs = outerBonds.flatMap(([outer, openOuter]) =>
  innerBonds.map(([inner, openInner]) => [outer, inner, openOuter, openInner] as const),
);

describe.each(pairs)('from %s through the host to %s', (outer, inner, openOuter, openInner) => {
  test('a stack has the frames of all, from the innermost on', async () => {
    const [a, b] = [await openOuter(), await openInner()];
    await a.export(async function up() {
      await b.call('boom', 'so');
    });
    const { stack = '' } = await rejection(
      (async function caller() {
        await a.call('down', 1);
      })(),
      RemoteException,
    );
    expect(framesOf(stack).slice(0, 4)).toEqual([boomIn(inner), 'up', `down in ${outer}`, 'caller']);
    expect(stack).toMatch(/^RemoteException: .*: so( at .*)?\n/);
    expect(stack).not.toMatch(/node:internal|<bond driver|\/src\/session\/|Command line code/);
    const [block, expression] = toldThere[outer];
    await a.evalBlock(block);
    expect(framesOf(await a.eval(expression)).slice(0, 2)).toEqual([boomIn(inner), 'up']);
  });
});

test('a function that returns the promise of a call has a frame, and the promise has none', async () => {
  const [a, b] = [await open('Python'), await open('PHP')];
  await a.export(function up() {
    return b.call('boom', 'so');
  });
  const { stack = '' } = await rejection(a.call('down', 1), RemoteException);
  expect(framesOf(stack).slice(0, 3)).toEqual([boomIn('PHP'), 'up', 'down in Python']);
  expect(stack).not.toContain('new Promise');
});

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages, 2);

  test('a proxy has no frame of its own', async () => {
    const [outer, inner] = [await open(lang), await open(lang)];
    await inner.proxy('boom', outer, 'up');
    const { stack } = await rejection(
      (async function caller() {
        await outer.call('down', 1);
      })(),
      RemoteException,
    );
    expect(framesOf(stack).slice(0, 3)).toEqual([boomIn(lang), `down in ${lang}`, 'caller']);
  });

  test('a recursion through the host has both ends in its stack, and says what is left out', async () => {
    const bond = await open(lang);
    await bond.export(async function up(n: number): Promise<number> {
      if (n === 0) throw new RangeError('the end');
      const below = await bond.call<number>('down', n); // V8 knows only who waits in the function
      return below;
    }, 'up');
    const { stack = '' } = await rejection(
      (async function caller() {
        await bond.call('down', 120);
      })(),
      RemoteException,
    );
    const lines = stack.split('\n').slice(1);
    expect(framesOf(stack).slice(0, 4)).toEqual(['up', `down in ${lang}`, 'up', `down in ${lang}`]);
    expect(lines.length).toBe(101);
    expect(lines[50]).toMatch(/^ {4}\.\.\. 1\d\d frames left out \.\.\.$/);
    expect(framesOf(lines.slice(51).join('\n'))).toContain('caller');
  });

  test('what is thrown of another exception there has a stack of its own', async () => {
    const bond = await open(lang);
    await bond.export(function host() {
      throw new Error('so');
    }, 'host');
    await bond.call('caught', 1);
    const { stack } = await rejection(bond.call('boom', 'another'), RemoteException);
    expect(framesOf(stack)[0]).toBe(boomIn(lang));
    expect(framesOf(stack)).not.toContain('host');
  });
});

/** The line of this file in which that is called, as a stack says it. */
function lineHere(): number {
  const [, , caller = ''] = (new Error('here').stack ?? '').split('\n');
  return Number(/:(\d+):\d+\)?$/.exec(caller)?.[1]);
}

const HERE = fileURLToPath(import.meta.url);

/** A block of three lines whose second defines `fails()`. */
const failing: Record<Language, string> = {
  PHP: '\nfunction fails() { return intdiv(1, 0); }\n',
  Perl: '\nsub fails { my $none = 0; 1 / $none }\n',
  Python: '\ndef fails(): return 1 / 0\n',
  JavaScript: '\nfunction fails() { return null.none }\n',
};
const callOfFails = (lang: Language): string => (lang === 'PHP' ? 'fails();' : 'fails()');

describe.each(languages)('code that is given to %s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages, 2);
  const frame = (line: number): RegExp => new RegExp(`^ {4}at .*\\[${lang}\\] \\(${HERE}:${line}(:\\d+)?\\)$`, 'm');

  test('in a block is called by the file and the line of that', async () => {
    const bond = await openBond(lang);
    const line = lineHere() + 1;
    await bond.evalBlock(failing[lang]);
    const { stack } = await rejection(bond.call('fails'), RemoteException);
    expect(stack).toMatch(frame(line + 1));
  });

  test('in one line is, too, and so is an expression of several', async () => {
    const bond = await openBond(lang);
    await bond.evalBlock(failing[lang].trim());
    const { stack: first } = await rejection(bond.eval('fails()'), RemoteException);
    expect(first).toMatch(frame(lineHere() - 2));
    const { stack: second } = await rejection(bond.eval('\n\nfails()\n'), RemoteException);
    if (lang !== 'Perl') expect(second).toMatch(frame(lineHere() - 1 + 2));
  });

  test('in the middle of a call is, too', async () => {
    const bond = await openBond(lang);
    await bond.evalBlock(words[lang].functions);
    let line = 0;
    await bond.export(async function up() {
      line = lineHere() + 1;
      await bond.evalBlock(failing[lang]);
      await bond.evalBlock(callOfFails(lang));
    }, 'up');
    const { stack } = await rejection(bond.call('down', 1), RemoteException);
    expect(stack).toMatch(frame(line + 1));
  });

  test('and cannot be compiled says so by the file', async () => {
    const bond = await openBond(lang);
    const line = lineHere() + 1;
    const error = await rejection(bond.evalBlock('\n\n(]'), RemoteException);
    expect(`${error.remoteMessage}\n${error.traceback}`).toMatch(new RegExp(`${HERE}[^\\n]*\\b${line + 2}\\b`));
  });

  test('under every protocol', async () => {
    for (const protocol of queryDriver(lang).protocols) {
      const bond = await openBond(lang, { protocol, objects: 'hold' });
      await bond.evalBlock(failing[lang]);
      const { stack } = await rejection(bond.call('fails'), RemoteException);
      expect(stack).toMatch(frame(lineHere() - 1));
    }
  });

  test('as a reference has no place, and neither has what is typed', async () => {
    const bond = await openBond(lang);
    await bond.evalBlock(bond.ref(failing[lang]));
    const { stack } = await rejection(bond.call('fails'), RemoteException);
    expect(stack).toMatch(new RegExp(`^ {4}at .*\\[${lang}\\] \\(.*eval.*:2`, 'm'));
  });

  test('in hundreds of blocks at once is carried out, with places or without', async () => {
    const bond = await openBond(lang);
    const blocks = Array.from({ length: 1500 }, (_, index) => words[lang].set(String(index)));
    await Promise.all(blocks.map((block) => bond.evalBlock(`\n${block}`)));
    expect(await bond.eval(words[lang].get)).toBe(1499);
  });
});

describe('what a language makes of a place', () => {
  const only = (lang: Language): void => needsInterpreter(lang);

  describe('Python', () => {
    only('Python');

    test('the lines of a block stand in tracebacks, and inspect finds its source', async () => {
      const python = await openBond('Python');
      await python.evalBlock('import inspect, linecache, traceback');
      const line = lineHere() + 1;
      await python.evalBlock(`
        def fails(): # a remark
          return 1 / 0
      `);
      expect(await python.eval('inspect.getsource(fails).split("#")[0].strip()')).toBe('def fails():');
      expect(await python.eval('inspect.getsourcelines(fails)[1]')).toBe(line + 1);
      const { traceback } = await rejection(python.call('fails'), RemoteException);
      expect(traceback).toContain(`File "${HERE}", line ${line + 2}, in fails\n    return 1 / 0\n`);
    });

    test('code that the file does not have in that place has its own lines', async () => {
      const python = await openBond('Python');
      const code = ['def fails():', '  return 1 / 0'].join('\n');
      await python.evalBlock(code);
      const { traceback } = await rejection(python.call('fails'), RemoteException);
      expect(traceback).toMatch(/in fails\n {4}return 1 \/ 0\n/);
    });

    test('a block that is indented may have a future import, and a syntax error tells its line', async () => {
      const python = await openBond('Python');
      await python.evalBlock('\n  from __future__ import division\n  x = 1 / 2\n');
      expect(await python.eval('x')).toBe(0.5);
    });
  });

  describe('Perl', () => {
    only('Perl');

    test('die, warn and caller say it', async () => {
      const perl = await openBond('Perl');
      const line = lineHere() + 1;
      await perl.evalBlock(`
        sub place { join ':', (caller)[1, 2] }
        $place = place();
        $died = eval { die 'so' } || $@;
        $file = __FILE__;
      `);
      expect(await perl.eval('[$place, $died, $file]')).toEqual([
        `${HERE}:${line + 2}`,
        `so at ${HERE} line ${line + 3}.\n`,
        HERE,
      ]);
    });

    test('a hash, a comment or documentation in front is no trouble', async () => {
      const perl = await openBond('Perl');
      expect(await perl.eval('{ a => 1,\n b => 2 }')).toEqual({ a: 1, b: 2 });
      expect(await perl.eval('# so\n{ a => 1 }')).toEqual({ a: 1 });
      expect(await perl.eval('=pod\n\nno code\n\n=cut\n\n7')).toBe(7);
    });

    test('Carp tells all frames', async () => {
      const perl = await openBond('Perl');
      const line = lineHere() + 1;
      await perl.evalBlock(`use Carp;
        sub inner { confess 'deep' }
        sub outer { inner(1, 'two called at x line 5.') }
      `);
      const { stack } = await rejection(perl.call('outer'), RemoteException);
      expect(stack).toContain(`at main::inner [Perl] (${HERE}:${line + 1})`);
      expect(stack).toContain(`at main::outer [Perl] (${HERE}:${line + 2})`);
    });
  });

  describe('PHP', () => {
    only('PHP');

    test('__FILE__ and __LINE__ say it, declare and namespace may come first', async () => {
      const php = await openBond('PHP');
      const line = lineHere() + 1;
      await php.evalBlock(`
        $place = __FILE__ . ':' . __LINE__;
      `);
      expect(await php.eval('$place')).toBe(`${HERE}:${line + 1}`);
      await php.evalBlock('\ndeclare(strict_types=1);\nnamespace A;\nfunction f() { return __FUNCTION__; }');
      expect(await php.call('A\\f')).toBe('A\\f');
    });

    test('an exception of the host says where that was called', async () => {
      const php = await openBond('PHP');
      await php.export(() => {
        throw new Error('so');
      }, 'host');
      const line = lineHere() + 1;
      await php.evalBlock(`
        try { host(); } catch (Exception $e) { $place = $e->getFile() . ':' . $e->getLine(); }
      `);
      expect(await php.eval('$place')).toBe(`${HERE}:${line + 1}`);
    });
  });

  describe('JavaScript', () => {
    only('JavaScript');

    test('import() finds what it finds elsewhere', async () => {
      const cwd = temporaryDirectory();
      writeFileSync(join(cwd, 'there.mjs'), 'export default 7');
      const js = await openBond('JavaScript', { cwd });
      await js.evalBlock(`
        const load = async () => (await import('./there.mjs')).default;
      `);
      expect(await js.eval('load()')).toBe(7);
    });

    test('code that names its source keeps that, and a comment may end it', async () => {
      const js = await openBond('JavaScript');
      await js.evalBlock('\nconst one = 1; // so');
      expect(await js.eval('\none // so')).toBe(1);
      expect(await js.eval('\nawait Promise.resolve(one)')).toBe(1);
      await js.evalBlock('\nfunction fails() { null.none }\n//# sourceURL=mine.js');
      expect((await rejection(js.call('fails'), RemoteException)).stack).toContain('at fails [JavaScript] (mine.js:2:');
    });
  });
});
