import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { History, historyFile, MOST_LINES } from '../src/repl/history.js';
import { temporaryDirectory } from './bonds.js';

test.each<[env: NodeJS.ProcessEnv, path: string | undefined]>([
  [{}, join(homedir(), '.local/state/bond/Perl.history')],
  [{ XDG_STATE_HOME: '/state' }, '/state/bond/Perl.history'],
  [{ XDG_STATE_HOME: 'relative' }, join(homedir(), '.local/state/bond/Perl.history')],
  [{ XDG_STATE_HOME: '/state', BOND_HISTORY: '/mine' }, '/mine/Perl.history'],
  [{ XDG_STATE_HOME: '/state', BOND_HISTORY: '' }, undefined],
])('with %j, lines are kept in %s', (env, path) => {
  expect(historyFile('Perl', env)).toBe(path);
});

test('lines are there in the next session, without blank and repeated ones', () => {
  const path = join(temporaryDirectory(), 'deep', 'down', 'Perl.history');
  const first = new History(path);
  for (const line of ['one', '', '  ', 'two', 'two', '  three']) first.add(line);
  expect(new History(path).lines).toEqual(['one', 'two', '  three']);
});

test('sessions side by side lose none of each other’s lines', () => {
  const path = join(temporaryDirectory(), 'Perl.history');
  const [first, second] = [new History(path), new History(path)];
  first.add('one');
  second.add('two');
  first.add('three');
  expect(new History(path).lines).toEqual(['one', 'two', 'three']);
});

test('only their owner may read them, also where the file was there before', () => {
  const path = join(temporaryDirectory(), 'Perl.history');
  writeFileSync(path, 'one\n');
  chmodSync(path, 0o644);
  new History(path).add('two');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a file that has become long is cut, and keeps its newest lines', () => {
  const path = join(temporaryDirectory(), 'Perl.history');
  const lines = Array.from({ length: 2 * MOST_LINES + 1 }, (_, index) => `line ${index}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  expect(new History(path).lines).toEqual(lines.slice(-MOST_LINES));
  expect(readFileSync(path, 'utf8')).toBe(`${lines.slice(-MOST_LINES).join('\n')}\n`);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
