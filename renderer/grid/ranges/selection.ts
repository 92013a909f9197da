/** A cell by its place in the view: row index and index among the visible columns, both from 0. */
export interface CellPlace {
  readonly row: number;
  readonly column: number;
}

/** A rectangle grown from `anchor` to `head`, both included; `head` moves when the range is extended. */
export interface CellRange {
  readonly anchor: CellPlace;
  readonly head: CellPlace;
}

/** Normalised rectangle, bounds included. */
export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** What is selected: ranges in the order they were made, the active cell inside the last one. */
export interface Selection {
  readonly ranges: readonly CellRange[];
  readonly active: CellPlace;
}

/** Rows and visible columns of the view. */
export interface Extent {
  readonly rows: number;
  readonly columns: number;
}

export const rectangleOf = ({ anchor, head }: CellRange): Rectangle => ({
  top: Math.min(anchor.row, head.row),
  left: Math.min(anchor.column, head.column),
  bottom: Math.max(anchor.row, head.row),
  right: Math.max(anchor.column, head.column),
});

export const contains = (r: Rectangle, row: number, column: number): boolean =>
  row >= r.top && row <= r.bottom && column >= r.left && column <= r.right;

/** One cell selected. */
export const selectCell = (place: CellPlace): Selection => ({
  ranges: [{ anchor: place, head: place }],
  active: place,
});

/** Grows the last range to `head`; the active cell stays (shift+click, shift+arrow, drag). */
export const extendTo = (selection: Selection, head: CellPlace): Selection => {
  const last = selection.ranges.at(-1);
  if (!last) return selectCell(head);
  return {
    ranges: [...selection.ranges.slice(0, -1), { anchor: last.anchor, head }],
    active: selection.active,
  };
};

/** Starts one more range (ctrl+click, ctrl+drag). */
export const addRange = (selection: Selection, place: CellPlace): Selection => ({
  ranges: [...selection.ranges, { anchor: place, head: place }],
  active: place,
});

/** A move while ranges are added: the first `kept` stay, and those grown since; a cell that was only passed does not. */
export const addByMove = (selection: Selection, kept: number, place: CellPlace): Selection => {
  const ranges = selection.ranges.filter(({ anchor, head }, i) => i < kept || !same(anchor, head));
  return addRange({ ...selection, ranges }, place);
};

/** Whole rows from `from` to `to`; the active cell is at the start. */
export const selectRows = (from: number, to: number, extent: Extent): Selection => ({
  ranges: [{ anchor: { row: from, column: 0 }, head: { row: to, column: Math.max(0, extent.columns - 1) } }],
  active: { row: from, column: 0 },
});

/** Whole columns from `from` to `to`. */
export const selectColumns = (from: number, to: number, extent: Extent): Selection => ({
  ranges: [{ anchor: { row: 0, column: from }, head: { row: Math.max(0, extent.rows - 1), column: to } }],
  active: { row: 0, column: from },
});

/** How a press changes what is selected: alone, grown from where the last range began (shift), or one more (ctrl). */
export type Press = 'only' | 'extend' | 'add';

/** A press on the number of a row; the active cell is in `active.column`, or stays where the range grows. */
export const pressRow = (
  selection: Selection | null,
  row: number,
  press: Press,
  extent: Extent,
  column: number,
): Selection =>
  pressed(selection, press, { row, column }, ({ row: from }) => selectRows(from, row, extent).ranges[0]);

/** A press on the header of a column; the active cell is in `row`, or stays where the range grows. */
export const pressColumn = (
  selection: Selection | null,
  column: number,
  press: Press,
  extent: Extent,
  row: number,
): Selection =>
  pressed(
    selection,
    press,
    { row, column },
    ({ column: from }) => selectColumns(from, column, extent).ranges[0],
  );

const pressed = (
  selection: Selection | null,
  press: Press,
  place: CellPlace,
  rangeFrom: (anchor: CellPlace) => CellRange | undefined,
): Selection => {
  const last = selection?.ranges.at(-1);
  if (press === 'extend' && selection && last) {
    const grown = rangeFrom(last.anchor);
    return grown ? { ...selection, ranges: [...selection.ranges.slice(0, -1), grown] } : selection;
  }
  const range = rangeFrom(place);
  const kept = press === 'add' && selection ? selection.ranges : [];
  return { ranges: [...kept, ...(range ? [range] : [])], active: place };
};

/** Whether a rectangle holds every column, so that its rows are selected as rows. */
export const isWholeRows = ({ left, right }: Rectangle, extent: Extent): boolean =>
  left === 0 && right >= extent.columns - 1;

/** Whether a rectangle holds every row, so that its columns are selected as columns. */
export const isWholeColumns = ({ top, bottom }: Rectangle, extent: Extent): boolean =>
  top === 0 && bottom >= extent.rows - 1;

/** Everything; the active cell stays where it is. */
export const selectAll = (selection: Selection, extent: Extent): Selection => ({
  ranges: [
    {
      anchor: { row: 0, column: 0 },
      head: { row: Math.max(0, extent.rows - 1), column: Math.max(0, extent.columns - 1) },
    },
  ],
  active: selection.active,
});

