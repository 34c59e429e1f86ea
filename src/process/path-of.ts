import { existsSync } from 'node:fs';
import { posix, win32 } from 'node:path';

/** Where a command is looked for. */
export interface SearchPlace extends Pick<NodeJS.Process, 'platform' | 'env'> {
  /** The working directory, where Windows looks first. */
  readonly cwd?: string;
}

/** Where a command is, or `null` if it is missing. On Windows, its name may lack its extension. */
export function pathOf(
  command: string,
  { platform, env, cwd }: SearchPlace,
  exists: (path: string) => boolean = existsSync,
): string | null {
  const isWindows = platform === 'win32';
  if (command.includes('/') || (isWindows && command.includes('\\'))) return command;
  const { delimiter, join } = isWindows ? win32 : posix;
  const extensions = isWindows ? ['', ...(valueOf(env, 'PATHEXT') ?? '.COM;.EXE;.BAT;.CMD').split(';')] : [''];
  const path = isWindows ? valueOf(env, 'PATH')?.replaceAll('"', '') : env.PATH;
  const folders = [...(isWindows && cwd !== undefined ? [cwd] : []), ...(path ?? '').split(delimiter)];
  const paths = folders.flatMap((folder) => extensions.map((extension) => join(folder, command + extension)));
  return paths.find((path) => exists(path)) ?? null;
}

/** A variable of Windows, which is often called Path: a copy of `process.env` tells upper and lower case apart. */
function valueOf(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const key = Object.keys(env).find((key) => key.toUpperCase() === name);
  return key && env[key];
}
