// Code in a sandbox that has the driver in its hands: it knows the mark, and says what it likes to the host. It gets as far
// as a function that the host has exported, and an exception in the promise of its own call.

import { setTimeout as sleep } from 'node:timers/promises';
import { serialize } from 'node:v8';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type Bond,
  type BondOptions,
  callback,
  makeBond,
  RemoteException,
  SerializationException,
  TerminatedException,
} from '../src/index.js';
import { until } from './bonds.js';
import { type Language, languages, openBond, rejection } from './fixtures.js';
import { refusalOf } from './hostile.js';
import { peakGrowth } from './memory.js';
import { needsSandbox, openSandboxed } from './sandboxes.js';
import { testInTurn } from './turns.js';

const deserialize = vi.hoisted(() => vi.fn());

vi.mock('../src/values/v8-module.js', async (importOriginal) => {
  const original = await importOriginal<typeof import('../src/values/v8-module.js')>();
  const node = original.v8Module();
  class DefaultDeserializer extends node.DefaultDeserializer {
    constructor(bytes: Buffer) {
      super(bytes);
      deserialize();
    }
  }
  return { ...original, v8Module: () => ({ ...node, DefaultDeserializer }) };
});

const MB = 2 ** 20;

/** Another bond of the same program, which must not notice any of this. */
let innocent: Bond;
const prototypes = [Object, Array, Function, String, Error, Promise, Map, Buffer].map((type) => type.prototype);
const keys = (): unknown => prototypes.map((prototype) => Reflect.ownKeys(prototype));
const keysAtFirst = keys();

beforeAll(async () => {
  innocent = await makeBond('JavaScript');
  await innocent.export((x: number) => x + 1, 'host');
});
afterAll(() => innocent?.close());
afterEach(async () => {
  expect(await innocent.eval('[host(1), host(2)]')).toEqual([2, 3]);
  expect(keys()).toEqual(keysAtFirst);
});

/** A block for each language that finds the mark, and defines `forge(text)`, which writes it as a message of the driver. */
const CAPTURES: Record<Language, string> = {
  Python: `
import os, sys
driver = sys._getframe(1).f_globals
mark = driver['last_piece'][:-1]
def write(data):
    while data:
        data = data[os.write(driver['protocol_out'], data):]
def forge(text):
    write(mark + b' ' + text.encode('utf-8', 'surrogatepass') + b'\\n')
def attack(*texts):
    for text in texts: forge(text.replace('@', driver['running'].decode() if isinstance(driver['running'], bytes) else str(driver['running'])))
    return 'honest'
def read_line():
    line = b''
    while not line.endswith(b'\\n'): line += os.read(driver['descriptor'], 1)
    return line[:-1].decode('utf-8')
def ask(name, argument='', raw=''):
    attack('CALL 1 @ ' + (raw or '[%s,[%s]]' % (name, argument)))
    return read_line()
def id(x): return None
def attack_bytes(text):
    write(text.encode('latin-1').replace(b'MARK', mark))
    return 'honest'
`,
  Perl: String.raw`
    sub forge {
      unless ($mark) {
        open my $maps, '<', '/proc/self/maps'; open my $memory, '<:raw', '/proc/self/mem';
        while (<$maps>) {
          next unless /^(\w+)-(\w+) rw/;
          sysseek $memory, hex $1, 0; sysread $memory, my $bytes, hex($2) - hex $1;
          $mark = $1, last if defined $bytes && $bytes =~ /(\x1e[0-9a-f]{24})[ +]/;
        }
      }
      syswrite STDOUT, "$mark $_[0]\n";
    }`,
  PHP: `
    function forge($text) {
      $mark = Closure::bind(function () { return self::$lastPiece; }, null, '__BOND_streams')();
      fwrite(STDOUT, "$mark$text\\n");
    }`,
  JavaScript: `
    const fs = require('fs');
    let mark;
    function findMark() {
      const memory = fs.openSync('/proc/self/mem');
      for (const [, start, end] of fs.readFileSync('/proc/self/maps', 'latin1').matchAll(/^(\\w+)-(\\w+) rw/gm)) {
        const [place, limit] = [start, end].map((digits) => parseInt(digits, 16));
        const bytes = Buffer.alloc(Math.min(limit - place, 2 ** 24));
        try { fs.readSync(memory, bytes, 0, bytes.length, place) } catch { continue }
        const found = /\\x1e[0-9a-f]{24}(?=[ +])/.exec(bytes.toString('latin1'));
        if (found) return found[0];
      }
    }
    function forge(text) { fs.writeSync(1, (mark ??= findMark()) + ' ' + text + '\\n') }`,
};

