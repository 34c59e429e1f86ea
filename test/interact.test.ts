import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { interact, makeBond } from '../src/index.js';

/** What an interactive session writes when these lines are typed, and what the interpreter prints. */
async function session(lang: string, lines: readonly string[]): Promise<{ written: string; printed: string }> {
  let printed = '';
  await using bond = await makeBond(lang, {
    stdout: (chunk) => {
      printed += chunk.toString();
    },
  });
  const input = new PassThrough();
  const output = new PassThrough();
  const done = interact(bond, { input, output });
  for (const line of lines) input.write(`${line}\n`);
  input.end();
  await done;
  output.end();
  return { written: await text(output), printed };
}

test('a line is run; one that begins with ! is evaluated, and its value printed', async () => {
  const { written, printed } = await session('Perl', ['print "hello\\n";', '!1 + 1', '![1, {a => "é"}]']);
  expect(printed).toBe('hello\n');
  expect(written).toBe("2\n[ 1, { a: 'é' } ]\n");
});

test('a trailing backslash continues on the next line', async () => {
  const { printed } = await session('Python', ['for x in (1, 2):\\', '  print(x)\\', '', '!x']);
  expect(printed).toBe('1\n2\n');
});

test('what is unfinished at the end of the input is run', async () => {
  const { printed } = await session('Python', ['for x in (1, 2):\\', '  print(x)\\']);
  expect(printed).toBe('1\n2\n');
});

test('an error is told, and the session goes on', async () => {
  const { written } = await session('JavaScript', ['nope()', '!6 * 7']);
  expect(written).toMatch(/ReferenceError: nope is not defined\n42\n$/);
});

test('the session ends with the interpreter', async () => {
  const { written } = await session('PHP', ['exit(3);', '!1']);
  expect(written.match(/exited with code 3/g)).toHaveLength(1);
});
