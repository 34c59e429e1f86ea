import type { Ref } from './ref.js';
import type { Batch } from './stream.js';

/** The most items that are fetched at a time: as far as the other side may be ahead of the loop here. */
const LARGEST_BATCH = 256;

/** What is iterated with. */
interface Caller {
  call<T>(name: string, ...args: readonly unknown[]): Promise<T>;
}

/** Goes through what can be iterated over on the other side. Batches begin small, and grow with the interest. */
export async function* iterate(bond: Caller, iterable: Ref): AsyncGenerator<unknown, void, undefined> {
  const id = await bond.call<number>('_BOND_iterate', iterable);
  let isDone = false;
  try {
    for (let size = 1; !isDone; size = Math.min(2 * size, LARGEST_BATCH)) {
      let items: unknown[];
      [items, isDone] = await bond.call<Batch>('_BOND_next', id, size);
      yield* items;
    }
  } catch (error) {
    isDone = true;
    void bond.call('_BOND_leave', id).catch(() => {}); // it may be there still: perhaps only an item could not cross
    throw error;
  } finally {
    if (!isDone) await bond.call('_BOND_leave', id);
  }
}
