// What tests are given in the place of a module, as `vi.mock` and `resolve.alias` do it in vitest.

const REPLACED = { '/test/patience.ts': './patience.ts', '/src/common/globals.ts': './globals.ts' };

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const { pathname } = new URL(found.url);
  const name = Object.keys(REPLACED).find((path) => pathname.endsWith(path));
  const url = name && new URL(REPLACED[name], import.meta.url).href;
  return url && context.parentURL !== url ? { ...found, url } : found;
}
