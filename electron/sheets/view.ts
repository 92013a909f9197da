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
import type { SortKey, ViewQuery } from '../../shared/model/view.ts';
import type { Breath } from './breathe.ts';
import { ViewFigures } from './figures.ts';
import { displayOf, type Folds, firstFolds, type KeptFolds } from './folding.ts';
import { groupedPage } from './group-page.ts';
import { type GroupTree, groupTree } from './grouping.ts';
import { asksForMarks, markedRows } from './marked-rows.ts';
import { rowMatcher, type ValueOf } from './matching.ts';
import { joinPacked } from './packing.ts';
import { type CompareRows, rowOrder } from './row-order.ts';
import type { RowStore } from './row-store.ts';
import { editedRows, effectiveRows, newRowValues, own } from './row-values.ts';
import { sortRows } from './sorting.ts';

export interface ViewInput {
  readonly definition: SheetDefinition;
  readonly store: RowStore;
  readonly pending: ReadonlyMap<RowKey, PendingRow>;
  readonly query: ViewQuery;
  readonly breathe: Breath;
  /** What was opened and closed before; it stays so under the same groups. */
  readonly kept?: KeptFolds | null;
}

/** The groups of a view, which of them are open, and what is shown of groups and rows (see `displayOf`). */
export interface Grouped {
  readonly tree: GroupTree;
  readonly folds: Folds;
  readonly display: Uint32Array;
}

/**
 * Which rows a window shows in which order, as of the moment it was built: editing does not move rows under a person's
 * hands. `order` null is reading order and grows while the sheet loads. New rows stand at the end; in groups, in their groups.
 */
export interface SheetView {
  /** The reading that `order` numbers; a later reading never moves the rows of a view made before it. */
  readonly store: RowStore;
  readonly order: Uint32Array | null;
  readonly added: readonly RowKey[];
  /** Stored rows when the view was made; in a grouped order, numbers from here on are entries of `added`. */
  readonly total: number;
  readonly grouped: Grouped | null;
  readonly figures: ViewFigures;
}

/** Whether a query needs all rows before the first can be shown. */
export const needsAllRows = (query: ViewQuery): boolean =>
  query.sort.length > 0 ||
  query.filters.length > 0 ||
  query.quick.trim() !== '' ||
  query.groups.length > 0 ||
  asksForMarks(query);

/** Builds a view over effective values (pending edits included), in slices. */
export const buildView = async (input: ViewInput): Promise<SheetView> => {
  const { definition, store, pending, query, breathe } = input;
  const matches = rowMatcher(query, definition.columns);
  const places = new Map(definition.columns.map((column, place) => [column.name, place]));
  const marked = markedRows(query, pending);
  const added = [...pending.values()].flatMap((row) => {
    if (row.kind !== 'insert' || (marked && !marked.has(row.row))) return [];
    const value = newRowValues(definition, row.values);
    return !matches || matches(value) ? [row.row] : [];
  });
  // Rereads may append rows while this runs; those belong to the next view.
  const total = store.rows;
  const known = new Set([...pending].flatMap(([key, { kind }]) => (kind === 'insert' ? [key] : [])));
  const figuresOf = (order: Uint32Array | null, tree: GroupTree | null): ViewFigures =>
    new ViewFigures({
      definition,
      store,
      order,
      total: order ? total : Number.POSITIVE_INFINITY,
      added,
      known,
      tree,
      aggregates: query.aggregates,
    });
  if (!needsAllRows(query) && store.goneRows === 0)
    return { store, order: null, added, total, grouped: null, figures: figuresOf(null, null) };
  // Finding rows by key takes the index of all of them, which reading order does not wait for.
  const edited = editedRows(store, pending);
  const effective = effectiveRows(definition, store, edited);
  const chosen = marked && numbersOf(store, marked);
  const columns = query.groups.filter((name, i) => places.has(name) && query.groups.indexOf(name) === i);
  const kept = new Uint32Array(total + (columns.length > 0 ? added.length : 0));
  let count = 0;
  for (let row = 0; row < total; row++) {
    if ((row & 0x3ff) === 0) await breathe();
    if (store.isGone(row) || (chosen && !chosen.has(row))) continue;
    if (!matches || matches(effective(row))) kept[count++] = row;
  }
  if (columns.length > 0) for (let i = 0; i < added.length; i++) kept[count++] = total + i;
  const order = kept.slice(0, count);
  const fresh = added.map((key) => {
    const row = pending.get(key);
    return newRowValues(definition, row?.kind === 'insert' ? row.values : {});
  });
  const valuesOf = (row: number): ValueOf =>
    row < total ? effective(row) : (fresh[row - total] ?? (() => null));
  const keys: CompareRows[] = [];
  for (const { column, descending } of sortKeys(query, columns)) {
    const place = places.get(column);
    const type = definition.columns[place ?? -1]?.type;
    if (place === undefined || !type) continue;
    const input = { order, type, total: total + added.length, descending, breathe };
    keys.push(await rowOrder(input, (row) => valuesOf(row)(place)));
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
  if (columns.length === 0)
    return { store, order, added, total, grouped: null, figures: figuresOf(order, null) };
  const grouped = columns.map((name) => places.get(name) ?? 0);
  const tree = await groupTree({
    columns,
    order,
    compare: keys.slice(0, columns.length),
    valueAt: (row, level) => valuesOf(row)(grouped[level] ?? 0),
    breathe,
  });
  const before = input.kept;
  const same = before && before.columns.join('\n') === columns.join('\n');
  const view = { store, order, added, total, figures: figuresOf(order, tree) };
  return refold({ ...view, grouped: null }, tree, same ? before.folds : firstFolds(columns.length), breathe);
};

const numbersOf = (store: RowStore, keys: ReadonlySet<RowKey>): ReadonlySet<number> =>
  new Set([...keys].flatMap((key) => store.indexOf(key) ?? []));

/** Groups come first, in the direction in which their column is sorted; the other columns order the rows in them. */
const sortKeys = ({ sort }: ViewQuery, groups: readonly string[]): readonly SortKey[] => [
  ...groups.map((name) => sort.find(({ column }) => column === name) ?? { column: name, descending: false }),
  ...sort.filter(({ column }) => !groups.includes(column)),
];

/** The same rows with other groups open. */
export const refold = async (
  view: SheetView,
  tree: GroupTree,
  folds: Folds,
  breathe: Breath,
): Promise<SheetView> => ({
  ...view,
  grouped: { tree, folds, display: await displayOf(tree, folds, breathe) },
});

/** Rows the view shows; a row that vanished since stays until the view is built again. */
export const viewRows = ({ store, order, added, grouped }: SheetView): number =>
  grouped ? grouped.display.length : (order?.length ?? store.rows) + added.length;

/** A run of the view's rows: base values for stored rows, the journal's values for new ones. */
export const pageOf = (
  view: SheetView,
  { definition, pending }: Pick<ViewInput, 'definition' | 'pending'>,
  start: number,
  count: number,
): RowPage => {
  if (view.grouped) return groupedPage(view, { definition, pending }, start, count);
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
