// Two hosts that ssh reaches, each with an address of its own; and what becomes of bonds when the link to one is cut.

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bond, TerminatedException } from '../src/index.js';
import { COMMANDS, isAlive, temporaryDirectory, until } from './bonds.js';
import { onTestFinished } from './finish.js';
import {
  all,
  collect,
  expectAlive,
  type Language,
  languages,
  needs,
  needsInterpreter,
  openBond,
  openPool,
  range,
  rejection,
} from './fixtures.js';
import { makeNetworkHost, type NetworkHost, networkObstacle } from './netns.js';
import { type RemoteHost, sshdObstacle, startSshd } from './sshd.js';
import { testSample } from './turns.js';
import { words } from './words.js';

/** How soon each end notices that the other is gone: as the documentation recommends it, and short enough for a test. */
interface Patience {
  readonly ssh: readonly string[];
  readonly sshd: readonly string[];
}

const RECOMMENDED: Patience = {
  ssh: ['-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=2'],
  sshd: ['ClientAliveInterval 15', 'ClientAliveCountMax 2'],
};

const SHORT: Patience = {
  ssh: ['-o', 'ConnectTimeout=2', '-o', 'ServerAliveInterval=1', '-o', 'ServerAliveCountMax=2'],
  sshd: ['ClientAliveInterval 1', 'ClientAliveCountMax 1'],
};

/** The digest of what a producer makes: pieces of `size` bytes, of which each tells which one it is. */
function digestOf(count: number, size: number): string {
  const digest = createHash('sha256');
  for (const number of range(count)) {
    digest.update(Buffer.alloc(size, createHash('sha256').update(String(number)).digest()));
  }
  return digest.digest('hex');
}

/** In Python, `job(n)` is `work(n)`; but on a certain host it says `on` and never ends, if it may. */
function hangingJob({ address }: RemoteHost): string {
  return `
import sys, time
may_hang = False
def job(n):
    if may_hang and where() == ${JSON.stringify(address)}:
        sys.stdout.write('on')
        time.sleep(1000)
    return work(n)`;
}

/** Functions that say where they run: `where()`, and `work(n)`, which gives `[n, where()]`. */
const places: Record<Language, string> = {
  PHP: `
    function where() { return array_slice(explode(' ', getenv('SSH_CONNECTION')), 2); }
    function work($n) { return [$n, where()]; }`,
  Perl: `
    sub where { return [(split ' ', $ENV{SSH_CONNECTION})[2, 3]] }
    sub work { return [$_[0], where()] }`,
  Python: `
import os
def where(): return os.environ['SSH_CONNECTION'].split()[2:]
def work(n): return [n, where()]`,
  JavaScript: `
    function where() { return process.env.SSH_CONNECTION.split(' ').slice(2) }
    function work(n) { return [n, where()] }`,
};

/** `producer(count, size)` gives `consumer` so many pieces, one by one. */
const producers = {
  PHP: `
    function producer($count, $size) {
      for ($n = 0; $n < $count; $n++) consumer($n, str_repeat(hash('sha256', $n, true), $size / 32));
    }`,
  Python: `
import hashlib
def producer(count, size):
    for n in range(count):
        consumer(n, hashlib.sha256(str(n).encode()).digest() * (size // 32))`,
};

/** `consumer(number, data)`, and `consumed()`: the numbers that it was given, and the digest of all data. */
const consumers = {
  Perl: `
    use Digest::SHA;
    our @numbers;
    our $digest = Digest::SHA->new(256);
    sub consumer { push @numbers, $_[0]; $digest->add($_[1]); return }
    sub consumed { return [\\@numbers, $digest->hexdigest] }`,
  Python: `
import hashlib
numbers, digest = [], hashlib.sha256()
def consumer(number, data):
    numbers.append(number)
    digest.update(data)
def consumed(): return [numbers, digest.hexdigest()]`,
};

/** What `work(n)` gives. */
type Work = [number, place: [address: string, port: string]];

function placesOf(results: Work[]): Set<string> {
  return new Set(results.map(([, place]) => String(place)));
}

