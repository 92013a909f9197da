import { type CellRange, type Extent, rectangleOf, type Selection } from './selection.ts';

/** Where a copied block lands: cell (r, c) of the target takes block cell (r mod height, c mod width). */
export interface PasteTarget {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
  /** Rows past the end of the view, which become new rows. */
  readonly newRows: number;
  /** Columns of the block that fall off the right border; the caller refuses or tells. */
  readonly lostColumns: number;
}

/**
 * Targets of pasting a block of `height` x `width` cells, as spreadsheets do: a selected range that is a whole multiple of
 * the block is tiled with it (one value fills many cells, one row fills many rows, also where only their first cells are selected);
 * otherwise the block is written once from the top left cell. Every range of the selection takes the block.
 */
export const pasteTargets = (
  selection: Selection,
  height: number,
  width: number,
  extent: Extent,
): readonly PasteTarget[] => {
  if (height === 0 || width === 0) return [];
  return selection.ranges.map((range) => targetOf(range, height, width, extent));
};

const targetOf = (range: CellRange, height: number, width: number, extent: Extent): PasteTarget => {
  const { top, left, bottom, right } = rectangleOf(range);
  const selectedRows = bottom - top + 1;
  const selectedColumns = right - left + 1;
  // A single row or column selected says nothing about its direction. Both directions must fit, or the block is written once.
  const down = selectedRows === 1 || selectedRows % height === 0;
  const across = selectedColumns === 1 || selectedColumns % width === 0;
  const tiled = down && across;
  const rows = tiled && selectedRows > 1 ? selectedRows : height;
  const wanted = tiled && selectedColumns > 1 ? selectedColumns : width;
  const fitting = Math.min(wanted, Math.max(0, extent.columns - left));
  return {
    top,
    left,
    rows,
    columns: fitting,
    newRows: Math.max(0, Math.min(rows, top + rows - extent.rows)),
    lostColumns: wanted - fitting,
  };
};
