import type { DecidedRow } from '../../shared/merge/decide.ts';
import type { QuietChange } from '../../shared/merge/quiet.ts';
import type { CommitOutcome } from '../../shared/model/batch.ts';
import type { EditStep, PendingCounts, PendingDelta, PendingRow } from '../../shared/model/edit.ts';
import type { Failure } from '../../shared/model/failure.ts';

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
  /** Was submitted to be sent later: where it does not get through, it waits again. */
  readonly queued?: { readonly note: string | null };
  /** Which database it was submitted for, where that was known. */
  readonly database?: string;
  /** Pending rows that are no part of the batch: they need a decision first. */
  readonly except?: readonly string[];
}

/** Pending states a person chose for rows, as one step to undo. */
export interface DecidedStep {
  readonly id: string;
  readonly at: string;
  readonly label: string;
  readonly rows: readonly DecidedRow[];
}

/** A batch that waits to be sent: its edits are not pending, its rows take no others until it is sent or taken back. */
export interface HeldBatch {
  readonly batch: OpenBatch;
  readonly rows: readonly PendingRow[];
}

/** Why a batch that had waited was refused; its edits are pending again. */
export interface Refusal {
  readonly batch: string;
  readonly sheet: string;
  readonly at: string;
  readonly note: string | null;
  readonly rows: number;
  readonly cells: number;
  readonly failure: Failure;
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
  /** Gives rows the states a person decided on, all or none, as one undoable step. */
  decide(sheet: string, step: DecidedStep): PendingDelta;
  /**
   * Keeps what a merge settled without asking, all or none. It is no step to undo: the steps done and undone so far mean the
   * same over the new values, and those that mean nothing any more are gone. Rows of an open batch are refused.
   */
  merged(sheet: string, changes: readonly QuietChange[], at: string): PendingDelta;
  /** Tells of every row whose pending state changes from now on, or whose batch ended without being written. */
  watch(listener: (sheet: string, rows: readonly string[]) => void): void;
  /** AppError `conflict` where a row is part of a batch that waits, is under review or is being written: it takes no edits. */
  refuseLocked(sheet: string, rows: readonly string[]): void;
  /** Whether the row is part of a batch whose end is not known. */
  isFrozen(sheet: string, row: string): boolean;
  pending(sheet: string): ReadonlyMap<string, PendingRow>;
  /** The last entry that is kept: entries after it tell of what was done later, whatever the clock says. */
  last(): number;
  /** The entry with which the value came that a cell of a pending row is based on (of a new row: its last change). */
  seenAt(sheet: string, row: string, column: string): number;
  counts(sheet: string): PendingCounts;
  /** Sheets with anything pending. */
  sheets(): readonly string[];
  /**
   * Freezes what is pending on the sheet (but for `batch.except`) under a batch id, before it is sent. With `planned` (the rows the plan was made
   * of, as `pending` gave them) it refuses with `conflict` when anything changed since: a frozen edit that the batch does
   * not write would be lost.
   */
  submitted(batch: OpenBatch, planned?: readonly PendingRow[]): void;
  proof(batch: string, proof: string): void;
  /** Records the end of a batch; `committed` clears exactly what was frozen, later edits stay pending on top. */
  settled(batch: string, outcome: CommitOutcome): PendingDelta;
  /** Takes what is pending out of it, to be sent later as this batch; `planned` as in `submitted`. */
  queue(batch: OpenBatch, planned: readonly PendingRow[]): PendingDelta;
  /** Batches that wait to be sent, in the order they were submitted. */
  held(sheet?: string): readonly HeldBatch[];
  /** Ends the waiting: `send` makes it the open batch of its sheet (`review`: sent to be reviewed), `cancel` makes its edits pending. */
  release(batch: string, how: 'cancel' | 'send', review?: boolean): PendingDelta;
  /** Batches that had waited and were refused, until dismissed. */
  refusals(): readonly Refusal[];
  dismiss(batch: string): void;
  /** Records that the open batch arrived and waits for review: its edits leave the pending ones. */
  underReview(batch: string): PendingDelta;
  /** Ends a review: `returned` makes its edits pending again, `committed` drops them. A batch that is not there changes nothing. */
  reviewEnded(batch: string, how: 'returned' | 'committed'): PendingDelta | null;
  reviewed(sheet?: string): readonly ReviewedBatch[];
  openBatches(sheet?: string): readonly OpenBatch[];
  close(): void;
}
