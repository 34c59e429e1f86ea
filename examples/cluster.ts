/**
 * Estimates π on a cluster: `npm run build && npx tsx examples/cluster.ts 8`, where Slurm is. Each of the 8 workers is a job.
 * Any other command will do instead of `srun`: `npx tsx examples/cluster.ts 2 python3`.
 */
import { makePool } from 'bond';

const [size = '4', cmd = 'srun -n1 python3'] = process.argv.slice(2);
const DARTS = 100_000;

const code = `
import random, socket
def throw_darts(seed):
    dart = random.Random(seed).random
    hits = sum(dart() ** 2 + dart() ** 2 < 1 for _ in range(${DARTS}))
    return socket.gethostname(), hits
`;

await using pool = await makePool('Python', { size: Number(size), cmds: cmd, setup: (bond) => bond.evalBlock(code) });
const seeds = Array.from({ length: 100 }, (_, seed) => seed);
const rounds = new Map<string, number>();
let hits = 0;
// A job may be cancelled, or meet its time limit: to throw the same darts once more does no harm.
for await (const [host, some] of pool.map<[string, number]>('throw_darts', seeds, { retries: 3 })) {
  hits += some;
  rounds.set(host, (rounds.get(host) ?? 0) + 1);
}
console.log(`π is about ${(4 * hits) / (seeds.length * DARTS)}`);
console.log(rounds);
