import { availableParallelism } from 'node:os';
import { setImmediate } from '../common/globals.js';

/** For how many turns of the event loop an answer is looked for, about 2 µs each: most calls are answered in that time. */
const TURNS = 40;
/** How much is to be lost before it is given up: an answer that comes later costs two, one that comes in time brings one. */
const MOST_CREDIT = 16;
/** After how many exchanges it is tried again, where it has been given up, or where several bonds have waited at once. */
const REST = 64;
/** How often it is asked whether there is another core, in exchanges: a program may be given another number of them. */
const GLANCE = 32;

/** The one that has waited last. */
let latest: SpinWait | undefined;
/** How many exchanges pass until another one may wait: with several interpreters at work, the cores have enough to do. */
let rest = 0;

/**
 * Keeps the event loop from sleeping while a quick answer is on its way: to wake this process would take a quarter of a call. Where answers take
 * longer, or where there is no other core for the other side, it does nothing.
 */
export class SpinWait {
  readonly #nextTurn: (turn: () => void) => void;
  readonly #countCores: () => number;
  #turnsLeft = 0;
  #isTurning = false;
  #credit = MOST_CREDIT;
  #exchanges = 0;
  #hasOtherCore = true;

  /** What it asks is given by tests only. */
  constructor(nextTurn: (turn: () => void) => void = setImmediate, countCores: () => number = availableParallelism) {
    this.#nextTurn = nextTurn;
    this.#countCores = countCores;
  }

  /** The other side has been sent what it will answer, and does nothing else. */
  begin(): void {
    this.#exchanges++;
    if (this.#exchanges % GLANCE === 0) this.#hasOtherCore = this.#countCores() > 1;
    if (this.#credit <= 0 && this.#exchanges % REST === 0) this.#credit = 1;
    if (this.#credit <= 0 || !this.#hasOtherCore || !this.#isAlone()) return;
    this.#turnsLeft = TURNS;
    if (this.#isTurning) return;
    this.#isTurning = true;
    this.#nextTurn(this.#turn);
  }

  #isAlone(): boolean {
    if (rest > 0) {
      rest--;
      return false;
    }
    const other = latest;
    latest = this;
    if (other === undefined || other === this || other.#turnsLeft <= 0) return true;
    other.stop();
    rest = REST;
    return false;
  }

  /** Something has come. */
  succeed(): void {
    if (this.#turnsLeft > 0 && this.#credit < MOST_CREDIT) this.#credit++;
    this.#turnsLeft = 0;
  }

  /** Several requests are under way: their answers should be read together. */
  stop(): void {
    this.#turnsLeft = 0;
  }

  readonly #turn = (): void => {
    this.#turnsLeft--;
    this.#isTurning = this.#turnsLeft > 0;
    if (this.#isTurning) this.#nextTurn(this.#turn);
    else if (this.#turnsLeft === 0) this.#credit -= 2;
  };
}
