import type { Driver } from '../drivers/manifest.js';

/** How much of a message is looked at: what says that a library is missing says so at its beginning. */
const BEGINNING = 1000;

/** What to do about an exception that says that a library is missing; `undefined` if it says something else. */
export function adviceOnMissing(
  { missing = [] }: Driver,
  {
    types,
    message,
    command,
  }: { readonly types: readonly string[]; readonly message: string; readonly command: string },
): string | undefined {
  for (const { type, pattern, advice, packages = {} } of missing) {
    if (type !== undefined && !types.includes(type)) continue;
    const found = new RegExp(pattern).exec(message.slice(0, BEGINNING));
    if (!found) continue;
    const [, name = ''] = found;
    const known = Object.hasOwn(packages, name) ? packages[name] : undefined;
    return advice.replaceAll('{command}', () => command).replaceAll('{name}', () => known ?? name);
  }
  return undefined;
}
