// Others who do the same, each in the way that its own documentation shows. They are installed in this folder alone.

import { type ChildProcess, execFile as runFile, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { type Contestant, type Session, SIZE } from './contestants.js';
import { endOf } from './ends.js';
import { type Language, type Purpose, pathOf } from './languages.js';

const require = createRequire(pathOf('package.json'));

/** A package of this folder. What it exports is its own affair: the library is checked without it. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type Package = any;

function isPython({ lang }: Language, purpose: Purpose): boolean {
  return lang === 'Python' && (purpose === 'call' || purpose === 'records');
}

/** Has texts only, so that bytes cross as base64, which a function there decodes and encodes again. */
function asBase64(session: Session): Session {
  return {
    ...session,
    async call(name, bytes) {
      const text = (await session.call(
        `${name}_base64`,
        Buffer.from(bytes as Uint8Array).toString('base64'),
      )) as string;
      return new Uint8Array(Buffer.from(text, 'base64'));
    },
  };
}

/** The function in Python for {@link asBase64}. */
const SAME_BASE64 = `
import base64
def same_base64(text):
    return base64.b64encode(base64.b64decode(text)).decode()`;

function isJavaScript({ lang }: Language, purpose: Purpose): boolean {
  return lang === 'JavaScript' && !['output', 'objects', 'async', 'arrays', 'ssh'].includes(purpose);
}

const pythonia: Contestant = {
  name: 'pythonia',
  isSingle: true,
  can: ({ lang }, purpose) => lang === 'Python' && !['output', 'async', 'arrays', 'ssh'].includes(purpose),
  async open({ executable }, purpose) {
    // It starts an interpreter when it is loaded, and one that it starts later cannot call back.
    for (const file of Object.keys(require.cache)) if (file.includes('/pythonia/')) delete require.cache[file];
    process.env.PYTHON_BIN = executable;
    const { python, com }: Package = require('pythonia');
    const functions = await python(pathOf('peers/functions.py'));
    const up = (n: number): Promise<unknown> => functions.down(n, up);
    const deeds = deedsWith(await functions.Thing(), functions);
    const child: ChildProcess = com.proc;
    const session: Session = {
      async call(name, ...args) {
        if (name === 'down') return functions.down(...args, up);
        if (name in deeds) return deeds[name]?.();
        const result = await functions[name](...args);
        return typeof result === 'function' ? result.valueOf() : result;
      },
      pid: child.pid,
      async close() {
        const end = endOf(child);
        python.exit();
        Object.assign(com, { write() {}, writeRaw() {} }); // what is still under way would crash this process
        await end;
      },
    };
    return purpose === 'bytes' ? asBase64(session) : session;
  },
};

/** What is done with objects, as its documentation shows it. It has no way to let go of one by hand. */
function deedsWith(thing: Package, { show }: Package): Record<string, () => Promise<unknown>> {
  return {
    async chain() {
      let last = thing;
      for (let link = 0; link < 9; link++) last = await last.step();
      return last.size;
    },
    property: () => thing.size,
    async handle() {
      await thing.step();
      return SIZE;
    },
    show: () => show(() => SIZE),
  };
}

const pythonBridge: Contestant = {
  name: 'python-bridge',
  can: ({ lang }, purpose) => lang === 'Python' && ['call', 'records', 'bytes'].includes(purpose),
  async open({ executable, functions }, purpose) {
    const python: Package = require('python-bridge')({ python: executable });
    await python.ex([functions + SAME_BASE64]);
    const session: Session = {
      call: (name, ...args) => python([`${name}(`, ...args.slice(1).map(() => ', '), ')'], ...args),
      pid: python.pid,
      close: () => python.end(),
    };
    return purpose === 'bytes' ? asBase64(session) : session;
  },
};

const pythonShell: Contestant = {
  name: 'python-shell',
  can: isPython,
  async open({ executable }) {
    const { PythonShell }: Package = require('python-shell');
    const shell = new PythonShell(pathOf('peers/shell.py'), { mode: 'json', pythonPath: executable });
    const waiting: ((value: unknown) => void)[] = [];
    shell.on('message', (value: unknown) => waiting.shift()?.(value));
    return {
      call: (name, ...args) =>
        new Promise((resolve) => {
          waiting.push(resolve);
          shell.send([name, args]);
        }),
      pid: shell.childProcess.pid,
      close: () => new Promise((resolve) => shell.end(resolve)),
    };
  },
};

const jsonRpc: Contestant = {
  name: 'vscode-jsonrpc',
  can: (language, purpose) => isJavaScript(language, purpose) && purpose !== 'bytes',
  async open({ executable }) {
    const { createMessageConnection, ParameterStructures, StreamMessageReader, StreamMessageWriter }: Package =
      require('vscode-jsonrpc/node');
    const child = spawn(executable, [pathOf('peers/jsonrpc.js')], { stdio: ['pipe', 'pipe', 'inherit'] });
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    connection.onRequest('up', (n: number) => connection.sendRequest('down', n));
    connection.listen();
    return {
      call: (name, ...args) => connection.sendRequest(name, ParameterStructures.byPosition, ...args),
      pid: child.pid,
      close() {
        const end = endOf(child);
        child.stdin.end();
        return end;
      },
    };
  },
};

const comlink: Contestant = {
  name: 'comlink',
  can: isJavaScript,
  async open() {
    const [{ wrap, proxy }, { default: nodeEndpoint }]: Package[] = await Promise.all(
      ['comlink/dist/esm/comlink.mjs', 'comlink/dist/esm/node-adapter.mjs'].map(
        (file) => import(pathOf(`node_modules/${file}`)),
      ),
    );
    const worker = new Worker(pathOf('peers/worker.js'));
    const remote = wrap(nodeEndpoint(worker));
    const up = proxy((n: number) => remote.down(n, up));
    return {
      call: (name, ...args) => (name === 'down' ? remote.down(...args, up) : remote[name](...args)),
      close: () => worker.terminate(),
    };
  },
};

/** A process a call: the limit's own program, which is given one line and the end of its input. */
const execFile: Contestant = {
  name: 'execFile',
  isSlow: true,
  can: (_, purpose) => purpose === 'call',
  async open(language): Promise<Session> {
    const [command, ...args] = language.limit('call') as [string, ...string[]];
    return {
      call: (...message) =>
        new Promise((resolve, reject) => {
          const child = runFile(command, args, { maxBuffer: Infinity }, (error, answer) => {
            if (error) reject(error);
            else resolve(JSON.parse(answer));
          });
          child.stdin?.end(`${JSON.stringify([message[0], message.slice(1)])}\n`);
        }),
      close: async () => {},
    };
  },
};

export const PEERS: readonly Contestant[] = [pythonia, pythonBridge, pythonShell, jsonRpc, comlink, execFile];
