import type { Conflict } from '../../shared/model/batch.ts';
import type { PendingDelta, PendingRow } from '../../shared/model/edit.ts';
import type { SubmittedEdits } from '../../shared/model/review.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import { applyDelta } from '../../shared/plan/pending.ts';
import type { RowSet } from '../grid/row-set.ts';
import { CellMap } from './cell-map.ts';
import { UndoOrder } from './undo-order.ts';
import { UnsavedCells } from './unsaved-cells.ts';

/** Typed text that is no value of its column; it never reaches the journal. `options` when it could be read in several ways. */
export interface RefusedCell {
  readonly text: string;
  readonly message: string;
  readonly options?: readonly string[];
}

const own = <T>(record: Readonly<Record<string, T>>, column: string): T | undefined =>
  Object.hasOwn(record, column) ? record[column] : undefined;

/** Everything drawn over the rows as the warehouse holds them. It knows rows by key only, so it outlives every view. */
export class Overlay {
  readonly pending = new Map<RowKey, PendingRow>();
  readonly unsaved = new UnsavedCells();
  readonly refused = new CellMap<RefusedCell>();
  readonly undoOrder = new UndoOrder<RefusedCell>(this.refused);
  /** Edits under review: their rows are locked until the batch ends or comes back. */
  readonly submitted = new Map<RowKey, PendingRow>();
  /** Those of them that are still on this machine, waiting to be sent. */
  readonly waiting = new Set<RowKey>();
  /** Columns with open comments by row; null stands for the row as a whole. */
  readonly commented = new Map<RowKey, ReadonlySet<string | null>>();
  readonly conflicts = new Map<RowKey, readonly Conflict[]>();

  /** The value shown over the warehouse's; `undefined` when nothing lies over it. */
  value(row: RowKey, column: string): string | null | undefined {
    const unsaved = this.unsaved.get(row, column);
    return unsaved ? unsaved.value : this.kept(row, column);
  }

  /** The same without what the journal has not confirmed: the `before` of a next edit. */
  kept(row: RowKey, column: string): string | null | undefined {
    if (this.pending.size === 0 && this.waiting.size === 0) return undefined;
    // What waits on this machine is shown as submitted; a pending edit of the same row cannot be.
    const pending = this.pending.get(row) ?? (this.waiting.has(row) ? this.submitted.get(row) : undefined);
    if (!pending) return undefined;
    if (pending.kind === 'insert') return own(pending.values, column);
    if (pending.kind === 'delete') return own(pending.before, column);
    const cell = own(pending.cells, column);
    return cell ? cell.after : undefined;
  }

  /** The warehouse's value under a pending change; `undefined` when the cell has none. */
  original(row: RowKey, column: string): string | null | undefined {
    const pending = this.pending.get(row);
    return pending?.kind === 'update' ? own(pending.cells, column)?.before : undefined;
  }

  kind(row: RowKey): PendingRow['kind'] | null {
    return this.pending.get(row)?.kind ?? null;
  }

  /** What a batch that waits, or is under review, does with the row as a whole; null where it does nothing. */
  submittedKind(row: RowKey): PendingRow['kind'] | null {
    return this.submitted.get(row)?.kind ?? null;
  }

  /** Rows that are not in the warehouse yet and are shown: pending ones, and those that wait to be sent. */
  newRows(): ReadonlySet<RowKey> {
    const pending = [...this.pending.values()].filter(({ kind }) => kind === 'insert');
    return new Set([...pending.map(({ row }) => row), ...this.#waitingNew()]);
  }

  #waitingNew(): readonly RowKey[] {
    return [...this.waiting].filter((row) => this.submitted.get(row)?.kind === 'insert');
  }

  /** Applies what the journal answered; returns the rows to draw again that are not among those `known`. */
  apply(delta: Pick<PendingDelta, 'rows' | 'cleared'>, known: RowSet | null = null): Set<RowKey> {
    applyDelta(this.pending, delta);
    if (this.conflicts.size > 0) for (const row of delta.cleared) this.conflicts.delete(row);
    const touched = known ? new Set<RowKey>() : new Set(delta.cleared);
    if (known) for (const row of delta.cleared) if (!known.has(row)) touched.add(row);
    for (const { row } of delta.rows) if (!known?.has(row)) touched.add(row);
    return touched;
  }

  /** Replaces the pending rows, after the sheet was opened again. */
  replacePending(rows: readonly PendingRow[]): void {
    this.pending.clear();
    for (const row of rows) this.pending.set(row.row, row);
  }

  /** Replaces what is under review or waits; answers the rows to draw again, and whether new rows came into view or left it. */
  showSubmitted(batches: readonly SubmittedEdits[]): {
    readonly rows: ReadonlySet<RowKey>;
    readonly anew: boolean;
  } {
    const before = this.#waitingNew().join();
    const touched = new Set(this.submitted.keys());
    this.submitted.clear();
    this.waiting.clear();
    for (const { rows, waiting } of batches) {
      for (const row of rows) {
        this.submitted.set(row.row, row);
        if (waiting) this.waiting.add(row.row);
        touched.add(row.row);
      }
    }
    return { rows: touched, anew: this.#waitingNew().join() !== before };
  }

  /** How many refused texts there are, and whether one of them is next to be taken back or done again. */
  held(): { readonly refused: number; readonly undoesRefused: boolean; readonly redoesRefused: boolean } {
    const { endsRefused, goesOnRefused } = this.undoOrder;
    return { refused: this.refused.size, undoesRefused: endsRefused, redoesRefused: goesOnRefused };
  }

  /** How many rows are locked, by what they wait for. */
  locked(): { readonly underReview: number; readonly waiting: number } {
    return { underReview: this.submitted.size - this.waiting.size, waiting: this.waiting.size };
  }

  /** The value a cell would get from a batch under review; undefined where none changes it. */
  proposed(row: RowKey, column: string): string | null | undefined {
    const submitted = this.submitted.get(row);
    return submitted?.kind === 'update' ? own(submitted.cells, column)?.after : undefined;
  }

  showConflicts(conflicts: readonly Conflict[]): void {
    this.conflicts.clear();
    for (const conflict of conflicts) {
      this.conflicts.set(conflict.row, [...(this.conflicts.get(conflict.row) ?? []), conflict]);
    }
  }
}
