import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { ROOT } from './compiler.js';
import { quote } from './seeds.js';

const CONFIG = `--config ${quote('test/fixtures/replay/vitest.config.ts')}`;

/** What a command prints of the tests that fail. */
function failures(command: string): Promise<string> {
  const { SEED, ...env } = process.env;
  return new Promise((resolve) => {
    execFile('sh', ['-c', `${command} ${CONFIG}`], { cwd: ROOT, env: { ...env, NO_COLOR: '1' } }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

const shown = (output: string, pattern: RegExp): string[] => [...output.matchAll(pattern)].map(([, text = '']) => text);

/** What failed, and how. */
const CASE = /(?:made smaller \d+ times|Error): ((?:\[|done|drawn).*)$/gm;

// Two runs of Vitest: at a release.
const isShown = process.env.RELEASE && process.platform !== 'win32';

test.runIf(isShown)('the command that a failure prints leads to the same failure', async () => {
  const first = await failures('SEED=random npx vitest run test/fixtures/replay/fails.ts');
  const commands = [...new Set(shown(first, /Replay: (.*)$/gm))];
  const again = await Promise.all(commands.map(failures));
  for (const output of again) expect(output).toMatch(/ 1 failed \| 1 skipped \(2\)$/m);
  const cases = again.flatMap((output) => [...new Set(shown(output, CASE))]);
  expect(cases).toHaveLength(3); // an example of the property, with its error, and the other test's numbers
  expect(cases).toEqual([...new Set(shown(first, CASE))]);
});
