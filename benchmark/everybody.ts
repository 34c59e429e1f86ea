// All who can take part.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bond, type Contestant, limit } from './contestants.js';
import { PEERS } from './peers.js';

/** All but bond, of which any build can be measured. */
export const EVERYBODY: readonly Contestant[] = [limit, ...PEERS];

/** The library, in the build that is there. */
export async function bondOf(name: string, path: string): Promise<Contestant> {
  const url = pathToFileURL(resolve(path)).href;
  return bond(name, url, await import(url));
}
