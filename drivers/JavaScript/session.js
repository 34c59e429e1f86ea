// biome-ignore-all lint/style/useNodejsImportProtocol: Node 12 does not know it
// biome-ignore-all lint/complexity/useOptionalChain: the same
// Runs and shows what is typed in a session of the command `bond`, in Node 12 and later. It is sent when a session begins.

(() => {
  const vm = require('vm');
  const { inspect, types } = require('util');
  const LONGEST_CELL = 200;
  const MOST_COLUMNS = 100;

  let typed; // the value to be shown, unless that is undefined

  /** Runs what was typed, as an expression or as a script, and keeps its value for `_BOND_show`. */
  function _BOND_run(code) {
    typed = undefined;
    const { script, awaits } = _BOND_compile(code);
    const value = script.runInThisContext({ displayErrors: false });
    if (!awaits) typed = value;
    else
      return value.then((awaited) => {
        typed = awaited;
      });
  }

  /** What begins with a brace is an object if it can be one; what awaits is a function, whose variables do not outlive it. */
  function _BOND_compile(code) {
    const attempts = [
      [code, false],
      [`(async () => (${code}\n))()`, true],
      [`(async () => {${code}\n})()`, true],
    ];
    if (/^\s*\{/.test(code) && !/;\s*$/.test(code)) attempts.unshift([`(${code}\n)`, false]);
    let failure;
    for (const [text, awaits] of attempts) {
      if (awaits && !/\bawait\b/.test(code)) continue;
      try {
        return { script: new vm.Script(text, OPTIONS), awaits };
      } catch (error) {
        if (text === code) failure = error;
      }
    }
    throw failure;
  }

  const OPTIONS = {
    filename: '<evalBlock>',
    importModuleDynamically:
      (vm.constants && vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER) || ((specifier) => import(specifier)),
  };

  /** How Node shows the value: as text and what is left out of it, or as rows of a table. */
  function _BOND_show(width, mostText, mostRows, colors) {
    const value = typed;
    typed = undefined;
    if (value === undefined) return null;
    keepLast(value);
    const table = tableOf(value, mostRows);
    if (table) return ['table', ...table];
    const text = wellFormed(inspect(value, { colors, breakLength: width, maxStringLength: mostText, showProxy: true }));
    if (text.length <= mostText) return ['text', text, 0];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: half of a code of a colour, or of a character
    const start = text.slice(0, mostText).replace(/\x1b[^m]*$|[\ud800-\udbff]$/, '');
    return ['text', colors ? `${start}\x1b[0m` : start, text.length - start.length];
  }

  /** `_` is the last value, as in Node's own sessions, until the user makes it something else. */
  let last;
  function keepLast(value) {
    const own = Object.getOwnPropertyDescriptor(globalThis, '_');
    if (own && (own.value !== last || last === undefined)) return;
    last = value;
    Object.defineProperty(globalThis, '_', { value, configurable: true, writable: true, enumerable: false });
  }

  /** The columns, the rows and how many are left out, if the value is a list of records that are alike. */
  function tableOf(value, mostRows) {
    if (types.isProxy(value) || !Array.isArray(value) || value.length < 2) return undefined;
    const records = Array.from({ length: Math.min(value.length, mostRows) }, (_, index) =>
      recordOf(ownValue(value, index)),
    );
    if (!records.every(Boolean)) return undefined;
    const columns = [...new Set([].concat(...records.map((record) => [...record.keys()])))];
    const isUneven = records.some(({ size }) => 2 * size < columns.length);
    if (isUneven || columns.length > MOST_COLUMNS) return undefined;
    const rows = records.map((record) => columns.map((name) => (record.has(name) ? cellOf(record.get(name)) : '')));
    return [columns.map(wellFormed), rows, value.length - rows.length];
  }

  /** The names and values of a plain object; none if it would run code to ask for them. */
  function recordOf(value) {
    if (typeof value !== 'object' || value === null || types.isProxy(value)) return undefined;
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return undefined;
    const properties = Object.entries(Object.getOwnPropertyDescriptors(value));
    if (properties.length === 0 || properties.some(([, property]) => property.get || property.set)) return undefined;
    return new Map(properties.map(([name, property]) => [name, property.value]));
  }

  function ownValue(list, index) {
    const property = Object.getOwnPropertyDescriptor(list, index);
    return property && property.value;
  }

  function cellOf(value) {
    const text = typeof value === 'string' ? value : inspect(value, { breakLength: Infinity, depth: 1 });
    return wellFormed(text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL)}…` : text);
  }

  /** A text that can cross: halves of characters are replaced. */
  function wellFormed(text) {
    return Buffer.from(text, 'utf8').toString('utf8');
  }

  for (const value of [_BOND_run, _BOND_show]) {
    Object.defineProperty(globalThis, value.name, { value, configurable: true, writable: true });
  }
})();
