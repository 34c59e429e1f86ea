import { arrayOf, unionOf } from './type-expression.js';

/** Where a type stands: some values cross only in one direction, and arrive as something else. */
export type Position = 'parameter' | 'result';

/** What is known of the place where a type stands. */
export interface Surroundings {
  readonly position: Position;
  /** The type of the objects of a class that is described; nothing, if it is not. */
  readonly classNamed: (name: string) => string | undefined;
  /** The class that it is said in. */
  readonly self: string | undefined;
  /** Whether a name that is not known must be that of a class. */
  readonly isDeclared: boolean;
}

/** What cannot leave the interpreter, and of which nothing more is known. */
const OPAQUE = 'Stays<object>';
const ANY_FUNCTION = '(...args: unknown[]) => unknown';

const TYPED_ARRAYS = /^(?:Uint8|Uint8Clamped|Int8|Uint16|Int16|Uint32|Int32|Float32|Float64|BigInt64|BigUint64)Array$/;
const PLAIN = /^(?:string|number|boolean|bigint|null|undefined|unknown|never|true|false|Date|Error|RegExp)$/;

/** A type as it is called in JSDoc and TypeScript. */
export function jsdocType(name: string, args: readonly string[], around: Surroundings): string {
  const [first = 'unknown', second] = args;
  if (PLAIN.test(name) || TYPED_ARRAYS.test(name)) return name;
  switch (name) {
    case 'String':
    case 'Number':
    case 'Boolean':
      return name.toLowerCase();
    case 'void':
      return around.position === 'result' ? 'void' : 'undefined';
    case 'Buffer':
      return 'Uint8Array';
    case 'Array':
    case 'ReadonlyArray':
      return arrayOf(first);
    case 'Iterable':
    case 'AsyncIterable':
      return around.position === 'parameter' ? arrayOf(first) : OPAQUE;
    case 'Promise':
    case 'Set':
      return `${name}<${first}>`;
    case 'Map':
      return `Map<${first}, ${second ?? 'unknown'}>`;
    case 'Record':
    case 'Object':
    case 'object':
      return args.length === 0 ? 'Record<string, unknown>' : `Record<string, ${second ?? first}>`;
    case 'Function':
      return ANY_FUNCTION;
    case 'NumpyArray':
      return unionOf(['NDArray', 'NumberArray']);
    case 'this':
      return around.classNamed(around.self ?? '') ?? OPAQUE;
    case 'Opaque':
      return OPAQUE;
  }
  return around.classNamed(name) ?? 'unknown';
}

const PHPDOC: Readonly<Record<string, string>> = {
  int: 'number',
  integer: 'number',
  float: 'number',
  double: 'number',
  number: 'number',
  numeric: 'number | string',
  'array-key': 'number | string',
  scalar: 'number | string | boolean',
  string: 'string',
  bool: 'boolean',
  boolean: 'boolean',
  true: 'true',
  false: 'false',
  null: 'null',
  void: 'null',
  never: 'never',
  noreturn: 'never',
  mixed: 'unknown',
  callable: ANY_FUNCTION,
  closure: ANY_FUNCTION,
  resource: OPAQUE,
  object: OPAQUE,
  stdclass: 'Record<string, unknown>',
  datetimeinterface: 'Date',
  datetimeimmutable: 'Date',
  datetime: 'Date',
  jsonserializable: 'unknown',
};

const PHPDOC_ITERABLES = /^(?:iterable|traversable|iterator|iteratoraggregate|generator)$/;

/** A type as it is called in PHPDoc. */
export function phpdocType(name: string, args: readonly string[], around: Surroundings): string {
  const plain = name.replace(/^\\/, '');
  const lower = plain.toLowerCase();
  const known = Object.hasOwn(PHPDOC, lower) ? PHPDOC[lower] : undefined;
  // A `Date` arrives as one that cannot be changed.
  if (lower === 'datetime' && around.position === 'parameter') return OPAQUE;
  if (known) return known;
  if (/-string$/.test(lower)) return 'string';
  if (/-int$/.test(lower)) return 'number';
  const last = args.at(-1);
  if (/^(?:non-empty-)?list$/.test(lower)) return arrayOf(last ?? 'unknown');
  if (/^(?:non-empty-)?array$/.test(lower)) return phpdocArray(args);
  if (PHPDOC_ITERABLES.test(lower)) return around.position === 'parameter' ? arrayOf(last ?? 'unknown') : OPAQUE;
  if (/^(?:self|static|\$this)$/.test(lower) && around.self) return around.classNamed(around.self) ?? OPAQUE;
  return around.classNamed(plain) ?? (around.isDeclared ? OPAQUE : 'unknown');
}

/** An array of PHP is a list or has names, and its type does not always say which. */
function phpdocArray([first, second]: readonly string[]): string {
  const item = second ?? first ?? 'unknown';
  if (second && first === 'number') return arrayOf(item);
  return second && first === 'string' ? `Record<string, ${item}>` : `${arrayOf(item)} | Record<string, ${item}>`;
}
