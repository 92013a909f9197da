import type { ReviewChange } from '../../shared/model/review.ts';
import { isNewRow, keyValues } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import { isDecimalText } from '../../shared/values/decimal.ts';
import { fromUnits, scaleOf, toUnits } from '../../shared/values/units.ts';

/** What a batch changes for one value of a dimension: exact sums of a numeric column. */
export interface DimensionSum {
  readonly value: string;
  readonly cells: number;
  readonly before: string;
  readonly after: string;
  readonly delta: string;
}

/** The value of a dimension of the key in a changed row: from the row's key, or from what a new row is given. */
export const dimensionValues = (
  changes: readonly ReviewChange[],
  { key }: Pick<SheetDefinition, 'key'>,
  dimension: string,
): ReadonlyMap<string, string> => {
  const place = key.indexOf(dimension);
  const values = new Map<string, string>();
  for (const { row, column, after, before } of changes) {
    if (!isNewRow(row)) {
      if (place >= 0) values.set(row, keyValues(row)[place] ?? '');
      else if (column === dimension) values.set(row, after ?? before ?? '');
    } else if (column === dimension) values.set(row, after ?? '');
  }
  return values;
};

/** Exact sums of a numeric column by the values of a dimension, the largest movement first; ties by value. */
export const sumsBy = (
  changes: readonly ReviewChange[],
  column: string,
  values: ReadonlyMap<string, string>,
): readonly DimensionSum[] => {
  const concerned = changes.filter((change) => change.column === column);
  const numbers = concerned.flatMap(({ before, after }) => [before, after]).filter(isNumber);
  const scale = numbers.reduce((most, text) => Math.max(most, scaleOf(text)), 0);
  const units = (text: string | null): bigint => (isNumber(text) ? toUnits(text, scale) : 0n);
  const sums = new Map<string, { cells: number; before: bigint; after: bigint }>();
  for (const { row, before, after } of concerned) {
    const value = values.get(row) ?? '';
    const sum = sums.get(value) ?? { cells: 0, before: 0n, after: 0n };
    sum.cells++;
    sum.before += units(before);
    sum.after += units(after);
    sums.set(value, sum);
  }
  const size = (n: bigint): bigint => (n < 0n ? -n : n);
  return [...sums]
    .map(([value, sum]) => ({ value, ...sum, moved: sum.after - sum.before }))
    .sort((a, b) => {
      const [x, y] = [size(a.moved), size(b.moved)];
      return x === y ? (a.value < b.value ? -1 : 1) : x > y ? -1 : 1;
    })
    .map(({ value, cells, before, after, moved }) => ({
      value,
      cells,
      before: fromUnits(before, scale),
      after: fromUnits(after, scale),
      delta: fromUnits(moved, scale),
    }));
};

const isNumber = (text: string | null): text is string => text !== null && isDecimalText(text);

/** Orders changes by the size of what they move, largest first; cells without a number come last, in their order. */
export const bySize = (changes: readonly ReviewChange[]): readonly ReviewChange[] => {
  const scale = changes.reduce((most, { delta }) => Math.max(most, isNumber(delta) ? scaleOf(delta) : 0), 0);
  const sized = changes.map((change) => {
    const units = isNumber(change.delta) ? toUnits(change.delta, scale) : null;
    return { change, size: units === null ? -1n : units < 0n ? -units : units };
  });
  return sized.sort((a, b) => (a.size === b.size ? 0 : a.size > b.size ? -1 : 1)).map(({ change }) => change);
};

/** Changes whose row, column or values contain every word. */
export const matching = (
  changes: readonly ReviewChange[],
  text: string,
  label: (column: string) => string,
): readonly ReviewChange[] => {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return changes;
  return changes.filter(({ row, column, before, after, reason }) => {
    const all = [row, label(column), before, after, reason].join('\u001f').toLocaleLowerCase();
    return words.every((word) => all.includes(word));
  });
};