const clamp = (value: number, most: number): number => Math.max(0, Math.min(value, most));

/** Keeps a selection inside a view that became smaller; null when nothing is left. */
export const clampSelection = (selection: Selection, extent: Extent): Selection | null => {
  if (extent.rows === 0 || extent.columns === 0) return null;
  const inside = ({ row, column }: CellPlace): CellPlace => ({
    row: clamp(row, extent.rows - 1),
    column: clamp(column, extent.columns - 1),
  });
  return {
    ranges: selection.ranges.map(({ anchor, head }) => ({ anchor: inside(anchor), head: inside(head) })),
    active: inside(selection.active),
  };
};

export type Direction = 'up' | 'down' | 'left' | 'right';

const STEP: Readonly<Record<Direction, CellPlace>> = {
  up: { row: -1, column: 0 },
  down: { row: 1, column: 0 },
  left: { row: 0, column: -1 },
  right: { row: 0, column: 1 },
};

/** The neighbour `count` cells away, stopping at the border. */
export const step = (from: CellPlace, direction: Direction, extent: Extent, count = 1): CellPlace => ({
  row: clamp(from.row + STEP[direction].row * count, extent.rows - 1),
  column: clamp(from.column + STEP[direction].column * count, extent.columns - 1),
});

/**
 * Where ctrl+arrow goes, as in Excel: inside a filled run to its last filled cell; from an empty cell or the run's end to
 * the next filled one; else to the border. `filled` may answer undefined for a row that is not loaded, which ends the search there.
 */
export const edge = (
  from: CellPlace,
  direction: Direction,
  extent: Extent,
  filled: (place: CellPlace) => boolean | undefined,
): CellPlace => {
  let at = from;
  let next = step(at, direction, extent);
  if (same(at, next)) return at;
  const running = filled(at) === true && filled(next) === true;
  for (; !same(at, next); next = step(at, direction, extent)) {
    const state = filled(next);
    if (state === undefined) return next;
    if (running && !state) return at;
    at = next;
    if (!running && state) return at;
  }
  return at;
};

export const same = (a: CellPlace, b: CellPlace): boolean => a.row === b.row && a.column === b.column;

/**
 * Rectangles that cover the same cells as the ranges, none twice, in reading order of their making: so that a cell in two
 * overlapping ranges is counted, summed and cleared once.
 */
export const disjoint = (ranges: readonly CellRange[]): readonly Rectangle[] => {
  const result: Rectangle[] = [];
  for (const range of ranges) {
    let pieces: Rectangle[] = [rectangleOf(range)];
    for (const taken of [...result]) pieces = pieces.flatMap((piece) => subtract(piece, taken));
    result.push(...pieces);
  }
  return result;
};

const subtract = (from: Rectangle, taken: Rectangle): Rectangle[] => {
  const top = Math.max(from.top, taken.top);
  const bottom = Math.min(from.bottom, taken.bottom);
  const left = Math.max(from.left, taken.left);
  const right = Math.min(from.right, taken.right);
  if (top > bottom || left > right) return [from];
  const pieces: Rectangle[] = [];
  if (from.top < top) pieces.push({ ...from, bottom: top - 1 });
  if (from.left < left) pieces.push({ top, bottom, left: from.left, right: left - 1 });
  if (from.right > right) pieces.push({ top, bottom, left: right + 1, right: from.right });
  if (from.bottom > bottom) pieces.push({ ...from, top: bottom + 1 });
  return pieces;
};

/** Number of selected cells, overlaps counted once. */
export const cellCount = (selection: Selection): number =>
  disjoint(selection.ranges).reduce((n, r) => n + (r.bottom - r.top + 1) * (r.right - r.left + 1), 0);

/**
 * The next cell of Enter or Tab inside a selection of several cells, wrapping at its end and going on in the next range;
 * null when a single cell is selected, for the caller then moves the selection itself.
 */
export const nextInside = (
  selection: Selection,
  by: 'row' | 'column',
  backwards: boolean,
): CellPlace | null => {
  if (cellCount(selection) < 2) return null;
  const rectangles = selection.ranges.map(rectangleOf);
  let index = rectangles.findLastIndex((r) => contains(r, selection.active.row, selection.active.column));
  if (index < 0) index = rectangles.length - 1;
  const current = rectangles[index];
  if (!current) return null;
  const moved = advance(current, selection.active, by, backwards);
  if (moved) return moved;
  const other = rectangles[(index + (backwards ? -1 : 1) + rectangles.length) % rectangles.length] ?? current;
  return backwards ? { row: other.bottom, column: other.right } : { row: other.top, column: other.left };
};

const advance = (r: Rectangle, at: CellPlace, by: 'row' | 'column', backwards: boolean): CellPlace | null => {
  const height = r.bottom - r.top + 1;
  const width = r.right - r.left + 1;
  const row = at.row - r.top;
  const column = at.column - r.left;
  const position = by === 'row' ? column * height + row : row * width + column;
  const next = position + (backwards ? -1 : 1);
  if (next < 0 || next >= height * width) return null;
  return by === 'row'
    ? { row: r.top + (next % height), column: r.left + Math.floor(next / height) }
    : { row: r.top + Math.floor(next / width), column: r.left + (next % width) };
};
