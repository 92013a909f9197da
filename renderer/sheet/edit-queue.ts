import type { EditStep, PendingDelta } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';

export interface EditQueueEvents {
  kept(step: EditStep, delta: PendingDelta): void;
  failed(step: EditStep, error: AppError): void;
}

/**
 * Sends steps to the journal one after the other, in the order they were made, so that undo is what the person did last.
 * A step that fails stays here until it is retried; it is never sent again unasked.
 */
export class EditQueue {
  readonly #append: (step: EditStep) => Promise<PendingDelta>;
  readonly #events: EditQueueEvents;
  #tail: Promise<unknown> = Promise.resolve();
  #failed: readonly EditStep[] = [];
  #waiting = 0;

  constructor(append: (step: EditStep) => Promise<PendingDelta>, events: EditQueueEvents) {
    this.#append = append;
    this.#events = events;
  }

  /** Steps on their way. */
  get waiting(): number {
    return this.#waiting;
  }

  get failed(): readonly EditStep[] {
    return this.#failed;
  }

  push(step: EditStep): void {
    this.#waiting++;
    void this.run(async () => {
      try {
        const delta = await this.#append(step);
        this.#waiting--;
        this.#events.kept(step, delta);
      } catch (thrown) {
        this.#waiting--;
        this.#failed = [...this.#failed, step];
        this.#events.failed(step, AppError.wrap(thrown));
      }
    });
  }

  /** Runs something after every step pushed so far: undo, discard, submit. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Takes the failed steps out, for a retry or to give them up. */
  takeFailed(): readonly EditStep[] {
    const failed = this.#failed;
    this.#failed = [];
    return failed;
  }

  /** Settles when every step pushed so far was kept or has failed. */
  idle(): Promise<void> {
    return this.run(async () => undefined);
  }
}
