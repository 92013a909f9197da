import { closedReason } from '../../shared/lifecycle/periods.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { ROW_DELETABLE, ROW_UPDATABLE } from '../../shared/model/rows.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import { effectiveRow } from './rows-to-check.ts';

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

const denied = (refusal: Refusal, row: string, column?: string): AppError =>
  new AppError('denied', refusal.code, refusal.message, {
    details: column === undefined ? { row } : { row, column },
  });

/** Why nothing in the sheet may be written, or null. */
export const refusalOfSheet = ({ definition, rights }: OpenSheet): Refusal | null => {
  if (definition.key.length === 0)
    return { code: 'sheet-read-only', message: definition.keyReason ?? 'This sheet cannot be edited.' };
  return rights.readOnlyReason === undefined
    ? null
    : { code: 'sheet-read-only', message: rights.readOnlyReason };
};

/** Why this person may not give the column a value, in a stored or a new row; null when they may. */
export const refusalOfColumn = (
  { rights }: Pick<OpenSheet, 'rights'>,
  column: Column,
  isNew: boolean,
): Refusal | null => {
  // A key that is fixed in stored rows is what a new row is named by.
  if (column.readOnly && !(isNew && column.readOnly.cause === 'key'))
    return { code: 'column-read-only', message: column.readOnly.reason };
  if ((isNew ? rights.insertColumns : rights.updateColumns).includes(column.name)) return null;
  return {
    code: 'column-denied',
    message: `This person may not ${isNew ? 'fill' : 'change'} the column "${column.label}".`,
  };
};

/** What the pending state of a row asks of the person's rights that they do not have; null when nothing. */
export const refusalOfRow = (sheet: OpenSheet, row: PendingRow): Refusal | null =>
  refusalByRights(sheet, row) ?? refusalByPeriod(sheet, row);

/** The row as it is stored, and as it would stand, must both lie in open periods. */
const refusalByPeriod = (sheet: OpenSheet, row: PendingRow): Refusal | null => {
  const { periods } = sheet.rights;
  if (!periods?.some((each) => each.periods.length > 0)) return null;
  const now = new Date();
  const base = row.kind === 'insert' ? null : sheet.baseRow(row.row);
  const after = effectiveRow(sheet, row);
  for (const values of [base, after]) {
    const message = values && closedReason(periods, (column) => values[column], now);
    if (message) return { code: 'period-closed', message };
  }
  return null;
};

const refusalByRights = (sheet: OpenSheet, row: PendingRow): Refusal | null => {
  switch (row.kind) {
    case 'insert':
      return sheet.rights.insert
        ? null
        : { code: 'insert-denied', message: 'This person may not add rows here.' };
    case 'delete':
      if (!sheet.rights.delete)
        return { code: 'delete-denied', message: 'This person may not delete rows here.' };
      return refusalByPolicy(sheet, row.row, ROW_DELETABLE);
    case 'update':
      return refusalByPolicy(sheet, row.row, ROW_UPDATABLE);
  }
};

/** Row policies predict per row; a row that is not known here is left to the warehouse. */
const refusalByPolicy = (sheet: OpenSheet, row: string, flag: number): Refusal | null => {
  const flags = sheet.flagsOf(row);
  if (flags === null || flags & flag) return null;
  const what = flag === ROW_DELETABLE ? 'deleted' : 'changed';
  return { code: 'row-denied', message: `A row policy of the warehouse keeps this row from being ${what}.` };
};

/** Throws AppError `denied` for a refusal. */
export const refuse = (refusal: Refusal | null, row: string, column?: string): void => {
  if (refusal) throw denied(refusal, row, column);
};