/** A bond with an interpreter that is captured, in a sandbox. */
async function openCaptured(lang: Language = 'Python', options: BondOptions = {}) {
  const { bond, ...rest } = await openSandboxed('bwrap', lang, [], options);
  await bond.evalBlock(CAPTURES[lang]);
  const attack = (...texts: string[]): Promise<unknown> => bond.call('attack', ...texts);
  return { bond, attack, ...rest };
}

describe.each(languages)('%s', (lang) => {
  needsSandbox('bwrap', lang);
  const test = testInTurn(lang, languages);

  test('that knows the mark forges the answer to its own call, which is plain data, and is ended if it says READY again', async () => {
    const { bond, processes } = await openCaptured(lang);
    const text = '{"then":"f","toJSON":5,"__proto__":{"polluted":1},"$date":{"$numberLong":"0"}}';
    const forged = await bond.call('forge', `RETURN 2 ${text}`);
    expect(JSON.stringify(forged)).toBe(text);
    expect(Object.getPrototypeOf(forged)).toBe(Object.prototype);
    expect(await bond.eval('1')).toBe(1);
    const call = bond.call('forge', 'READY {"protocol":"V8","version":"1.0"}');
    expect((await rejection(call, TerminatedException)).message).toContain('makes no sense');
    await until(() => processes().length === 0);
  });
});

