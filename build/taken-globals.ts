// Names of the language that your program may replace at any time, polyfills and test environments among what does so: the built
// library takes them once, when it is loaded. Their methods are the program's own.

const NAMES = `
  AggregateError Array ArrayBuffer BigInt Boolean Error FinalizationRegistry Function JSON
  Map Math Number Object Proxy RangeError Reflect RegExp Set
  String Symbol SyntaxError TypeError URL Uint8Array WeakMap WeakRef process
`
  .trim()
  .split(/\s+/);

const MODULE = 'taken-globals';

/** For the bundler: each of these names is imported from the module below, wherever the sources use it. */
export const inject = Object.fromEntries(NAMES.map((name): [string, [string, string]] => [name, [MODULE, name]]));

export const takenGlobals = {
  name: 'taken globals',
  resolveId: (id: string) => (id === MODULE ? MODULE : undefined),
  load: (id: string) =>
    id === MODULE
      ? { code: `export const { ${NAMES.join(', ')} } = globalThis;`, moduleType: 'js' as const }
      : undefined,
};
