import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Writable } from 'node:stream';
import type { Bond } from '../../bond/bond.js';
import { makeBond } from '../../bond/make-bond.js';
import { BondException, TimeoutException } from '../../common/errors.js';
import { Promise } from '../../common/globals.js';
import { textOf } from '../../common/thrown.js';
import { listDrivers, queryDriver } from '../../drivers/driver.js';
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
    const nothing = { command: null, path: null, version: null, protocol: null, interrupts: false };
    if (!(error instanceof BondException)) return { lang, ...nothing, why: textOf(error), advice: [] };
    return { lang, ...nothing, why: error.text, advice: error.hint === undefined ? [] : [error.hint] };
  }
}

async function examineBond(bond: Bond): Promise<Finding> {
  const { lang } = bond;
  const { command, version, protocol } = bond.about;
  const { loop, extras = [] } = await driverTools(lang);
  const interrupts = await canBeStopped(bond, loop);
  const advice = await adviceFor(bond, extras);
  return { lang, command, path: pathOf(command), why: whyThis(lang, command), version, protocol, interrupts, advice };
}

/** The driver's candidates are tried in order, and the first that is there is taken. */
function whyThis(lang: string, command: string): string {
  const names = queryDriver(lang).commands.map((name) => (name === 'process.execPath' ? process.execPath : name));
  const place = names.indexOf(command);
  const missing = names.slice(0, place);
  const reason = missing.length > 0 ? `not found: ${missing.join(', ')}` : 'the first candidate';
  const others = names.slice(place + 1);
  return others.length > 0 ? `${reason}; not tried: ${others.join(', ')}` : reason;
}

function pathOf(command: string): string | null {
  if (command.includes('/')) return command;
  const paths = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, command));
  return paths.find((path) => existsSync(path)) ?? null;
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

function remarks({ lang, why, advice }: Finding, isColored: boolean): string[] {
  const name = styled('bold', `${lang}:`, isColored);
  return [
    `${name} ${why}`,
    ...advice.map((text) => `${' '.repeat(lang.length + 1)} ${styled('yellow', text, isColored)}`),
  ];
}