describe('captured', () => {
  needsSandbox('bwrap', 'Python');

  test.each([
    ['an answer to what was never asked', 'RETURN 999 1', 'never made'],
    ['an answer to 1e999', 'RETURN 1e999 1', 'makes no sense'],
    ['an answer to -1', 'RETURN -1 1', 'makes no sense'],
    ['an answer to 2^53 + 1', 'RETURN 9007199254740993 1', 'makes no sense'],
    ['a call outside of its frame', 'CALL 1 1 ["peek",[]]', 'which it is not carrying out'],
    ['a call of what it was never lent', 'CALL 1 @ [2,[]]', 'which it was not lent'],
    ['a call of 1e999', 'CALL 1 @ [1e999,[]]', 'which it was not lent'],
    ['a call of -0', 'CALL 1 @ [-0,[]]', 'which it was not lent'],
    ['a release of nothing', 'RELEASE ', 'makes no sense'],
    ['a release of __proto__', 'RELEASE __proto__', 'makes no sense'],
    ['READY for V8', 'READY {"protocol":"V8","version":"1"}', 'makes no sense'],
    ['STAGE1', 'STAGE1', 'makes no sense'],
    ['a line of the host', 'EVAL 0 1 "1"', 'makes no sense'],
    ['garbage', '\x1b]0;\x07\x1b[2J', 'makes no sense'],
  ])('it is ended for %s', async (_, text, complaint) => {
    const { bond, attack, processes } = await openCaptured();
    const peek = vi.fn();
    await bond.export(peek, 'peek');
    await bond.call('id', callback(peek)); // is lent, and released
    expect((await rejection(attack(text), TerminatedException)).message).toContain(complaint);
    expect((await rejection(bond.eval('1'), TerminatedException)).message).toContain(complaint);
    await until(() => processes().length === 0);
    expect(peek).not.toHaveBeenCalled();
  });

  test('what is odd, and no more, changes nothing', async () => {
    const { bond, attack } = await openCaptured();
    const peek = vi.fn(() => 'seen');
    await bond.export(peek, 'peek');
    expect(await attack('INTERRUPTED 7', 'RELEASE 1 2 999999999999999', 'RETURN 1 "again"', 'EXCEPT 1 {}')).toBe(
      'honest',
    );
    const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'eval', 'peek ', 'Peek', ''];
    for (const name of names) {
      const answer = await bond.call('ask', JSON.stringify(name));
      expect(answer).toMatch(/^EXCEPT 1 0 .*the host exports no function/);
    }
    expect(peek).not.toHaveBeenCalled();
    expect(await bond.call('ask', '"peek"')).toBe('RETURN 1 0 "seen"');
    expect(await bond.eval('1')).toBe(1);
  });

  test('a function that was lent is its own until it lets go of it', async () => {
    const { bond, attack } = await openCaptured();
    await bond.evalBlock('def keep(f):\n    global kept\n    kept = f');
    const lent = vi.fn(() => 'lent');
    await bond.call('keep', callback(lent));
    expect(await bond.call('ask', '1')).toBe('RETURN 1 0 "lent"');
    const call = attack('RELEASE 1', 'RELEASE 1', 'CALL 2 @ [1,[]]');
    expect((await rejection(call, TerminatedException)).message).toContain('which it was not lent');
    expect(lent).toHaveBeenCalledOnce();
  });

  test.each([
    ['a line cut short', 'MARK RETURN 5 "half', 'exited with code 7'],
    ['half a mark', '\x1e0123', 'exited with code 7'],
    ['pieces without an end', 'MARK+RETURN\n'.repeat(10), 'exited with code 7'],
  ])('%s is the last that is heard of it', async (_, bytes, complaint) => {
    const { bond } = await openCaptured();
    const call = bond.eval(`[attack_bytes(${JSON.stringify(bytes)}), os._exit(7)]`);
    expect((await rejection(call, TerminatedException)).message).toContain(complaint);
  });

  test('bytes that are no UTF-8 end it', async () => {
    const { bond } = await openCaptured();
    const call = bond.call('attack_bytes', 'MARK RETURN 3 "\xff\xfe"\n');
    expect((await rejection(call, TerminatedException)).message).toContain('not UTF-8');
  });

  test('guessed marks are output', async () => {
    const { bond, output } = await openCaptured();
    await bond.evalBlock(`
import subprocess
guess = "import os\\nfor n in range(20000): os.write(1, b'\\\\x1e' + os.urandom(12).hex().encode() + b' RETURN 2 5\\\\n')"
def guesses(): subprocess.run([sys.executable, '-c', guess]); return 'honest'`);
    expect(await bond.call('guesses')).toBe('honest');
    expect(output.text().split('RETURN 2 5').length).toBe(20_001);
  });

  describe('values', () => {
    const deep = `${'['.repeat(1e5)}${']'.repeat(1e5)}`;

    test.each([
      ['a word of EJSON', '{"$date":{"$numberLong":"0"}}'],
      ['one that is unknown', '{"$unknown":1}'],
      ['something to wait for', '{"then":{"apply":1},"catch":1}'],
      ['a prototype', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'],
      ['a reference', '["_BOND_held(1)","_BOND_callback(1)",{"code":"1"}]'],
      ['a name of the host', '[{"toJSON":1,"toString":1,"valueOf":1}]'],
    ])('%s is plain data', async (_, text) => {
      const { bond, attack } = await openCaptured();
      const value = await attack(`RETURN @ ${text}`);
      expect(JSON.stringify(value)).toBe(text);
      const seen: unknown[] = [];
      await bond.export((argument: unknown) => {
        seen.push(argument);
        return argument;
      }, 'same');
      expect(await bond.call('ask', '"same"', text)).toBe(`RETURN 1 0 ${text}`);
      expect(seen).toEqual([value]);
      expect(Object.getPrototypeOf(seen[0])).toBe(Array.isArray(value) ? Array.prototype : Object.prototype);
    });

    test.each([
      ['RETURN', `RETURN @ ${deep}`],
      ['RETURN of maps', `RETURN @ ${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`],
      ['data of EXCEPT', `EXCEPT @ {"message":"x","data":${deep}}`],
      ['message of EXCEPT', `EXCEPT @ {"message":${deep}}`],
    ])('100 000 levels in a %s are data, or an exception', async (_, text) => {
      const { bond, attack } = await openCaptured('Python', { transExcept: true });
      const outcome = await attack(text).catch((error: unknown) => error);
      if (outcome instanceof SerializationException) expect(outcome.side).toBe('remote');
      else expect(typeof (outcome instanceof RemoteException ? outcome.data : outcome)).toBe('object');
      expect(await bond.call('ask', '"nothing"', deep)).toMatch(/^E/);
      expect(await bond.eval('1')).toBe(1);
    });

    test('what V8 has written is never read as such', async () => {
      const clone = serialize(new Map([[1, new Error('x')]])).toString('base64');
      const { bond, attack } = await openCaptured();
      deserialize.mockClear();
      await rejection(attack(`RETURN @ ${clone}`), SerializationException);
      await rejection(attack(`EXCEPT @ ${clone}`), SerializationException);
      expect(await bond.call('ask', '1', '', clone)).toMatch(/^ERROR/);
      const ready = ({ say }: { say(text: string): void }) => say('READY {"protocol":"V8","version":"1.0"}');
      expect((await refusalOf('ready', ready)).message).toContain('none of the requested protocols (JSON)');
      expect(deserialize).not.toHaveBeenCalled();
      const trusted = await openBond('JavaScript', { protocol: 'V8' });
      expect(await trusted.eval('new Map')).toEqual(new Map());
      expect(deserialize).toHaveBeenCalled();
    });
  });

  describe('exceptions', () => {
    const hostile = [
      '{"message":"\\u001b]0;title\\u0007\\u001b[2J\\r","type":"\\u001b[31m","traceback":"\\u001b[1A"}',
      '{"message":{"a":1},"type":["x",{}],"traceback":7,"data":{"then":1}}',
      '{"message":null,"type":null,"traceback":null}',
      '{"message":"x","type":"__proto__","call":1}',
      '{"message":"","type":"TerminatedException","name":"TerminatedException","cause":{"a":1}}',
      `{"message":"${'x'.repeat(MB)}","type":"${'y'.repeat(MB)}"}`,
    ];

    test('have texts in the place of texts, whatever they come with', async () => {
      const { attack } = await openCaptured();
      for (const description of hostile) {
        const error = await rejection(attack(`EXCEPT @ ${description}`), RemoteException);
        for (const part of [error.message, error.remoteMessage]) expect(typeof part).toBe('string');
        for (const part of [error.type, error.traceback]) expect(['string', 'undefined']).toContain(typeof part);
        expect(error.cause).toBeUndefined();
      }
    });

    test.each(languages)('go on to %s as exceptions like others', async (lang) => {
      const { attack } = await openCaptured();
      const other = await openBond(lang);
      for (const description of hostile) {
        await other.export(() => attack(`EXCEPT @ ${description}`), 'hostile').catch(() => {}); // PHP has it already
        const error = await rejection(other.call('hostile'), RemoteException);
        expect(error.cause).toBeInstanceOf(RemoteException);
        expect(await other.eval('1')).toBe(1);
      }
    });
  });

  describe('floods', () => {
    /** How often the other bond is answered while something runs. */
    async function askMeanwhile(run: Promise<unknown>): Promise<number> {
      let isOver = false;
      const over = run.finally(() => {
        isOver = true;
      });
      let times = 0;
      for (; !isOver; times++) {
        expect(await innocent.eval('1')).toBe(1);
        await sleep(1);
      }
      await over;
      return times;
    }

    test('a million messages are heard, and the other bond beside them', async () => {
      const { bond } = await openCaptured();
      const flood = bond.eval("[attack_bytes('MARK INTERRUPTED 7\\n' * 10000) for _ in range(100)][-1]");
      const times = await askMeanwhile(flood.then((value) => expect(value).toBe('honest')));
      expect(times).toBeGreaterThan(5);
    });

    test.each([
      ['a line without an end', "attack_bytes('MARK RETURN 2 \"'), [attack_bytes('x' * 2**20) for _ in range(1024)]"],
      ['pieces', "[attack_bytes(('MARK+' + 'x' * 2000 + '\\n') * 500) for _ in range(1024)]"],
    ])('a gigabyte of %s is cut at the limit, and the memory bears it', async (_, code) => {
      const { bond, processes } = await openCaptured('Python', { maxMessageBytes: MB });
      const growth = await peakGrowth(async () => {
        const error = await rejection(bond.eval(code), TerminatedException);
        expect(error.message).toContain('more than 1048576 bytes');
      });
      expect(growth).toBeLessThan(64 * MB);
      await until(() => processes().length === 0);
    });

    test.skipIf(!process.env.RELEASE)('what a message of the longest kind becomes has its bounds', async () => {
      const { attack } = await openCaptured('Python', { maxMessageBytes: MB });
      const texts = ['{},', '[],', '"",', '1234567890123456789,'].map((item) => `[${item.repeat(1e6 / item.length)}0]`);
      for (const text of [...texts, '9'.repeat(1e6), `"${'\\u0000'.repeat(1.6e5)}"`]) {
        const growth = await peakGrowth(() => attack(`RETURN @ ${text}`));
        expect(growth).toBeLessThan(64 * MB);
      }
    });

    test('calls whose answers it does not read end it', async () => {
      const { bond } = await openCaptured();
      await bond.export(() => 'x'.repeat(MB), 'megabyte');
      const growth = await peakGrowth(async () => {
        const call = bond.eval(
          `[attack_bytes('MARK CALL 1 3 ["megabyte",[]]\\n' * 1000), __import__('time').sleep(1000)]`,
        );
        expect((await rejection(call, TerminatedException)).message).toContain('without reading the replies');
      });
      expect(growth).toBeLessThan(64 * MB);
    });

    test('output without an end is no answer: a signal ends the wait, and kill the bond', async () => {
      const { bond, processes } = await openCaptured('Python', { stdout: 'ignore' });
      const signal = AbortSignal.timeout(300);
      const endless = `
def endless():
    while True:
        try: sys.stdout.write('x' * 65536)
        except BaseException: pass
endless()`;
      const error = await rejection(bond.with({ signal }).evalBlock(endless), Error);
      expect(error.cause).toBe(signal.reason);
      await bond.kill();
      await until(() => processes().length === 0);
    });
  });
});
