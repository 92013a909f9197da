import type { PendingRow } from '../../../shared/model/edit.ts';
import type { RowKey } from '../../../shared/model/rows.ts';
import type { Journal } from '../../journal/journal.ts';
import type { OpenSheet } from '../../sheets/open-sheet.ts';

/**
 * The part of a pending row that the rows of a sheet can be held against: all of it over rows of the warehouse, over kept ones what
 * is based on rows no newer than they are. Null where nothing is left; `wants` is the key of a new row, where it has one.
 */
export const toldBy = (
  { kept, definition: { id } }: Pick<OpenSheet, 'kept' | 'definition'>,
  journal: Pick<Journal, 'seenAt'>,
  mine: PendingRow,
  wants: RowKey | null,
): PendingRow | null => {
  if (!kept) return mine;
  const tells = ([column]: readonly [string, unknown]): boolean =>
    kept.tells(mine.kind === 'insert' ? (wants ?? mine.row) : mine.row, journal.seenAt(id, mine.row, column));
  if (mine.kind === 'insert') return tells(['', null]) ? mine : null;
  if (mine.kind === 'update') {
    const cells = Object.entries(mine.cells).filter(tells);
    return cells.length === 0 ? null : { ...mine, cells: Object.fromEntries(cells) };
  }
  const before = Object.entries(mine.before);
  const left = before.filter(tells);
  return left.length === 0 && before.length > 0 ? null : { ...mine, before: Object.fromEntries(left) };
};
