import { Writable } from 'node:stream';

interface Screen extends Writable {
  readonly columns?: number;
}

/** What a terminal shows of what is typed. It can be hidden: what is typed while code runs would stand in its output. */
export class Echo extends Writable {
  readonly #screen: Screen;
  readonly #isHidden: () => boolean;
  readonly #resize = (): void => void this.emit('resize');

  constructor(screen: Writable, isHidden: () => boolean) {
    super({ decodeStrings: false });
    this.#screen = screen;
    this.#isHidden = isHidden;
    screen.on('resize', this.#resize);
  }

  get columns(): number | undefined {
    return this.#screen.columns;
  }

  override _write(text: string, _encoding: BufferEncoding, done: () => void): void {
    if (!this.#isHidden()) this.#screen.write(text);
    done();
  }

  override _destroy(_error: Error | null, done: () => void): void {
    this.#screen.off('resize', this.#resize);
    done();
  }
}
