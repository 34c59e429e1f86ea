// What Python's `with` enters, and JavaScript's `await using`.

import { describe, expect, expectTypeOf, test } from 'vitest';
import { BondException, enter, held, type Remote, RemoteException, release, type Stays } from '../src/index.js';
import { needsInterpreter, openBond, rejection } from './fixtures.js';

describe('Python', () => {
  needsInterpreter('Python');

  const NOTES = `
notes = []
class Note(object):
    def __enter__(self):
        notes.append('in')
        return self
    def __exit__(self, kind, error, trace):
        notes.append('out' if kind is None else '%s: %s' % (kind.__name__, error))
        return isinstance(error, KeyError)
class Text(Note):
    def __enter__(self):
        return 'text'
class Broken(Note):
    def __enter__(self):
        raise ValueError('locked')
class Stuck(Note):
    def __exit__(self, *args):
        raise OSError('stuck')
def fail(error): raise error
`;

  async function open() {
    const python = await openBond('Python', { objects: 'hold' });
    await python.evalBlock(NOTES);
    const main = await python.import('__main__');
    return { python, main, notes: () => python.eval<string[]>('notes') };
  }

  test('is entered, and left by await using', async () => {
    const { main, notes } = await open();
    {
      await using note = await enter(main.Note());
      expect(await notes()).toEqual(['in']);
      expect(String(note)).toContain('Remote [Python]');
      expect(await note.__class__.__name__).toBe('Note');
    }
    expect(await notes()).toEqual(['in', 'out']);
  });

  test('is left once, by release', async () => {
    const { main, notes } = await open();
    const note = await enter(main.Note());
    await Promise.all([release(note), release(note), held(note).release()]);
    await release(note);
    expect(await notes()).toEqual(['in', 'out']);
    await rejection(note.x.then(), BondException);
  });

  test('what is entered may be a text', async () => {
    const { python, main, notes } = await open();
    await using text = await enter(main.Text());
    expect(await text.upper()).toBe('TEXT');
    expect(await python.call('len', text)).toBe(4);
    expect(await notes()).toEqual([]);
  });

  test('a handle can be entered as well as an expression', async () => {
    const { main, notes } = await open();
    const note = await main.Note();
    expect(await enter(note, () => 5)).toBe(5);
    expect(await notes()).toEqual(['in', 'out']);
    expect(await note.__class__.__name__).toBe('Note');
  });

  test('is told of what fails in the body, there or here', async () => {
    const { python, main, notes } = await open();
    const failure = (code: string) => enter(main.Note(), () => main.fail(python.ref(code)));
    expect((await rejection(failure('ValueError("x")'), RemoteException)).type).toBe('ValueError');
    await expect(enter(main.Note(), () => Promise.reject(new RangeError('here')))).rejects.toThrow(RangeError);
    await expect(
      enter(main.Note(), () => {
        throw 5;
      }),
    ).rejects.toBe(5);
    expect(await notes()).toEqual([
      'in',
      'ValueError: x',
      'in',
      '_BOND_RemoteException: here',
      'in',
      '_BOND_RemoteException: 5',
    ]);
    expect(await failure('KeyError("x")')).toBeUndefined(); // it is dealt with
  });

  test('an exception of another bond is told in words', async () => {
    const { main, notes } = await open();
    const other = await open();
    const body = () => other.main.fail(other.python.ref('ValueError("far")'));
    await rejection(enter(main.Note(), body), RemoteException);
    expect((await notes())[1]).toMatch(/^_BOND_RemoteException: .*ValueError: far/);
  });

  test('what fails to be entered, or to be left, says so', async () => {
    const { python, main, notes } = await open();
    expect((await rejection(enter(main.Broken()), RemoteException)).remoteMessage).toContain('locked');
    expect(
      (
        await rejection(
          enter(main.Stuck(), () => 1),
          RemoteException,
        )
      ).remoteMessage,
    ).toContain('stuck');
    const error = await rejection(enter(await python.import('math')), RemoteException);
    expect(error.type).toBe('TypeError');
    expect(error.remoteMessage).toContain("'module' object cannot be entered");
    expect(await notes()).toEqual(['in']);
    await expect(enter(5 as never)).rejects.toThrow(TypeError);
  });

  test('files, locks, and transactions of a database', async () => {
    const { python } = await open();
    const threading = await python.import('threading');
    const lock = await threading.Lock();
    await enter(lock, async () => expect(await lock.locked()).toBe(true));
    expect(await lock.locked()).toBe(false);
    const sqlite = await python.import('sqlite3');
    const db = await sqlite.connect(':memory:');
    await db.execute('create table t (x)');
    const insert = enter(db, async (transaction) => {
      await transaction.execute('insert into t values (1)');
      await transaction.execute('no sql');
    });
    expect((await rejection(insert, RemoteException)).is('OperationalError')).toBe(true);
    expect(await db.execute('select count(*) from t').fetchone()).toEqual([0]);
  });

  test('has the types of what stays', async () => {
    interface File {
      read(): string;
    }
    const open = (): Remote<{ open(): Stays<File> }> => undefined as never;
    const compiled = async () => {
      expectTypeOf(await enter(open().open())).toEqualTypeOf<Remote<File>>();
      expectTypeOf(await enter(await open().open())).toEqualTypeOf<Remote<File>>();
      expectTypeOf(await enter(open().open(), (file) => file.read())).toEqualTypeOf<string | undefined>();
    };
    expect(compiled).toBeInstanceOf(Function);
  });
});

describe('JavaScript', () => {
  needsInterpreter('JavaScript');

  test('is disposed of, asynchronously if it can be', async () => {
    const js = await openBond('JavaScript', { objects: 'hold' });
    await js.evalBlock(`
      const notes = [];
      class Sync { [Symbol.dispose]() { notes.push('sync') } }
      class Async extends Sync { async [Symbol.asyncDispose]() { await null; notes.push('async') } }
      class Stuck { [Symbol.dispose]() { throw new RangeError('stuck') } }`);
    for (const name of ['Sync', 'Async']) {
      const made = await js.hold(`new ${name}`);
      await using thing = await enter(made.remote);
      expect(await thing.constructor.name).toBe(name);
    }
    expect(await js.eval('notes')).toEqual(['sync', 'async']);
    const stuck = await js.hold('new Stuck');
    expect(
      (
        await rejection(
          enter(stuck.remote, () => 1),
          RemoteException,
        )
      ).type,
    ).toBe('RangeError');
    const none = await js.hold('new Map');
    expect((await rejection(enter(none.remote), RemoteException)).remoteMessage).toContain('a Map cannot be entered');
  });
});

test.each(['PHP', 'Perl'] as const)('%s has nothing of the kind, and says so', async (lang) => {
  const bond = await openBond(lang);
  const thing = await bond.hold(lang === 'PHP' ? 'new ArrayObject' : 'bless {}, "A"');
  const error = await rejection(enter(thing.remote), BondException);
  expect(error.message).toContain('enter');
});
