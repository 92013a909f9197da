/** What is searched for, kept from one opening of the find bar to the next. */
export interface SearchedText {
  readonly text: string;
  readonly pattern: boolean;
  readonly matchCase: boolean;
  readonly whole: boolean;
}

export const NO_SEARCH: SearchedText = { text: '', pattern: false, matchCase: false, whole: false };

interface Found {
  /** Place of the row in the view; negative where it is not shown. */
  readonly place: number;
  readonly row: string;
  readonly column: string;
}

/** The cell the person is at. */
export interface FindFrom {
  readonly place: number;
  readonly row: string;
  readonly column: string;
}

/**
 * Index of the cell that follows (`by` 1) or precedes the one the person is at, in reading order and around the end; -1 when nothing was
 * found. `at` is where the last step led: from there the next is the next in the list, shown or not.
 */
export const stepFound = (
  cells: readonly Found[],
  columns: readonly string[],
  at: number,
  from: FindFrom | null,
  by: 1 | -1,
): number => {
  if (cells.length === 0) return -1;
  const last = cells[at];
  const rests = last && (!from || (last.row === from.row && last.column === from.column));
  if (rests) return (at + by + cells.length) % cells.length;
  if (!from) return by > 0 ? 0 : cells.length - 1;
  const order = (cell: Found): number =>
    cell.place - from.place || columns.indexOf(cell.column) - columns.indexOf(from.column);
  const shown = cells.flatMap((cell, i) => (cell.place < 0 ? [] : [i]));
  const isNext = (i: number): boolean => {
    const cell = cells[i];
    return cell !== undefined && Math.sign(order(cell)) === by;
  };
  const next = by > 0 ? shown.find(isNext) : shown.findLast(isNext);
  return next ?? (by > 0 ? 0 : cells.length - 1);
};
