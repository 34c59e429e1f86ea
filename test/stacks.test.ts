// One stack: the frames of every language that an exception has passed, in the order in which they called each other.

import { describe, expect, test } from 'vitest';
import { type Bond, RemoteException } from '../src/index.js';
import { type Language, languages, openBond, rejection } from './fixtures.js';
import { words } from './words.js';

/** The frames of a stack, each as what ran there, and in which language if it is not the host's, as far as they have names. */
function framesOf(stack = ''): string[] {
  return stack.split('\n').flatMap((line) => {
    const [, name, lang] = /^ {4}at (?:async )?(\S+) (?:\[(\w+)\] )?\(/.exec(line) ?? [];
    if (name === undefined || name === 'new') return [];
    return lang === undefined ? name : `${name.replace('main::', '')} in ${lang}`;
  });
}

async function open(lang: Language): Promise<Bond> {
  const bond = await openBond(lang);
  await bond.evalBlock(words[lang].functions);
  if (lang === 'Perl') await bond.evalBlock('sub boom { die $_[0] }'); // and Perl adds the place
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
  JavaScript: ['let told; try { down(1) } catch (error) { told = error.stack }', 'told'],
};

/** How `boom` is called in a stack: what Perl dies of knows no more than the line. */
const boomIn = (lang: Language): string => `${lang === 'Perl' ? '<anonymous>' : 'boom'} in ${lang}`;

const pairs = languages.flatMap((outer) => languages.map((inner) => [outer, inner] as const));

describe.each(pairs)('from %s through the host to %s', (outer, inner) => {
  test('a stack has the frames of all, from the innermost on', async () => {
    const [a, b] = [await open(outer), await open(inner)];
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
