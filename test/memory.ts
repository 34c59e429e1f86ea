import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Runs something, and tells by how many bytes the memory of this process has grown at the worst. */
export async function peakGrowth(run: () => Promise<unknown>): Promise<number> {
  const before = usedMemory();
  let most = before;
  const look = (): void => {
    // To collect garbage takes long: it is done where there is more than ever, garbage included.
    if (heldMemory() > most) most = Math.max(most, usedMemory());
  };
  const timer = setInterval(look, 50);
  await run();
  look();
  clearInterval(timer);
  return most - before;
}

/**
 * What is in use: how much the process holds says little, as it gives nothing back between two tests. Nor does garbage:
 * V8 lets 64 MB of buffers pile up before it looks.
 */
function usedMemory(): number {
  collectGarbage();
  return heldMemory();
}

/** What is in use, with the garbage. */
function heldMemory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
