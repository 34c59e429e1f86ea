// Makes src/sync/api.ts, the types of `bond/sync`, from those of `bond`: what is a promise there is its result here. The compiler cannot
// do it: a mapped type loses overloads and type parameters.

import { readFileSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withSyncWords } from './sync-words.js';

const SYNC_TYPES = fileURLToPath(new URL('../src/sync/api.ts', import.meta.url));

/** The files of declarations that bonds and what they lead to are made of. */
const FILES = [
  'bond/make-bond',
  'bond/caller',
  'bond/keeper',
  'bond/runner',
  'bond/bond',
  'references/handle',
  'references/remote-object',
  'references/enter',
  'references/extend',
  'references/super-of',
].map((name) => `${name}.d.ts`);

/** Declarations that functions lead to; the others in their file are the same in both. */
const OF_FUNCTIONS = [
  'RemoteFunction',
  'Functions',
  'Listed',
  'FirstStep',
  'Below',
  'UnknownFunctions',
  'UnknownRemoteFunction',
];
const REMOTE_TYPES = 'references/remote-types.d.ts';

/** What is the same in both, and what no user sees. */
const LEFT_OUT =
  /^(?:ClassMembers|Extended|InstanceOf|AnyMethod|AnyRemote|Made|Extension|Member|extensionOf|baseText|noteThis)$/;

/** Writes that file if it has changed, and tells whether it has. */
export function writeSyncTypes(types: ReadonlyMap<string, string>): boolean {
  const text = syncTypes(types);
  if (readFileSync(SYNC_TYPES, 'utf8') === text) return false;
  writeFileSync(SYNC_TYPES, text);
  return true;
}

/** The text of that file. */
function syncTypes(types: ReadonlyMap<string, string>): string {
  const known = new Map<string, string>(); // declarations by their names
  for (const file of FILES)
    for (const [name, text] of declarationsIn(types.get(file) as string)) add(known, name, text);
  const functions = declarationsIn(types.get(REMOTE_TYPES) as string);
  for (const [name, text] of functions) if (OF_FUNCTIONS.includes(name)) add(known, name, text);
  for (const name of known.keys()) if (LEFT_OUT.test(name)) known.delete(name);
  const body = [...known.values()].map(withoutPromises).join('\n');
  return `// Made from the types of 'bond' by \`npm run build\`: change those.\n\n${importsFor(body, known, types)}\n${body}`;
}

function add(known: Map<string, string>, name: string, text: string): void {
  known.set(name, (known.has(name) ? `${known.get(name)}\n` : '') + text);
}

/** The declarations of a file, with their comments. */
function declarationsIn(text: string): [name: string, text: string][] {
  const body = text.replace(/^import [^;]*;\n/gm, '').replace(/^export \{\};\n?/gm, '');
  const parts = body.split(/(?<=^(?:\}|[^\s*/].*;)\n)/m);
  return parts.flatMap((part) => {
    const [, name] =
      /^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|type|function|const) (\w+)/m.exec(part) ?? [];
    return name === undefined ? [] : [[name, part] as [string, string]];
  });
}

/** A declaration of what returns in the place of what resolves. */
function withoutPromises(text: string): string {
  const ofPromises = text.replace(/ {4}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n {4}interact\(.*;\n/, '');
  const plain = withSyncWords(ofPromises)
    .replace(/^ {4}(?:#private|(?:readonly |protected |abstract )+[\w#]+(?:: [^;]*)?);\n/gm, '')
    .replace(
      /^export declare (?:abstract )?class (.*?)(?: implements \w+)? \{$/m,
      (_, head) => `export interface ${withDisposal(text, head)} {`,
    )
    .replace('get closed(): Promise<Ending>', 'get closed(): Ending | undefined')
    .replace(/Expression<(Awaited<ReturnType<G>>)>/g, 'Arriving<$1>')
    .replace(' & Promise<Arriving<T>>', '')
    .replace(/ \| PromiseLike<R>/g, '')
    .replace(/Async(IterableIterator|Disposable)/g, '$1')
    .replace(/Symbol\.async(Dispose|Iterator)/g, (_, name: string) => `Symbol.${name.toLowerCase()}`);
  return unwrapped(plain).replace(/(\bT) \| T\b/g, '$1');
}

function withDisposal(text: string, head: string): string {
  if (!/implements AsyncDisposable/.test(text)) return head;
  return / extends \w+(?:<\w+>)?$/.test(head) ? `${head}, Disposable` : `${head} extends Disposable`;
}

/** `Promise<T>` is `T`. */
function unwrapped(text: string): string {
  const start = text.search(/\bPromise</);
  if (start < 0) return text;
  let depth = 0;
  let end = start + 'Promise'.length;
  do {
    if (text[end] === '<') depth++;
    if (text[end] === '>' && text[end - 1] !== '=') depth--;
    end++;
  } while (depth > 0);
  const inner = text.slice(start + 'Promise<'.length, end - 1);
  return unwrapped(text.slice(0, start) + inner + text.slice(end));
}

/** Imports of the names that are used, and not declared here. */
function importsFor(body: string, known: ReadonlyMap<string, string>, types: ReadonlyMap<string, string>): string {
  const code = body.replace(/\/\*\*[\s\S]*?\*\//g, '');
  const from = new Map<string, Set<string>>();
  const addName = (path: string, name: string): void => {
    const isUsed = new RegExp(`\\b${name}\\b`).test(code);
    if (isUsed && !known.has(name)) from.set(path, (from.get(path) ?? new Set()).add(name));
  };
  for (const file of [...FILES, REMOTE_TYPES]) {
    const text = types.get(file) as string;
    for (const [, list = '', path = ''] of text.matchAll(/^import (?:type )?\{([^}]*)\} from '([^']*)';/gm)) {
      const place = path.startsWith('.') ? `../${posix.normalize(`${posix.dirname(file)}/${path}`)}` : path;
      for (const name of list.split(',')) addName(place, name.trim().replace(/^type /, ''));
    }
    for (const [, name = ''] of text.matchAll(/^export (?:declare )?(?:abstract )?(?:class|interface|type) (\w+)/gm)) {
      addName(`../${file.replace('.d.ts', '.js')}`, name);
    }
  }
  return [...from]
    .sort()
    .map(([path, names]) => `import type { ${[...names].sort().join(', ')} } from '${path}';\n`)
    .join('');
}
