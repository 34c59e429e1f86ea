import { existsSync } from 'node:fs';
import { posix, win32 } from 'node:path';

/** Where a command is. On Windows, its name may lack its extension. */
export function pathOf(
  command: string,
  { platform, env }: Pick<NodeJS.Process, 'platform' | 'env'>,
  exists: (path: string) => boolean = existsSync,
): string | null {
  const isWindows = platform === 'win32';
  if (command.includes('/') || (isWindows && command.includes('\\'))) return command;
  const { delimiter, join } = isWindows ? win32 : posix;
  const extensions = isWindows ? ['', ...(env.PATHEXT ?? '.COM;.EXE;.BAT;.CMD').split(';')] : [''];
  const folders = (env.PATH ?? '').split(delimiter);
  const paths = folders.flatMap((folder) => extensions.map((extension) => join(folder, command + extension)));
  return paths.find((path) => exists(path)) ?? null;
}
