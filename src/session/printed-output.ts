import { BondException } from '../common/errors.js';
import type { CallSettings } from '../common/options.js';
import { deliver } from '../common/output-target.js';
import { textOf } from '../common/thrown.js';
import type { Interpreter } from '../process/interpreter.js';
import type { Request } from './frame.js';
import type { Session } from './session.js';
import type { Reason } from './termination.js';

/** Whose interpreter prints. */
interface Owner {
  readonly lang: string;
  readonly interpreter: Interpreter;
  readonly session: Session;
  kill(reason: Reason): unknown;
}

type Targets = Pick<CallSettings, 'stdout' | 'stderr'>;

/** Hands on what an interpreter has printed: to what the request wants that runs, or else to the usual target. */
export function handOn(owner: Owner, usual: Targets, name: keyof Targets, chunk: Buffer): void {
  const { running } = owner.session;
  const target = (running?.output ?? usual)[name] ?? process[name];
  deliver(chunk, target, owner.interpreter.stream(name), (error) => targetFailed(owner, name, error, running));
}

/** What was to take the output of `request` has failed: the caller is told. If no call waits for an answer, the bond ends. */
function targetFailed(owner: Owner, name: string, cause: unknown, request: Request | undefined): void {
  const text = `the target for ${name} threw: ${textOf(cause)}`;
  const makeError = (): BondException =>
    new BondException(owner.lang, `${request?.what}: ${text}`, { code: 'BOND_OUTPUT', cause });
  if (!request || !owner.session.stop(request, makeError)) void owner.kill({ text, cause });
}
