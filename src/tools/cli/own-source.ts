import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/**
 * What a project in `folder` has to name as its dependency on this package, which is in `root`: the version, or the
 * file or folder that it has been installed from.
 */
export function ownSource(root: string, version: string, folder: string): string {
  const path = localSource(root);
  return path === undefined ? `^${version}` : `file:${relative(resolve(folder), path)}`;
}

function localSource(root: string): string | undefined {
  const modules = dirname(root);
  // npm links to a folder that it installs.
  if (!/[\\/]node_modules$/.test(modules)) return root;
  try {
    const { packages } = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
    const { resolved } = packages[`node_modules/${relative(modules, root)}`];
    return resolved.startsWith('file:') ? resolve(dirname(modules), resolved.slice('file:'.length)) : undefined;
  } catch {
    return undefined; // another package manager does not write that file
  }
}
