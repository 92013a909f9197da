import type { SheetRights } from '../../shared/model/rights.ts';
import { isNewRow, ROW_DELETABLE, ROW_UPDATABLE } from '../../shared/model/rows.ts';
import type { Column, SheetDefinition } from '../../shared/model/sheet.ts';
import type { SheetRow } from '../grid/sheet-row.ts';

/** Why nothing in the sheet can be changed by this person, or null. The warehouse decides again when it is written. */
export const sheetReadOnly = (definition: SheetDefinition, rights: SheetRights): string | null => {
  if (definition.key.length === 0) {
    return definition.keyReason ?? 'The table has no key, so its rows can be read but not changed.';
  }
  if (rights.readOnlyReason) return rights.readOnlyReason;
  const nothing = !rights.insert && !rights.delete && rights.updateColumns.length === 0;
  return nothing ? 'Your roles may read this table but not change it.' : null;
};

/** Why rows cannot be added, or null. */
export const insertRefusal = (definition: SheetDefinition, rights: SheetRights): string | null =>
  sheetReadOnly(definition, rights) ?? (rights.insert ? null : 'Your roles may not add rows to this table.');

/** Why rows cannot be deleted at all now, or null; `inserted` new ones can always be removed again, and `chosen` says whether one is at hand. */
export const deletingRefusal = (rights: SheetRights, inserted: number, chosen: boolean): string | null => {
  if (!rights.delete && inserted === 0) return 'Your roles may not delete rows of this table.';
  return chosen ? null : 'Select a row first';
};

/** Why this row cannot be deleted, or null. */
export const deleteRefusal = (
  definition: SheetDefinition,
  rights: SheetRights,
  row: SheetRow,
): string | null => {
  if (isNewRow(row.key)) return null;
  const sheet = sheetReadOnly(definition, rights);
  if (sheet) return sheet;
  if (!rights.delete) return 'Your roles may not delete rows of this table.';
  return row.flags & ROW_DELETABLE
    ? null
    : 'A row policy of the warehouse keeps this row from being deleted.';
};

/** Column rights as sets, so that a cell costs one look-up. */
export interface ColumnRights {
  readonly update: ReadonlySet<string>;
  readonly insert: ReadonlySet<string>;
}

export const columnRights = (rights: SheetRights): ColumnRights => ({
  update: new Set(rights.updateColumns),
  insert: new Set(rights.insertColumns),
});

/** Why the cell cannot be typed into, before rules that look at the row's values; null when it can. */
export const cellRefusal = (row: SheetRow, column: Column, rights: ColumnRights): string | null => {
  if (isNewRow(row.key)) {
    // A key that is fixed in stored rows is what a new row is named by.
    if (column.readOnly && column.readOnly.cause !== 'key') return column.readOnly.reason;
    return rights.insert.has(column.name) ? null : `Your roles may not give ${column.label} a value.`;
  }
  if (column.readOnly) return column.readOnly.reason;
  if (!rights.update.has(column.name)) return `Your roles may read ${column.label} but not change it.`;
  if (!(row.flags & ROW_UPDATABLE)) return 'A row policy of the warehouse keeps this row from being changed.';
  return null;
};
