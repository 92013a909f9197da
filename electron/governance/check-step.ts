import type { CellSets, EditStep, PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { isNewRow } from '../../shared/model/rows.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { CellChecker } from '../../shared/rules/compile.ts';
import { unstorable } from '../../shared/values/parse.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import { type Refusal, refusalOfColumn, refusalOfRow, refusalOfSheet, refuse } from './check-rights.ts';
import { effectiveRow } from './rows-to-check.ts';

type Cell = string | null;

const invalid = (code: string, message: string, row: string, column?: string): AppError =>
  new AppError('invalid', code, message, { details: column === undefined ? { row } : { row, column } });

/**
 * Checks a step before it is journaled, with the same rules as the window and the person's rights: what a forged or faulty
 * window sends is refused here. Throws AppError naming the first row and column refused.
 */
export const checkStep = (
  sheet: OpenSheet,
  step: EditStep,
  pending: ReadonlyMap<string, PendingRow>,
): void => {
  const { sets, inserts = [], deletes = [] } = step;
  refuse(refusalOfSheet(sheet), sets?.rows[0] ?? inserts[0]?.row ?? deletes[0]?.row ?? '');
  const target = targets(sheet);
  for (const insert of inserts) checkInsert(sheet, target, insert);
  const added = new Set(inserts.map((insert) => insert.row));
  const isNew = (row: string): boolean => added.has(row) || pending.get(row)?.kind === 'insert';
  if (sets) checkSets(sheet, target, sets, { isNew, pending });
  for (const removal of deletes) {
    if (isNew(removal.row)) continue;
    checkKnown(sheet, removal.row, pending);
    refuse(refusalOfRow(sheet, { kind: 'delete', ...removal }), removal.row);
  }
};

/** What is asked of one column for every cell in it, found out once. */
interface Target {
  readonly column: Column;
  readonly check: CellChecker;
  readonly stored: Refusal | null;
  readonly fresh: Refusal | null;
}

const targets = (sheet: OpenSheet): ReadonlyMap<string, Target> =>
  new Map(
    sheet.definition.columns.map((column) => [
      column.name,
      {
        column,
        check: sheet.rules.cellChecker(column.name),
        stored: refusalOfColumn(sheet, column, false),
        fresh: refusalOfColumn(sheet, column, true),
      },
    ]),
  );

const targetOf = (target: ReadonlyMap<string, Target>, name: string, row: string): Target => {
  const found = target.get(name);
  if (found) return found;
  throw invalid('column-unknown', `The column "${name}" is not in this sheet. Open it again.`, row, name);
};

const checkInsert = (
  sheet: OpenSheet,
  target: ReadonlyMap<string, Target>,
  insert: { readonly row: string; readonly values: Readonly<Record<string, Cell>> },
): void => {
  const { row, values } = insert;
  if (!isNewRow(row)) throw invalid('row-not-new', 'A new row needs a key of its own.', row);
  refuse(refusalOfRow(sheet, { kind: 'insert', row, values }), row);
  for (const [name, value] of Object.entries(values)) {
    const { column, check, fresh } = targetOf(target, name, row);
    refuse(fresh, row, name);
    checkValue(check, value, true, row, column);
  }
};

interface Context {
  readonly isNew: (row: string) => boolean;
  readonly pending: ReadonlyMap<string, PendingRow>;
}

const checkSets = (
  sheet: OpenSheet,
  target: ReadonlyMap<string, Target>,
  sets: CellSets,
  { isNew, pending }: Context,
): void => {
  const columns = sets.columns.map((name) => targetOf(target, name, sets.rows[0] ?? ''));
  for (const [i, reason] of Object.entries(sets.reasons ?? {})) {
    const refused = unstorable(reason);
    if (refused) throw invalid('unstorable', refused, sets.rows[Number(i)] ?? '');
  }
  let last: string | undefined;
  let fresh = false;
  for (let i = 0; i < sets.rows.length; i++) {
    const row = sets.rows[i] ?? '';
    const place = columns[sets.columnOf[i] ?? -1];
    const after = sets.after[i];
    if (!place || after === undefined)
      throw invalid('edit-malformed', 'The edit is incomplete and was not kept. Enter it again.', row);
    if (row !== last) {
      // A block of cells comes row by row; what holds for the row is asked once.
      last = row;
      fresh = isNew(row);
      if (!fresh) {
        checkKnown(sheet, row, pending);
        refuse(refusalOfRow(sheet, { kind: 'update', row, cells: {} }), row);
      }
    }
    const { column, check } = place;
    refuse(fresh ? place.fresh : place.stored, row, column.name);
    if (column.readOnlyWhen) checkLock(sheet, row, column, pending);
    checkValue(check, after, fresh, row, column);
  }
};

const checkValue = (check: CellChecker, value: Cell, isNew: boolean, row: string, column: Column): void => {
  // Clearing a required cell of a new row is where every new row starts; the submit insists.
  if (isNew && value === null) return;
  const problem = check(value);
  if (problem?.severity === 'block') throw invalid(problem.code, problem.message, row, column.name);
};

const checkLock = (
  sheet: OpenSheet,
  row: string,
  column: Column,
  pending: ReadonlyMap<string, PendingRow>,
): void => {
  const state = pending.get(row);
  const values = state ? effectiveRow(sheet, state) : sheet.baseRow(row);
  const reason = values ? sheet.rules.readOnlyReason(column.name, values) : null;
  refuse(reason === null ? null : { code: 'cell-read-only', message: reason }, row, column.name);
};

/** A row that was never read has at least a key of the table's shape; one that must have been read is there. */
const checkKnown = (sheet: OpenSheet, row: string, pending: ReadonlyMap<string, PendingRow>): void => {
  if (sheet.flagsOf(row) !== null || pending.has(row)) return;
  if (isNewRow(row) || sheet.knowsAllRows || !isKey(row, sheet.definition.key.length))
    throw invalid('row-unknown', 'The row is not in the sheet any more. Refresh it and edit again.', row);
};

const isKey = (row: string, width: number): boolean => {
  try {
    const values: unknown = JSON.parse(row);
    return (
      Array.isArray(values) && values.length === width && values.every((value) => typeof value === 'string')
    );
  } catch {
    return false;
  }
};
