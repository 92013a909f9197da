import type { CellSets, EditStep, PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { isNewRow, ROW_DELETABLE, ROW_UPDATABLE } from '../../shared/model/rows.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';

const refuse = (code: string, message: string, row: string, column?: string): AppError =>
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
  if (sheet.definition.key.length === 0) {
    throw new AppError(
      'denied',
      'sheet-read-only',
      sheet.definition.keyReason ?? 'This sheet cannot be edited.',
    );
  }
  const added = new Set((step.inserts ?? []).map((insert) => insert.row));
  for (const insert of step.inserts ?? []) checkInsert(sheet, insert.row, insert.values);
  if (step.sets) checkSets(sheet, step.sets, added, pending);
  for (const removal of step.deletes ?? []) checkDelete(sheet, removal.row, added, pending);
};

const columnsOf = (sheet: OpenSheet): ReadonlyMap<string, Column> =>
  new Map(sheet.definition.columns.map((column) => [column.name, column]));

const checkInsert = (
  sheet: OpenSheet,
  row: string,
  values: Readonly<Record<string, string | null>>,
): void => {
  if (!isNewRow(row)) throw refuse('row-key', 'A new row needs a key of its own.', row);
  if (!sheet.rights.insert)
    throw new AppError('denied', 'insert-denied', 'This person may not add rows here.', { details: { row } });
  const columns = columnsOf(sheet);
  for (const [name, value] of Object.entries(values)) {
    const column = columns.get(name);
    if (!column) throw refuse('column-unknown', `The column "${name}" is not in this sheet.`, row, name);
    refuseReadOnly(sheet, column, row, true);
    checkValue(sheet, column, value, row);
  }
};

const checkSets = (
  sheet: OpenSheet,
  sets: CellSets,
  added: ReadonlySet<string>,
  pending: ReadonlyMap<string, PendingRow>,
): void => {
  const columns = columnsOf(sheet);
  const checks = sets.columns.map((name) => {
    const column = columns.get(name);
    if (!column)
      throw refuse('column-unknown', `The column "${name}" is not in this sheet.`, sets.rows[0] ?? '', name);
    return { column, check: sheet.rules.cellChecker(name) };
  });
  for (let i = 0; i < sets.rows.length; i++) {
    const row = sets.rows[i] ?? '';
    const target = checks[sets.columnOf[i] ?? -1];
    if (!target) throw refuse('edit-malformed', 'The edit names a column that it does not list.', row);
    const { column, check } = target;
    const isNew = added.has(row) || pending.get(row)?.kind === 'insert';
    if (!isNew) refuseRow(sheet, row, ROW_UPDATABLE, 'This row may not be changed by this person.');
    refuseReadOnly(sheet, column, row, isNew);
    const problem = check(sets.after[i] ?? null);
    // Clearing a required cell of a new row is where every new row starts; the submit insists.
    if (problem?.severity === 'block' && !(isNew && (sets.after[i] ?? null) === null))
      throw refuse(problem.code, problem.message, row, column.name);
  }
};

const checkDelete = (
  sheet: OpenSheet,
  row: string,
  added: ReadonlySet<string>,
  pending: ReadonlyMap<string, PendingRow>,
): void => {
  if (added.has(row) || pending.get(row)?.kind === 'insert') return;
  if (!sheet.rights.delete)
    throw new AppError('denied', 'delete-denied', 'This person may not delete rows here.', {
      details: { row },
    });
  refuseRow(sheet, row, ROW_DELETABLE, 'This row may not be deleted by this person.');
};

/** Row policies predict per row; a row that is not loaded is left to the warehouse. */
const refuseRow = (sheet: OpenSheet, row: string, flag: number, message: string): void => {
  const at = sheet.store.indexOf(row);
  if (at === undefined || sheet.store.flags(at) & flag) return;
  throw new AppError('denied', 'row-denied', message, { details: { row } });
};

const refuseReadOnly = (sheet: OpenSheet, column: Column, row: string, isNew: boolean): void => {
  if (column.readOnly && !(isNew && column.readOnly.cause === 'key')) {
    throw new AppError('denied', 'column-read-only', column.readOnly.reason, {
      details: { row, column: column.name },
    });
  }
  const allowed = isNew ? sheet.rights.insertColumns : sheet.rights.updateColumns;
  if (!allowed.includes(column.name)) {
    throw new AppError(
      'denied',
      'column-denied',
      `This person may not ${isNew ? 'fill' : 'change'} the column "${column.label}".`,
      {
        details: { row, column: column.name },
      },
    );
  }
};

const checkValue = (sheet: OpenSheet, column: Column, value: string | null, row: string): void => {
  if (value === null) return;
  const problem = sheet.rules.cellChecker(column.name)(value);
  if (problem?.severity === 'block') throw refuse(problem.code, problem.message, row, column.name);
};
