import type { InSteps } from '../../shared/planning/steps.ts';
import { breathe } from './breathe.ts';

/** Milliseconds of work in a row before the window gets its turn. */
const SLICE = 12;
/** Asking for the time costs as much as checking a number does. */
const ASKED_EVERY = 32;

/** Takes long work apart: `if (turns.isOver()) await turns.next()` after each small piece of it. */
export class Turns {
  readonly #slice: number;
  readonly #every: number;
  #began = performance.now();
  #pieces = 0;

  constructor(slice = SLICE, every = ASKED_EVERY) {
    this.#slice = slice;
    this.#every = every;
  }

  isOver(): boolean {
    return ++this.#pieces % this.#every === 0 && performance.now() - this.#began > this.#slice;
  }

  async next(): Promise<void> {
    await breathe();
    this.#began = performance.now();
  }
}

/** Does work that comes in steps, letting the window have its turns; null once it is not `wanted` any more. */
export const inTurns = async <T>(work: InSteps<T>, wanted = (): boolean => true): Promise<T | null> => {
  const turns = new Turns(SLICE, 1);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (!turns.isOver()) continue;
    await turns.next();
    if (!wanted()) return null;
  }
};
