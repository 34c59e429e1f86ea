// What a program that listens to node:diagnostics_channel learns of calls and of bonds' lives.

import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, tracingChannel } from 'node:diagnostics_channel';
import { describe, expect, test } from 'vitest';
import type { Bond, CallTrace } from '../src/index.js';
import { RemoteException } from '../src/index.js';
import { until } from './bonds.js';
import { onTestFinished } from './finish.js';
import { openBond, openPool, range, rejection } from './fixtures.js';
import { listenToCalls, listenToLives } from './traces.js';

const calls = tracingChannel<unknown, CallTrace>('bond:call');

describe('a call of a bond', () => {
  test('is traced from its start to its result or error, in one object', async () => {
    const bond = await openBond('JavaScript');
    const { heard } = listenToCalls();
    expect(await bond.call('Math.max', 1, 2)).toBe(2);
    expect(heard.map(([event]) => event)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    expect(new Set(heard.map(([, trace]) => trace)).size).toBe(1);
    const { pid } = bond;
    const origin = { by: 'bond', lang: 'JavaScript', pid, command: expect.stringContaining('node') };
    expect(heard[0]?.[1]).toEqual({ ...origin, verb: 'CALL', name: 'Math.max', result: 2 });

    heard.length = 0;
    const error = await rejection(bond.eval('nonsense'), RemoteException);
    expect(heard.map(([event]) => event)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    expect(heard[0]?.[1]).toEqual({ ...origin, verb: 'EVAL', name: 'nonsense', error });
  });

  test('says what it does in the words of messages', async () => {
    const bond = await openBond('JavaScript');
    const { heard } = listenToCalls();
    await bond.evalBlock('x = [1, 2]');
    await bond.hold('x');
    for await (const _ of bond.iterate('x'));
    const url = await bond.import('url');
    await url.URL.name;
    const starts = heard.filter(([event]) => event === 'start').map(([, { verb, name }]) => `${verb} ${name}`);
    expect(starts).toEqual([
      'EVAL_BLOCK x = [1, 2]',
      'HOLD "x"',
      ...Array(3).fill('ITERATE "x"'),
      'CHAIN url',
      'CHAIN url.URL.name',
    ]);
  });

  test('is traced inside of the call that has led to it', async () => {
    const spans = new AsyncLocalStorage<CallTrace>();
    const parents = new Map<string, string | undefined>();
    calls.start.bindStore(spans, (trace) => {
      const { name } = trace as CallTrace;
      parents.set(name, spans.getStore()?.name);
      return trace as CallTrace;
    });
    onTestFinished(() => void calls.start.unbindStore(spans));
    const bond = await openBond('JavaScript');
    await bond.export(() => bond.eval('"inner"'), 'host');
    await Promise.all([bond.eval('host()'), bond.eval('"other"')]);
    expect(Object.fromEntries(parents)).toEqual({ 'host()': undefined, '"inner"': 'host()', '"other"': undefined });
  });
});

test('a call of a pool leads to one of a bond, when a worker is free', async () => {
  const pool = await openPool('JavaScript', { size: 1 });
  const { heard } = listenToCalls();
  await Promise.all([pool.eval('1'), pool.call('Math.abs', -2)]);
  const starts = heard.filter(([event]) => event === 'start').map(([, { by, verb, name }]) => [by, verb, name]);
  expect(starts.slice(0, 2)).toEqual([
    ['pool', 'EVAL', '1'],
    ['pool', 'CALL', 'Math.abs'],
  ]);
  expect(starts.slice(2)).toEqual([
    ['bond', 'EVAL', '1'],
    ['bond', 'CALL', 'Math.abs'],
  ]);
  const results = heard.filter(([event]) => event === 'asyncEnd').map(([, { by, result }]) => [by, result]);
  expect(results).toEqual([
    ['bond', 1],
    ['pool', 1],
    ['bond', 2],
    ['pool', 2],
  ]);
});

test('the lives of bonds are told, and who succeeds whom', async () => {
  const { heard } = listenToLives();
  const setup = (bond: Bond) => bond.evalBlock('f = () => process.pid');
  const pool = await openPool('JavaScript', { size: 1, maxCalls: 1, setup });
  const first = await pool.call<number>('f');
  await until(() => heard.some(({ event }) => event === 'ended'));
  const [started, second, ...others] = heard;
  const origin = { lang: 'JavaScript', command: expect.stringContaining('node') };
  expect(started).toEqual({ ...origin, event: 'started', pid: first, version: expect.any(String) });
  expect(second).toMatchObject({ event: 'started' });
  expect(others).toEqual([
    { ...origin, event: 'recycled', pid: first, reason: 'calls', successor: second?.pid },
    { ...origin, event: 'ended', pid: first, exitCode: 0, signal: null },
  ]);
});

test('a listener does not disturb a call', async () => {
  const bond = await openBond('JavaScript');
  const seen: unknown[] = [];
  const fail = (error: Error): void => void seen.push(error.message);
  const before = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', fail);
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of before) process.on('uncaughtException', listener);
  });
  const broken = {
    start: () => {
      throw new RangeError('broken');
    },
  }; // prettier-ignore
  calls.subscribe(broken as never);
  const results = await Promise.all(range(3).map((n) => bond.eval(String(n))));
  calls.unsubscribe(broken as never);
  expect(results).toEqual([0, 1, 2]);
  await until(() => seen.length === 3);
  expect(channel('bond:life').hasSubscribers).toBe(false);
});
