import { breathe } from './breathe.ts';

/** Milliseconds of work in a row before the window gets its turn. */
const SLICE = 12;
/** Asking for the time costs as much as checking a number does. */
const ASKED_EVERY = 32;

/** Takes long work apart: `if (turns.isOver()) await turns.next()` after each small piece of it. */
export class Turns {
  readonly #slice: number;
  #began = performance.now();
  #pieces = 0;

  constructor(slice = SLICE) {
    this.#slice = slice;
  }

  isOver(): boolean {
    return ++this.#pieces % ASKED_EVERY === 0 && performance.now() - this.#began > this.#slice;
  }

  async next(): Promise<void> {
    await breathe();
    this.#began = performance.now();
  }
}
