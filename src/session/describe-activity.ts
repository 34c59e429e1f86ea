import { showPlace } from '../common/call-site.js';
import { performance } from '../common/globals.js';
import type { Frame, Request } from './frame.js';

/** What the other side is doing, in words; `innermost` is the frame that it is in. */
export function showActivity(innermost: Frame): string {
  const { first, request, name } = innermost;
  if (first) return `running ${first.what}, ${age(first)}${name && `, in your function '${name}'`}`;
  if (name === '') return 'idle';
  return `waiting for your function '${name}'${request ? `, called by ${request.what}, ${age(request)}` : ''}`;
}

/** A request that has not been answered, in words. */
export function showRequest(request: Request): string {
  const { frame, openFrame, what, place } = request;
  const isQueued = frame.first !== request;
  const state = [
    frame.name && `in your function '${frame.name}'`,
    openFrame && `has called your function '${openFrame.name}'`,
    isQueued && 'waits for its turn',
    request.isSettled && 'no longer awaited',
    showPlace(place),
  ];
  return [what, age(request), ...state].filter(Boolean).join(', ');
}

function age({ since }: Request): string {
  const milliseconds = performance.now() - since;
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
