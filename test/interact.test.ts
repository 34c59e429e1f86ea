import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type InteractOptions, interact, makeBond } from '../src/index.js';

/** What an interactive session writes when these lines are typed, and what the interpreter prints. */
async function session(
  lang: string,
  lines: readonly string[],
  options: InteractOptions = {},
): Promise<{ written: string; printed: string }> {
  let printed = '';
  await using bond = await makeBond(lang, {
    stdout: (chunk) => {
      printed += chunk.toString();
    },
  });
  const input = new PassThrough();
  const output = new PassThrough();
  const done = interact(bond, { input, output, ...options });
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

test('a block that is unfinished goes on with the next line', async () => {
  const { written } = await session('PHP', ['function twice($x) {', 'return 2 * $x;', '}', '!twice(', '21)']);
  expect(written).toBe('42\n');
});

test('errors go where they are wanted, and colours are there if they are', async () => {
  const errors = new PassThrough();
  const { written } = await session('Perl', ['!"text"', 'die "no\\n"'], { errors, colors: true });
  errors.end();
  expect(written).toBe("\x1b[32m'text'\x1b[39m\n");
  expect(await text(errors)).toBe('\x1b[31mno\x1b[39m\n');
});

test('an error is told, and the session goes on', async () => {
  const { written } = await session('JavaScript', ['nope()', '!6 * 7']);
  expect(written).toMatch(/ReferenceError: nope is not defined\n42\n$/);
});

test('the session ends with the interpreter', async () => {
  const { written } = await session('PHP', ['exit(3);', '!1']);
  expect(written.match(/exited with code 3/g)).toHaveLength(1);
});

/** The streams of a terminal that is so many columns wide, for all it knows. */
function fakeTerminal(columns: number) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns });
  return { input, output };
}

test.each([
  ['0 columns', 0, 0],
  ['1 column', 1, 1],
  ['80 columns that becomes one of 0', 80, 0],
  ['0 columns that becomes one of 80', 0, 80],
])('a terminal of %s is one all the same', async (_, columns, later) => {
  await using bond = await makeBond('Perl', { stdout: 'ignore' });
  const { input, output } = fakeTerminal(columns);
  const done = interact(bond, { input, output, history: false, colors: false });
  input.write('print "a line";\n');
  Object.assign(output, { columns: later }).emit('resize');
  input.write('!6 * 7\n![1 .. 3]\n');
  input.end('\x04');
  await done;
  output.end();
  expect(await text(output)).toMatch(/\n42\n[\s\S]*\n\[\s*1,/);
});
