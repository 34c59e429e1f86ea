// The example of a decoder that nobody trusts, with files that do their worst.

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from './bonds.js';
import { exampleProgram } from './built-examples.js';
import { ROOT } from './compiler.js';
import { rounds } from './fuzzing.js';
import { needsSandbox } from './sandboxes.js';

const run = promisify(execFile);

type Failing = [what: string, expression: string, message: RegExp];

describe.concurrent('the example of a decoder', () => {
  needsSandbox('sudo and bwrap', 'Python');

  /** Runs the example with a pickle of what an expression of Python evaluates to. */
  async function decode(expression: string) {
    const pickle = `
import pickle, sys
class Code:
    def __init__(self, code): self.code = code
    def __reduce__(self): return eval, (self.code,)
sys.stdout.buffer.write(pickle.dumps(${expression}))`;
    const { stdout: bytes } = await run('/usr/bin/python3', ['-c', pickle], { encoding: 'buffer' });
    const file = join(temporaryDirectory(), 'data.pickle');
    writeFileSync(file, bytes);
    const ended = run(process.execPath, [exampleProgram('decoder.ts'), file], { cwd: ROOT });
    const { code: status = 0, stdout, stderr } = await ended.catch((error) => error);
    return { status, stdout, stderr };
  }

  test('reads what is data', async () => {
    const value = await decode("{'a': [1, 2.5, None, 'Grüße\\x1b[2J']}");
    expect(value).toEqual({ status: 0, stdout: "{ a: [ 1, 2.5, null, 'Grüße\\x1B[2J' ] }\n", stderr: '' });
  });

  test.each([
    [
      'that looks around sees nothing',
      `os.path.exists('${ROOT}'), os.getuid() == 0, sorted(os.environ)`,
      /^\[ false, false, \[ ('LC_CTYPE', )?'PWD' \] \]/,
    ],
    [
      'that prints commands to the terminal prints nothing',
      "os.write(1, b'\\x1b[2J'), os.write(2, b'\\x1b[2J')",
      /^\[ 4, 4 \]\n$/,
    ],
  ])('code %s', async (_, code, printed) => {
    const { status, stdout, stderr } = await decode(`Code("(lambda os: (${code}))(__import__('os'))")`);
    expect(stderr).toBe('');
    expect(stdout).toMatch(printed);
    expect(status).toBe(0);
  });

  /** Which is five seconds of computing. */
  const takingTime: Failing[] = [['takes time', 'Code("sum(iter(int, 1))")', /code 137|SIGKILL|5000 ms/]];

  test.each<Failing>([
    ...takingTime.slice(0, rounds(0, 1)),
    ['fails', 'Code("1/0")', /ZeroDivisionError/],
    ['takes memory', 'Code("bytearray(10**9)")', /MemoryError/],
    ['sleeps', `Code("__import__('time').sleep(1000)")`, /no reply and no output for 5000 ms/],
    ['answers at length', 'Code("\'x\' * 2000000")', /more than 1000000 bytes/],
    ['exits', `Code("__import__('os')._exit(0)")`, /exited with code 0/],
    ['is no data', 'Code("open")', /cannot be carried by JSON/],
  ])('code that %s is an error', async (_, expression, message) => {
    const { status, stdout, stderr } = await decode(expression);
    expect(stderr).toMatch(message);
    expect([status, stdout]).toEqual([1, '']);
  });
});
