import Big from 'big.js';
import type { Column } from '../../shared/model/sheet.ts';
import { compareDecimals, isDecimalText, sumDecimals } from '../../shared/values/decimal.ts';
import { isNumeric } from '../grid/columns.ts';
import { cellCount, disjoint, type Selection } from '../grid/ranges/selection.ts';
import type { SheetRow } from '../grid/sheet-row.ts';
import type { SheetModel } from './sheet-model.ts';

/** Count, and for numbers exact sum, least, greatest and the average to six decimals, of the selected cells. */
export interface SelectionStats {
  readonly cells: number;
  /** Cells that hold a value. */
  readonly filled: number;
  readonly numbers: number;
  readonly sum: string | null;
  readonly average: string | null;
  readonly min: string | null;
  readonly max: string | null;
}

const AVERAGE_PLACES = 6;
/** More cells are only counted. */
const MOST_SUMMED = 200_000;

/** Statistics of a selection; null for a single cell. Rows that are not here yet are fetched. */
export const selectionStats = async (
  model: SheetModel,
  columns: readonly Column[],
  selection: Selection,
): Promise<SelectionStats | null> => {
  const cells = cellCount(selection);
  if (cells < 2) return null;
  if (cells > MOST_SUMMED)
    return { cells, filled: 0, numbers: 0, sum: null, average: null, min: null, max: null };
  const values: string[] = [];
  let filled = 0;
  const counts = await countedRows(model, selection);
  for (const { top, left, bottom, right } of disjoint(selection.ranges)) {
    const rows = await model.rows(top, Math.min(bottom + 1, model.rowCount));
    for (const column of columns.slice(left, right + 1)) {
      const numeric = isNumeric(column);
      for (const row of rows) {
        if (!counts(row)) continue;
        const value = model.value(row, column);
        if (value === null) continue;
        filled++;
        if (numeric && isDecimalText(value)) values.push(value);
      }
    }
  }
  return { cells, filled, ...summary(values) };
};

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
export const summary = (
  values: readonly string[],
): Pick<SelectionStats, 'numbers' | 'sum' | 'average' | 'min' | 'max'> => {
  const [first] = values;
  if (first === undefined) return { numbers: 0, sum: null, average: null, min: null, max: null };
  let min = first;
  let max = first;
  for (const value of values) {
    if (compareDecimals(value, min) < 0) min = value;
    if (compareDecimals(value, max) > 0) max = value;
  }
  const sum = sumDecimals(values);
  const average = new Big(sum).div(values.length).round(AVERAGE_PLACES, Big.roundHalfUp).toFixed();
  return { numbers: values.length, sum, average, min, max };
};
