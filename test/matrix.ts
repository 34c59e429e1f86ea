// The table of docs/values.md, as the interpreters here show it: npm run matrix writes it into the page.

import { pathToFileURL } from 'node:url';
import { type Bond, makeBond, SerializationException } from '../src/index.js';
import { kinds } from './kinds.js';
import { markdownTable, writtenPart } from './page.js';

/** The table as it stands in the page. */
export const matrixInPage = writtenPart('docs/values.md', 'matrix');

/** For each language, a block that defines `same(x)` and `kind_of(x)`, which says what `x` is there. */
const definitions = {
  Python: `
def same(x): return x
def kind_of(x): return type(x).__name__`,
  PHP: `
function same($x) { return $x; }
function kind_of($x) {
  return is_array($x) ? ($x === [] || array_keys($x) === range(0, count($x) - 1) ? 'array (a list)' : 'array') : get_debug_type($x);
}`,
  Perl: `
sub same { $_[0] }
sub kind_of {
  my ($x) = @_;
  return 'undef' unless defined $x;
  return { ARRAY => 'array', HASH => 'hash' }->{ref $x} || ref $x if ref $x;
  no warnings;
  return 'boolean' if builtin::is_bool($x);
  return 'number' if builtin::created_as_number($x);
  return utf8::is_utf8($x) || $x !~ /[^\\x00-\\x7f]/ ? 'string' : 'string of bytes';
}`,
  JavaScript: `
function same(x) { return x }
function kind_of(x) { return x === null || typeof x !== 'object' ? String(x === null ? x : typeof x) : x.constructor.name }`,
  Ruby: `
def same(x) = x
def kind_of(x) = x.class.name`,
  Lua: `
function same(x) return x end
function kind_of(x) return math.type(x) or type(x) end`,
  R: `
same <- function(x) x
kind_of <- function(x) class(x)[1]`,
  // Every value is a text: how Tcl keeps it is not part of the value.
  Tcl: `
proc same x {return $x}
proc kind_of x {return text}`,
} as const;

export type MatrixLanguage = keyof typeof definitions;
const everyColumn = Object.keys(definitions) as MatrixLanguage[];

/** What a value is called on the host. */
function kindHere(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return typeof value;
  return Array.isArray(value) ? 'array' : Object.getPrototypeOf(value).constructor.name.replace(/^Object$/, 'object');
}

/** What becomes of some values of one kind: what they are there, and, where it is something else, what comes back. */
async function cell(bond: Bond, samples: readonly unknown[]): Promise<string> {
  const cells = new Set<string>();
  for (const sample of samples) cells.add(await fate(bond, sample));
  return [...cells].join(', ');
}

async function fate(bond: Bond, sample: unknown): Promise<string> {
  try {
    const there = await bond.call<string>('kind_of', sample);
    const [here, back] = [kindHere(sample ?? null), kindHere(await bond.call('same', sample))];
    return here === back ? `\`${there}\`` : `\`${there}\` → ${back}`;
  } catch (error) {
    if (error instanceof SerializationException) return 'an error';
    throw error;
  }
}

/** The table with the columns of some languages, in Markdown. */
export async function matrix(langs: readonly MatrixLanguage[] = everyColumn): Promise<string> {
  const bonds = await Promise.all(langs.map((lang) => makeBond(lang, { protocol: 'EJSON' })));
  await Promise.all(bonds.map((bond) => bond.evalBlock(definitions[bond.lang as MatrixLanguage])));
  const rows: string[][] = [];
  for (const { name, samples } of kinds) {
    rows.push([name, ...(await Promise.all(bonds.map((bond) => cell(bond, samples))))]);
  }
  await Promise.all(bonds.map((bond) => bond.close()));
  return markdownTable(['host', ...langs], rows);
}

/** The same columns of the table in the page. */
export function columnsInPage(langs: readonly MatrixLanguage[] = everyColumn): string {
  const [head = [], , ...rows] = matrixInPage
    .read()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(2, -2).split(' | '));
  const places = ['host', ...langs].map((name) => head.indexOf(name));
  const [names = [], ...cells] = [head, ...rows].map((row) => places.map((place) => row[place] ?? ''));
  return markdownTable(names, cells);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) matrixInPage.write(await matrix());
