import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import type { Frame } from './frame.js';

/** Which frames the current async context is in, of all sessions, from the innermost outwards. */
interface Link {
  readonly owner: object;
  readonly frame: Frame;
  readonly outer: Link | undefined;
}

const links = new AsyncLocalStorage<Link>();

/**
 * The innermost frame of `owner` in which the current code runs. A frame that is over hands late requests to the one
 * around it: a timer that an exported function has set, say.
 */
export function currentFrame(owner: object): Frame | undefined {
  let link = links.getStore();
  while (link && (link.owner !== owner || link.frame.isOver)) link = link.outer;
  return link?.frame;
}

/** The innermost frame in which the current code runs, of any bond. */
export function innermostFrame(): Frame | undefined {
  return liveLink()?.frame;
}

function liveLink(): Link | undefined {
  let link = links.getStore();
  // What is over can be forgotten: otherwise a timer that sets a timer would make an ever longer chain.
  while (link?.frame.isOver) link = link.outer;
  return link;
}

/** Runs `run` inside of `frame`, with all that it calls and awaits. */
export function runInFrame<Result>(owner: object, frame: Frame, run: () => Result): Result {
  const outer = liveLink();
  return links.run({ owner, frame, outer }, run);
}

/** The async context of the caller. `AsyncLocalStorage.snapshot()` is the same, and takes three times as long in Node 20. */
export function captureContext(): AsyncResource {
  return new AsyncResource('bond', { requireManualDestroy: true });
}

/** No caller's context. */
export const outside: AsyncResource = captureContext();
