// Servers of a PHP application, each private to this program: with its configuration in a folder, and on a port of its own.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { UNPACKED } from './unpacked.js';

/** How many pages each makes at a time. */
export const WORKERS = 4;
const TICKS = 100; // a second, in /proc

/** A server that runs. */
export interface Served {
  readonly address: string;
  /** The processor time of all its processes until now, in ms. */
  processorTime(): number;
  stop(): Promise<void>;
}

/** Where the application is, and a folder for what servers write. */
interface Place {
  readonly application: string;
  readonly folder: string;
}

type Start = (place: Place, port: number) => readonly ChildProcess[];

export const servers: Readonly<Record<string, Start>> = {
  'Node and bond': ({ application }, port) => [
    run('node', ['--import', 'tsx', 'examples/php-service.ts', application, String(port)], {
      WORKERS: String(WORKERS),
    }),
  ],
  'nginx and php-fpm': (place, port) => [startPhpFpm(place), startNginx(place, port)],
  [`php -S, ${WORKERS} workers`]: (place, port) => [startPhp(place, port, { PHP_CLI_SERVER_WORKERS: String(WORKERS) })],
  'php -S': (place, port) => [startPhp(place, port, {})],
};

/** Starts a server, and waits until it answers. */
export async function serve(start: Start, place: Place, port: number): Promise<Served> {
  const processes = start(place, port);
  const address = `http://127.0.0.1:${port}`;
  for (let round = 0; ; round++) {
    const { status } = await fetch(`${address}/plain.php`).catch(() => ({ status: 0 }));
    if (status === 200) break;
    if (round === 300 || processes.some(({ exitCode }) => exitCode !== null))
      throw new Error(`no server at ${address}`);
    await sleep(100);
  }
  return {
    address,
    processorTime: () => processes.reduce((sum, { pid }) => sum + timeOfTree(pid as number), 0),
    async stop() {
      const ends = processes.map((process) => process.exitCode === null && once(process, 'exit'));
      for (const { pid } of processes) process.kill(-(pid as number)); // `php -S` would leave its workers behind
      await Promise.all(ends);
    },
  };
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  return spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: 'ignore', detached: true });
}

/** PHP's own server hands on what it is told once it has children, so its log is not written. */
function startPhp({ application }: Place, port: number, env: NodeJS.ProcessEnv): ChildProcess {
  return run('php', ['-q', '-S', `127.0.0.1:${port}`, '-t', application], env);
}

function startPhpFpm({ folder }: Place): ChildProcess {
  const [program = ''] = readdirSync(join(UNPACKED, 'usr/sbin')).filter((name) => name.startsWith('php-fpm'));
  const settings = execFileSync('php', ['-r', 'echo php_ini_loaded_file();'], { encoding: 'utf8' });
  const configuration = join(folder, 'php-fpm.conf');
  writeFileSync(
    configuration,
    `[global]
error_log = ${folder}/php-fpm.log
daemonize = no
[www]
user = root
group = root
listen = ${folder}/php-fpm.sock
pm = static
pm.max_children = ${WORKERS}
`,
  );
  // It is not installed, so it has no settings of its own: it gets those of the command line, extensions among them.
  const args = ['-F', '-R', '-y', configuration, '-c', settings];
  return run(join(UNPACKED, 'usr/sbin', program), args, { PHP_INI_SCAN_DIR: join(settings, '../conf.d') });
}

function startNginx({ application, folder }: Place, port: number): ChildProcess {
  for (const name of ['body', 'fastcgi', 'proxy', 'scgi', 'uwsgi']) mkdirSync(join(folder, name), { recursive: true });
  const configuration = join(folder, 'nginx.conf');
  writeFileSync(
    configuration,
    `daemon off;
user root;
worker_processes 2;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.log;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  fastcgi_temp_path ${folder}/fastcgi;
  proxy_temp_path ${folder}/proxy;
  scgi_temp_path ${folder}/scgi;
  uwsgi_temp_path ${folder}/uwsgi;
  server {
    listen 127.0.0.1:${port};
    root ${application};
    location ~ \\.php$ {
      fastcgi_pass unix:${folder}/php-fpm.sock;
      fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      fastcgi_param SCRIPT_NAME $fastcgi_script_name;
      fastcgi_param DOCUMENT_ROOT $document_root;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param REQUEST_URI $request_uri;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param SERVER_PROTOCOL $server_protocol;
      fastcgi_param SERVER_NAME $server_name;
      fastcgi_param SERVER_PORT $server_port;
      fastcgi_param REMOTE_ADDR $remote_addr;
    }
  }
}
`,
  );
  return run(join(UNPACKED, 'usr/sbin/nginx'), ['-c', configuration, '-p', folder, '-e', join(folder, 'nginx.log')]);
}

/** The processor time of a process and all below it, also of those that have ended. */
function timeOfTree(pid: number): number {
  const stats = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [statusOf(name)] : []));
  const of = (parent: number): number => {
    const below = stats.filter((fields) => Number(fields[1]) === parent).map((fields) => of(Number(fields.at(-1))));
    const own = stats.find((fields) => Number(fields.at(-1)) === parent)?.slice(11, 15) ?? [];
    return [...own, ...below].reduce<number>((sum, time) => sum + Number(time), 0);
  };
  return (of(pid) * 1000) / TICKS;
}

/** The fields of a process behind its name, and its number. */
function statusOf(pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return [...text.slice(text.lastIndexOf(')') + 2).split(' '), pid];
  } catch {
    return [];
  }
}
