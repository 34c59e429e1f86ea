// What an exception is, for programs: its code, in every way to come by one.

import { describe, expect, test } from 'vitest';
import { BondException, type ErrorCode, makeBond, makePool, type Pool, RemoteException } from '../src/index.js';
import { needsInterpreter, openBond, openPool, rejection } from './fixtures.js';

/** A worker that waits for something to be done on every worker, itself included. */
async function eachInsideOfACall(): Promise<unknown> {
  const pool: Pool = await openPool('Python', {
    size: 1,
    setup: (bond) => bond.export(() => pool.each('1'), 'host'),
  });
  return pool.eval('host()');
}

/** A call for which there is a worker, and one too many. */
async function refusedCall(): Promise<unknown> {
  const pool = await openPool('Python', { size: 1, maxQueue: 0 });
  const running = pool.eval('1');
  return Promise.all([pool.eval('2'), running]);
}

async function causeOf(call: Promise<unknown>): Promise<never> {
  throw (await rejection(call, RemoteException)).cause;
}

describe('a code tells', () => {
  needsInterpreter('Python');
  needsInterpreter('PHP');

  const ways: [ErrorCode, string, () => Promise<unknown>][] = [
    ['BOND_USAGE', 'BondException', () => makeBond('Cobol')],
    ['BOND_USAGE', 'BondException', () => makeBond('Python', { tiemout: 1 } as never)],
    ['BOND_USAGE', 'BondException', async () => (await openBond('Python')).call(5 as never)],
    ['BOND_SETUP', 'BondException', () => makeBond('Python', 'no-such-python')],
    ['BOND_SETUP', 'BondException', () => makeBond('Python', 'true')],
    [
      'BOND_UNSUPPORTED',
      'BondException',
      async () => (await openBond('PHP', 'php', ['-d', 'disable_functions=pcntl_async_signals'])).interrupt(),
    ],
    ['BOND_SETUP', 'BondException', () => makeBond('Python', { cwd: '/no/such/folder' })],
    ['BOND_SETUP', 'BondException', () => makePool('Python', { cmds: 'no-such-python', size: 1 })],
    ['BOND_ABORTED', 'BondException', () => makeBond('Python', { signal: AbortSignal.abort() })],
    ['BOND_REMOTE', 'RemoteException', async () => (await openBond('Python')).eval('1 / 0')],
    ['BOND_SERIALIZATION', 'SerializationException', async () => (await openBond('Python')).eval('open')],
    ['BOND_SERIALIZATION', 'SerializationException', async () => (await openBond('Python')).call('id', () => 1)],
    [
      'BOND_TIMEOUT',
      'TimeoutException',
      async () => (await openBond('Python', { timeout: 50 })).evalBlock('import time; time.sleep(600)'),
    ],
    [
      'BOND_ABORTED',
      'TimeoutException',
      async () => (await openBond('Python')).with({ signal: AbortSignal.timeout(50) }).evalBlock('while True: pass'),
    ],
    [
      'BOND_ABORTED',
      'TimeoutException',
      async () => (await openBond('Python')).with({ signal: AbortSignal.abort() }).eval('1'),
    ],
    ['BOND_TERMINATED', 'TerminatedException', async () => (await openBond('Python')).evalBlock('exit()')],
    ['BOND_DEADLOCK', 'BondException', () => causeOf(eachInsideOfACall())],
    ['BOND_BUSY', 'PoolBusyException', refusedCall],
  ];

  test.each(ways)('%s, of a %s', async (code, name, fail) => {
    const error = await rejection(fail(), BondException);
    expect(error).toMatchObject({ code, name });
  });

  test('that there is no such program: the cause has the code of Node', async () => {
    const error = await rejection(makeBond('Python', 'no-such-python'), BondException);
    expect(error.cause).toMatchObject({ code: 'ENOENT' });
  });
});
