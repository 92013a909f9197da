import {
  packColumn,
  ROW_DELETABLE,
  ROW_GROUP,
  ROW_NEW,
  ROW_UPDATABLE,
  type RowPage,
} from '../../shared/model/rows.ts';
import type { ViewFigures } from './figures.ts';
import { GROUP_BIT, isOpen } from './folding.ts';
import { groupKey } from './grouping.ts';
import { newRowValues } from './row-values.ts';
import type { SheetView, ViewInput } from './view.ts';

type Cell = string | null;

/** A run of a grouped view's rows: groups with their subtotals, as of the last refresh of the figures, and rows. */
export const groupedPage = (
  view: SheetView,
  { definition, pending }: Pick<ViewInput, 'definition' | 'pending'>,
  start: number,
  count: number,
): RowPage => {
  const { store, order, added, grouped, figures } = view;
  const { display, tree, folds } = grouped ?? { display: new Uint32Array(), tree: null, folds: null };
  const shown = display.subarray(start, start + count);
  const keys: string[] = [];
  const columns: Cell[][] = definition.columns.map(() => []);
  const flags = new Uint8Array(shown.length);
  const at: number[] = [];
  const groups: number[] = [];
  shown.forEach((entry, i) => {
    if (entry >= GROUP_BIT && tree) {
      const group = entry - GROUP_BIT;
      at.push(i);
      groups.push(group);
      keys.push(groupKey(tree, group));
      flags[i] = ROW_GROUP;
      for (const [c, column] of columns.entries()) column.push(figures.text(group + 1, c));
      return;
    }
    const row = order?.[entry] ?? 0;
    if (row < view.total) {
      keys.push(store.key(row));
      flags[i] = store.flags(row);
      for (const [c, column] of columns.entries()) column.push(store.value(row, c));
      return;
    }
    const key = added[row - view.total] ?? '';
    const change = pending.get(key);
    const values = newRowValues(definition, change?.kind === 'insert' ? change.values : {});
    keys.push(key);
    flags[i] = ROW_NEW | ROW_UPDATABLE | ROW_DELETABLE;
    for (const [c, column] of columns.entries()) column.push(values(c));
  });
  return {
    start,
    count: shown.length,
    keys: packColumn(keys),
    columns: columns.map(packColumn),
    flags,
    ...(tree && folds
      ? {
          groups: {
            columns: [...tree.columns],
            at: Uint32Array.from(at),
            ids: Uint32Array.from(groups),
            levels: Uint8Array.from(groups, (group) => tree.levels[group] ?? 0),
            rows: Uint32Array.from(groups, (group) => figures.rows(group + 1)),
            open: Uint8Array.from(groups, (group) => Number(isOpen(tree, folds, group))),
            values: packColumn(groups.map((group) => tree.values[group] ?? null)),
          },
        }
      : {}),
  };
};

/** Figures of the whole view, then of groups. */
export const totalsOf = (
  figures: ViewFigures,
  columns: number,
  groups: readonly number[],
): { rows: Uint32Array<ArrayBuffer>; columns: RowPage['columns'] } => {
  const slots = [0, ...groups.map((group) => group + 1)];
  return {
    rows: Uint32Array.from(slots, (slot) => figures.rows(slot)),
    columns: Array.from({ length: columns }, (_, c) =>
      packColumn(slots.map((slot) => figures.text(slot, c))),
    ),
  };
};
