// Looks at both sides of a conversation, and knows what each may say.

import type { Nesting } from './oracle.js';

export interface Line {
  readonly verb: string;
  readonly frame: string;
  readonly id: string;
  readonly payload: string;
}

export function parseLine(text: string): Line {
  const [, verb, frame, id, payload] = /^(\w+) (-|\d+) (\d+) (.*)\n$/s.exec(text) as unknown as LineParts;
  return { verb, frame, id, payload };
}

type LineParts = [line: string, verb: string, frame: string, id: string, payload: string];

interface SentRequest {
  readonly frame: string;
  readonly isElsewhere: boolean;
  readonly signal: AbortSignal | undefined;
  readonly payload: string;
  /** The number of the interrupt that it has been sent. */
  serial?: string;
  /** Whether it has been stopped. */
  isStopped?: boolean;
}

interface OpenFrame {
  readonly id: string;
  readonly request: string;
  /** The function of the host that it waits for, as plans number them. */
  readonly host?: number;
  /** Whether a thread waits in it. */
  readonly isOfThread?: boolean;
}

/** A line that calls the function of the host by which plans go on. */
const STEP = /^(CALL|AWAIT|THREAD) (\d+) (\d+) \["step",\[(\d+)\]\]$/;
/** A request to carry out a plan. */
const RUN = /^\["run",\[\{"id":(\d+),/;

/** Looks at all that a host says, and knows what it has heard by then: whether it may say that. */
export class Referee {
  readonly #violations: string[];
  readonly #openFrames: OpenFrame[] = [{ id: '0', request: '0' }];
  /** Frames of tasks and of threads: the other side goes on while they are open. */
  readonly #beside = new Map<string, OpenFrame>();
  /** Tells in which frames calls belong. */
  nesting: Nesting | undefined;
  readonly #isConcurrent: boolean;
  readonly #signals = new Map<string, AbortSignal | undefined>();
  readonly #unanswered = new Map<string, SentRequest>();
  readonly #givenUp = new Set<string>();

  constructor(violations: string[], isConcurrent: boolean) {
    this.#violations = violations;
    this.#isConcurrent = isConcurrent;
  }

  /** A call that is about to be made. */
  expect(payload: string, signal: AbortSignal | undefined): void {
    this.#signals.set(payload, signal);
  }

  /** A call is over: if it has not been sent by now, it must not be, and if it has not been answered, it may be stopped. */
  giveUp(payload: string): void {
    this.#givenUp.add(payload);
  }

  /** A line of the host. */
  see(line: string): void {
    const { verb, frame, id, payload } = parseLine(line);
    if (verb === 'INTERRUPT' || verb === 'CANCEL') return this.#seeInterrupt(line, id, payload);
    const isAnswer = /^(RETURN|EXCEPT|ERROR)$/.test(verb);
    if (!this.#isTaken(frame) && !(isAnswer && this.#beside.has(frame))) {
      this.#complain(line, 'the other side takes nothing for that frame now');
    }
    if (isAnswer) this.#seeAnswer(line, frame);
    else {
      const isElsewhere = payload.includes('"elsewhere":true');
      this.#seeRequest(line, id, { frame, isElsewhere, signal: this.#signals.get(payload), payload });
    }
    if (verb === 'CALL' && this.#givenUp.has(payload)) this.#complain(line, 'it was given up');
  }

  #seeRequest(line: string, id: string, request: SentRequest): void {
    this.#checkPlace(line, request.frame);
    const others = this.#inFrame(request.frame);
    if (others.some((other) => other.isElsewhere !== request.isElsewhere)) {
      this.#complain(line, 'it wants standard error in another place than what is under way');
    }
    this.#unanswered.set(id, request);
  }

  /** Whether the other side takes messages for a frame now, as far as the host can know. */
  #isTaken(frame: string): boolean {
    if (frame === this.#innermost.id) return true;
    const beside = this.#beside.get(frame);
    return beside !== undefined && (beside.isOfThread || this.#openFrames.length === 1);
  }

  /** A call belongs in the frame of the function of the host that makes it; if that may be over, in one around it. */
  #checkPlace(line: string, frame: string): void {
    const plan = RUN.exec(parseLine(line).payload)?.[1];
    if (plan === undefined || !this.nesting) return;
    const { hosts, isLate } = this.nesting.waitsOf(Number(plan));
    const open = hosts.map((host) => this.#frameOf(host));
    const first = isLate ? open.find((id) => id !== undefined) : open[0];
    const wanted = hosts.length === 0 || isLate ? (first ?? '0') : first;
    if (frame !== wanted) this.#complain(line, `it belongs in frame ${wanted}`);
  }

  #frameOf(host: number): string | undefined {
    return [...this.#openFrames, ...this.#beside.values()].find((frame) => frame.host === host)?.id;
  }

  #seeAnswer(line: string, frame: string): void {
    if (!this.#beside.delete(frame)) this.#openFrames.pop();
    if (this.#inFrame(frame).length > 0) this.#complain(line, 'not everything in its frame has been answered');
  }

  #seeInterrupt(line: string, id: string, serial: string): void {
    const request = this.#unanswered.get(id);
    if (!request || !this.#isCarriedOut(id, request)) return this.#complain(line, 'that is not what is carried out');
    if (!request.signal?.aborted && !this.#givenUp.has(request.payload))
      this.#complain(line, 'nobody has given that up');
    if (request.isStopped) this.#complain(line, 'that has been stopped already');
    request.serial = serial;
  }

  #isCarriedOut(id: string, { frame }: SentRequest): boolean {
    if (id === this.#running) return true;
    const [first] = [...this.#unanswered].find(([, request]) => request.frame === frame) ?? [];
    const isBeside = this.#openFrames.length === 1 && (frame === '0' || this.#beside.has(frame));
    return isBeside && (this.#isConcurrent || first === id);
  }

  get #innermost(): OpenFrame {
    return this.#openFrames.at(-1) as OpenFrame;
  }

  /** The request that the other side carries out, as far as the host can know. */
  get #running(): string {
    const { id, request } = this.#innermost;
    const [first] = [...this.#unanswered].find(([, { frame }]) => frame === id) ?? [request];
    return first;
  }

  #inFrame(frame: string): SentRequest[] {
    return [...this.#unanswered.values()].filter((request) => request.frame === frame);
  }

  #complain(line: string, what: string): void {
    this.#violations.push(`${line.trimEnd()}: ${what}`);
  }

  /** A message of the other side. */
  hear(text: string): void {
    const [verb, id, request] = text.split(' ') as [string, string, string];
    const host = STEP.exec(text)?.[4];
    const frame = { id, request, ...(host === undefined ? {} : { host: Number(host) }) };
    if (verb === 'CALL') this.#openFrames.push(frame);
    else if (verb === 'AWAIT' || verb === 'THREAD') this.#beside.set(id, { ...frame, isOfThread: verb === 'THREAD' });
    else if (verb === 'INTERRUPTED') this.#hearOfInterrupt(id);
    else this.#hearAnswer(id);
  }

  #hearOfInterrupt(serial: string): void {
    for (const request of this.#unanswered.values()) if (request.serial === serial) request.isStopped = true;
  }

  /** Frames inside of a request that is answered have been left; what tasks and threads wait for goes on. */
  #hearAnswer(id: string): void {
    const place = this.#openFrames.findIndex(({ request }) => request === id);
    if (place > 0) for (const frame of this.#openFrames.splice(place)) this.#leave(frame);
    this.#unanswered.delete(id);
  }

  #leave(frame: OpenFrame): void {
    for (const [id, request] of this.#unanswered) if (request.frame === frame.id) this.#unanswered.delete(id);
  }
}
