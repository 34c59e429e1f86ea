// What a program does with bond on Windows, step by step: node.exe program.mjs <index.js of bond> <file for the results> <perl.exe>

import { strictEqual } from 'node:assert';
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [entry, results, perl] = process.argv.slice(2);
const { BondException, makeBond, makePool } = await import(pathToFileURL(entry).href);

const steps = {
  'calls go both ways, nested': async (open) => {
    const bond = await open('JavaScript');
    await bond.evalBlock('async function down(n) { return n > 0 ? await up(n - 1) + 1 : 0 }');
    await bond.export((n) => bond.call('down', n), 'up');
    strictEqual(await bond.call('down', 20), 20);
  },
  'JavaScript and Perl call each other': async (open) => {
    const node = await open('JavaScript');
    const other = await open('Perl', [perl]);
    await other.evalBlock('sub twice { return 2 * $_[0] }');
    await other.proxy('twice', node);
    strictEqual(await node.eval('twice(21)'), 42);
  },
  'output arrives while the call goes on': async (open) => {
    const heard = Promise.withResolvers();
    const bond = await open('JavaScript', undefined, [], { stdout: heard.resolve });
    bond.eval('new Promise(() => console.log("live"))').catch(() => {});
    strictEqual(String(await heard.promise).trim(), 'live');
  },
  'interrupt() says that it cannot': async (open) => {
    const bond = await open('JavaScript');
    await rejects(() => bond.interrupt(), /interrupt/);
    strictEqual(await bond.eval('1'), 1);
  },
  'a program that is missing is named': () => rejects(() => makeBond('Perl', ['no-such-perl']), /no-such-perl/),
  'the next command of a language is tried where the first is missing': async () => {
    // Python has three, and none is here: the error names each.
    await rejects(() => makeBond('Python'), /python3 .*python .*pypy3 /);
  },
  'kill() ends a busy interpreter': async (open) => {
    const bond = await open('JavaScript');
    const pid = await bond.eval('process.pid');
    const call = bond.eval('(() => { for (;;); })()').catch((error) => error);
    await bond.kill();
    strictEqual((await call) instanceof BondException, true);
    await isGone(pid);
  },
  'an interpreter ends with the host': async () => {
    const host = spawn(process.execPath, ['--input-type=module', '-e', HOST, entry], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    for await (const chunk of host.stdout) {
      text += chunk;
      if (text.includes('\n')) break;
    }
    host.kill('SIGKILL');
    await isGone(Number(text));
  },
  'a pool replaces a worker that was killed': async () => {
    const pool = await makePool('JavaScript', { size: 2 });
    const pid = await pool.eval('process.pid');
    process.kill(pid, 'SIGKILL');
    for (let left = 4; left > 0; left--) await pool.eval('1').catch(() => {});
    strictEqual(await pool.eval('40 + 2'), 42);
    await pool.kill();
  },
  'bond/sync': async () => {
    const sync = await import(pathToFileURL(entry.replace(/index\.js$/, 'sync.js')).href);
    const bond = sync.makeBond('JavaScript');
    strictEqual(bond.eval('6 * 7'), 42);
    bond.close();
  },
  'a megabyte of text, and of bytes': async (open) => {
    const bond = await open('JavaScript');
    const text = 'ö'.repeat(500_000);
    strictEqual(await bond.call('(x) => x', text), text);
    const bytes = new Uint8Array(1_000_000).fill(200);
    strictEqual(Buffer.compare(await bond.call('(x) => x', bytes), bytes), 0);
  },
};

const HOST = `
  const { makeBond } = await import((await import('node:url')).pathToFileURL(process.argv[1]).href);
  const bond = await makeBond('JavaScript');
  console.log(await bond.eval('process.pid'));
  await bond.eval('new Promise(() => setInterval(() => {}, 1e6))');
`;

async function rejects(act, words) {
  const error = await Promise.resolve()
    .then(act)
    .then(
      () => undefined,
      (reason) => reason,
    );
  if (!(error instanceof BondException && words.test(error.message)))
    throw new Error(`not as it should: ${error?.message ?? 'no error'}`);
}

/** A process that is gone cannot be sent a signal. */
async function isGone(pid) {
  for (let left = 100; left > 0; left--) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`process ${pid} is still there`);
}

process.on('unhandledRejection', () => {});
for (const [title, step] of Object.entries(steps)) {
  const late = new Promise((_, reject) => setTimeout(reject, 60_000, new Error('not done after 60 s')).unref());
  const bonds = [];
  const open = async (...args) => {
    bonds.push(await makeBond(...args));
    return bonds.at(-1);
  };
  const problem = await Promise.race([step(open), late]).then(
    () => '',
    (error) => String(error.message).split('\n')[0],
  );
  await Promise.all(bonds.map((bond) => bond.kill()));
  appendFileSync(results, `${JSON.stringify([title, problem])}\n`);
}
process.exit();
