import type { CommitOutcome } from '../../shared/model/batch.ts';
import type { EditStep, PendingCounts, PendingDelta, PendingRow } from '../../shared/model/edit.ts';

/** A batch that was sent and whose end is not recorded yet. */
export interface OpenBatch {
  readonly batch: string;
  readonly sheet: string;
  readonly sha256: string;
  readonly proof: string | null;
  readonly at: string;
  /** The sheet's key columns: rows whose key the batch changes then take no further edits until it ends. */
  readonly keyColumns?: readonly string[];
  /** Sent to be reviewed, not to be written: all its rows are locked. */
  readonly review?: true;
}

/** A batch under review: its edits are no longer pending, and its rows take no others until it ends or comes back. */
export interface ReviewedBatch {
  readonly batch: string;
  readonly sheet: string;
  readonly sha256: string;
  readonly rows: readonly PendingRow[];
}

/**
 * The durable record of what one person did on one connection. An append has reached the disk when its call returns;
 * everything pending is a fold of it. Throws AppError `unavailable` (disk full, read-only...) and then keeps the old state.
 */
export interface Journal {
  append(step: EditStep): PendingDelta;
  undo(sheet: string): PendingDelta;
  redo(sheet: string): PendingDelta;
  /** Drops pending edits of these rows (all when absent) as an undoable step. */
  discard(sheet: string, rows: readonly string[] | undefined, at: string, id: string): PendingDelta;
  pending(sheet: string): ReadonlyMap<string, PendingRow>;
  counts(sheet: string): PendingCounts;
  /** Sheets with anything pending. */
  sheets(): readonly string[];
  /**
   * Freezes what is pending on the sheet under a batch id, before it is sent. With `planned` (the rows the plan was made
   * of, as `pending` gave them) it refuses with `conflict` when anything changed since: a frozen edit that the batch does
   * not write would be lost.
   */
  submitted(batch: OpenBatch, planned?: readonly PendingRow[]): void;
  proof(batch: string, proof: string): void;
  /** Records the end of a batch; `committed` clears exactly what was frozen, later edits stay pending on top. */
  settled(batch: string, outcome: CommitOutcome): PendingDelta;
  /** Records that the open batch arrived and waits for review: its edits leave the pending ones. */
  underReview(batch: string): PendingDelta;
  /** Ends a review: `returned` makes its edits pending again, `committed` drops them. A batch that is not there changes nothing. */
  reviewEnded(batch: string, how: 'returned' | 'committed'): PendingDelta | null;
  reviewed(sheet?: string): readonly ReviewedBatch[];
  openBatches(sheet?: string): readonly OpenBatch[];
  close(): void;
}
