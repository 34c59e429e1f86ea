import type { Frame, Request } from './frame.js';

/**
 * The chain of requests by which `request` waits for itself, if there is one: such a wait can never end.
 *
 * A request waits for the one that is carried out before it in its frame, unless they run side by side; one that has called a
 * function of the host waits for whatever that function has asked for, of any bond, and for what it has left behind in its frame.
 * What runs in the event loop waits for that which makes the interpreter stand still.
 *
 * What a task awaits does not count: the task may have been started and not awaited, or may have a time-out of its own, and other
 * code may wake the code that waits. `mayGoOn` takes in such waits, which are only probable.
 */
export function findCycle(request: Request, mayGoOn = false): Request[] | undefined {
  const seen = new Set<Request>();
  const search = (current: Request): Request[] | undefined => {
    for (const next of waitsFor(current, mayGoOn)) {
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

function waitsFor(request: Request, mayGoOn: boolean): Request[] {
  const { frame, openFrame, taskFrames } = request;
  if (openFrame) return neededBy(openFrame);
  const root = loopOf(frame);
  const needed = root?.isConcurrent ? sentBefore(request) : firstBefore(request);
  if (taskFrames && mayGoOn) for (const awaited of taskFrames) needed.push(...neededBy(awaited));
  if (root?.inner) needed.push(...neededBy(root.inner));
  return needed;
}

/** The outermost level of the interpreter, if the requests of a frame run in the event loop there. */
function loopOf(frame: Frame): Frame | undefined {
  if (frame.waiter === 'task') return frame.below;
  return frame.id === 0 ? frame : undefined;
}

function firstBefore(request: Request): Request[] {
  const { first } = request.frame;
  return first && first !== request ? [first] : [];
}

/** Of those that run side by side, what it cannot follow: requests whose output goes elsewhere than its own, or than that of one before it. */
function sentBefore(request: Request): Request[] {
  if (request.heldLine === undefined) return [];
  const sent: Request[] = [];
  const needed = new Set<Request>();
  for (const one of request.frame.pending) {
    if (one.heldLine === undefined) sent.push(one);
    else for (const other of sent) if (!agreeOnOutput(one, other)) needed.add(other);
    if (one === request) break;
  }
  return [...needed];
}

function agreeOnOutput({ output }: Request, { output: other }: Request): boolean {
  return output.stdout === other.stdout && output.stderr === other.stderr;
}

/** What has to be done before the call that opened a frame is answered. */
function neededBy(frame: Frame): Request[] {
  return [...frame.made, ...frame.pending];
}

/** Who waits for whom, in words. */
export function showCycle(cycle: readonly Request[]): string {
  const [closing] = cycle as [Request];
  const steps = cycle.slice(1).map((request, index) => {
    const called = calledFor(request, cycle[index + 2] ?? closing);
    return called
      ? `${show(request)}, which has called your function '${called.name}', which waits for`
      : `${show(request)}, which waits for`;
  });
  return `${show(closing)} would wait for ${[...steps, `this very call`].join(' ')}`;
}

/** The function's frame because of which a request waits for `next`. */
function calledFor({ openFrame, taskFrames }: Request, next: Request): Frame | undefined {
  return openFrame ?? [...(taskFrames ?? [])].find((frame) => neededBy(frame).includes(next));
}

function show(request: Request): string {
  return `[${request.lang}] ${request.what}`;
}
