import type { CellPlace, Extent } from './selection.ts';

/** Where a key leads that is not an arrow: the ends of the row or of the sheet, or one page on. */
export type Destination =
  | 'row-start'
  | 'row-end'
  | 'first'
  | 'last'
  | 'page-up'
  | 'page-down'
  | 'page-left'
  | 'page-right';

const clamp = (value: number, most: number): number => Math.max(0, Math.min(value, most));

/** The cell a destination means from here, inside the view; `page` is how many rows and columns are in sight. */
export const destinationFrom = (
  from: CellPlace,
  to: Destination,
  extent: Extent,
  page: Extent,
): CellPlace => {
  const rows = Math.max(1, page.rows - 1);
  const columns = Math.max(1, page.columns - 1);
  const at = (row: number, column: number): CellPlace => ({
    row: clamp(row, extent.rows - 1),
    column: clamp(column, extent.columns - 1),
  });
  switch (to) {
    case 'row-start':
      return at(from.row, 0);
    case 'row-end':
      return at(from.row, extent.columns - 1);
    case 'first':
      return at(0, 0);
    case 'last':
      return at(extent.rows - 1, extent.columns - 1);
    case 'page-up':
      return at(from.row - rows, from.column);
    case 'page-down':
      return at(from.row + rows, from.column);
    case 'page-left':
      return at(from.row, from.column - columns);
    case 'page-right':
      return at(from.row, from.column + columns);
  }
};

/** Cells in a second at which a drag scrolls, by how far (px) the pointer is past the border: slow at it, so that one can stop, fast far out. */
export const scrollSpeed = (past: number): number => {
  const out = Math.max(0, past);
  return Math.min(2_000, 14 + out * 2 + (out * out) / 12);
};
