import { type Rectangle, rectangleOf, type Selection } from './selection.ts';

/** What a copied selection looks like as one block: bands of rows from above to below, and columns from left to right. */
export interface CopyShape {
  readonly bands: readonly { readonly top: number; readonly bottom: number }[];
  readonly columns: readonly number[];
}

/**
 * The block several ranges make when they are copied together: ranges of the same rows stand side by side, ranges of the same columns
 * below each other, as in Excel; null for any other selection, as it is no block.
 */
export const copyShape = ({ ranges }: Selection): CopyShape | null => {
  const rectangles = ranges.map(rectangleOf);
  const [first] = rectangles;
  if (!first) return null;
  if (rectangles.every(({ top, bottom }) => top === first.top && bottom === first.bottom)) {
    const columns = new Set(rectangles.flatMap(columnsOf));
    return {
      bands: [{ top: first.top, bottom: first.bottom }],
      columns: [...columns].toSorted((a, b) => a - b),
    };
  }
  if (!rectangles.every(({ left, right }) => left === first.left && right === first.right)) return null;
  return { bands: merged(rectangles), columns: columnsOf(first) };
};

const columnsOf = ({ left, right }: Rectangle): number[] =>
  Array.from({ length: right - left + 1 }, (_, i) => left + i);

/** Rows in two ranges are copied once. */
const merged = (rectangles: readonly Rectangle[]): CopyShape['bands'] => {
  const bands: { top: number; bottom: number }[] = [];
  for (const { top, bottom } of rectangles.toSorted((a, b) => a.top - b.top)) {
    const last = bands.at(-1);
    if (last && top <= last.bottom) last.bottom = Math.max(last.bottom, bottom);
    else bands.push({ top, bottom });
  }
  return bands;
};
