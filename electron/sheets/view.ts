import type { PendingRow } from '../../shared/model/edit.ts';
import {
  packColumn,
  ROW_DELETABLE,
  ROW_NEW,
  ROW_UPDATABLE,
  type RowKey,
  type RowPage,
} from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { ViewQuery } from '../../shared/model/view.ts';
import type { Breath } from './breathe.ts';
import { rowMatcher, type ValueOf } from './matching.ts';
import { joinPacked } from './packing.ts';
import { rowOrder } from './row-order.ts';
import type { RowStore } from './row-store.ts';
import { sortRows } from './sorting.ts';

export interface ViewInput {
  readonly definition: SheetDefinition;
  readonly store: RowStore;
  readonly pending: ReadonlyMap<RowKey, PendingRow>;
  readonly query: ViewQuery;
  readonly breathe: Breath;
}

/**
 * Which rows a window shows in which order, as of the moment it was built: editing does not move rows under a person's
 * hands. `order` null is reading order and grows while the sheet loads. New rows stand at the end.
 */
export interface SheetView {
  /** The reading that `order` numbers; a later reading never moves the rows of a view made before it. */
  readonly store: RowStore;
  readonly order: Uint32Array | null;
  readonly added: readonly RowKey[];
}

/** Whether a query needs all rows before the first can be shown. */
export const needsAllRows = (query: ViewQuery): boolean =>
  query.sort.length > 0 || query.filters.length > 0 || query.quick.trim() !== '' || query.pendingOnly;

/** Builds a view over effective values (pending edits included), in slices. */
export const buildView = async (input: ViewInput): Promise<SheetView> => {
  const { definition, store, pending, query, breathe } = input;
  const matches = rowMatcher(query, definition.columns);
  const places = new Map(definition.columns.map((column, place) => [column.name, place]));
  const edited = editedRows(store, pending);
  const effective = effectiveRows(definition, store, edited);
  const added = [...pending.values()].flatMap((row) => {
    if (row.kind !== 'insert') return [];
    const value = newRowValues(definition, row.values);
    return !matches || matches(value) ? [row.row] : [];
  });
  if (!needsAllRows(query) && store.goneRows === 0) return { store, order: null, added };
  // Rereads may append rows while this runs; those belong to the next view.
  const total = store.rows;
  const kept = new Uint32Array(total);
  let count = 0;
  for (let row = 0; row < total; row++) {
    if ((row & 0x3ff) === 0) await breathe();
    if (store.isGone(row) || (query.pendingOnly && !edited.has(row))) continue;
    if (!matches || matches(effective(row))) kept[count++] = row;
  }
  const order = kept.slice(0, count);
  const keys: ((a: number, b: number) => number)[] = [];
  for (const { column, descending } of query.sort) {
    const place = places.get(column);
    const type = definition.columns[place ?? -1]?.type;
    if (place === undefined || !type) continue;
    keys.push(await rowOrder({ order, type, total, descending, breathe }, (row) => effective(row)(place)));
  }
  if (keys.length > 0) {
    await sortRows(
      order,
      (a, b) => {
        for (const compare of keys) {
          const result = compare(a, b);
          if (result !== 0) return result;
        }
        return a - b;
      },
      breathe,
    );
  }
  return { store, order, added };
};

/** Reads stored rows with the pending edits over them. */
export const effectiveRows =
  (definition: SheetDefinition, store: RowStore, edited: ReadonlyMap<number, PendingRow>) =>
  (row: number): ValueOf => {
    const change = edited.get(row);
    if (change?.kind !== 'update') return (column) => store.value(row, column);
    return (column) => {
      const cell = own(change.cells, definition.columns[column]?.name);
      return cell ? cell.after : store.value(row, column);
    };
  };

/** Reads a row that is only in the journal. */
export const newRowValues =
  (definition: SheetDefinition, values: Readonly<Record<string, string | null>>): ValueOf =>
  (column) =>
    own(values, definition.columns[column]?.name) ?? null;

/** A column may be called "constructor"; only own properties are values. */
const own = <T>(record: Readonly<Record<string, T>>, name: string | undefined): T | undefined =>
  name !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;

/** Pending changes of stored rows by row number. */
export const editedRows = (
  store: RowStore,
  pending: ReadonlyMap<RowKey, PendingRow>,
): ReadonlyMap<number, PendingRow> => {
  const edited = new Map<number, PendingRow>();
  for (const [key, row] of pending) {
    if (row.kind === 'insert') continue;
    const at = store.indexOf(key);
    if (at !== undefined) edited.set(at, row);
  }
  return edited;
};

/** Rows the view shows; a row that vanished since stays until the view is built again. */
export const viewRows = ({ store, order, added }: SheetView): number =>
  (order?.length ?? store.rows) + added.length;

/** A run of the view's rows: base values for stored rows, the journal's values for new ones. */
export const pageOf = (
  view: SheetView,
  { definition, pending }: Pick<ViewInput, 'definition' | 'pending'>,
  start: number,
  count: number,
): RowPage => {
  const { store, order, added } = view;
  const stored = order?.length ?? store.rows;
  const end = Math.max(start, Math.min(start + count, stored + added.length));
  const old = Math.max(0, Math.min(end, stored) - start);
  const rows = order?.slice(start, start + old) ?? Uint32Array.from({ length: old }, (_, i) => start + i);
  const base = store.pack(rows);
  const fresh = added.slice(start + old - stored, end - stored);
  const columns = definition.columns.map(({ name }, c) => {
    const typed = fresh.map((key) => {
      const row = pending.get(key);
      return row?.kind === 'insert' ? (own(row.values, name) ?? null) : null;
    });
    const kept = base.columns[c];
    if (!kept) return packColumn(typed);
    return fresh.length > 0 ? joinPacked([kept, packColumn(typed)]) : kept;
  });
  const flags = new Uint8Array(end - start).fill(ROW_NEW | ROW_UPDATABLE | ROW_DELETABLE);
  flags.set(base.flags);
  return {
    start,
    count: end - start,
    keys: fresh.length > 0 ? joinPacked([base.keys, packColumn(fresh)]) : base.keys,
    columns,
    flags,
  };
};