function addresses(hosts: readonly RemoteHost[]): Set<string> {
  return new Set(hosts.map(({ address }) => String(address)));
}

describe('two hosts', () => {
  needs(sshdObstacle);
  for (const lang of languages) needsInterpreter(lang);

  const networks: NetworkHost[] = [];
  const hosts: RemoteHost[] = [];

  /** Where there can be no networks, they are two ports of this machine. */
  beforeAll(async () => {
    if (sshdObstacle()) return;
    for (const _ of [1, 2]) {
      if (!networkObstacle()) networks.push(makeNetworkHost());
      hosts.push(await startSshd(networks.at(-1)));
    }
  });

  afterAll(async () => {
    for (const host of hosts) await host.stop();
    for (const network of networks) network.remove();
  });

  /** A bond with a language on either host, in which the functions of `words` are defined. */
  function openBonds(langs: readonly Language[]): Promise<[Bond, Bond]> {
    const bonds = langs.map(async (lang, index) => {
      const bond = await openBond(lang, `${hosts[index]?.ssh} ${COMMANDS[lang]}`);
      await bond.evalBlock(`${words[lang].functions}\n${places[lang]}`);
      return bond;
    });
    return Promise.all(bonds) as Promise<[Bond, Bond]>;
  }

  test('a pool works on both, and results are in order', async () => {
    const cmds = hosts.flatMap(({ ssh }) => [`${ssh} python3`, `${ssh} python3`]);
    const pool = await openPool('Python', { cmds, setup: (bond) => bond.evalBlock(places.Python) });
    const results = await all(pool.map<Work>('work', range(200)));
    expect(results.map(([n]) => n)).toEqual(range(200));
    expect(placesOf(results)).toEqual(addresses(hosts));
    expect(pool.workers.every(({ calls, starts }) => calls > 0 && starts === 1)).toBe(true);
    const networks = await pool.each((bond) => bond.eval<string>('os.readlink("/proc/self/ns/net")'));
    if (!networkObstacle()) expect(new Set(networks).size).toBe(2);
  });

  testSample(2).each([
    ['Python', 'Perl'],
    ['PHP', 'Python'],
    ['JavaScript', 'PHP'],
    ['Perl', 'JavaScript'],
  ] as const)(
    'a function of %s on one is called by %s on the other, throws there, and calls back',
    async (...langs) => {
      const [one, other] = await openBonds(langs);
      await one.proxy('work', other, 'work_of_one');
      expect(await other.eval('work_of_one(7)')).toEqual([7, hosts[0]?.address]);
      expect(await other.eval('work(7)')).toEqual([7, hosts[1]?.address]);
      await one.proxy('boom', other, 'host');
      expect(await other.call('caught', 'no luck')).toContain('no luck');
      await one.proxy('down', other, 'up');
      await other.proxy('down', one, 'up');
      expect(await other.call('down', 30)).toBe(30);
    },
  );

  test.each([
    ['Python', 'Python'],
    ['Perl', 'PHP'],
  ] as const)(
    'a consumer in %s gets what a producer in %s makes elsewhere: all of it, once, in order',
    async (...langs) => {
      const [one, other] = await openBonds(langs);
      await one.evalBlock(consumers[langs[0]]);
      await other.evalBlock(producers[langs[1]]);
      await one.proxy('consumer', other);
      const [count, size] = [128, 2 ** 16];
      await other.call('producer', count, size);
      expect(await one.call('consumed')).toEqual([range(count), digestOf(count, size)]);
    },
  );
});

interface LinkedHost extends RemoteHost {
  readonly network: NetworkHost;
  readonly command: (lang: Language) => string;
}

