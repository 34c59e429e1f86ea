import type { Channel } from '../wire/channel.js';
import { formatMessage } from '../wire/messages.js';
import type { Request } from './frame.js';
import type { FrameStack } from './frame-stack.js';

/** Something that is held there, and the ids of the requests that may use it: those after `since`, up to `until`. */
interface Release {
  readonly id: number;
  readonly since: number;
  readonly until: number;
}

/** What the other side is to let go of, once every request that may use it has been answered. */
export class PendingReleases {
  readonly #stack: FrameStack;
  readonly #channel: Pick<Channel, 'send'>;
  /** What waits, by a request that has to be answered first. */
  readonly #waiting = new Map<Request, Release[]>();

  constructor(stack: FrameStack, channel: Pick<Channel, 'send'>) {
    this.#stack = stack;
    this.#channel = channel;
  }

  /** Lets go of what is held there by that number since the request of the id `since` was made; `until` is the last one. */
  add(id: number, since: number, until: number): void {
    this.#release({ id, since, until });
  }

  /** Nothing more can be said. */
  end(): void {
    this.#waiting.clear();
  }

  /** A request has been answered, or never will be. */
  answered(request: Request): void {
    if (this.#waiting.size === 0) return;
    const releases = this.#waiting.get(request) ?? [];
    this.#waiting.delete(request);
    for (const release of releases) this.#release(release);
  }

  #release(release: Release): void {
    const { id, since, until } = release;
    const first = since < until ? this.#stack.oldestBetween(since, until) : undefined;
    if (!first) return this.#channel.send(formatMessage({ verb: 'RELEASE', id }));
    const others = this.#waiting.get(first);
    if (others) others.push(release);
    else this.#waiting.set(first, [release]);
  }
}
