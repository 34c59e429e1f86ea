import { driverLanguages, driverManifest, driverPart } from '../src/drivers/driver-files.js';

/** What the modules with the drivers are called, before a name of theirs is made. */
const PREFIX = 'bond-driver:';

/** What each bond needs of a driver, and what few need, which is in a module of its own. */
const START = ['stage1', 'stage2'];
const MORE = ['interactive', 'session', 'run', 'types', 'tools'];
/** What stands behind the language in the name of the second module. */
const SUFFIX = '-more';

/** What a module with a part of a driver is called after: its language, or that and the suffix. None if it is another module. */
export function nameOfDriver(id: string): string | undefined {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : undefined;
}

/** The manifest without the names of the files, which are one text here. */
function packedManifest(lang: string): string {
  const { files: _files, ...manifest } = JSON.parse(driverManifest(lang));
  return literal(JSON.stringify(manifest, null, 1));
}

/**
 * The text of a module that stands in the place of src/drivers/driver-files.ts in the package. It has the manifests in itself, and
 * loads the modules of a driver when they are first needed: by a literal `import()`, which bundlers find.
 */
export function driverIndex(): string {
  const languages = driverLanguages();
  const names = languages.flatMap((lang) => [lang, lang + SUFFIX]);
  const load = (name: string): string => `${JSON.stringify(name)}: () => import('${PREFIX}${name}'),`;
  return `
    import { pathToFileURL } from 'node:url';
    const MANIFESTS = new Map([${languages.map((lang) => `[${JSON.stringify(lang)}, ${packedManifest(lang)}]`)}]);
    const MODULES = { ${names.map(load).join(' ')} };
    export function driverLanguages() {
      return [...MANIFESTS.keys()];
    }
    export function driverManifest(lang) {
      return MANIFESTS.get(lang);
    }
    // Node keeps in mind that a module could not be read, even if there were only no descriptors left: then it is asked for
    // by other names, as long as it takes. Where a bundler has put it elsewhere, the first failure is the one that counts.
    let attempts = 0;
    async function moduleOf(name) {
      try {
        return await MODULES[name]();
      } catch (error) {
        if (error?.code !== 'EMFILE' && error?.code !== 'ENFILE') throw error;
        return import(/* webpackIgnore: true */ /* @vite-ignore */ pathToFileURL(error.path).href + '?' + ++attempts);
      }
    }
    export async function driverPart(lang, part) {
      const { default: parts } = await moduleOf(${JSON.stringify(START)}.includes(part) ? lang : lang + '${SUFFIX}');
      return parts[part];
    }
  `;
}

/** The text of such a module. */
export async function driverModule(name: string): Promise<string> {
  const isMore = name.endsWith(SUFFIX);
  const lang = isMore ? name.slice(0, -SUFFIX.length) : name;
  const parts = (isMore ? MORE : START).map(async (part) => {
    const text = await driverPart(lang, part);
    return text === undefined ? '' : `  ${part}: ${JSON.stringify(text)},\n`;
  });
  return `export default {\n${(await Promise.all(parts)).join('')}};`;
}

/** A text as a template literal, in which there may be line breaks. */
function literal(text: string): string {
  return `\`${text.replace(/[\\`]|\$\{/g, '\\$&')}\``;
}

/**
 * The code of such a module as it is in the package: its texts line by line, where empty lines are those of comments, which are
 * left out. Node reads a string in two thirds of the time of a template, whose text it keeps twice.
 */
export function lineByLine(code: string): string {
  return code.replace(/\\[\s\S]/g, (escaped) => (escaped === '\\n' ? '\\n\\\n' : escaped));
}
