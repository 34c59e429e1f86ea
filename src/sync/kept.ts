import { nextTick } from '../common/globals.js';

/** Objects of this thread that the other one knows by numbers, until it lets go of them. Each time that one is told, it is under a new number. */
export class Kept {
  readonly #objects = new Map<number, object>();
  #last = 0;

  keep(object: object): number {
    this.#objects.set(++this.#last, object);
    return this.#last;
  }

  get(id: number): object {
    const object = this.#objects.get(id);
    if (object) return object;
    throw new Error(`object ${id} has been released`);
  }

  release(ids: readonly number[]): void {
    for (const id of ids) this.#objects.delete(id);
  }
}

/** Numbers of objects of the other thread, by what stands for them here. The other thread is told when that is garbage. */
export class Known {
  readonly #ids = new WeakMap<object, number>();
  readonly #garbage: FinalizationRegistry<number>;
  readonly #release: (ids: readonly number[]) => void;
  #released: number[] = [];

  constructor(release: (ids: readonly number[]) => void) {
    this.#release = release;
    this.#garbage = new FinalizationRegistry((id) => this.#collect(id));
  }

  add<T extends object>(id: number, stand: T): T {
    this.#ids.set(stand, id);
    this.#garbage.register(stand, id);
    return stand;
  }

  idOf(stand: object): number | undefined {
    return this.#ids.get(stand);
  }

  /** Garbage is found in heaps. */
  #collect(id: number): void {
    if (this.#released.push(id) > 1) return;
    nextTick(() => {
      const ids = this.#released;
      this.#released = [];
      this.#release(ids);
    });
  }
}
