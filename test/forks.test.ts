import { describe, expect, test } from 'vitest';
import { collect, type Language, needsInterpreter, openBond } from './fixtures.js';

/** How a fork is made, and what it finds out; the parent waits for it. */
const forks: [Language, string, string][] = [
  [
    'PHP',
    '$pid = pcntl_fork(); if ($pid) pcntl_waitpid($pid, $status);',
    'try { host(); } catch (Exception $e) { echo $e->getMessage(); }',
  ],
  ['Perl', '$pid = fork; waitpid($pid, 0) if $pid;', 'eval { host(); 1 } or print $@;'],
  [
    'Python',
    'import os\npid = os.fork()\nif pid: os.waitpid(pid, 0)',
    '\ntry: host()\nexcept Exception as e: print(e)',
  ],
];

describe.each(forks)('%s: a process that user code forks', (lang, fork, callHost) => {
  needsInterpreter(lang);

  test('and that comes back from it ends, and leaves the conversation to its parent', async () => {
    const bond = await openBond(lang);
    for (let round = 0; round < 3; round++) {
      await bond.evalBlock(fork);
      expect(await bond.eval(String(round))).toBe(round);
    }
  });

  test('and that comes back with something long says nothing of it', async () => {
    const bond = await openBond(lang);
    await bond.evalBlock(
      {
        PHP: `function forked() { ${fork} return range(0, 4999); }`,
        Perl: `sub forked { my ${fork} return [0 .. 4999] }`,
        Python: `import os\ndef forked():\n  pid = os.fork()\n  if pid: os.waitpid(pid, 0)\n  return list(range(5000))`,
        JavaScript: '',
      }[lang],
    );
    expect(await bond.call('forked')).toEqual(Array.from({ length: 5000 }, (_, index) => index));
    expect(await bond.eval('1')).toBe(1);
  });

  test('cannot call the host', async () => {
    const output = collect();
    const bond = await openBond(lang, undefined, [], { stdout: output.stdout });
    let calls = 0;
    await bond.export(() => ++calls, 'host');
    const child =
      lang === 'Python' ? `${fork}\nelse:${callHost.replaceAll('\n', '\n  ')}` : `${fork} if (!$pid) { ${callHost} }`;
    await bond.evalBlock(child);
    expect(await bond.eval('1')).toBe(1);
    expect(calls).toBe(0);
    expect(output.text()).toContain('a forked process cannot call it');
  });
});
