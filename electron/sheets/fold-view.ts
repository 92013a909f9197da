import { isNewRow, type RowKey } from '../../shared/model/rows.ts';
import type { Breath } from './breathe.ts';
import { type Folds, foldGroup, foldOpenAt, GROUP_BIT, type KeptFolds } from './folding.ts';
import { refold, type SheetView } from './view.ts';

/** A change of which groups are open: one group, all groups from a level on closed, or those around a place in the order. */
export type Fold =
  | { readonly kind: 'group'; readonly group: number; readonly open: boolean }
  | { readonly kind: 'level'; readonly level: number }
  | { readonly kind: 'place'; readonly at: number };

/** The view with other groups open; the very same view where that changes nothing. */
export const foldView = async (view: SheetView, fold: Fold, breathe: Breath): Promise<SheetView> => {
  if (!view.grouped) return view;
  const { tree, folds } = view.grouped;
  const next = ((): Folds => {
    switch (fold.kind) {
      case 'group':
        return foldGroup(tree, folds, fold.group, fold.open);
      case 'level':
        return { depth: Math.min(fold.level, tree.columns.length), except: new Set() };
      case 'place':
        return foldOpenAt(tree, folds, fold.at);
    }
  })();
  return next === folds ? view : refold(view, tree, next, breathe);
};

export const keptFolds = ({ grouped }: Pick<SheetView, 'grouped'>): KeptFolds | null =>
  grouped ? { columns: grouped.tree.columns, folds: grouped.folds } : null;

/** Where a row stands in the order of a view, closed groups included; null when the view does not have it. */
export const orderPlace = ({ store, order, added, total }: SheetView, key: RowKey): number | null => {
  const fresh = isNewRow(key) ? added.indexOf(key) : -1;
  const row = fresh >= 0 ? total + fresh : store.indexOf(key);
  if (row === undefined) return null;
  const at = order ? order.indexOf(row) : row;
  return at < 0 ? null : at;
};

/** The rows of a view without the rows of its groups: all of them in its order, or those shown between two places. */
export const withoutGroups = (
  view: SheetView,
  range?: { readonly start: number; readonly end: number },
): SheetView => {
  const { grouped, order } = view;
  if (!grouped || !order) return view;
  const display = range
    ? grouped.display.slice(range.start, range.end).filter((entry) => entry < GROUP_BIT)
    : order.map((_, at) => at);
  return { ...view, grouped: { ...grouped, display } };
};

/** Where a row of the order is shown. */
export const shownPlace = ({ grouped }: SheetView, at: number): number =>
  grouped ? grouped.display.indexOf(at) : at;
