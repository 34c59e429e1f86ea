// A host that is not root runs what it does not trust as another user, whom it has no right to send signals.

import { execFile } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { markedEnvironment, temporaryDirectory, until } from './bonds.js';
import { ROOT } from './compiler.js';
import { missing } from './fixtures.js';
import { needsSandbox, sandboxed } from './sandboxes.js';
import { words } from './words.js';

describe.concurrent('a host that is not root', () => {
  needsSandbox('sudo and bwrap', 'Python');
  beforeEach(({ skip }) => {
    if (process.getuid?.() !== 0) missing('only root can become somebody else who may use sudo', skip);
  });

  /** Code that ends the process which would end it when the host is gone, and goes on for ever. */
  const defiant = `
import os, signal, sys
for number in range(1, 32):
    if number not in (signal.SIGKILL, signal.SIGSTOP): signal.signal(number, signal.SIG_IGN)
mark = 'BOND_TEST_MARK=' + os.environ['BOND_TEST_MARK']
for name in os.listdir('/proc'):
    try:
        if name.isdigit() and int(name) != os.getpid() and mark in open('/proc/%s/environ' % name).read():
            os.kill(int(name), signal.SIGKILL)
    except OSError: pass
sys.stdout.write('on')
while True: pass`;

  /** Sudo stays in front of what it has started, or becomes it, if nothing of what it has been told makes it stay. */
  const sudoers = {
    'no sudo': 'use_pty',
    'sudo stays': 'use_pty',
    'sudo becomes it': '!use_pty, !pam_session, !pam_setcred',
  };

  /** Runs a program as another user, who may use `sudo` to become nobody: in a mount namespace, where nobody else sees it. */
  function runAsDaemon(code: string, env: NodeJS.ProcessEnv, defaults: string) {
    const directory = temporaryDirectory();
    chmodSync(directory, 0o777);
    const file = join(directory, 'sudoers');
    const rules = `Defaults ${defaults}\nroot ALL=(ALL) ALL\ndaemon ALL=(nobody) NOPASSWD: ALL\n`;
    writeFileSync(file, rules, { mode: 0o440 });
    // This package may lie where others must not look; and what is copied, they may read.
    const become = `mount --bind "$1" /etc/sudoers && mount -t tmpfs -o mode=755 none /mnt && cd /mnt &&
      cp -R "$2/dist" "$2/package.json" . && chmod -R a+rX . && shift 2 &&
      exec setpriv --reuid daemon --regid daemon --clear-groups "$@"`;
    const node = [process.execPath, '--input-type=module', '-e', code];
    return promisify(execFile)('unshare', ['-m', 'sh', '-c', become, 'sh', file, ROOT, ...node], {
      env: { ...env, TMPDIR: directory, PATH: `/root:${env.PATH}` }, // which may not look into /root
    });
  }

  /** Code that ends what would end it when the host is gone, and goes on for ever; and code that only goes on. */
  const codes = { defiant, busy: words.Python.loop };

  test.each([
    ['sudo', 'sudo stays', 'busy', 0],
    ['sudo', 'sudo stays', 'defiant', 1],
    ['sudo', 'sudo becomes it', 'busy', 0],
    ['sudo', 'sudo becomes it', 'defiant', 1],
    ['sudo and bwrap', 'sudo stays', 'defiant', 0],
    ['bwrap', 'no sudo', 'defiant', 0],
  ] as const)(
    '%s, %s: a %s interpreter is interrupted, and once it is killed, %i of it are left',
    async (way, sudo, state, left) => {
      const { env, processes } = markedEnvironment();
      const { stdout, stderr } = await runAsDaemon(
        `import { makeBond } from '/mnt/dist/index.js';
      const jail = await makeBond('Python', ${JSON.stringify(sandboxed(way, 'Python', env))}, [], { protocol: 'JSON', cwd: '/' });
      async function start(code) {
        let running;
        await new Promise((stdout) => { running = jail.with({ stdout }).evalBlock(code).catch((error) => error) });
        return () => running;
      }
      const stopped = await start(${JSON.stringify(words.Python.loop)});
      await jail.interrupt();
      console.log((await stopped()).type);
      await start(${JSON.stringify(codes[state])});
      await jail.kill();
      console.log('killed', process.getuid());`,
        env,
        sudoers[sudo],
      );
      expect(stderr).toBe('');
      expect(stdout).toBe('KeyboardInterrupt\nkilled 1\n');
      await until(() => processes().length === left);
    },
  );
});
