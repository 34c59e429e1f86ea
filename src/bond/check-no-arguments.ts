import { BondException } from '../common/errors.js';

/** Refuses arguments where only code is taken: they would be ignored silently. */
export function checkNoArguments(lang: string, method: string, more: readonly unknown[]): void {
  if (more.length === 0) return;
  throw new BondException(lang, `${method} takes code, and no arguments: call(name, …) calls a function with some`);
}
