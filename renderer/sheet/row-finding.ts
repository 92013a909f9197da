import { isNewRow, keyValues, type RowKey } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { ColumnFilter } from '../../shared/model/view.ts';
import type { Overlay } from './overlay.ts';

/** A row's key in words. */
export const rowLabel = (row: RowKey): string => (isNewRow(row) ? 'New row' : keyValues(row).join(' · '));

/** Filters that leave one stored row; none for a new one, which is found among the pending rows. */
export const keyFilters = ({ key }: SheetDefinition, row: RowKey): ColumnFilter[] =>
  isNewRow(row) ? [] : keyValues(row).map((value, i) => ({ kind: 'equals', column: key[i] ?? '', value }));

/** The entry after the one that fits, around the end; the first when none fits, null when there is none. */
export const nextAfter = <T>(list: readonly T[], fits: (entry: T) => boolean): T | null =>
  list[(list.findIndex(fits) + 1) % Math.max(1, list.length)] ?? null;

interface Place {
  readonly row: RowKey;
  readonly column: string | undefined;
}

/** The refused cell after the given one, around the end; null when there is none. */
export const nextRefused = (overlay: Overlay, row?: RowKey, column?: string): Place | null =>
  nextAfter<Place>([...overlay.refused.cells()], (cell) => cell.row === row && cell.column === column);
