import type { CallSettings } from '../common/options.js';
import type { Path } from '../values/codec.js';
import type { LentFunctions } from './lent-functions.js';
import type { SessionOwner } from './session-owner.js';

/**
 * What the other side holds in the place of parts of a value: where, under which number, and what it is, in words. Below 0, it is
 * the number of an object that the host has lent.
 */
export type HeldParts = readonly (readonly [path: Path, number: number, text: string])[];

/** The answer to a request that holds: the value in a list, and what is held in places of that. */
export type ValueWithHeld = readonly [holder: unknown[], held?: HeldParts];

/** Makes what stands here for something that is held. */
export type MakeHandle = (number: number, text: string) => unknown;

/** Puts handles into their places in a value that has just been read; what is held once is one handle. */
export function putHandles(holder: object, held: HeldParts, makeHandle: MakeHandle): void {
  const handles = new Map<number, unknown>();
  for (const [path, number, text] of held) {
    const handle = handles.get(number) ?? makeHandle(number, text);
    handles.set(number, handle);
    putAt(holder, path, handle);
  }
}

function putAt(holder: unknown, path: Path, value: unknown): void {
  const place = path.slice(0, -1).reduce(partOf, holder);
  const last = path.at(-1) as string | number;
  partOf(place, last); // which makes sure that it is there
  if (place instanceof Map) place.set(last, value);
  else (place as Record<string | number, unknown>)[last] = value;
}

/** A part of a value; what only its prototype has is none. */
function partOf(holder: unknown, step: string | number): unknown {
  if (holder instanceof Map && holder.has(step)) return holder.get(step);
  if (!Object.hasOwn(Object(holder), step)) throw new Error(`nothing is held at ${JSON.stringify(step)}`);
  return (holder as Record<string | number, unknown>)[step];
}

/** Makes handles of what the other side holds, with the settings of who asked for it; what the host has lent is itself. */
export function handleMaker(owner: SessionOwner, lent: LentFunctions, settings: CallSettings): MakeHandle {
  return (number, text) => (number < 0 ? lent.objectOf(-number) : owner.makeHandle(number, text, settings));
}
