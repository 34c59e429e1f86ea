// Holds docs/protocol.md to account: a host that was written from that page alone, without anything of src/, drives every driver.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readNamed, readStage } from './driver-source.js';
import { onTestFinished } from './finish.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

// ---- The host

interface Manifest {
  readonly commands: string[];
  readonly arguments: string[];
}

/** A payload in the protocol JSON. Exactness is not this host's aim. */
type Payload = unknown;

interface Description {
  readonly message: string;
  readonly type?: string;
  readonly call?: number | null;
}

class Host {
  /** Functions that the other side may call. They are given the frame that their own requests belong to. */
  readonly functions = new Map<string, (frame: number, ...args: never[]) => unknown>();
  /** Whatever is not a message. */
  output = '';
  ready: { protocol?: string; version?: string } = {};
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #head = randomBytes(6).toString('hex');
  readonly #tail = randomBytes(6).toString('hex');
  readonly #mark = Buffer.from(`\x1e${this.#head}${this.#tail}`);
  readonly #messages: string[] = [];
  #bytes = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #wake = () => {};
  #lastId = 0;

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args);
    this.#child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  async shakeHands(folder: string): Promise<void> {
    const [stage1, stage2] = ['stage1', 'stage2'].map((stage) => readStage(folder, stage)) as [string, string];
    const loader = stage1.trim().replace('@HEAD@', this.#head).replace('@TAIL@', this.#tail);
    this.send(loader.replace('@LENGTH@', String(Buffer.byteLength(stage2))));
    expect(await this.next()).toBe('STAGE1');
    const settings = { mark: this.#mark.toString(), protocols: ['JSON'], transExcept: false };
    this.send(`${stage2}OPEN ${JSON.stringify(settings)}`);
    const [, verb, payload] = /^(\w+) (.*)$/.exec(await this.next()) ?? [];
    expect(verb).toBe('READY');
    this.ready = JSON.parse(payload as string);
  }

  send(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Asks for something in a frame; carries out what it leads to here, and returns the answer. */
  async request(verb: string, frame: number, payload: Payload): Promise<Payload> {
    const id = ++this.#lastId;
    this.send(`${verb} ${frame} ${id} ${JSON.stringify(payload)}`);
    for (;;) {
      const [, answer, about, rest = ''] = /^(\w+) (\d+) (.*)$/s.exec(await this.next()) ?? [];
      if (answer === 'CALL') await this.#beCalled(Number(about), JSON.parse(rest.slice(rest.indexOf(' ') + 1)));
      else if (Number(about) !== id) throw new Error(`an answer to ${about} instead of ${id}`);
      else if (answer !== 'RETURN') throw Object.assign(new Error(answer), JSON.parse(rest) as Description);
      else return rest === '' ? undefined : JSON.parse(rest);
    }
  }

  async next(): Promise<string> {
    while (this.#messages.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#messages.shift() as string;
  }

  /** Ends the interpreter's input; resolves to its exit code. */
  close(): Promise<number | null> {
    this.#child.stdin.end();
    return new Promise((resolve) => this.#child.once('close', resolve));
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #beCalled(frame: number, [name, args]: [string, never[]]): Promise<void> {
    try {
      const value = await this.functions.get(name)?.(frame, ...args);
      this.send(`RETURN ${frame} 0 ${JSON.stringify(value ?? null)}`);
    } catch (error) {
      const { name: type, message } = error as Error;
      this.send(`EXCEPT ${frame} 0 ${JSON.stringify({ type, message })}`);
    }
  }

  /** Tells pieces of messages from output. Simple, not fast; output that ends in half a mark waits for the rest. */
  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const start = this.#bytes.indexOf(this.#mark);
      const end = start < 0 ? -1 : this.#bytes.indexOf('\n', start);
      if (end < 0) return;
      this.output += this.#bytes.subarray(0, start);
      const kind = this.#bytes[start + this.#mark.length];
      this.#parts.push(this.#bytes.subarray(start + this.#mark.length + 1, end));
      this.#bytes = this.#bytes.subarray(end + 1);
      if (kind === 0x2b) continue;
      this.#messages.push(Buffer.concat(this.#parts).toString());
      this.#parts = [];
      this.#wake();
    }
  }
}

// ---- What it is put to

/** The same things, in the words of every language. */
const WORDS: Record<
  string,
  { sum: string; upper: string; twice: string; print: string; broken: string; caught: string }
> = {
  JavaScript: {
    sum: '1 + 1',
    upper: '(text => text.toUpperCase())',
    twice: 'function twice(n) { return n > 0 ? host(n) + host(n) : 1 }',
    print: 'process.stdout.write("half a line")',
    broken: 'throw new RangeError("broken")',
    caught: 'try { fail() } catch (error) { console.log(error.message) }',
  },
  PHP: {
    sum: '1 + 1',
    upper: 'strtoupper',
    twice: 'function twice($n) { return $n > 0 ? host($n) + host($n) : 1; }',
    print: 'echo "half a line";',
    broken: 'throw new RangeException("broken");',
    caught: 'try { fail(); } catch (Exception $error) { echo $error->getMessage(), "\n"; }',
  },
  Perl: {
    sum: '1 + 1',
    upper: 'uc',
    twice: 'sub twice { $_[0] > 0 ? host($_[0]) + host($_[0]) : 1 }',
    print: 'print "half a line"',
    broken: 'die "broken\n"',
    caught: 'eval { fail(); 1 } or print "$@\n"',
  },
  Python: {
    sum: '1 + 1',
    upper: '(lambda text: text.upper())',
    twice: 'def twice(n): return host(n) + host(n) if n > 0 else 1',
    print: 'import sys; sys.stdout.write("half a line")',
    broken: 'raise ValueError("broken")',
    caught: 'try:\n    fail()\nexcept Exception as error:\n    print(error)',
  },
};

async function openHost(lang: string): Promise<Host> {
  const folder = join(ROOT, 'drivers', lang);
  const manifest = JSON.parse(readFileSync(join(folder, 'bond.json'), 'utf8')) as Manifest;
  const host = new Host(commandOf(manifest) ?? '', manifest.arguments);
  onTestFinished(() => host.kill());
  await host.shakeHands(folder);
  return host;
}

function commandOf({ commands }: Manifest): string | undefined {
  return commands.includes('process.execPath') ? process.execPath : commands.find(isOnPath);
}

function isOnPath(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}

describe.each(Object.keys(WORDS))('a host that was written from the page alone drives %s', (lang) => {
  const words = WORDS[lang] as (typeof WORDS)[string];
  const manifest = JSON.parse(readFileSync(join(ROOT, 'drivers', lang, 'bond.json'), 'utf8')) as Manifest;
  const isThere = Boolean(process.env.CI) || commandOf(manifest) !== undefined;

  test.skipIf(!isThere)('which evaluates, is called, and tells its output from its answers', async () => {
    const host = await openHost(lang);
    expect(host.ready).toMatchObject({ protocol: 'JSON', version: expect.stringMatching(/^\d+\.\d+/) });
    expect(await host.request('EVAL', 0, words.sum)).toBe(2);
    expect(await host.request('EVAL_BLOCK', 0, words.print)).toBeUndefined();
    expect(await host.request('CALL', 0, [words.upper, ['peace']])).toBe('PEACE');
    expect(host.output).toBe('half a line');
    expect(await host.close()).toBe(0);
  });

  test.skipIf(!isThere)('which sends long messages in pieces', async () => {
    const host = await openHost(lang);
    const text = 'żółć 😀 '.repeat(20_000);
    await host.request('EXPORT', 0, 'echo_back');
    host.functions.set('echo_back', (_frame, given: string) => given);
    expect(await host.request('CALL', 0, ['echo_back', [text]])).toBe(text);
  });

  test.skipIf(!isThere)('which calls the host, which calls it, in frames', async () => {
    const host = await openHost(lang);
    await host.request('EXPORT', 0, 'host');
    host.functions.set('host', (frame, n: number) => host.request('CALL', frame, ['twice', [n - 1]]));
    await host.request('EVAL_BLOCK', 0, words.twice);
    expect(await host.request('CALL', 0, ['twice', [5]])).toBe(32);
  });

  test.skipIf(!isThere)('whose exceptions arrive, and which catches those of the host', async () => {
    const host = await openHost(lang);
    await expect(host.request('EVAL_BLOCK', 0, words.broken)).rejects.toMatchObject({ message: 'broken', call: null });
    await host.request('EXPORT', 0, 'fail');
    host.functions.set('fail', () => {
      throw new TypeError('not today');
    });
    await host.request('EVAL_BLOCK', 0, words.caught);
    expect(host.output).toBe('not today\n');
    const uncaught = host.request('CALL', 0, ['fail', []]);
    await expect(uncaught).rejects.toMatchObject({ message: 'not today', type: 'TypeError', call: 2 });
  });
});

const page = readFileSync(join(ROOT, 'docs/protocol.md'), 'utf8');

test.skipIf(!process.env.CI && !isOnPath('python3'))('the conversation of the page is what Python says', async () => {
  const blocks = [...page.matchAll(/^```wire\n([^`]*)^```/gm)].map(([, block]) => block as string);
  const transcript = blocks.flatMap((block) => block.split('\n')).filter((line) => line !== '');
  const host = await openHost('Python');
  const said: string[] = [];
  for (const line of transcript) {
    if (line.startsWith('> ')) host.send(line.slice(2));
    said.push(line.startsWith('> ') ? line : `< ${await host.next()}`);
  }
  expect(said).toEqual(transcript);
  expect(said.length).toBeGreaterThan(25);
  expect(await host.close()).toBe(3);
  expect(host.output).toBe('fact 1\nfact 0\nbelow zero\n');
});

test.each(Object.keys(WORDS))('the driver of %s has the files of the table, in its order', (lang) => {
  const table = page.slice(page.indexOf('| file | what it does |')).split('\n\n')[0] as string;
  const names = [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name as string);
  const { files = [] } = JSON.parse(readNamed(join(ROOT, 'drivers', lang), 'bond')) as { files?: string[] };
  expect(files.filter((name) => names.includes(name))).toEqual(names.filter((name) => files.includes(name)));
});
