import type { DecidedRow } from '../../../shared/merge/decide.ts';
import type { EditStep, PendingRow } from '../../../shared/model/edit.ts';
import type { RowKey } from '../../../shared/model/rows.ts';
import type { OpenSheet } from '../../sheets/open-sheet.ts';

/**
 * Rows in which a step types the value again that an edit began with, while the warehouse holds another one by now. Taken as
 * an end of the edit it would leave what somebody else wrote, although the person typed a value: these states base the edit on
 * what is there now.
 */
export const typedBack = (
  sheet: Pick<OpenSheet, 'baseRow'>,
  { sets }: EditStep,
  pending: ReadonlyMap<RowKey, PendingRow>,
): readonly DecidedRow[] => {
  const states = new Map<RowKey, Extract<PendingRow, { kind: 'update' }>>();
  if (!sets || pending.size === 0) return [];
  sets.rows.forEach((row, i) => {
    const mine = states.get(row) ?? pending.get(row);
    const column = sets.columns[sets.columnOf[i] ?? -1];
    const after = sets.after[i];
    if (mine?.kind !== 'update' || column === undefined || after === undefined) return;
    const cell = Object.hasOwn(mine.cells, column) ? mine.cells[column] : undefined;
    if (cell?.before !== after) return;
    const theirs = sheet.baseRow(row)?.[column];
    if (theirs === undefined || theirs === cell.before) return;
    states.set(row, { ...mine, cells: { ...mine.cells, [column]: { ...cell, before: theirs, after } } });
  });
  return [...states].map(([row, state]) => ({ row, state }));
};
