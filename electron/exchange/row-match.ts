import type { PendingRow } from '../../shared/model/edit.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { Column, SheetDefinition } from '../../shared/model/sheet.ts';
import type { Breath } from '../sheets/breathe.ts';
import type { ValueOf } from '../sheets/matching.ts';
import type { RowStore } from '../sheets/row-store.ts';
import { editedRows, effectiveRows, newRowValues } from '../sheets/row-values.ts';

/** A row of the sheet as it stands, pending edits included; `at` is its place in the store, null for a row not written yet. */
export interface MatchedRow {
  readonly row: RowKey;
  readonly at: number | null;
  readonly pending: PendingRow | undefined;
  readonly value: ValueOf;
}

/** The row that holds these key values; `many` when more than one does. */
export type FindRow = (key: readonly string[]) => MatchedRow | 'many' | null;

export interface MatchInput {
  readonly definition: SheetDefinition;
  readonly store: RowStore;
  readonly pending: ReadonlyMap<RowKey, PendingRow>;
  /** The columns that tell which row is meant. */
  readonly key: readonly Column[];
  readonly breathe: Breath;
}

const MANY = -1;

/** 1.50 and 1.5 name the same row. */
const normal = (value: string, { type }: Column): string =>
  type.kind === 'decimal' && value.includes('.') ? value.replace(/\.?0+$/, '') : value;

/** Looks rows up by the values of any columns. The table's own key costs nothing; other columns are indexed first, in slices. */
export const rowMatch = async (input: MatchInput): Promise<FindRow> => {
  const { definition, store, pending, key } = input;
  const places = key.map(({ name }) => definition.columns.findIndex((each) => each.name === name));
  const edited = editedRows(store, pending);
  const effective = effectiveRows(definition, store, edited);
  const nameOf = (values: readonly (string | null)[]): string | null => {
    const known: string[] = [];
    for (let i = 0; i < key.length; i++) {
      const [value, column] = [values[i] ?? null, key[i]];
      if (value === null || !column) return null;
      known.push(normal(value, column));
    }
    return JSON.stringify(known);
  };
  const added = new Map<string, MatchedRow | 'many'>();
  for (const row of pending.values()) {
    if (row.kind !== 'insert') continue;
    const value = newRowValues(definition, row.values);
    const name = nameOf(places.map(value));
    if (name !== null)
      added.set(name, added.has(name) ? 'many' : { row: row.row, at: null, pending: row, value });
  }
  const stored = (at: number): MatchedRow => {
    const row = store.key(at);
    return { row, at, pending: pending.get(row), value: effective(at) };
  };
  const index = await (isPrimary(definition, key) ? null : indexed(input, places, effective, nameOf));
  return (values) => {
    const name = nameOf(values) ?? '';
    const fresh = added.get(name);
    const at = index ? index.get(name) : byPrimary(definition, store, key, values);
    if (at === undefined) return fresh ?? null;
    return at === MANY || fresh ? 'many' : stored(at);
  };
};

const isPrimary = (definition: SheetDefinition, key: readonly Column[]): boolean =>
  key.length === definition.key.length && key.every(({ name }) => definition.key.includes(name));

const byPrimary = (
  definition: SheetDefinition,
  store: RowStore,
  key: readonly Column[],
  values: readonly string[],
): number | undefined =>
  store.indexOf(
    JSON.stringify(definition.key.map((name) => values[key.findIndex((each) => each.name === name)])),
  );

const indexed = async (
  { store, breathe }: MatchInput,
  places: readonly number[],
  effective: (row: number) => ValueOf,
  nameOf: (values: readonly (string | null)[]) => string | null,
): Promise<ReadonlyMap<string, number>> => {
  const index = new Map<string, number>();
  const total = store.rows;
  for (let at = 0; at < total; at++) {
    if ((at & 0xff) === 0) await breathe();
    if (store.isGone(at)) continue;
    const name = nameOf(places.map(effective(at)));
    if (name !== null) index.set(name, index.has(name) ? MANY : at);
  }
  return index;
};
