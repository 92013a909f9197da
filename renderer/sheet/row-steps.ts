import type { EditStep, RowDelete, RowInsert } from '../../shared/model/edit.ts';
import type { SheetRights } from '../../shared/model/rights.ts';
import { NEW_ROW_PREFIX } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { SheetRow } from '../grid/sheet-row.ts';
import type { Overlay } from './overlay.ts';
import { deleteRefusal } from './read-only.ts';
import type { SheetReading } from './sheet-reading.ts';

/** Values a new row begins with: the definition's defaults; what the warehouse fills in itself is left out. */
export const defaultValues = (definition: SheetDefinition): Record<string, string | null> => {
  const given = definition.columns.filter(({ hasDefault, defaultValue }) => !hasDefault && defaultValue);
  return Object.fromEntries(given.map(({ name, defaultValue }) => [name, defaultValue ?? null]));
};

/** A new row with its defaults. */
export const emptyRow = (definition: SheetDefinition, id: string): RowInsert => ({
  row: `${NEW_ROW_PREFIX}${id}`,
  values: defaultValues(definition),
});

/** What deleting rows means for the journal (null where nothing is deleted), and why some of them are left alone. Texts refused in them are dropped. */
export const markDeleted = (
  rows: readonly SheetRow[],
  reading: SheetReading,
  rights: SheetRights,
  overlay: Overlay,
): { readonly step: Pick<EditStep, 'label' | 'deletes'> | null; readonly refusal: string | null } => {
  const refusals = new Set<string>();
  const deletes = rows.flatMap((row): RowDelete[] => {
    if (row.group) {
      refusals.add('Subtotals are no rows and were left alone.');
      return [];
    }
    const refusal = deleteRefusal(reading.definition, rights, row);
    if (refusal) refusals.add(refusal);
    if (refusal || overlay.kind(row.key) === 'delete') return [];
    return [{ row: row.key, before: reading.keptValues(row) }];
  });
  for (const { row } of deletes) overlay.refused.deleteRow(row);
  const label = deletes.length === 1 ? 'Delete row' : `Delete ${deletes.length} rows`;
  return {
    step: deletes.length > 0 ? { label, deletes } : null,
    refusal: refusals.size > 0 ? [...refusals].join(' ') : null,
  };
};
