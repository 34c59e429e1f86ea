import type { Bond } from '../bond/bond.js';
import { reasonOf } from '../common/abort-signal.js';
import { quoted, TimeoutException } from '../common/errors.js';
import type { CallOptions } from '../common/options.js';
import { textOf } from '../common/thrown.js';
import type { Worker } from './worker.js';

/** Something to do for a worker. */
export interface Job<Result = unknown> {
  readonly verb: 'CALL' | 'EVAL' | 'EACH';
  /** What is called, or evaluated. */
  readonly name: string;
  readonly work: (bond: Bond) => Promise<Result>;
  /** Settings of the calls of that work. */
  readonly options?: CallOptions | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Jobs of a higher priority are done first. */
  readonly priority: number;
  /** How often it may be done again, if its worker is lost. */
  readonly retries: number;
  /** The one worker that can do it. */
  readonly worker?: Worker | undefined;
  /** Whether it is refused if too many others wait. */
  readonly isRefusable: boolean;
}

/** What a job is, for messages. */
export function jobInWords({ verb, name }: Pick<Job, 'verb' | 'name'>): string {
  return verb === 'EACH' ? 'each' : `${verb} ${quoted(textOf(name), 40)}`;
}

/** The bond for the calls of a job. */
export function bondFor(bond: Bond, { options, signal }: Job): Bond {
  if (options) return bond.with(signal ? { ...options, signal } : options);
  return signal ? bond.with({ signal }) : bond;
}

/** What a job is rejected with, whose signal has been aborted. */
export function abortion(lang: string, job: Job): TimeoutException {
  const cause = job.signal && reasonOf(job.signal);
  return new TimeoutException(lang, `${jobInWords(job)}: aborted`, { code: 'BOND_ABORTED', cause });
}
