import { driverLanguages, driverManifest, driverPart } from '../src/drivers/driver-files.js';

/** What the modules with the drivers are called, before a name of theirs is made. */
const PREFIX = 'bond-driver:';

/** What there may be of a driver. */
const PARTS = ['stage1', 'stage2', 'interactive', 'session', 'run', 'types', 'tools'];

/** The language whose driver a module holds; none if it is another module. */
export function languageOf(id: string): string | undefined {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : undefined;
}

/** The manifest without the names of the files, which are one text here. */
function packedManifest(lang: string): string {
  const { files: _files, ...manifest } = JSON.parse(driverManifest(lang));
  return literal(JSON.stringify(manifest, null, 1));
}

/**
 * The text of a module that stands in the place of src/drivers/driver-files.ts in the package. It has the manifests in itself, and
 * loads the module of a driver when its language is first used: by a literal `import()`, which bundlers find.
 */
export function driverIndex(): string {
  const languages = driverLanguages();
  const load = (lang: string): string => `${JSON.stringify(lang)}: () => import('${PREFIX}${lang}'),`;
  return `
    import { pathToFileURL } from 'node:url';
    const MANIFESTS = new Map([${languages.map((lang) => `[${JSON.stringify(lang)}, ${packedManifest(lang)}]`)}]);
    const MODULES = { ${languages.map(load).join(' ')} };
    export function driverLanguages() {
      return [...MANIFESTS.keys()];
    }
    export function driverManifest(lang) {
      return MANIFESTS.get(lang);
    }
    // Node keeps in mind that a module could not be read, even if there were only no descriptors left: then it is asked for
    // by other names, as long as it takes. Where a bundler has put it elsewhere, the first failure is the one that counts.
    let attempts = 0;
    async function moduleOf(lang) {
      try {
        return await MODULES[lang]();
      } catch (error) {
        if (error?.code !== 'EMFILE' && error?.code !== 'ENFILE') throw error;
        return import(/* webpackIgnore: true */ /* @vite-ignore */ pathToFileURL(error.path).href + '?' + ++attempts);
      }
    }
    export async function driverPart(lang, part) {
      const { default: parts } = await moduleOf(lang);
      return parts[part];
    }
  `;
}

/** The text of the module with the driver of a language, which can be read there, too. */
export async function driverModule(lang: string): Promise<string> {
  const parts = PARTS.map(async (name) => {
    const text = await driverPart(lang, name);
    return text === undefined ? '' : `  ${name}: ${literal(text)},\n`;
  });
  return `export default {\n${(await Promise.all(parts)).join('')}};`;
}

/** A text as a template literal, line by line. Empty lines are those of comments, which are left out. */
function literal(text: string): string {
  return `\`${text.replace(/[\\`]|\$\{/g, '\\$&')}\``;
}
