import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { memoryFor } from '../src/common/spare-memory.js';
import { WriteQueue } from '../src/process/write-queue.js';
import { effort } from './fuzzing.js';

/** A pipe that has room for so many bytes at a time, or for nothing: no real one can be made to do that. */
function pipeWith(rooms: readonly number[]) {
  const written: Buffer[] = [];
  const input = new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk);
      setImmediate(done);
    },
  });
  let next = 0;
  const writeNow = (piece: string | Buffer): string | Buffer | undefined => {
    const room = rooms[next++ % rooms.length] as number;
    if (room < 0) return undefined;
    if (room === 0) return piece;
    const bytes = Buffer.from(piece as string);
    written.push(bytes.subarray(0, room));
    return (typeof piece === 'string' ? bytes : piece).subarray(room);
  };
  const size = (): number => written.reduce((sum, { length }) => sum + length, 0);
  return { ways: { input, writeNow }, size, text: () => Buffer.concat(written).toString() };
}

const sending = fc.record({
  text: fc
    .tuple(fc.constantFrom('x', 'é', '😀'), fc.constantFrom(1, 40, 1_000, 3_000, 40_000, 150_000))
    .map(([character, count]) => `<${character.repeat(count)}>`),
  isAwaited: fc.boolean(),
  endsTurn: fc.boolean(),
});
const rooms = fc.array(fc.constantFrom(-1, 0, 1, 100, 4_096, 65_536, 1_000_000), { minLength: 1 });

test('whatever there is room for when, all is written once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sending, { minLength: 1, maxLength: 30 }), rooms, async (sendings, rooms) => {
      const { ways, size, text } = pipeWith(rooms);
      const queue = new WriteQueue(ways);
      for (const { text, isAwaited, endsTurn } of sendings) {
        queue.send(text, isAwaited);
        if (endsTurn) await turn();
      }
      const sent = sendings.map(({ text }) => text).join('');
      expect(queue.sent).toBe(sent.length);
      while (size() < Buffer.byteLength(sent)) await turn();
      await turn();
      expect(text() === sent).toBe(true);
      expect(queue.taken).toBe(queue.sent);
    }),
    effort(100),
  );
});

test('what is awaited leaves at once, with all that was sent before it', () => {
  const { ways, text } = pipeWith([1_000_000]);
  const queue = new WriteQueue(ways);
  queue.send('before', false);
  expect(text()).toBe('');
  queue.send(' and then', true);
  expect(text()).toBe('before and then');
  expect(queue.taken).toBe(queue.sent);
});

test('what nobody reads any more is not kept', async () => {
  const input = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
  input.on('error', () => {});
  const queue = new WriteQueue({ input, writeNow: () => undefined });
  for (let round = 0; round < 3; round++) {
    for (const isAwaited of [true, false]) queue.send('x'.repeat(100_000), isAwaited);
    await turn();
    expect(queue.taken).toBe(queue.sent);
  }
});

test('many short answers that are not read are one text', async () => {
  const { ways, text } = pipeWith([0]);
  const queue = new WriteQueue(ways);
  const write = vi.spyOn(ways.input, 'write');
  for (let count = 0; count < 10_000; count++) queue.send('short\n', true);
  while (queue.taken < queue.sent) await turn();
  expect(text()).toBe('short\n'.repeat(10_000));
  expect(write.mock.calls.length).toBeLessThan(10);
});

test.each([true, false])(
  'large bytes are written whole, and their memory is used again only if it is spare (%s)',
  async (areSpare) => {
    const { ways, size } = pipeWith([65_536, 0, -1]);
    const queue = new WriteQueue(ways);
    const bytes = Buffer.allocUnsafeSlow(1_234_567);
    queue.sendBytes([bytes], areSpare);
    while (size() < bytes.length) {
      queue.flush();
      await turn();
    }
    await turn();
    expect(memoryFor(bytes.length).buffer === bytes.buffer).toBe(areSpare);
  },
);
