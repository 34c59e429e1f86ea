import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BondException } from '../../common/errors.js';
import { textOf } from '../../common/thrown.js';
import type { Level } from './level.js';

/**
 * What the checks say, in one language: the contents of `conformance.json` in a driver's folder. What is given as *block* is
 * code for `evalBlock`; an *expression* is code for `eval`. Words in capitals are replaced before the code is used.
 */
export interface Words {
  /**
   * A block that defines:
   * - `twice(x)`, `same(x)`, `boom(message)`, which throws, `leave()`, which exits with code 3
   * - `caught(x)`: the value of `host(x)`, or the message of the exception that it throws
   * - `down(n)`: `n`, by way of `up(n - 1)`
   * - `uncrossable()`: `{ items: [1, <what cannot cross>] }`; `pass_uncrossable()` gives that to `host`
   * - `boom_without_text()`: throws an exception that fails when it is asked for its message
   */
  readonly functions: string;
  /** The type of what `boom` throws; nothing if the language has no types of exceptions. */
  readonly boomType?: string;
  /** An expression: a call of the function NAME; `NAME(ARGUMENTS)` if it is not given. */
  readonly call?: string;
  /** What stands between ARGUMENTS; `, ` if it is not given. */
  readonly separator?: string;
  /** An expression: the sum of A and B; `A + B` if it is not given. */
  readonly sum?: string;
  /** An expression: the text TEXT, in which no quote and no backslash is; `'TEXT'` if it is not given. */
  readonly text?: string;
  /** Expressions, and blocks, that the language cannot read; if they are not given, open and closing brackets and quotes. */
  readonly wrongExpressions?: readonly string[];
  readonly wrongBlocks?: readonly string[];
  /** A block that calls the function NAME, if `call` is no block. */
  readonly callBlock?: string;
  /**
   * For languages whose values are all text unless a type is asked for. An expression: VALUE as a value of TYPE, which is `int` or
   * `null`. `functions` then defines `typed(type, name, …)`, too: it calls the function of that name, whose result and arguments for
   * `host` have that type. A type is `int`, `float`, `boolean`, `null`, `text`, a list of `tuple` and the types of items, or a list
   * of `record` and a map of types. With the feature `ejson`, also `bytes`, `date`, `number`, or a list of `list` and a type.
   */
  readonly typed?: string;
  /** A block that sets a global variable to VALUE, which is an expression. */
  readonly set: string;
  /** An expression: the value of that variable. */
  readonly get: string;
  /** An expression: the length of VALUE, a string. */
  readonly lengthOf: string;
  /** Begins a comment that ends with the line. */
  readonly comment: string;
  /** A block that prints TEXT, letters only, without a newline. */
  readonly print: string;
  /** The same for standard error. */
  readonly printError: string;
  /** A block that prints the bytes ff fe 00. */
  readonly printBytes: string;
  /** A block that prints a million letters `x`. */
  readonly printMuch: string;
  /** A block that prints `tick` on both streams, and then waits until there is a file at PATH. */
  readonly printAndWaitFor: string;
  /** A block that runs the shell command COMMAND with the streams that it inherits. */
  readonly run: string;
  /** An expression: all that can be read from standard input, as a string. */
  readonly readInput: string;
  /** A block that prints `on`, and computes for ever. */
  readonly loop: string;
  /** A block that prints `on`, and sleeps for ever. */
  readonly sleep: string;
  /** An expression: the id of the interpreter's process. */
  readonly pid: string;
  /** A block that makes the interpreter print `bye` when it exits. */
  readonly exitHook: string;
  /** An expression: the names of all globals. */
  readonly globals: string;
  /**
   * Arguments that make the bare interpreter print those as JSON; GLOBALS is where the expression goes. Or a program that does so,
   * as a text, if the interpreter takes programs from files only.
   */
  readonly printGlobals: readonly string[] | string;
  /** What a string literal with a NUL gives: some languages refuse it. */
  readonly nulInCode: 'value' | 'exception';
  /** `exception` if strings cannot have a NUL. */
  readonly nulInStrings?: 'exception';
  /** `exception` if there are no integers beyond 2^53. */
  readonly longIntegers?: 'exception';
  /** Whether an empty map comes back as an empty list, because the language has one type for both. */
  readonly emptyMapIsList?: boolean;
  /** Names that a function cannot have. */
  readonly badNames: readonly string[];
  /** What the level *refers* says; not needed below it. */
  readonly references?: ReferenceWords;
}

