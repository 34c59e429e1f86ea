// Stand-ins for programs that start an interpreter in a container.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixture, markedEnvironment, program, temporaryDirectory } from './bonds.js';

const TOOLS = ['docker', 'podman', 'kubectl'];

/** An environment in which the names of the tools mean the stand-ins, and what those were called with last. */
export function engine(): { env: NodeJS.ProcessEnv; recorded: () => unknown; processes: () => number[] } {
  const directory = temporaryDirectory();
  const { env, processes } = markedEnvironment();
  const record = join(directory, 'record');
  for (const tool of TOOLS)
    program(`#!/bin/sh\nexec python3 '${fixture('engine.py')}' ${tool} "$@"\n`, tool, directory);
  return {
    env: { ...env, PATH: `${directory}:${env.PATH}`, ENGINE_RECORD: record },
    recorded: () => JSON.parse(readFileSync(record, 'utf8')),
    processes,
  };
}
