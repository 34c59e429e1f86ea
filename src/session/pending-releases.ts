import type { Channel } from '../wire/channel.js';
import { formatMessage } from '../wire/messages.js';
import type { FrameStack } from './frame-stack.js';

/** What the other side is to let go of, once every request that may use it has been answered. */
export class PendingReleases {
  readonly #stack: FrameStack;
  readonly #channel: Pick<Channel, 'send'>;
  #waiting: { readonly id: number; readonly after: number }[] = [];

  constructor(stack: FrameStack, channel: Pick<Channel, 'send'>) {
    this.#stack = stack;
    this.#channel = channel;
  }

  /** Lets go of what is held there by that number, after the request of the id `after`. */
  add(id: number, after: number): void {
    this.#waiting.push({ id, after });
    this.flush();
  }

  /** Nothing more can be said. */
  end(): void {
    this.#waiting = [];
  }

  /** Says so where it can be said: a request may have been answered. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const oldest = this.#stack.oldest();
    while (this.#waiting[0] && this.#waiting[0].after < oldest) {
      const { id } = this.#waiting.shift() as { id: number };
      this.#channel.send(formatMessage({ verb: 'RELEASE', id }));
    }
  }
}
