// A PHP application behind examples/php-service.ts, beside php-fpm behind nginx and PHP's own server: npm run service-load.
// Fetches packages of Debian, but installs none. All serve the same pages, and take turns. Writes its table into
// docs/php-service.md.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { markdownTable, writtenPart } from './page.js';
import { type Served, serve, servers, WORKERS } from './servers.js';
import { LIBRARIES, UNPACKED } from './unpacked.js';
import { fetchServers, makeWiki } from './wiki.js';

const CONNECTIONS = 8;
const SECONDS = Number(process.argv[2] ?? 4);
const ROUNDS = 3;
const FIRST_PORT = 18_080;
const PAGES = { 'DokuWiki’s first page': '/doku.php', 'a page of one line': '/plain.php' };

/** What a round showed. */
interface Round {
  readonly rate: number;
  /** In ms. */
  readonly p50: number;
  readonly p99: number;
  /** Processor time of a request, in ms. */
  readonly cost: number;
  readonly failed: number;
}

const UNITS: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

/** Has `wrk` ask for a page. */
function ask({ address, processorTime }: Served, path: string): Round {
  const before = processorTime();
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '--latency', '--timeout', '30s', address + path];
  const env = { ...process.env, LD_LIBRARY_PATH: LIBRARIES };
  const text = execFileSync(join(UNPACKED, 'usr/bin/wrk'), args, { encoding: 'utf8', env });
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);
  const time = (percent: number): number => {
    const [, value, unit = ''] = new RegExp(`${percent}%\\s+([\\d.]+)(\\w+)`).exec(text) ?? [];
    return Number(value) * (UNITS[unit] as number);
  };
  const requests = number(/(\d+) requests in/);
  return {
    rate: number(/Requests\/sec:\s+([\d.]+)/),
    ...{ p50: time(50), p99: time(99) },
    cost: (processorTime() - before) / requests,
    failed: number(/Non-2xx or 3xx responses: (\d+)/) + number(/Socket errors:.*timeout (\d+)/),
  };
}

/** The best of each figure: what else the machine does only makes them worse. */
function best(rounds: readonly Round[]): Round {
  const least = (name: keyof Round): number => Math.min(...rounds.map((round) => round[name]));
  return {
    rate: Math.max(...rounds.map(({ rate }) => rate)),
    ...{ p50: least('p50'), p99: least('p99'), cost: least('cost') },
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** All servers take turns; for each page, what each has shown. */
async function measure(folder: string): Promise<Map<string, Round[]>> {
  const application = join(folder, 'wiki');
  makeWiki(application);
  const seen = new Map<string, Round[]>();
  const running = new Map<string, Served>();
  try {
    for (const [name, start] of Object.entries(servers)) {
      running.set(name, await serve(start, { application, folder }, FIRST_PORT + running.size));
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const [page, path] of Object.entries(PAGES)) {
        for (const [name, served] of running) {
          if (round === 0) for (let n = 0; n < 2 * WORKERS; n++) await (await fetch(served.address + path)).text();
          const key = `${page}|${name}`;
          seen.set(key, [...(seen.get(key) ?? []), ask(served, path)]);
        }
      }
    }
  } finally {
    for (const served of running.values()) await served.stop();
  }
  return seen;
}

/** The processor time of a fork that ends without doing anything, in ms: each page of bond's takes one, and more to copy memory. */
function costOfFork(): string {
  const code = `$spent = fn($who) => ($used = getrusage($who)) ?
      1000 * ($used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec']) + ($used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec']) / 1000 : 0;
    $before = $spent(0);
    for ($n = 0; $n < 50; $n++) pcntl_fork() ? pcntl_wait($status) : posix_kill(getmypid(), SIGKILL);
    printf('%.1f', ($spent(0) + $spent(1) - $before) / 50);`;
  return execFileSync('php', ['-r', code], { encoding: 'utf8' });
}

function show(seen: ReadonlyMap<string, readonly Round[]>): string {
  const rows = [...seen].map(([key, rounds]) => {
    const { rate, p50, p99, cost, failed } = best(rounds);
    if (failed > 0) throw new Error(`${key}: ${failed} requests failed`);
    return [...key.split('|'), ...[rate, p50, p99, cost].map((figure) => figure.toFixed(figure < 10 ? 1 : 0))];
  });
  const head = ['page', 'server', 'requests a second', 'p50, ms', 'p99, ms', 'processor time of a request, ms'];
  const load = `${WORKERS} workers each, ${CONNECTIONS} connections, the best of ${ROUNDS} rounds of ${SECONDS} s`;
  const machine = `${availableParallelism()} processors; a fork that does nothing takes ${costOfFork()} ms of processor time here`;
  return `${load}; ${machine}:\n\n${markdownTable(head, rows)}`;
}

const folder = mkdtempSync(join(tmpdir(), 'bond-service-'));
try {
  fetchServers();
  const text = show(await measure(folder));
  console.log(text);
  writtenPart('docs/php-service.md', 'service-load').write(text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
