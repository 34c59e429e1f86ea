import type { CallOptions } from '../common/options.js';

/** What is needed of a bond to run what was typed. */
export interface Evaluator {
  eval(code: string): Promise<unknown>;
  evalBlock(code: string): Promise<void>;
}

/** What is needed of a bond to ask its language something. */
export interface Answerer {
  readonly lang: string;
  evalBlock(code: string): Promise<void>;
  call(name: string, ...args: readonly unknown[]): Promise<unknown>;
}

/** What an interactive session needs of a bond. */
export interface Partner extends Evaluator {
  readonly lang: string;
  readonly closed: Promise<unknown>;
  interrupt(): Promise<void>;
  with(options: CallOptions): Answerer;
}

/** The same of a session of the command, which calls functions there without a limit to their time. */
export interface SessionPartner extends Partner {
  call(name: string, ...args: readonly unknown[]): Promise<unknown>;
}
