/**
 * Counts primes on all processors, with a bar on the terminal: `npm run build && npx tsx examples/pool.ts`. The bar is
 * drawn on standard error, and only where that is a terminal.
 */
import { makePool, type Progress } from 'bond';
import { SingleBar } from 'cli-progress';

/** How many numbers each call looks at. */
const SLICE = Number(process.argv[2] ?? 20_000);
const starts = Array.from({ length: 50 }, (_, index) => index * SLICE);

const count = `
def primes_from(start):
    count = 0
    for n in range(max(start, 2), start + ${SLICE}):
        if all(n % d for d in range(2, int(n ** 0.5) + 1)):
            count += 1
    return count
`;

const bar = new SingleBar({ format: '{bar} {value}/{total}, {rate} a second, {left} s left' });

function show({ done, rate, timeLeft = 0 }: Progress): void {
  bar.update(done, { rate: rate.toFixed(1), left: Math.ceil(timeLeft / 1000) });
}

await using pool = await makePool('Python', { setup: (python) => python.evalBlock(count) });
let primes = 0;
bar.start(starts.length, 0, { rate: '?', left: '?' });
try {
  for await (const some of pool.map<number>('primes_from', starts, { onProgress: show })) primes += some;
} finally {
  bar.stop();
}
console.log(`${primes} primes below ${starts.length * SLICE}`);
