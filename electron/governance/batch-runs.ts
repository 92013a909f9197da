import type { CommitOutcome } from '../../shared/model/batch.ts';
import type { PendingDelta } from '../../shared/model/edit.ts';

/** How a batch ended, and what that means for what windows show. */
export interface Submitted {
  readonly outcome: CommitOutcome;
  /** What the outcome did to the pending edits; null while it is unknown. */
  readonly delta: PendingDelta | null;
  /** Rows of the warehouse to be shown anew. */
  readonly rows: readonly string[];
  /** Why the journal could not record the end; it is looked up again later. */
  readonly trouble: string | null;
}

/** How many ended batches are remembered. */
const REMEMBERED = 100;

/**
 * One run per batch id: a call repeated while the batch is under way joins it, and a committed batch is answered with the
 * outcome it had. Without this a repeated call could ask for the outcome of a batch that is about to be sent.
 */
export class BatchRuns {
  readonly #running = new Map<string, Promise<Submitted>>();
  readonly #committed = new Map<string, CommitOutcome>();

  /** Runs `work`, or joins the run there is; only the run itself carries news for other windows. */
  async once(batch: string, work: () => Promise<Submitted>): Promise<Submitted> {
    const running = this.#running.get(batch);
    if (running) return nothingNew((await running).outcome);
    const committed = this.#committed.get(batch);
    if (committed) return nothingNew(committed);
    const run = work();
    this.#running.set(batch, run);
    try {
      const ended = await run;
      if (ended.outcome.kind === 'committed') this.#remember(batch, ended.outcome);
      return ended;
    } finally {
      this.#running.delete(batch);
    }
  }

  isRunning(batch: string): boolean {
    return this.#running.has(batch);
  }

  /** Resolves when no batch is under way. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running.values());
  }

  #remember(batch: string, outcome: CommitOutcome): void {
    this.#committed.set(batch, outcome);
    const [oldest] = this.#committed.keys();
    if (this.#committed.size > REMEMBERED && oldest !== undefined) this.#committed.delete(oldest);
  }
}

const nothingNew = (outcome: CommitOutcome): Submitted => ({ outcome, delta: null, rows: [], trouble: null });
