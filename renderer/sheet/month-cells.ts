import type { BackendClient } from '../../shared/contract/client.ts';
import { isNewRow, keyValues, rowKeyOf } from '../../shared/model/rows.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { SheetRow } from '../grid/sheet-row.ts';
import { missingMonths, monthsOfYear } from './missing-months.ts';
import type { PlanCells } from './plan-cells.ts';
import { spreadScale } from './plan-values.ts';
import type { Told } from './range-commands.ts';
import type { SheetModel } from './sheet-model.ts';

/** A month as keys have it: 2026-03, or its first day. */
const MONTH = /^\d{4}-(?:0[1-9]|1[0-2])(?:-01)?$/;
const MOST_VALUES = 1000;

/** The same key with another month; null where the key does not have exactly one. */
export const monthOfKey = (
  values: readonly string[],
): {
  readonly place: number;
  readonly month: string;
  readonly year: string;
  with(month: string): readonly string[];
} | null => {
  const [place, ...more] = values.flatMap((value, i) => (MONTH.test(value) ? [i] : []));
  if (place === undefined || more.length > 0) return null;
  const month = values[place] ?? '';
  return {
    place,
    month,
    year: month.slice(0, 4),
    with: (other) => values.map((value, i) => (i === place ? other : value)),
  };
};

/**
 * The cells of one line over the months of its year, for planning over them from a single cell: rows with the same key but for its month,
 * and the months that have no row. Months that the view does not show are left out and told of; a sentence says why there are none.
 */
export const monthCells = async (
  model: SheetModel,
  client: BackendClient,
  { row, column }: { readonly row: SheetRow; readonly column: Column },
  now: Date,
  newId: () => string,
): Promise<PlanCells | Told> => {
  if (spreadScale(column) === null)
    return 'Planning works on number columns with a fixed number of decimals.';
  const { id: sheet, key } = model.definition;
  const month = row.group || isNewRow(row.key) ? null : monthOfKey(keyValues(row.key));
  if (!month) return 'Select several number cells to plan over.';
  const values = keyValues(row.key);
  const filters = key.flatMap((name, i) =>
    i === month.place ? [] : [{ kind: 'equals' as const, column: name, value: values[i] ?? null }],
  );
  const found = await client.call('rows.distinct', {
    ...{ sheet, column: key[month.place] ?? '', text: '', limit: MOST_VALUES },
    query: { filters },
  });
  const months = found.values
    .flatMap(({ value }) => (value?.startsWith(month.year) && MONTH.test(value) ? [value] : []))
    .toSorted();
  const cells: { row: SheetRow; column: Column; month: number }[] = [];
  for (const each of months) {
    const there = await model.find(rowKeyOf(month.with(each)));
    if (there) cells.push({ row: there, column, month: placeInYear(each) });
  }
  const none = monthsOfYear(month.year, month.month).filter((each) => !months.includes(each));
  const missing = missingMonths(model, { row, column, keyIn: month.with }, none, now, newId);
  if (cells.length < 2 && !missing?.months.length)
    return 'The view shows no other month of this line. Widen the filter to plan over them.';
  const hidden = months.length - cells.length;
  if (hidden > 0)
    model.say(`${hidden} ${hidden === 1 ? 'month' : 'months'} of the line are not shown and left out.`);
  return { cells, missing };
};

const placeInYear = (month: string): number => Number(month.slice(5, 7)) - 1;
