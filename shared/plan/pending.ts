import type { CellSets, EditStep, PendingDelta, PendingRow, RowDelete, RowInsert } from '../model/edit.ts';
import { AppError } from '../model/failure.ts';
import { isNewRow, NEW_ROW_PREFIX, type RowKey } from '../model/rows.ts';

type Cell = string | null;
type UpdateRow = Extract<PendingRow, { kind: 'update' }>;
type InsertRow = Extract<PendingRow, { kind: 'insert' }>;
type UpdateCell = UpdateRow['cells'][string];

/** Rows a change touches, with the pending state it gives them (`undefined`: nothing is pending any more). */
export type RowChanges = ReadonlyMap<RowKey, PendingRow | undefined>;

export interface PendingTally {
  readonly cells: number;
  readonly updated: number;
  readonly inserted: number;
  readonly deleted: number;
}

// A column may be called "constructor" or "__proto__"; only own properties count.
const entryOf = <T>(record: Readonly<Record<string, T>>, column: string): T | undefined =>
  Object.hasOwn(record, column) ? record[column] : undefined;

const put = <T>(record: Record<string, T>, column: string, value: T): void => {
  if (column === '__proto__') {
    Object.defineProperty(record, column, { value, enumerable: true, writable: true, configurable: true });
  } else record[column] = value;
};

/** One step being folded over the pending rows, which it only reads; rows are copied on first touch. */
class StepFold {
  readonly changes = new Map<RowKey, PendingRow | undefined>();
  readonly #pending: ReadonlyMap<RowKey, PendingRow>;

  constructor(pending: ReadonlyMap<RowKey, PendingRow>) {
    this.#pending = pending;
  }

  insert({ row, values }: RowInsert): void {
    if (!isNewRow(row)) {
      throw new AppError(
        'invalid',
        'row-not-new',
        `A new row needs an id that starts with "${NEW_ROW_PREFIX}".`,
      );
    }
    if (this.#current(row)) {
      throw new AppError('invalid', 'row-exists', 'The new row is there already.', { details: { row } });
    }
    this.changes.set(row, { kind: 'insert', row, values: { ...values } });
  }

  set(row: RowKey, column: string, before: Cell, after: Cell, reason: string | undefined): void {
    const current = this.#current(row);
    if (current?.kind === 'delete') {
      throw new AppError('invalid', 'row-deleted', 'The row is marked for deletion. Undo that to edit it.', {
        details: { row, column },
      });
    }
    if (current?.kind === 'insert') this.#setInserted(current, column, after);
    else if (isNewRow(row)) {
      throw new AppError(
        'invalid',
        'row-unknown',
        'The new row is gone. Refresh the sheet and enter it again.',
        {
          details: { row, column },
        },
      );
    } else this.#setStored(current, row, column, before, after, reason);
  }

  delete({ row, before }: RowDelete): void {
    const current = this.#current(row);
    if (current?.kind === 'delete') return;
    if (current?.kind === 'insert') {
      this.changes.set(row, undefined);
      return;
    }
    if (isNewRow(row)) {
      throw new AppError('invalid', 'row-unknown', 'The new row is gone. Refresh the sheet.', {
        details: { row },
      });
    }
    const base = { ...before };
    // What was seen may be an edited value; the warehouse still holds the one the edit was based on.
    for (const [column, cell] of Object.entries(current?.cells ?? {})) put(base, column, cell.before);
    this.changes.set(row, { kind: 'delete', row, before: base });
  }

  #setInserted(current: InsertRow, column: string, after: Cell): void {
    if (entryOf(current.values, column) === after) return;
    const own = this.changes.has(current.row) ? current : { ...current, values: { ...current.values } };
    put(own.values, column, after);
    this.changes.set(current.row, own);
  }

  #setStored(
    current: UpdateRow | undefined,
    row: RowKey,
    column: string,
    before: Cell,
    after: Cell,
    reason: string | undefined,
  ): void {
    const cell = current && entryOf(current.cells, column);
    const base = cell ? cell.before : before;
    if (base === after) {
      if (cell) this.#dropCell(current, column);
      return;
    }
    if (cell && cell.after === after && cell.reason === reason) return;
    const next: UpdateCell = reason === undefined ? { before: base, after } : { before: base, after, reason };
    const own: UpdateRow =
      current && this.changes.has(row) ? current : { kind: 'update', row, cells: { ...current?.cells } };
    put(own.cells, column, next);
    this.changes.set(row, own);
  }

  #dropCell(current: UpdateRow, column: string): void {
    const { [column]: _, ...cells } = current.cells;
    if (Object.keys(cells).length === 0) this.changes.set(current.row, undefined);
    else this.changes.set(current.row, { ...current, cells });
  }

  #current(row: RowKey): PendingRow | undefined {
    const changed = this.changes.get(row);
    return changed === undefined && !this.changes.has(row) ? this.#pending.get(row) : changed;
  }
}

const foldSets = (fold: StepFold, sets: CellSets): void => {
  const { rows, columns, columnOf, before, after, reasons } = sets;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    const column = columns[columnOf[i] ?? -1];
    const from = before[i];
    const to = after[i];
    if (row === undefined || column === undefined || from === undefined || to === undefined) {
      throw new AppError(
        'invalid',
        'edit-malformed',
        'The edit is incomplete and was not kept. Enter it again.',
      );
    }
    fold.set(row, column, from, to, reasons?.[i]);
  }
};

/**
 * What one step (inserts, then cell changes, then deletes) does to the pending rows, without doing it. Rows handed in
 * or out are never changed. A step that cannot be folded throws AppError `invalid`.
 */
export const changesOf = (pending: ReadonlyMap<RowKey, PendingRow>, step: EditStep): RowChanges => {
  const fold = new StepFold(pending);
  for (const insert of step.inserts ?? []) fold.insert(insert);
  if (step.sets) foldSets(fold, step.sets);
  for (const removal of step.deletes ?? []) fold.delete(removal);
  return fold.changes;
};

/** Folds one step into `pending` and returns the rows it touched; a refused step leaves everything as it was. */
export const foldStep = (pending: Map<RowKey, PendingRow>, step: EditStep): ReadonlySet<RowKey> => {
  const changes = changesOf(pending, step);
  for (const [row, state] of changes) {
    if (state) pending.set(row, state);
    else pending.delete(row);
  }
  return new Set(changes.keys());
};

/** Brings a copy of the pending rows up to date with what the journal answered. */
export const applyDelta = (
  pending: Map<RowKey, PendingRow>,
  delta: Pick<PendingDelta, 'rows' | 'cleared'>,
): void => {
  for (const row of delta.cleared) pending.delete(row);
  for (const row of delta.rows) pending.set(row.row, row);
};

/** Changed cells of a row: those of an update, the given values of a new row, none of a deletion. */
export const cellsOf = (row: PendingRow): number => {
  if (row.kind === 'update') return Object.keys(row.cells).length;
  return row.kind === 'insert' ? Object.keys(row.values).length : 0;
};

/** Counts for the status bar and the preview; `cells` as `cellsOf` counts them. */
export const countPending = (pending: ReadonlyMap<RowKey, PendingRow>): PendingTally => {
  const tally = { cells: 0, updated: 0, inserted: 0, deleted: 0 };
  for (const row of pending.values()) {
    tally.cells += cellsOf(row);
    if (row.kind === 'update') tally.updated++;
    else if (row.kind === 'insert') tally.inserted++;
    else tally.deleted++;
  }
  return tally;
};
