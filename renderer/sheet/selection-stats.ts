import Big from 'big.js';
import type { Column } from '../../shared/model/sheet.ts';
import { compareDecimals, isDecimalText, sumDecimals } from '../../shared/values/decimal.ts';
import { isNumeric } from '../grid/columns.ts';
import { cellCount, disjoint, type Selection } from '../grid/ranges/selection.ts';
import type { SheetRow } from '../grid/sheet-row.ts';
import { breathe } from '../ui/breathe.ts';
import type { SheetModel } from './sheet-model.ts';

/** Count, and for numbers exact sum, least, greatest and the average to six decimals, of the selected cells. */
export interface SelectionStats {
  readonly cells: number;
  /** Cells that hold a value; null where they are too many to look at. */
  readonly filled: number | null;
  readonly numbers: number;
  readonly sum: string | null;
  readonly average: string | null;
  readonly min: string | null;
  readonly max: string | null;
}

const AVERAGE_PLACES = 6;
/** More cells, or cells of more rows, are only counted. */
const MOST_SUMMED = 2_000_000;
const MOST_ROWS = 200_000;
/** Rows added up before the window gets its turn. */
const SLICE = 2_000;

/** Statistics of a selection; null for a single cell, or once they are not `wanted` any more. Rows that are not here yet are fetched, slice by slice. */
export const selectionStats = async (
  model: SheetModel,
  columns: readonly Column[],
  selection: Selection,
  wanted: () => boolean = () => true,
): Promise<SelectionStats | null> => {
  const cells = cellCount(selection);
  if (cells < 2) return null;
  const rectangles = disjoint(selection.ranges);
  const reach = rectangles.reduce((n, { top, bottom }) => n + bottom - top + 1, 0);
  if (cells > MOST_SUMMED || reach > MOST_ROWS) return { cells, filled: null, ...NO_FIGURES };
  let filled = 0;
  let figures: Figures = NO_FIGURES;
  const counts = await countedRows(model, selection);
  for (const { top, left, bottom, right } of rectangles) {
    const end = Math.min(bottom + 1, model.rowCount);
    for (let from = top; from < end; from += SLICE) {
      const rows = await model.rows(from, Math.min(from + SLICE, end));
      if (from > top) await breathe();
      if (!wanted()) return null;
      const values: string[] = [];
      for (const column of columns.slice(left, right + 1)) {
        const numeric = isNumeric(column);
        for (const row of rows) {
          const value = counts(row) ? model.value(row, column) : null;
          if (value === null) continue;
          filled++;
          if (numeric && isDecimalText(value)) values.push(value);
        }
      }
      figures = together(figures, summary(values));
    }
  }
  return { cells, filled, ...figures };
};

type Figures = Pick<SelectionStats, 'numbers' | 'sum' | 'average' | 'min' | 'max'>;
const NO_FIGURES: Figures = { numbers: 0, sum: null, average: null, min: null, max: null };

/** Exact figures of two sets of numbers as one. */
export const together = (a: Figures, b: Figures): Figures => {
  if (a.sum === null || a.min === null || a.max === null) return b;
  if (b.sum === null || b.min === null || b.max === null) return a;
  const numbers = a.numbers + b.numbers;
  const sum = sumDecimals([a.sum, b.sum]);
  return {
    numbers,
    sum,
    average: averageOf(sum, numbers),
    min: compareDecimals(b.min, a.min) < 0 ? b.min : a.min,
    max: compareDecimals(b.max, a.max) > 0 ? b.max : a.max,
  };
};

const averageOf = (sum: string, numbers: number): string =>
  new Big(sum).div(numbers).round(AVERAGE_PLACES, Big.roundHalfUp).toFixed();

/** Rows whose values count: beside rows no subtotal, and no subtotal beside one that has it in it. */
const countedRows = async (model: SheetModel, selection: Selection): Promise<(row: SheetRow) => boolean> => {
  if (model.groups.columns.length === 0) return () => true;
  const groups = new Set<string>();
  let rows = 0;
  let outer = Number.POSITIVE_INFINITY;
  for (const { top, bottom } of disjoint(selection.ranges).toSorted((a, b) => a.top - b.top)) {
    for (const { key, group } of await model.rows(top, Math.min(bottom + 1, model.rowCount))) {
      if (!group) rows++;
      else if (group.level <= outer) {
        outer = group.level;
        groups.add(key);
      }
    }
  }
  return rows > 0 ? ({ group }) => !group : ({ key }) => groups.has(key);
};

/** Exact figures of decimal texts. */
export const summary = (values: readonly string[]): Figures => {
  const [first] = values;
  if (first === undefined) return NO_FIGURES;
  let min = first;
  let max = first;
  for (const value of values) {
    if (compareDecimals(value, min) < 0) min = value;
    if (compareDecimals(value, max) > 0) max = value;
  }
  const sum = sumDecimals(values);
  return { numbers: values.length, sum, average: averageOf(sum, values.length), min, max };
};