/** What the checks of the level *refers* say. */
export interface ReferenceWords {
  /**
   * A block that defines:
   * - `apply_to(f, x)`: `f(x)`; `keep(f)` keeps it, `kept(x)` calls it, `forget()` lets go of it
   * - `attempt(f)`: what `f()` throws, as text
   * - `total(items)` adds up what it iterates over; `first(items)` takes one item, and leaves
   * - a class `Counter(start)` with a property `count`, and methods `add(n)`, which returns the new count, `fail()`, which
   *   throws `broken`, and `self()`, which returns the object
   * - `count_of(counter)`
   * - `named(first, last)`: the two with a space between, given by name as the language does
   */
  readonly functions: string;
  /**
   * For the feature `concurrent`, a block that defines async functions:
   * - `meet(n)` waits until it has been called `n` times
   * - `ask_later(x)`: one more than `host(x)`, which it awaits
   * - `ask_of(object, x)`: one more than `object.later(x)`, a method of a live object, which it awaits
   * - `say_later(text)` prints it, waits a moment, and prints it again
   * - `wait_forever()`
   */
  readonly async?: string;
  /**
   * For the feature `load`, a file that defines `half(x)`, `quarter(x)`, which is `half(half(x))`, `fails(message)`, which throws, and
   * `tried()`: what `fails('broken')` throws, as text. It prints `quarter(20)`, a space, and `tried()`.
   */
  readonly program?: string;
  /** An expression: a new counter from 5. */
  readonly counter: string;
  /** Expressions, for the feature `convert`: a function that gives the count of a counter; and one that calls its `fail()`. */
  readonly countOf?: string;
  readonly failing?: string;
  /** An expression: a list of 1, 2, 3. */
  readonly list: string;
  /** An expression: an iterator over 0 … COUNT - 1 that prints `left` when it is closed or done, and throws `a thousand` at 1000. */
  readonly range: string;
  /** An expression that collects garbage, or any other where that goes by itself. */
  readonly collect: string;
}

/** What `conformance.json` has to have for a level. */
const NEEDED: Record<Level, readonly string[]> = {
  speaks: ['functions', 'set', 'get', 'lengthOf', 'comment', 'globals', 'printGlobals', 'nulInCode', 'badNames'],
  streams: ['print', 'printError', 'printBytes', 'printMuch', 'printAndWaitFor', 'run', 'readInput', 'pid', 'exitHook'],
  interrupts: ['loop', 'sleep'],
  refers: ['references'],
  'carries everything': [],
};

/**
 * The words in a driver's folder. A text may be a list of lines.
 * @throws BondException if there are none
 */
export function readWords(folder: string): Words {
  const path = join(folder, 'conformance.json');
  let words: Record<string, unknown>;
  try {
    words = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw new BondException('bond', `${path} cannot be read: ${textOf(cause)}`, { cause });
  }
  for (const holder of [words, words.references ?? {}] as Record<string, unknown>[]) {
    for (const [name, text] of Object.entries(holder))
      if (Array.isArray(text) && !LISTS.includes(name)) holder[name] = text.join('\n');
  }
  return words as unknown as Words;
}

/** Those that are lists of texts. Elsewhere, a list is a text of several lines. */
const LISTS: readonly string[] = ['wrongExpressions', 'wrongBlocks', 'printGlobals', 'badNames'];

/** What `references` has to have, and what else it may have. */
const REFERENCES = ['functions', 'counter', 'list', 'range', 'collect'];
const MORE_REFERENCES = ['async', 'program', 'countOf', 'failing'];

/** What else `conformance.json` may have. */
const OPTIONAL: readonly string[] = [
  ...[
    'boomType',
    'nulInStrings',
    'longIntegers',
    'emptyMapIsList',
    'call',
    'callBlock',
    'separator',
    'sum',
    'text',
    'typed',
    'wrongExpressions',
    'wrongBlocks',
  ],
];

/** Keys that nothing asks for: mostly, what somebody has misspelt. */
export function unknownWords(words: Words): string[] {
  const known = [...Object.values(NEEDED).flat(), ...OPTIONAL];
  const knownReferences = [...REFERENCES, ...MORE_REFERENCES];
  return [
    ...Object.keys(words).filter((name) => !known.includes(name)),
    ...Object.keys(words.references ?? {})
      .filter((name) => !knownReferences.includes(name))
      .map((name) => `references.${name}`),
  ];
}

/** The words that a level needs, and that are not there. */
export function missingWords(words: Words, level: Level): string[] {
  const lacks = (holder: object | undefined, names: readonly string[]): string[] =>
    names.filter((name) => (holder as Record<string, unknown> | undefined)?.[name] === undefined);
  const missing = lacks(words, NEEDED[level]);
  if (level !== 'refers' || missing.length > 0) return missing;
  return lacks(words.references, REFERENCES).map((name) => `references.${name}`);
}

/** A word with its capitals replaced: `fill('x = VALUE', { VALUE: '5' })`. */
export function fill(word: string, values: Readonly<Record<string, string>>): string {
  return word.replace(/\b[A-Z]+\b/g, (name) => values[name] ?? name);
}
