/** What runs side by side in one interpreter, with how long it took: `npx tsx examples/side-by-side.ts`. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Bond, makeBond } from 'bond';

const CODE = {
  Python: `
import asyncio, time
from concurrent.futures import ThreadPoolExecutor

async def rest(seconds): await asyncio.sleep(seconds)
async def tick(gaps):
    while True:
        before = time.monotonic()
        await asyncio.sleep(0.01)
        gaps.append(1000 * (time.monotonic() - before))
async def ask_all(n):
    gaps = []
    ticker = asyncio.create_task(tick(gaps))
    await asyncio.gather(*[ask(i) for i in range(n)])
    ticker.cancel()
    return gaps
def meet_in_threads(n):
    with ThreadPoolExecutor(n) as pool: list(pool.map(meet, range(n)))
`,
  JavaScript: `
const rest = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
async function ask_all(n) {
  const gaps = [];
  let before = performance.now();
  const ticker = setInterval(() => {
    gaps.push(performance.now() - before);
    before = performance.now();
  }, 10);
  await Promise.all(Array.from({ length: n }, (_, i) => ask.awaited(i)));
  clearInterval(ticker);
  return gaps;
}
`,
};

let waiting = 0;
let most = 0;

/** A function that takes its time, and counts how many wait for it. */
async function ask(): Promise<void> {
  most = Math.max(most, ++waiting);
  await delay(500);
  waiting--;
}

const THREADS = 200;
let met = 0;
let release = (): void => {};
const together = new Promise<void>((resolve) => {
  release = resolve;
});

/** A function that returns when all threads wait for it. */
function meet(): Promise<void> {
  if (++met === THREADS) release();
  return together;
}

async function seconds(run: () => Promise<unknown>): Promise<string> {
  const begun = performance.now();
  await run();
  return `${((performance.now() - begun) / 1000).toFixed(2)} s`;
}

async function show(bond: Bond): Promise<void> {
  const rests = () => Promise.all(Array.from({ length: 1000 }, () => bond.call('rest', 0.2)));
  console.log(`${bond.lang}: 1,000 coroutines of 0.2 s: ${await seconds(rests)}`);
  most = 0;
  const gaps = (await bond.call<number[]>('ask_all', 50)).sort((one, other) => one - other);
  const [median = 0, longest = 0] = [gaps[gaps.length >> 1], gaps.at(-1)];
  const ticks = `${gaps.length} ticks of 10 ms, median ${median.toFixed(0)} ms, longest ${longest.toFixed(0)} ms`;
  console.log(`${bond.lang}: ${ticks}, while ${most} functions were awaited for 0.5 s`);
}

for (const lang of ['Python', 'JavaScript'] as const) {
  await using bond = await makeBond(lang, { concurrent: true });
  await bond.evalBlock(CODE[lang]);
  await bond.export(ask, 'ask');
  await show(bond);
  if (lang !== 'Python') continue;
  await bond.export(meet, 'meet');
  const time = await seconds(() => bond.call('meet_in_threads', THREADS));
  console.log(`${bond.lang}: ${met} threads waited for a function at the same time: ${time}`);
}
