// How long the event loop is kept awake for a quick answer.

import { describe, expect, test } from 'vitest';
import { SpinWait } from '../src/wire/spin-wait.js';

/** A wait whose turns pass when the test says so. */
function open(cores = () => 2) {
  const due: (() => void)[] = [];
  const wait = new SpinWait((turn) => due.push(turn), cores);
  /** Lets at most so many turns pass; returns how many there were. */
  const pass = (most = 1000): number => {
    let turns = 0;
    for (; turns < most && due.length > 0; turns++) due.shift()?.();
    return turns;
  };
  return { wait, due, pass };
}

describe('a quick answer is waited for without sleep', () => {
  test('for 40 turns of the event loop', () => {
    const { wait, pass } = open();
    expect(pass()).toBe(0);
    wait.begin();
    expect(pass()).toBe(40);
    wait.begin();
    expect(pass(3)).toBe(3);
    wait.begin(); // anew, by the same turns
    expect(pass()).toBe(40);
  });

  test('until it comes, or until more is under way', () => {
    const { wait, due, pass } = open();
    for (const end of [() => wait.succeed(), () => wait.stop()]) {
      wait.begin();
      pass(5);
      end();
      expect(pass()).toBe(1);
      expect(due).toHaveLength(0);
    }
  });

  test('and after eight that came late, not before the 64th exchange', () => {
    const { wait, pass } = open();
    const turns = Array.from({ length: 130 }, () => {
      wait.begin();
      const passed = pass();
      wait.succeed();
      return passed;
    });
    expect(turns.slice(0, 9)).toEqual([40, 40, 40, 40, 40, 40, 40, 40, 0]);
    expect(turns.flatMap((passed, index) => (index > 8 && passed > 0 ? [index + 1] : []))).toEqual([64, 128]);
  });

  test('as long as two of three come in time', () => {
    const { wait, pass } = open();
    const isTaken = (isInTime: boolean): boolean => {
      wait.begin();
      const passed = pass(isInTime ? 3 : 100);
      wait.succeed();
      pass();
      return passed > 0;
    };
    for (let round = 0; round < 100; round++)
      expect([isTaken(true), isTaken(true), isTaken(false)]).toEqual([true, true, true]);
    const halves = Array.from({ length: 60 }, (_, index) => isTaken(index % 2 === 0));
    expect(halves.slice(0, 20)).not.toContain(false);
    expect(halves.slice(40)).not.toContain(true);
  });

  test('only where there is another core, which is looked at from time to time', () => {
    let cores = 1;
    const { wait, pass } = open(() => cores);
    const turns = (): number => {
      wait.begin();
      const passed = pass(2);
      wait.succeed();
      pass();
      return passed;
    };
    const taken = Array.from({ length: 40 }, turns);
    expect(taken.slice(0, 31)).not.toContain(0);
    expect(taken.slice(31)).not.toContain(2);
    cores = 4;
    expect(Array.from({ length: 30 }, turns).at(-1)).toBe(2);
  });

  test('for one bond alone: when two wait at once, none does for 64 exchanges', () => {
    const [one, other] = [open(), open()];
    const turns = ({ wait, pass }: typeof one): number => {
      wait.begin();
      const passed = pass(2);
      wait.succeed();
      pass();
      return passed;
    };
    for (let round = 0; round < 3; round++) expect([turns(one), turns(other)]).toEqual([2, 2]);
    one.wait.begin();
    one.pass(1);
    other.wait.begin();
    expect([one.pass(), other.pass()]).toEqual([1, 0]);
    const passed = Array.from({ length: 65 }, (_, index) => turns(index % 2 ? one : other));
    expect([passed.slice(0, 64).some(Boolean), passed[64]]).toEqual([false, 2]);
  });
});
