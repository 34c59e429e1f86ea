// What comes of a measurement.

/** What a contestant has done in a row, over all rounds. */
export interface Outcome {
  readonly language: string;
  readonly row: string;
  readonly contestant: string;
  /** The median, in the row's unit. */
  readonly value?: number;
  readonly p99?: number;
  /** What it is to the limit of the same round: the median, and the quartiles. */
  readonly ratio?: { readonly low: number; readonly median: number; readonly high: number };
  /** Why there is no value, or a lesser one. */
  readonly broke?: string;
}

/** The reason of whoever does not answer. */
export const HUNG = 'hung';

/** How long anything may take until it counts as hung, in ms. */
const HANG = 20_000;

export async function inTime<T>(promise: Promise<T>, time = HANG): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(time === HANG ? HUNG : `did not end in ${time / 1000} s`)), time);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The first line of an error, or what it is if it says nothing. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.constructor.name : String(error);
  return text.split('\n')[0] as string;
}
