// Level "streams": output is live, in order and byte for byte; standard input is empty; exit hooks run.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { Bond } from '../../../bond/bond.js';
import { TerminatedException } from '../../../common/errors.js';
import { checksOf, includes, isAlive, type Kit, Output, rejection } from '../check.js';
import { fill } from '../words.js';

async function openListening(kit: Kit): Promise<{ out: Output; err: Output; bond: Bond }> {
  const [out, err] = [new Output(), new Output()];
  return { out, err, bond: await kit.open({ stdout: out.take, stderr: err.take }) };
}

export const streams = checksOf('streams', {
  'output arrives while the call goes on, in the middle of a line': async (kit) => {
    const { out, err, bond } = await openListening(kit);
    const path = kit.unusedPath();
    let isOver = false;
    const call = bond.evalBlock(fill(kit.words.printAndWaitFor, { PATH: path })).then(() => {
      isOver = true;
    });
    await Promise.all([out.until('tick'), err.until('tick')]);
    assert.equal(isOver, false);
    writeFileSync(path, '');
    await call;
    assert.deepEqual([out.text, err.text], ['tick', 'tick']);
  },
  'output arrives before the call that printed it resolves': async (kit) => {
    const { out, err, bond } = await openListening(kit);
    const code = `${fill(kit.words.print, { TEXT: 'o' })}\n${fill(kit.words.printError, { TEXT: 'e' })}`;
    for (let count = 1; count <= 30; count++) {
      await bond.evalBlock(code);
      assert.deepEqual([out.text, err.text], ['o'.repeat(count), 'e'.repeat(count)]);
    }
  },
  'output arrives before a host function is called, and before an exception': async (kit) => {
    const { out, bond } = await openListening(kit);
    const seen: string[] = [];
    await bond.export(() => seen.push(out.text), 'host');
    await bond.evalBlock(`${fill(kit.words.print, { TEXT: 'one' })}\n${kit.code.block('host')}`);
    const boom = kit.code.block('boom', kit.code.text('oh no'));
    await bond.evalBlock(`${fill(kit.words.print, { TEXT: 'two' })}\n${boom}`).catch(() => seen.push(out.text));
    assert.deepEqual(seen, ['one', 'onetwo']);
  },
  'output arrives byte for byte, text or not': async (kit) => {
    const { out, bond } = await openListening(kit);
    await bond.evalBlock(kit.words.printBytes);
    assert.deepEqual(out.bytes, Buffer.from([0xff, 0xfe, 0x00]));
  },
  'a megabyte of output arrives whole': async (kit) => {
    const { out, bond } = await openListening(kit);
    await bond.evalBlock(kit.words.printMuch);
    assert.ok(out.bytes.equals(Buffer.alloc(1_000_000, 'x')));
  },
  'output of a subprocess arrives, too': async (kit) => {
    const { out, err, bond } = await openListening(kit);
    await bond.evalBlock(fill(kit.words.run, { COMMAND: 'printf child; printf oops >&2' }));
    assert.deepEqual([out.text, err.text], ['child', 'oops']);
    await isAlive(bond);
  },
  'long replies are not torn by what a subprocess prints meanwhile': async (kit) => {
    const bond = await kit.openNew({ stdout: () => {} }); // the noise may end after the check
    const path = kit.unusedPath();
    const noise = `(while [ ! -e ${path} ]; do printf noise; done) &`;
    await bond.evalBlock(fill(kit.words.run, { COMMAND: noise }));
    const long = 'x'.repeat(200_000);
    try {
      for (let round = 0; round < 5; round++) assert.ok((await bond.call('same', long)) === long);
    } finally {
      writeFileSync(path, '');
    }
  },
  'output that looks like a reply is output': async (kit) => {
    const { out, bond } = await openListening(kit);
    await bond.evalBlock(fill(kit.words.run, { COMMAND: 'echo RETURN 2 5' }));
    includes(out.text, 'RETURN 2 5\n');
    await isAlive(bond);
  },
  'reading standard input gives its end, and takes no message': async (kit) => {
    const bond = await kit.open();
    const calls = [bond.eval(kit.words.readInput), bond.call('twice', 1), bond.call('twice', 2)];
    assert.deepEqual(await Promise.all(calls), ['', 2, 4]);
  },
  'a subprocess finds standard input at its end, too': async (kit) => {
    const { out, bond } = await openListening(kit);
    const calls = [bond.evalBlock(fill(kit.words.run, { COMMAND: 'cat; printf end' })), bond.call('twice', 1)];
    assert.deepEqual([...(await Promise.all(calls)), out.text], [undefined, 2, 'end']);
  },
  'close lets exit hooks run, and what they print arrives before it resolves': async (kit) => {
    const { out, bond } = await openListening(kit);
    await bond.evalBlock(kit.words.exitHook);
    await bond.close();
    assert.equal(out.text, 'bye');
  },
  'what was written to standard error stands in the error of an exit': async (kit) => {
    const bond = await kit.open();
    const code = `${fill(kit.words.printError, { TEXT: 'lastwords' })}\n${kit.code.block('leave')}`;
    includes((await rejection(bond.evalBlock(code), TerminatedException)).stderr, 'lastwords');
  },
});
