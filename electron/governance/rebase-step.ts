import type { EditStep, PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';

/**
 * The pending edits of some rows as one step based on what the warehouse holds now (the rows were reread after the
 * conflict). Cells that already hold the wanted value need no edit. Throws AppError `conflict` for rows that are gone, and for new
 * rows whose key is taken: those have no row to be based on.
 */
export const rebaseStep = (
  sheet: OpenSheet,
  pending: ReadonlyMap<RowKey, PendingRow>,
  rows: readonly RowKey[],
  stamp: { readonly id: string; readonly at: string },
): EditStep => {
  const columns = sheet.definition.columns.map((column) => column.name);
  const place = new Map(columns.map((name, i) => [name, i]));
  const sets = {
    columns,
    rows: [] as string[],
    columnOf: [] as number[],
    before: [] as (string | null)[],
    after: [] as (string | null)[],
    reasons: {} as Record<string, string>,
  };
  const deletes: { row: string; before: Record<string, string | null> }[] = [];
  for (const row of rows) {
    const mine = pending.get(row);
    if (!mine) continue;
    const stored = mine.kind === 'insert' ? null : sheet.baseRow(row);
    if (!stored) {
      throw new AppError(
        'conflict',
        'row-gone',
        mine.kind === 'insert'
          ? 'A row with this key exists already. Change the key of the new row, or discard it.'
          : 'This row is not in the table any more. Discard the edit, or enter the row anew.',
        { details: { row } },
      );
    }
    if (mine.kind === 'delete') deletes.push({ row, before: stored });
    if (mine.kind !== 'update') continue;
    for (const [column, cell] of Object.entries(mine.cells)) {
      const theirs = stored[column] ?? null;
      if (theirs === cell.after) continue;
      if (cell.reason !== undefined) sets.reasons[String(sets.rows.length)] = cell.reason;
      sets.rows.push(row);
      sets.columnOf.push(place.get(column) ?? -1);
      sets.before.push(theirs);
      sets.after.push(cell.after);
    }
  }
  return { id: stamp.id, sheet: sheet.definition.id, at: stamp.at, label: 'Keep mine', sets, deletes };
};
