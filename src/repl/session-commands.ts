import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { nearest } from '../common/similar.js';

const HELP = `.exit          leaves, as Ctrl-D does
.load FILE     runs a file of this machine
.time CODE     tells how long CODE takes
.time          does so for each line, or stops that
.types FILE    writes TypeScript for the functions of FILE
.types         the same for the file loaded last
!EXPRESSION    brings the value over, as Node has it
`;

const NAMES = ['help', 'exit', 'load', 'time', 'types'] as const;
type Name = (typeof NAMES)[number];

/** What the commands of a session need to know of its language. */
export interface SessionTools {
  /** The code of a file, as a block takes it. */
  codeOf(path: string): string;
  /** TypeScript for the functions of a file. */
  typesOf(path: string): Promise<string>;
}

/** What the commands do in a session. */
export interface SessionActions {
  write(text: string): void;
  /** Runs a block without showing its value. */
  runBlock(code: string): Promise<void>;
  /** Takes code, and tells how long that takes; without any, does so for each line or stops. Resolves to whether it is unfinished. */
  time(code: string): Promise<boolean>;
  leave(): void;
}

/** Whether a line is a command, and not code: no language has a name behind a dot at the start of a block. */
export function isCommand(line: string): boolean {
  return /^\s*\.[a-zA-Z]*(?:\s|$)/.test(line);
}

/** The lines of a session that begin with a dot. */
export class SessionCommands {
  readonly #tools: SessionTools;
  readonly #actions: SessionActions;
  #loaded: string | undefined;

  constructor(tools: SessionTools, actions: SessionActions) {
    this.#tools = tools;
    this.#actions = actions;
  }

  /** Carries out a line; resolves to whether code in it is unfinished. @throws Error if it is wrong, or fails */
  async run(line: string): Promise<boolean> {
    const [, word, rest] = /^\s*\.(\w*)\s*([\s\S]*)$/.exec(line) as unknown as [string, string, string];
    const name = NAMES.find((known) => known === word);
    if (name === undefined) throw new Error(unknownCommand(word));
    return (await this.#commands[name](name === 'time' ? rest : rest.trim())) === true;
  }

  /** What may stand at the end of a line: names of commands and of files, and the part of them that is there. */
  complete(before: string): [names: string[], word: string] {
    const [, word] = /^\s*\.(\w*)$/.exec(before) ?? [];
    if (word !== undefined) return [NAMES.filter((name) => name.startsWith(word)).map((name) => `${name} `), word];
    const [, path = ''] = /^\s*\.(?:load|types)\s+(.*)$/.exec(before) ?? [];
    return [filesBeginning(path), path];
  }

  readonly #commands: Record<Name, (rest: string) => unknown> = {
    help: () => this.#actions.write(HELP),
    exit: () => this.#actions.leave(),
    load: async (path) => {
      if (path === '') throw new Error('.load takes the path of a file');
      const code = this.#tools.codeOf(atHome(path));
      this.#loaded = atHome(path);
      await this.#actions.runBlock(code);
    },
    time: (code) => this.#actions.time(code),
    types: async (path) => {
      const file = path === '' ? this.#loaded : atHome(path);
      if (file === undefined) throw new Error('.types takes the path of a file, or the one of the last .load');
      this.#actions.write(await this.#tools.typesOf(file));
    },
  };
}

function unknownCommand(word: string): string {
  const hint = nearest(word, NAMES);
  return hint
    ? `There is no command .${word}: did you mean .${hint}?`
    : `There is no command .${word}: .help lists them.`;
}

function atHome(path: string): string {
  return path.replace(/^~(?=\/|$)/, homedir());
}

function filesBeginning(path: string): string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  try {
    return readdirSync(folder === '' ? '.' : atHome(folder), { withFileTypes: true })
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .filter((name) => name.startsWith(path) && (path !== folder || !name.slice(folder.length).startsWith('.')));
  } catch {
    return [];
  }
}
