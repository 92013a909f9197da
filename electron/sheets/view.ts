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
import { compareValues } from '../../shared/values/compare.ts';
import type { Breath } from './breathe.ts';
import { rowMatcher, type ValueOf } from './matching.ts';
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

const numericKinds: ReadonlySet<string> = new Set(['decimal', 'integer', 'float']);

/** Whether a query needs all rows before the first can be shown. */
export const needsAllRows = (query: ViewQuery): boolean =>
  query.sort.length > 0 || query.filters.length > 0 || query.quick.trim() !== '' || query.pendingOnly;

/** Builds a view over effective values (pending edits included), in slices. */
export const buildView = async (input: ViewInput): Promise<SheetView> => {
  const { definition, store, pending, query, breathe } = input;
  const matches = rowMatcher(query, definition.columns);
  const places = new Map(definition.columns.map((column, place) => [column.name, place]));
  const edited = editedRows(store, pending);
  const effective = (row: number): ValueOf => {
    const change = edited.get(row);
    if (change?.kind !== 'update') return (column) => store.value(row, column);
    return (column) => {
      const cell = change.cells[definition.columns[column]?.name ?? ''];
      return cell ? cell.after : store.value(row, column);
    };
  };
  const added = [...pending.values()].flatMap((row) => {
    if (row.kind !== 'insert') return [];
    const value: ValueOf = (column) => row.values[definition.columns[column]?.name ?? ''] ?? null;
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
    if (place !== undefined) keys.push(await sortKey(input, order, place, descending, effective));
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

const editedRows = (
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

/** A comparison on numbers alone: distinct values are ranked once, so that a million rows compare cheaply. NULLs come last. */
const sortKey = async (
  { definition, store, breathe }: ViewInput,
  order: Uint32Array,
  place: number,
  descending: boolean,
  effective: (row: number) => ValueOf,
): Promise<(a: number, b: number) => number> => {
  const type = definition.columns[place]?.type ?? { kind: 'text' as const };
  const numeric = numericKinds.has(type.kind);
  const distinct = new Map<string, number>();
  const slots = new Int32Array(store.rows).fill(-1);
  for (let i = 0; i < order.length; i++) {
    if ((i & 0x3ff) === 0) await breathe();
    const row = order[i] ?? 0;
    const value = effective(row)(place);
    if (value === null) continue;
    let slot = distinct.get(value);
    if (slot === undefined) {
      slot = distinct.size;
      distinct.set(value, slot);
    }
    slots[row] = slot;
  }
  const values = [...distinct.keys()];
  const exact = compareValues(type);
  // A double orders almost all numbers; the exact comparison is kept for those it cannot tell apart.
  const doubles = numeric ? new Float64Array(values.length) : null;
  const byValue = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if ((i & 0xfff) === 0) await breathe();
    byValue[i] = i;
    if (doubles) doubles[i] = Number(values[i]);
  }
  const compare = doubles
    ? (a: number, b: number) =>
        (doubles[a] ?? 0) - (doubles[b] ?? 0) || exact(values[a] ?? '', values[b] ?? '')
    : (a: number, b: number) => exact(values[a] ?? '', values[b] ?? '');
  await sortRows(byValue, compare, breathe);
  const rank = new Float64Array(values.length);
  for (let i = 0, last = 0; i < byValue.length; i++) {
    if ((i & 0xfff) === 0) await breathe();
    const slot = byValue[i] ?? 0;
    if (i > 0 && compare(byValue[i - 1] ?? 0, slot) !== 0) last = i;
    rank[slot] = last;
  }
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const x = slots[a] ?? -1;
    const y = slots[b] ?? -1;
    if (x < 0 || y < 0) return x < 0 && y < 0 ? 0 : x < 0 ? 1 : -1;
    return sign * ((rank[x] ?? 0) - (rank[y] ?? 0));
  };
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
  const { store } = view;
  const stored = view.order?.length ?? store.rows;
  const end = Math.max(start, Math.min(start + count, stored + view.added.length));
  const places = Array.from({ length: end - start }, (_, i) => start + i);
  const addedAt = (place: number): PendingRow | undefined => pending.get(view.added[place - stored] ?? '');
  const rowAt = (place: number): number => view.order?.[place] ?? place;
  const keys = places.map((place) =>
    place < stored ? store.key(rowAt(place)) : (view.added[place - stored] ?? ''),
  );
  const columns = definition.columns.map((column, c) =>
    packColumn(
      places.map((place) => {
        if (place < stored) return store.value(rowAt(place), c);
        const row = addedAt(place);
        return row?.kind === 'insert' ? (row.values[column.name] ?? null) : null;
      }),
    ),
  );
  const flags = Uint8Array.from(places, (place) =>
    place < stored ? store.flags(rowAt(place)) : ROW_NEW | ROW_UPDATABLE | ROW_DELETABLE,
  );
  return { start, count: end - start, keys: packColumn(keys), columns, flags };
};
