// Links of pages in the package.

interface Options {
  /** Whether a file is in the package. Paths are relative to the page. */
  readonly isPacked: (path: string) => boolean;
  /** The path of a file in the repository. */
  readonly inRepository: (path: string) => string;
  /** Where the repository's files can be read, if that is known. */
  readonly address: string | undefined;
}

/** Blocks of code and code in a line, which stay; links and pictures. */
const PARTS = /^(`{3,}).*\n[\s\S]*?^\1$|(!?)\[((?:`[^`]*`|[^\][`])*)\]\(([^)\s]+)\)|`[^`\n]*`/gm;

/** A page whose links lead to packed files, to other sites, or to the repository. */
export function withPackedLinks(page: string, options: Options): string {
  return page.replace(PARTS, (whole: string, _fence, mark?: string, text?: string, target = '') => {
    const [path = '', anchor] = target.split('#');
    if (path === '' || /^[a-z]+:/.test(path) || options.isPacked(path)) return whole;
    const there = options.inRepository(path);
    const place = anchor === undefined ? there : `${there}#${anchor}`;
    if (options.address) return `${mark}[${text}](${options.address}/${place}${mark && '?raw=true'})`;
    const name = there.replace(/\/README\.md$/, '/');
    const isName = `/${name}`.endsWith(`/${text?.replaceAll('`', '')}`);
    return isName ? `\`${name}\`` : `${text} (\`${name}\`)`;
  });
}
