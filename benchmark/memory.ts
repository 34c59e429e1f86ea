// How much memory it takes, on both sides. Each is measured in a host of its own, which knows of nothing else: this file
// is its program as well.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Contestant } from './contestants.js';
import { bondOf, EVERYBODY } from './everybody.js';
import { findLanguages, type Language } from './languages.js';
import { reasonOf } from './outcomes.js';
import { text } from './values.js';

/** Nothing but a session; a text that goes there, or back, or both. */
export type Way = 'rest' | 'there' | 'back' | 'echo';

export interface Memory {
  readonly language: string;
  readonly contestant: string;
  /** What each way took at the worst. */
  readonly ways: Partial<Record<Way, Sides>>;
  readonly broke?: string;
}

/** In MB. The host's is what it has grown by; the other side's is all that it has. */
export interface Sides {
  readonly host: number;
  readonly other?: number;
}

interface Task {
  readonly bondPath: string;
  readonly contestant: string;
  readonly language: string;
  readonly way: Way;
  readonly bytes: number;
}

/** What goes which way. */
const WAYS = { there: 'take', back: 'give', echo: 'same' } as const;

export async function memoryOf(
  contestant: string,
  language: string,
  { bondPath, bytes, ways }: { bondPath: string; bytes: number; ways: readonly Way[] },
): Promise<Memory> {
  const measured: Partial<Record<Way, Sides>> = {};
  const memory = { contestant, language, ways: measured };
  try {
    for (const way of ways) measured[way] = await inOwnHost({ bondPath, contestant, language, way, bytes });
    return memory;
  } catch (error) {
    return { ...memory, broke: reasonOf(error) };
  }
}

async function inOwnHost(task: Task): Promise<Sides> {
  const program = fileURLToPath(import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program, JSON.stringify(task)], {
    timeout: 30_000,
  });
  return JSON.parse(stdout);
}

/** Runs a task in this process. */
async function measure({ bondPath, contestant: name, language: wanted, way, bytes }: Task): Promise<Sides> {
  const language = findLanguages(() => {}).find((one) => one.name === wanted) as Language;
  const contestant = [...EVERYBODY, await bondOf('bond', bondPath)].find((one) => one.name === name) as Contestant;
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  const session = await contestant.open(language, 'call');
  await session.call('add', 1, 2);
  if (way === 'rest') globalThis.gc?.();
  else await session.call(WAYS[way], way === 'back' ? bytes : text(bytes));
  const host = (way === 'rest' ? process.memoryUsage.rss() : process.resourceUsage().maxRSS * 1024) - before;
  const other = session.pid && status(session.pid, way === 'rest' ? 'VmRSS' : 'VmHWM');
  await session.close();
  return { host: host / 1e6, ...(other !== undefined && { other: (other * 1024) / 1e6 }) };
}

/** A line of what Linux tells of a process, in KiB. */
function status(pid: number, name: string): number | undefined {
  try {
    const found = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? Number(found[1]) : undefined;
  } catch {
    return undefined;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(JSON.stringify(await measure(JSON.parse(process.argv[2] as string))));
  process.exit();
}