describe('a link that is cut', () => {
  needs(() => sshdObstacle() ?? networkObstacle());
  for (const lang of languages) needsInterpreter(lang);

  /** A host for one test, with the link to it. */
  async function startHost(patience: Patience): Promise<LinkedHost> {
    const network = makeNetworkHost();
    onTestFinished(() => network.remove());
    const host = await startSshd({ ...network, config: patience.sshd });
    onTestFinished(() => host.stop());
    const command = (lang: Language) => `${host.sshWith(...patience.ssh)} ${COMMANDS[lang]}`;
    return { ...host, network, command };
  }

  /** A bond that is in the middle of a call, which is to meet its end. */
  async function openSleeping(host: LinkedHost, lang: Language) {
    const output = collect();
    const bond = await openBond(lang, host.command(lang), [], { stdout: output.stdout });
    const pid = await bond.eval<number>(words[lang].pid);
    const call = rejection(bond.evalBlock(words[lang].sleep), TerminatedException);
    await output.until('on');
    return { pid, call };
  }

  test('ends every bond over it within the limit, here and there, and no other', async () => {
    const [host, other] = await Promise.all([startHost(SHORT), startHost(SHORT)]);
    const path = join(temporaryDirectory(), 'file');
    const unharmed = await openBond('Python', other.command('Python'));
    const waiting = unharmed.evalBlock(words.Python.printAndWaitFor(path));

    const idle = await openBond('Perl', host.command('Perl'));
    const busy = await Promise.all(languages.map((lang) => openSleeping(host, lang)));
    const pids = [await idle.eval<number>(words.Perl.pid), ...busy.map(({ pid }) => pid)];
    host.network.setLink('down');
    for (const error of await Promise.all(busy.map(({ call }) => call))) {
      expect(error).toMatchObject({ exitCode: 255, signal: null });
      expect(error.message).toContain(`Timeout, server ${host.address[0]} not responding`);
    }
    expect(await idle.closed).toMatchObject({ exitCode: 255 });
    await until(() => !pids.some(isAlive));

    writeFileSync(path, '');
    await waiting;
    await expectAlive(unharmed);
  });

  test('costs a pool no call that may be run again; it goes on with the other host, and with both once the link is back', async () => {
    const [host, other] = await Promise.all([startHost(SHORT), startHost(SHORT)]);
    const output = collect();
    const pool = await openPool('Python', {
      cmds: [host.command('Python'), other.command('Python')],
      stdout: output.stdout,
      retries: 1,
      setup: (bond) => bond.evalBlock(places.Python + hangingJob(host)),
    });
    await pool.each('may_hang = True');
    const results = all(pool.map<Work>('job', range(100)));
    await output.until('on');
    host.network.setLink('down');
    expect(await results).toEqual(range(100).map((n) => [n, other.address]));
    await until(() => pool.workers[0]?.state === 'down');
    expect(pool.workers).toMatchObject([{ calls: 1 }, { calls: 101, starts: 1, state: 'idle' }]);
    expect(String(pool.workers[0]?.error)).toMatch(/exited with code 255.*connect to host/);

    host.network.setLink('up');
    await until(() => pool.workers[0]?.state === 'idle');
    expect(placesOf(await all(pool.map<Work>('job', range(100))))).toEqual(addresses([host, other]));
  });

  test('and is mended within the limit loses nothing of what was under way', async () => {
    const host = await startHost(RECOMMENDED);
    const [count, size] = [64, 2 ** 16];
    const digest = createHash('sha256');
    const numbers: number[] = [];
    const producer = await openBond('Python', host.command('Python'));
    await producer.evalBlock(producers.Python);
    await producer.export((number: number, data: Uint8Array) => {
      if (number === count / 2) host.network.setLink('down');
      numbers.push(number);
      digest.update(data);
    }, 'consumer');

    const path = join(temporaryDirectory(), 'file');
    const output = collect();
    const other = await openBond('Perl', host.command('Perl'), [], { stdout: output.stdout });
    const answer = other.eval(`do { ${words.Perl.printAndWaitFor(path)}; 'x' x 100_000 }`);
    await output.until('tick');

    const produced = producer.call('producer', count, size);
    await until(() => numbers.length > count / 2);
    writeFileSync(path, '');
    const later = range(10).map((n) => other.eval(`${n} + 1`));
    await until(host.network.isInVain);
    host.network.setLink('up');
    await produced;
    expect(numbers).toEqual(range(count));
    expect(digest.digest('hex')).toBe(digestOf(count, size));
    expect(await answer).toBe('x'.repeat(100_000));
    expect(await Promise.all(later)).toEqual(range(10).map((n) => n + 1));
  });
});
