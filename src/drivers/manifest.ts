import type { ProtocolName } from '../common/options.js';

/**
 * What a driver supports besides evaluation, calls and exceptions. These are the words of `features` in its
 * `bond.json`, which docs/protocol.md explains.
 */
export type Feature =
  | 'references'
  | 'hold'
  | 'iterate'
  | 'callback'
  | 'stream'
  | 'live'
  | 'named'
  | 'chain'
  | 'objects'
  | 'enter'
  | 'extend'
  | 'stacks'
  | 'places'
  | 'parts'
  | 'bytes'
  | 'ejson'
  | 'convert'
  | 'load'
  | 'text'
  | 'concurrent'
  | 'interrupt';

/** @internal All of them. */
export const FEATURES: readonly Feature[] = [
  'references',
  'hold',
  'iterate',
  'callback',
  'stream',
  'live',
  'named',
  'chain',
  'objects',
  'enter',
  'extend',
  'stacks',
  'places',
  'parts',
  'bytes',
  'ejson',
  'convert',
  'load',
  'text',
  'concurrent',
  'interrupt',
];

/** A preset in a `bond.json`: conversions for the option `convert`, and their options. */
export interface Preset {
  /** What it is for, in a sentence. */
  readonly about?: string;
  /** The values that each option may have. */
  readonly options?: Readonly<Record<string, readonly string[]>>;
  /**
   * Code by type name. `{option}` in it stands for the value of an option, as a string, which is empty if the option is
   * not given.
   */
  readonly convert: Readonly<Record<string, string>>;
}

/** How an option for libraries works in a language: where they are, and how its interpreter finds them. */
export interface LibraryOption {
  /** What the option names, for messages. */
  readonly what: string;
  /** How to create what is missing. */
  readonly create?: string;
  /** Of a directory with an interpreter of its own: what it is called, in the working directory or one above it. */
  readonly folders?: readonly string[];
  /** Environment variables that name such a directory. */
  readonly variables?: readonly string[];
  /** The kinds of such directories. */
  readonly kinds?: readonly {
    /** Paths in it that show its kind. */
    readonly marks: readonly string[];
    /** Environment variables of this kind, in which `{path}` stands for the directory; `null` removes one. */
    readonly env: Readonly<Record<string, string | null>>;
  }[];
  /** Paths of the interpreter in it. */
  readonly programs?: readonly string[];
  /** Directories in it that precede others in `PATH`. */
  readonly path?: readonly string[];
  /** The block that runs before all other code. In it, `{found}` stands for `find`, and `{paths}` or `{words}` for what was given. */
  readonly code?: string;
  /** An expression that finds what `{paths}` names, or the nearest one if that is `''`, and throws if there is none. */
  readonly find?: string;
}

/** Advice on exceptions which say that a library is missing. */
export interface MissingLibrary {
  /** The class of the exception, if it has one of its own. */
  readonly type?: string;
  /** A regular expression for its message. Its first group is the name of the library. */
  readonly pattern: string;
  /** What to do. `{name}` stands for the package, `{command}` for the command of the interpreter. */
  readonly advice: string;
  /** Names of packages, by the names of their libraries, where these differ. */
  readonly packages?: Readonly<Record<string, string>>;
}

/** What is known about a language: the contents of its `bond.json`. {@link queryDriver} returns it. */
export interface Driver {
  /** The name of the language, for `makeBond`. */
  readonly language: string;
  /** Commands that may start its interpreter, in the order in which they are tried. */
  readonly commands: readonly string[];
  /** Arguments that make the interpreter read code from standard input, line by line. */
  readonly arguments: readonly string[];
  /** What separates arguments of the interpreter from those of a script. */
  readonly scriptArguments: readonly string[];
  /** The protocols that the driver supports, in order of preference. */
  readonly protocols: readonly ProtocolName[];
  /** What the driver supports. A particular interpreter may support less. */
  readonly features: readonly Feature[];
  /** What separates a module, package or class from a name in it, such as `.` or `::`. */
  readonly separator: string;
  /** Other names of the language, in lower case, for suggestions. */
  readonly aliases?: readonly string[];
  /** Extensions of its files, without the dot. */
  readonly extensions?: readonly string[];
  /** What an interpreter needs for interrupts, if some lack it: an extension, for example. */
  readonly interruptNeeds?: string;
  /** Whether an interrupt stops whatever code is running, not only the request that it names. */
  readonly interruptStopsAny?: boolean;
  /** Why the language, or one of its interpreters, does not need the option `text`. */
  readonly withoutText?: string;
  /** An expression for the bytes of memory that the interpreter uses, for the option `maxMemory` of pools. */
  readonly memory?: string;
  /** The options `venv`, `autoload` and `lib`, as far as the language has them. */
  readonly libraries?: Readonly<Partial<Record<'venv' | 'autoload' | 'lib', LibraryOption>>>;
  /** Advice for error messages when a library is missing. */
  readonly missing?: readonly MissingLibrary[];
  /** Common conversions, by name. See {@link presets}. */
  readonly presets?: Readonly<Record<string, Preset>>;
  /** The command that installs the interpreter on Debian and Ubuntu. */
  readonly install: string;
}

/** @internal Checks the contents of a `bond.json`. */
export function checkManifest(lang: string, manifest: Partial<Record<keyof Driver | 'files', unknown>>): Driver {
  if (manifest.language !== lang) throw new Error(`'language' is not '${lang}'`);
  for (const name of ['separator', 'install'] as const) {
    if (typeof manifest[name] !== 'string') throw new Error(`'${name}' is not a string`);
  }
  for (const name of ['commands', 'arguments', 'scriptArguments', 'protocols'] as const) {
    const list = manifest[name];
    if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) {
      throw new Error(`'${name}' is not a list of strings`);
    }
  }
  const { features = [], files: _files, ...others } = manifest; // how it is split into files is internal
  if (!Array.isArray(features)) throw new Error("'features' is not a list of strings");
  const unknown = features.find((feature) => !FEATURES.includes(feature as Feature));
  if (unknown !== undefined) throw new Error(`there is no feature '${unknown}'; known: ${FEATURES.join(', ')}`);
  return { ...others, features } as Driver;
}

/** The command that creates what an option names, as the hint of an error. */
export function howToCreate({ create }: LibraryOption): string | undefined {
  return create && `to create it: ${create}`;
}
