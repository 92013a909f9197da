import type { Rectangle } from '../grid/ranges/selection.ts';
import { extendFill, type RangeTarget, type Told } from './range-commands.ts';

/**
 * Goes on with a series over the rest of each range, as the fill handle does, for those without a mouse: from its first two rows where
 * the second has values, else from the first; a range of one row is filled to the right.
 */
export const fillSeries = async (target: RangeTarget, rectangles: readonly Rectangle[]): Promise<Told> => {
  for (const each of rectangles) {
    const down = each.bottom > each.top;
    if (!down && each.right === each.left)
      return 'Select the first values of a series and the cells to fill.';
    const size = down ? each.bottom - each.top + 1 : each.right - each.left + 1;
    const begins = size > 2 && (await hasSecond(target, each, down)) ? 1 : 0;
    const from = down ? { ...each, bottom: each.top + begins } : { ...each, right: each.left + begins };
    const told = await extendFill(target, from, each, false, 'Fill series');
    if (told) return told;
  }
  return '';
};

/** Whether every cell of the second row (or column) of a range holds a value. */
const hasSecond = async (
  { model, columns }: RangeTarget,
  { top, left, bottom, right }: Rectangle,
  down: boolean,
): Promise<boolean> => {
  const rows = down ? await model.rows(top + 1, top + 2) : await model.rows(top, bottom + 1);
  const shown = down ? columns.slice(left, right + 1) : columns.slice(left + 1, left + 2);
  return rows.every((row) => shown.every((column) => model.value(row, column) !== null));
};
