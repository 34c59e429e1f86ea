// The processes below another one, and whether they run: from /proc on Linux, and from ps elsewhere.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { descendants, endTree, processesOfPs, stillRunning } from '../src/process/process-tree.js';
import { program, temporaryDirectory } from './bonds.js';
import { onTestFinished } from './finish.js';

test('a process that has ended is not running, although nobody has asked how', async () => {
  const program = '$| = 1; my $child = fork; exit 0 unless $child; print $child; sleep 60';
  const child = spawn('perl', ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  const [line] = await new Promise<[Buffer]>((resolve) => child.stdout.once('data', (chunk) => resolve([chunk])));
  const [parent, ended] = [child.pid as number, Number(line)];
  while (stillRunning([ended]).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));

  expect(stillRunning([parent, ended])).toEqual([parent]);
  expect(descendants(parent)).toEqual([ended]);
  expect(processesOfPs(['-p', `${parent},${ended}`])).toEqual(
    expect.arrayContaining([
      { pid: parent, parent: process.pid, state: expect.stringMatching(/[RSD]/) },
      { pid: ended, parent, state: 'Z' },
    ]),
  );
});

test('on Windows, taskkill ends a process with all that it has started', () => {
  const folder = temporaryDirectory();
  const said = join(folder, 'said');
  program(`#!/bin/sh\necho "$@" > '${said}'\n`, 'taskkill', folder);
  vi.stubEnv('PATH', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  endTree(42);
  expect(readFileSync(said, 'utf8')).toBe('/PID 42 /T /F\n');
});
