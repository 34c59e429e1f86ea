// The code that `require('bond')` loads: that of the ES module, as CommonJS. Jest cannot `require` an ES module, and neither can Node where
// that is switched off. The texts of the drivers, which are most of the package, are not there twice: CommonJS reads them from the files
// of the ES module. A program that loads both kinds has the classes of the first: see one-copy.ts.

/** Files by their names. */
type Files = ReadonlyMap<string, string>;

/** What can be required. */
const ENTRIES = ['index', 'sync'];

/** What a file needs of another one, and what it loads on first use. */
const IMPORT = /^import \{([^}]*)\} from "\.\/([\w-]+)\.js";$/gm;
const IMPORT_OF_PACKAGE = /^import (\{[^}]*\}) from ("[\w-]+");$/gm;
const LATE_IMPORT = /\bimport\("\.\/((?!driver-)[\w-]+)\.js"\)/g;
const DRIVER_IMPORT = /\bimport\("\.\/(driver-[\w-]+\.js)"\)/g;
const LATE_IMPORT_OF_PACKAGE = /\bimport\(("[\w:-]+")\)/g;
/** A second try to load a driver: Node keeps in mind that an ES module could not be read, but not that a file could not. */
const SECOND_IMPORT = /\bimport\((?:\s*\/\* .* \*\/)+[^;]*\);/g;
const EXPORT = /^export \{([^}]*)\};?$/gm;

/** A file of a driver is an object with texts, and its export. */
const READ_DRIVER = `
async function textsIn(file) {
	const code = getBuiltinModule("node:fs").readFileSync(file, "latin1");
	const texts = code.slice(code.indexOf("{"), code.lastIndexOf("\\n};") + 2);
	return { default: getBuiltinModule("node:vm").runInThisContext(\`(\${texts})\`, file) };
}`;

/** The code of the entries, and of all that they load. */
export function requireCode(modules: Files): Map<string, string> {
  const files = new Map<string, string>();
  const names = new Set(ENTRIES);
  for (const name of names) {
    const code = modules.get(`${name}.js`) as string;
    for (const [, , imported = ''] of code.matchAll(IMPORT)) names.add(imported);
    for (const [, imported = ''] of code.matchAll(LATE_IMPORT)) names.add(imported);
    files.set(`${name}.cjs`, inCommonJs(name, code));
  }
  return files;
}

function inCommonJs(name: string, code: string): string {
  const text = code
    .replace(IMPORT, (_, names: string, file: string) => `const {${renamed(names)}} = require("./${file}.cjs");`)
    .replace(IMPORT_OF_PACKAGE, (_, names: string, file: string) => `const ${renamed(names)} = require(${file});`)
    .replace(EXPORT, (_, names: string) => `module.exports = {${renamed(names, 'export')}};`)
    .replace(LATE_IMPORT, '(async () => require("./$1.cjs"))()')
    .replace(DRIVER_IMPORT, 'textsIn(require.resolve("./$1"))')
    .replace(LATE_IMPORT_OF_PACKAGE, '(async () => ({ default: require($1) }))()')
    .replace(SECOND_IMPORT, 'MODULES[name]();')
    .replaceAll('import.meta.url', 'getBuiltinModule("node:url").pathToFileURL(__filename).href');
  checkComplete(name, text);
  return `"use strict";\n${text.trimEnd()}\n${text.includes('textsIn(') ? `${READ_DRIVER}\n` : ''}`;
}

/** A list of names, some `as` others, as it is in an object. */
function renamed(list: string, kind: 'import' | 'export' = 'import'): string {
  return list.replace(/(\S+) as ([^\s,]+)/g, kind === 'import' ? '$1: $2' : '$2: $1');
}

/** What only an ES module may have, and is not in a text of the code. */
function checkComplete(name: string, code: string): void {
  const [left] = /^(?:import|export) .*|\bawait import\(.*/m.exec(code) ?? [];
  if (left !== undefined) throw new Error(`${name}.cjs would have what CommonJS has not: ${left}`);
}
