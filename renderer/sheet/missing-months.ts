import { closedReason } from '../../shared/lifecycle/periods.ts';
import { NEW_ROW_PREFIX } from '../../shared/model/rows.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { addedRow, type SheetRow } from '../grid/sheet-row.ts';
import { insertRefusal } from './read-only.ts';
import { defaultValues } from './row-steps.ts';
import type { SheetModel } from './sheet-model.ts';

/** A month of a line that has no row yet, and what a row for it would begin with. */
export interface MonthToAdd {
  readonly month: string;
  readonly row: SheetRow;
  readonly values: Readonly<Record<string, string | null>>;
}

/** The months that could get a row, what the rows take over from the line, and why others cannot have one; null where none is missing. */
export interface MissingMonths {
  readonly months: readonly MonthToAdd[];
  readonly copied: readonly { readonly column: Column; readonly value: string }[];
  readonly refusal: string | null;
}

export interface Line {
  readonly row: SheetRow;
  /** The planned column. */
  readonly column: Column;
  /** The key of the line in a month, in the order of the sheet's key. */
  keyIn(month: string): readonly string[];
}

/** The twelve months of a year in the way a key writes them. */
export const monthsOfYear = (year: string, like: string): readonly string[] =>
  Array.from({ length: 12 }, (_, i) => `${year}-${String(i + 1).padStart(2, '0')}${like.slice(7)}`);

/**
 * Rows for months a line has none in: the line's key with that month, from the line at hand what must have a value (a currency is the
 * line's, not the table's usual one), and the sheet's defaults. What the warehouse works out stays its own; nothing else is carried over,
 * as it may hold for one month only.
 */
export const missingMonths = (
  model: SheetModel,
  line: Line,
  missing: readonly string[],
  now: Date,
  newId: () => string,
): MissingMonths | null => {
  const { opened } = model.getSnapshot();
  if (!opened || missing.length === 0) return null;
  const { definition, rights } = opened;
  const may = new Set(rights.insertColumns);
  const needed = definition.columns.filter(
    ({ name, hasDefault, defaultValue, readOnly, rules }) =>
      !definition.key.includes(name) &&
      name !== line.column.name &&
      (!hasDefault || defaultValue !== undefined) &&
      readOnly === undefined &&
      rules.some(({ kind, severity }) => kind === 'required' && severity === 'block'),
  );
  const copied = needed.flatMap((column) => {
    const value = model.value(line.row, column);
    return value === null ? [] : [{ column, value }];
  });
  const given = [...definition.key, line.column.name, ...copied.map(({ column }) => column.name)];
  const forbidden = definition.columns.find(({ name }) => given.includes(name) && !may.has(name));
  const refusal =
    insertRefusal(definition, rights) ??
    (forbidden ? `Your roles may not give ${forbidden.label} a value.` : null);
  if (refusal !== null) return { months: [], copied, refusal };
  const closed: string[] = [];
  const months = missing.flatMap((month, i): MonthToAdd[] => {
    const key = line.keyIn(month);
    const values = {
      ...defaultValues(definition),
      ...Object.fromEntries(copied.map(({ column, value }) => [column.name, value])),
      ...Object.fromEntries(definition.key.map((name, at) => [name, key[at] ?? null])),
    };
    const reason = closedReason(rights.periods, (name) => values[name], now);
    if (reason !== null) {
      closed.push(reason);
      return [];
    }
    return [{ month, row: addedRow(`${NEW_ROW_PREFIX}${newId()}`, model.rowCount + i), values }];
  });
  return { months, copied, refusal: closed.length > 0 ? closed.join(' ') : null };
};
