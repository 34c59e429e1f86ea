/**
 * Reads a file that nobody vouches for: a pickle of Python, which may run any code as it is read. So it is read in a sandbox
 * that has no network, no files but the programs of the system, and neither time nor memory to lose.
 *
 *     npm ci && npm run build
 *     npx tsx examples/decoder.ts FILE
 */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { makeBond } from 'bond';

// Inside of bwrap, root would still be root to the files that it can see.
const nobody = process.getuid?.() === 0 ? ['sudo', '-n', '-u', 'nobody'] : [];
const limits = ['prlimit', '--as=500000000', '--cpu=2', '--core=0', '--']; // bytes of memory, seconds of processor time
const sandbox = [
  ...['bwrap', '--unshare-all', '--die-with-parent', '--new-session', '--clearenv', '--proc', '/proc', '--dev', '/dev'],
  ...['--ro-bind', '/usr', '/usr', '--symlink', 'usr/bin', '/bin', '--symlink', 'usr/lib', '/lib'],
  ...['--symlink', 'usr/lib64', '/lib64', '--chdir', '/'],
];

const decoder = `
import base64, pickle
def decode(text):
    return pickle.loads(base64.b64decode(text))
`;

async function decode(file: Buffer): Promise<unknown> {
  const python = await makeBond('Python', [...nobody, ...limits, ...sandbox, '/usr/bin/python3'], ['-I'], {
    protocol: 'JSON', // data, and nothing that is more than that
    maxMessageBytes: 1_000_000, // what comes back takes forty times as much memory at the worst
    timeout: 5_000, // of silence
    signal: AbortSignal.timeout(20_000), // altogether: to print is no silence
    stdout: 'ignore', // or what is printed could be commands to the terminal
    stderr: 'ignore',
    cwd: '/',
  });
  try {
    await python.evalBlock(decoder);
    return await python.call('decode', file.toString('base64'));
  } finally {
    await python.kill(); // whatever the file has made of the interpreter, it is not used again
  }
}

try {
  console.log(inspect(await decode(readFileSync(process.argv[2] ?? ''))));
} catch (error) {
  // A message of the other side is its text: on the terminal, no character of it does anything.
  console.error(inspect((error as Error).message));
  process.exitCode = 1;
}
