import { AsyncResource } from 'node:async_hooks';
import type { CallSettings } from '../src/common/options.js';
import { type Frame, Request, type RequestOptions } from '../src/session/frame.js';
import { settings } from './play.js';

const context = new AsyncResource('test');

interface Circumstances {
  readonly options?: Partial<RequestOptions>;
  readonly given?: Partial<CallSettings>;
  /** The frame of the function that has made it. */
  readonly madeIn?: Frame | undefined;
  readonly resolve?: (value: unknown) => void;
}

/** A request in a frame, behind those that are there, which no session has made. */
export function addRequest(frame: Frame, id: number, more: Circumstances = {}): Request {
  const { options, given, madeIn, resolve = () => {} } = more;
  const all = { ...settings, ...given };
  const request = new Request(
    'Test',
    id,
    frame,
    madeIn,
    { verb: 'CALL', subject: `f${id}`, payload: '', settings: all, ...options },
    all,
    context,
    resolve,
  );
  frame.pending.add(request);
  madeIn?.made.add(request);
  return request;
}
