import type { PendingRow } from '../../shared/model/edit.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';

/** A pending row as it would stand after the commit: stored values with the edits on top; null for a deletion. */
export const effectiveRow = (
  sheet: Pick<OpenSheet, 'definition' | 'baseRow'>,
  row: PendingRow,
): Record<string, string | null> | null => {
  switch (row.kind) {
    case 'delete':
      return null;
    case 'insert': {
      const values = emptyRow();
      for (const { name } of sheet.definition.columns)
        values[name] = Object.hasOwn(row.values, name) ? (row.values[name] ?? null) : null;
      return values;
    }
    case 'update': {
      const values = sheet.baseRow(row.row) ?? emptyRow();
      for (const [column, cell] of Object.entries(row.cells)) values[column] = cell.after;
      return values;
    }
  }
};

/** Without a prototype a column may have any name. */
const emptyRow = (): Record<string, string | null> => Object.create(null) as Record<string, string | null>;

/** Whether the rules of a column look at a pending row: at what was entered, and in a new row at what the warehouse does not fill in by itself. */
export const isJudged = (row: PendingRow, column: Column): boolean => {
  if (row.kind === 'delete') return false;
  if (Object.hasOwn(row.kind === 'update' ? row.cells : row.values, column.name)) return true;
  return row.kind === 'insert' && !column.hasDefault && column.readOnly === undefined;
};
