import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Interpreter } from '../src/process/interpreter.js';
import type { InterpreterEvents } from '../src/process/interpreter-events.js';
import { Channel } from '../src/wire/channel.js';
import { newMark } from '../src/wire/mark.js';

/** A channel to an interpreter that writes when it is told to; what comes through is noted down. */
function open() {
  let events: InterpreterEvents | undefined;
  const interpreter = {
    ended: new Promise(() => {}),
    listen: (given: InterpreterEvents) => {
      events = given;
    },
  };
  const mark = newMark();
  const channel = new Channel(interpreter as unknown as Interpreter, mark, 1000, undefined);
  const heard: string[] = [];
  channel.listen({
    heard: () => {},
    message: (_, text) => heard.push(text),
    stdout: (chunk) => heard.push(`out ${chunk}`),
    stderr: (chunk) => heard.push(`err ${chunk}`),
    tooLong: () => {},
  });
  const write = (name: 'stdout' | 'stderr', text: string) => events?.[name](Buffer.from(text, 'latin1'));
  return { write, heard, mark: mark.text };
}

test('a message waits for what is read from standard error in the same turn', async () => {
  const { write, heard, mark } = open();
  write('stdout', `${mark} RETURN 1 5\n`);
  write('stderr', 'e');
  await setImmediate();
  expect(heard).toEqual(['err e', 'RETURN 1 5']);
});

test.each([
  ['output', 'o', 'out o'],
  ['another message', '@ RETURN 1 4\n', 'RETURN 1 4'],
])(
  'a message behind %s in one chunk waits for what the next turn reads from standard error',
  async (_, text, before) => {
    const { write, heard, mark } = open();
    write('stdout', `${text.replace('@', mark)}${mark} RETURN 2 5\n`);
    await setImmediate();
    write('stderr', 'e');
    write('stdout', `${mark} RETURN 3 6\n`);
    await setImmediate();
    await setImmediate();
    expect(heard).toEqual(['err e', before, 'RETURN 2 5', 'RETURN 3 6']);
  },
);
