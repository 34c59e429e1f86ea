import type { Frame, Request } from './frame.js';

/**
 * The chain of requests by which `request` waits for itself, if there is one: such a wait can never end.
 *
 * A request waits for the one that is carried out before it in its frame; one that has called a function of the host
 * waits for whatever that function has asked for, of any bond, and for what it has left behind in its frame.
 */
export function findCycle(request: Request): Request[] | undefined {
  const seen = new Set<Request>();
  const search = (current: Request): Request[] | undefined => {
    for (const next of waitsFor(current)) {
      if (next === request) return [current];
      if (seen.has(next)) continue;
      seen.add(next);
      const rest = search(next);
      if (rest) return [current, ...rest];
    }
    return undefined;
  };
  return search(request);
}

function waitsFor(request: Request): Iterable<Request> {
  if (request.openFrame) return neededBy(request.openFrame);
  if (request.taskFrames?.size) return [...request.taskFrames].flatMap(neededBy);
  const { frame } = request;
  const { first } = frame;
  if (first && first !== request) return [first];
  return frame.called ? neededBy(frame.called) : [];
}

/** What has to be done before the call that opened a frame is answered. */
function neededBy(frame: Frame): Request[] {
  return [...frame.made, ...frame.pending];
}

/** Who waits for whom, in words. */
export function showCycle(cycle: readonly Request[]): string {
  const [closing] = cycle as [Request];
  const steps = cycle.slice(1).map((request) => {
    const { openFrame } = request;
    return openFrame
      ? `${show(request)}, which has called your function '${openFrame.name}', which waits for`
      : `${show(request)}, which waits for`;
  });
  return `${show(closing)} would wait for ${[...steps, `this very call`].join(' ')}`;
}

function show(request: Request): string {
  return `[${request.lang}] ${request.what}`;
}
