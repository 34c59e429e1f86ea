import type { Writable } from 'node:stream';
import type { Bond } from '../../bond/bond.js';
import { makeBond } from '../../bond/make-bond.js';
import { BondException, TimeoutException } from '../../common/errors.js';
import { Promise } from '../../common/globals.js';
import { NODE } from '../../common/runtime.js';
import { textOf } from '../../common/thrown.js';
import { listDrivers, queryDriver } from '../../drivers/driver.js';
import { pathOf } from '../../process/path-of.js';
import { aligned } from '../../repl/table.js';
import { hasColors, styled } from '../../repl/terminal.js';
import { driverTools, type Extra } from '../driver-tools.js';
import { EXIT } from './exit-codes.js';

/** How long an interpreter may take for each thing that it is asked, in ms. */
const PATIENCE = 20_000;

/** What the doctor finds about a language. */
interface Finding {
  readonly lang: string;
  /** The command that starts its interpreter; `null` if none does. */
  readonly command: string | null;
  /** Where that command is. */
  readonly path: string | null;
  /** Why this command, or why none. */
  readonly why: string;
  readonly version: string | null;
  readonly protocol: string | null;
  /** Whether an endless loop could be stopped. */
  readonly interrupts: boolean;
  /** What the options for libraries find in this directory, by their names; `null` if there is nothing to find. */
  readonly libraries: Readonly<Record<string, string | null>>;
  /** How much memory the interpreter uses, in bytes; `null` if it cannot tell, so that pools have no `maxMemory`. */
  readonly memory: number | null;
  /** What would be better otherwise, and how to have it. */
  readonly advice: readonly string[];
}

/** Looks at every language, or at some, and tells what it finds; resolves to the exit code. */
export async function doctor(
  languages: readonly string[],
  { isJson, output }: { readonly isJson: boolean; readonly output: Writable },
): Promise<number> {
  const findings = await Promise.all((languages.length > 0 ? languages : listDrivers()).map(examine));
  output.write(isJson ? `${JSON.stringify(findings)}\n` : report(findings, hasColors(output)));
  return findings.every(({ command }) => command !== null) ? EXIT.fine : EXIT.failed;
}

async function examine(lang: string): Promise<Finding> {
  try {
    const bond = await makeBond(lang, {
      timeout: PATIENCE,
      startTimeout: PATIENCE,
      stdout: 'ignore',
      stderr: 'ignore',
    });
    return await examineBond(bond).finally(() => bond.close());
  } catch (error) {
    const libraries = await librariesFor(lang, undefined).catch(() => ({})); // the directory may be gone
    const nothing = {
      command: null,
      path: null,
      version: null,
      protocol: null,
      interrupts: false,
      libraries,
      memory: null,
    };
    if (!(error instanceof BondException)) return { lang, ...nothing, why: textOf(error), advice: [] };
    return { lang, ...nothing, why: error.text, advice: error.hint === undefined ? [] : [error.hint] };
  }
}

async function examineBond(bond: Bond): Promise<Finding> {
  const { lang } = bond;
  const { command, version, protocol } = bond.about;
  const { loop, extras = [] } = await driverTools(lang);
  const interrupts = await canBeStopped(bond, loop);
  const libraries = await librariesFor(lang, bond);
  const memory = await memoryOf(bond);
  const advice = await adviceFor(bond, extras);
  const { platform, env } = process;
  const place = { command, path: pathOf(command, { platform, env }), why: whyThis(lang, command) };
  return { lang, ...place, version, protocol, interrupts, libraries, memory, advice };
}

/** The driver's candidates are tried in order, and the first that is there is taken. */
function whyThis(lang: string, command: string): string {
  const names = queryDriver(lang).commands.map((name) => (name === 'process.execPath' ? NODE : name));
  const place = names.indexOf(command);
  const missing = names.slice(0, place);
  const reason = missing.length > 0 ? `not found: ${missing.join(', ')}` : 'the first candidate';
  const others = names.slice(place + 1);
  return others.length > 0 ? `${reason}; not tried: ${others.join(', ')}` : reason;
}

async function canBeStopped(bond: Bond, loop: string | undefined): Promise<boolean> {
  if (!bond.about.canBeInterrupted || loop === undefined) return bond.about.canBeInterrupted;
  const stopped = bond.evalBlock(loop).then(
    () => false,
    (error) => !(error instanceof TimeoutException),
  );
  await bond.interrupt();
  return stopped;
}

/** What `true` finds, of the options for which there is something to find. */
async function librariesFor(lang: string, bond: Bond | undefined): Promise<Record<string, string | null>> {
  const found: Record<string, string | null> = {};
  const { nearestFolder } = await import('../../process/environment.js');
  const { searchFor } = await import('../../bond/libraries.js');
  for (const [name, option] of Object.entries(queryDriver(lang).libraries ?? {})) {
    const search = searchFor(option);
    if (option.folders) found[name] = nearestFolder(option, { cwd: process.cwd(), env: process.env })?.folder ?? null;
    else if (search && bond) found[name] = await bond.eval<string>(search).catch(() => null);
  }
  return found;
}

async function memoryOf(bond: Bond): Promise<number | null> {
  const { memory } = queryDriver(bond.lang);
  return memory === undefined ? null : bond.eval<number>(memory).catch(() => null);
}

async function adviceFor(bond: Bond, extras: readonly Extra[]): Promise<string[]> {
  const advice: string[] = [];
  for (const { test, advice: text } of extras) if (!(await bond.eval(test))) advice.push(text);
  return advice;
}

const HEADINGS = ['language', 'version', 'protocol', 'interrupts', 'command'];

function report(findings: readonly Finding[], isColored: boolean): string {
  const [headings = '', ...rows] = aligned([HEADINGS, ...findings.map(rowOf)]);
  const table = [styled('bold', headings, isColored)];
  for (const [index, { command }] of findings.entries()) {
    table.push(styled(command === null ? 'red' : 'reset', rows[index] as string, isColored));
  }
  return `${table.join('\n')}\n\n${findings.flatMap((finding) => remarks(finding, isColored)).join('\n')}\n`;
}

function rowOf({ lang, command, path, version, protocol, interrupts }: Finding): string[] {
  if (command === null) return [lang, '-', '-', '-', 'none'];
  return [lang, version ?? '', protocol ?? '', interrupts ? 'yes' : 'no', path ?? command];
}

function remarks({ lang, command, why, libraries, memory, advice }: Finding, isColored: boolean): string[] {
  const lib = command === null ? undefined : queryDriver(lang).libraries?.lib;
  const name = styled('bold', `${lang}:`, isColored);
  const indented = (text: string): string => `${' '.repeat(lang.length + 1)} ${text}`;
  return [
    `${name} ${why}`,
    ...Object.entries(libraries).map(([option, path]) => indented(`${option}: true finds ${path ?? 'nothing'}`)),
    ...(lib ? [indented(`lib: directories of ${lib.what}`)] : []),
    ...(memory === null ? [] : [indented(`memory: ${Math.round(memory / 2 ** 20)} MB, so pools have maxMemory`)]),
    ...advice.map((text) => indented(styled('yellow', text, isColored))),
  ];
}
