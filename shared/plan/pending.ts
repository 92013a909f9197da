import type { CellSets, EditStep, PendingDelta, PendingRow, RowDelete, RowInsert } from '../model/edit.ts';
import { AppError } from '../model/failure.ts';
import { isNewRow, NEW_ROW_PREFIX, type RowKey } from '../model/rows.ts';

type Cell = string | null;
type UpdateRow = Extract<PendingRow, { kind: 'update' }>;
type InsertRow = Extract<PendingRow, { kind: 'insert' }>;
type UpdateCell = UpdateRow['cells'][string];

/** Rows a change touched, with their pending state before it (`undefined`: nothing was pending). */
export type PriorRows = ReadonlyMap<RowKey, PendingRow | undefined>;

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

/** One step being folded: rows are copied on first touch and are never changed again once the fold returns. */
class StepFold {
  readonly prior = new Map<RowKey, PendingRow | undefined>();
  readonly #pending: Map<RowKey, PendingRow>;

  constructor(pending: Map<RowKey, PendingRow>) {
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
    if (this.#pending.has(row)) {
      throw new AppError('invalid', 'row-exists', 'The new row is there already.', { details: { row } });
    }
    this.#replace(row, { kind: 'insert', row, values: { ...values } });
  }

  set(row: RowKey, column: string, before: Cell, after: Cell, reason: string | undefined): void {
    const current = this.#pending.get(row);
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
    const current = this.#pending.get(row);
    if (current?.kind === 'delete') return;
    if (current?.kind === 'insert') {
      this.#drop(row);
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
    this.#replace(row, { kind: 'delete', row, before: base });
  }

  revert(): void {
    for (const [row, state] of this.prior) {
      if (state) this.#pending.set(row, state);
      else this.#pending.delete(row);
    }
  }

  #setInserted(current: InsertRow, column: string, after: Cell): void {
    if (entryOf(current.values, column) === after) return;
    const own = this.prior.has(current.row) ? current : { ...current, values: { ...current.values } };
    put(own.values, column, after);
    this.#replace(current.row, own);
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
      current && this.prior.has(row) ? current : { kind: 'update', row, cells: { ...current?.cells } };
    put(own.cells, column, next);
    this.#replace(row, own);
  }

  #dropCell(current: UpdateRow, column: string): void {
    const { [column]: _, ...cells } = current.cells;
    if (Object.keys(cells).length === 0) this.#drop(current.row);
    else this.#replace(current.row, { ...current, cells });
  }

  #replace(row: RowKey, state: PendingRow): void {
    this.#remember(row);
    this.#pending.set(row, state);
  }

  #drop(row: RowKey): void {
    this.#remember(row);
    this.#pending.delete(row);
  }

  #remember(row: RowKey): void {
    if (!this.prior.has(row)) this.prior.set(row, this.#pending.get(row));
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
 * Folds one step into the pending rows (inserts, then cell changes, then deletes) and returns what it changed with
 * the state before. A step that cannot be folded throws AppError `invalid` and leaves `pending` as it was.
 */
export const foldRows = (pending: Map<RowKey, PendingRow>, step: EditStep): PriorRows => {
  const fold = new StepFold(pending);
  try {
    for (const insert of step.inserts ?? []) fold.insert(insert);
    if (step.sets) foldSets(fold, step.sets);
    for (const removal of step.deletes ?? []) fold.delete(removal);
  } catch (error) {
    fold.revert();
    throw error;
  }
  return fold.prior;
};

/** `foldRows` for who only needs to know which rows to redraw. */
export const foldStep = (pending: Map<RowKey, PendingRow>, step: EditStep): ReadonlySet<RowKey> =>
  new Set(foldRows(pending, step).keys());

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
