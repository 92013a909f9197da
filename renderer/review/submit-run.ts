import type { BackendClient } from '../../shared/contract/client.ts';
import type { BatchPreview, CommitOutcome } from '../../shared/model/batch.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { ReviewSubmission, ReviewSummary } from '../../shared/model/review.ts';

/** Where a submit stands. */
export type SubmitState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly failure: AppError }
  | { readonly kind: 'ready'; readonly preview: BatchPreview; readonly notice: string | null }
  | {
      readonly kind: 'sending';
      readonly preview: BatchPreview;
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: 'submitted'; readonly review: ReviewSummary }
  /** Waits on this machine to be sent. */
  | { readonly kind: 'queued'; readonly rows: number }
  | {
      readonly kind: 'ended';
      readonly preview: BatchPreview | null;
      readonly outcome: CommitOutcome;
      /** The warehouse is being asked what became of the batch. */
      readonly asking: boolean;
    };

export interface SubmitRunOptions {
  readonly client: BackendClient;
  readonly sheet: string;
  readonly newId: () => string;
  /** The batch goes to other persons for approval, not to the table. */
  readonly approval: boolean;
  /** The warehouse cannot be reached: the batch waits on this machine instead of being sent. */
  readonly offline?: () => boolean;
  /** Told once of each end, after it stands in the state. */
  readonly onEnd: (outcome: CommitOutcome) => void;
}

const SETTLED = 'The earlier batch is settled. What is listed here has not been written.';

/**
 * One submit from preview to its end. A batch id belongs to one payload: the same payload sent again goes under the same
 * id, so nothing can be written twice; a changed payload, or one the warehouse has refused, gets a new id.
 */
export class SubmitRun {
  readonly #options: SubmitRunOptions;
  readonly #listeners = new Set<() => void>();
  #state: SubmitState = { kind: 'loading' };
  #batch: { readonly sha256: string; readonly id: string } | null = null;
  #loads = 0;

  constructor(options: SubmitRunOptions) {
    this.#options = options;
  }

  get state(): SubmitState {
    return this.#state;
  }

  /** Hears of changes and of progress until the answer is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    const stop = this.#options.client.on('commit.progress', ({ batch, done, total }) => {
      if (this.#state.kind === 'sending' && this.#batch?.id === batch)
        this.#set({ ...this.#state, done, total });
    });
    return () => {
      stop();
      this.#listeners.delete(listener);
    };
  }

  /** Previews the pending edits; of several previews asked for, the last one counts. */
  async load(notice: string | null = null): Promise<void> {
    const load = ++this.#loads;
    this.#set({ kind: 'loading' });
    const next = await this.#options.client.call('batches.preview', { sheet: this.#options.sheet }).then(
      (preview): SubmitState => ({ kind: 'ready', preview, notice }),
      (error: unknown): SubmitState => ({ kind: 'failed', failure: AppError.wrap(error) }),
    );
    if (load === this.#loads) this.#set(next);
  }

  /** Sends what was previewed; edits changed since are shown again instead. */
  async send(note: string): Promise<void> {
    if (this.#state.kind !== 'ready') return;
    const { preview } = this.#state;
    const { sha256 } = preview;
    const { client, sheet, newId } = this.#options;
    if (this.#batch?.sha256 !== sha256) this.#batch = { sha256, id: newId() };
    const batch = this.#batch.id;
    this.#set({ kind: 'sending', preview, done: 0, total: preview.counts.rows });
    const trimmed = note.trim();
    const request = { sheet, batch, sha256, ...(trimmed ? { note: trimmed } : {}) };
    let outcome: CommitOutcome;
    try {
      if (this.#options.offline?.()) {
        const { rows } = await client.call('outbox.queue', request);
        this.#batch = null;
        return this.#set({ kind: 'queued', rows });
      }
      if (this.#options.approval) {
        const answer = await client.call('reviews.submit', request);
        if (answer.kind === 'submitted') {
          this.#batch = null;
          return this.#set({ kind: 'submitted', review: answer.review });
        }
        return this.#end(preview, outcomeOf(answer, batch));
      }
      outcome = await client.call('batches.commit', request);
    } catch (error) {
      const failure = AppError.wrap(error);
      if (failure.code === 'changed-since-preview') return this.load(failure.message);
      if (failure.code !== 'backend-lost') return this.#set({ kind: 'failed', failure });
      // The backend may have sent the batch before the line dropped.
      outcome = { kind: 'unknown', batch, failure: failure.toFailure() };
    }
    this.#end(preview, outcome);
  }

  /** Writes a batch that needs no approval, or has it. */
  async write(review: ReviewSummary): Promise<void> {
    const { client } = this.#options;
    const { batch, sha256, sheet } = review;
    try {
      this.#end(null, await client.call('batches.commit', { sheet, batch, sha256, approved: true }));
    } catch (error) {
      this.#set({ kind: 'failed', failure: AppError.wrap(error) });
    }
  }

  /** Asks the warehouse what became of a batch with unknown outcome. */
  async settle(): Promise<void> {
    const before = this.#state;
    if (before.kind !== 'ended' || before.outcome.kind !== 'unknown' || before.asking) return;
    const { outcome } = before;
    this.#set({ ...before, asking: true });
    try {
      const { client, sheet } = this.#options;
      this.#end(before.preview, await client.call('batches.resolve', { sheet, batch: outcome.batch }));
    } catch (error) {
      const failure = AppError.wrap(error);
      // Settled meanwhile, or never sent: what is still pending tells which.
      if (failure.code === 'batch-settled') return this.load(SETTLED);
      this.#set({ ...before, outcome: { ...outcome, failure: failure.toFailure() }, asking: false });
    }
  }

  #end(preview: BatchPreview | null, outcome: CommitOutcome): void {
    if (outcome.kind === 'not-committed' && outcome.failure.kind !== 'unavailable') this.#batch = null;
    this.#set({ kind: 'ended', preview, outcome, asking: false });
    this.#options.onEnd(outcome);
  }

  #set(state: SubmitState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A submission that did not arrive, as the outcome of a commit that did not happen. */
const outcomeOf = (
  answer: Exclude<ReviewSubmission, { readonly kind: 'submitted' }>,
  batch: string,
): CommitOutcome =>
  answer.kind === 'refused'
    ? { ...answer, kind: 'not-committed', batch }
    : { kind: 'unknown', batch, failure: answer.failure };
