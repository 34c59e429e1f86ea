import type { Place } from '../common/call-site.js';
import { withPlace } from '../common/stacks.js';
import type { Reference } from '../values/reference.js';
import type { Batch } from './stream.js';

/** The most items that are fetched at a time: as far as the other side may be ahead of the loop here. */
const LARGEST_BATCH = 256;

/** Calls a function of the driver. */
type Call = (name: string, ...args: readonly unknown[]) => Promise<unknown>;

/** Goes through what can be iterated over on the other side. Batches begin small, and grow with the interest. `place` is where it was asked for. */
export async function* iterate(
  call: Call,
  iterable: Reference,
  place: Place,
): AsyncGenerator<unknown, void, undefined> {
  let id: unknown;
  let isDone = false;
  try {
    id = await call('_BOND_iterate', iterable);
    for (let size = 1; !isDone; size = Math.min(2 * size, LARGEST_BATCH)) {
      let items: unknown[];
      [items, isDone] = (await call('_BOND_next', id, size)) as Batch;
      yield* items;
    }
  } catch (error) {
    isDone = true;
    if (id !== undefined) void call('_BOND_leave', id).catch(() => {}); // it may be there still: perhaps only an item could not cross
    throw withPlace(error, place);
  } finally {
    if (!isDone) await call('_BOND_leave', id);
  }
}
