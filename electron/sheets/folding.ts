import type { Breath } from './breathe.ts';
import { type GroupTree, groupAt, groupKey } from './grouping.ts';

/** Which groups are open: those of the first `depth` levels, except that the groups named in `except` are the other way. */
export interface Folds {
  readonly depth: number;
  readonly except: ReadonlySet<string>;
}

/** The folds of a view by the columns it was grouped by; kept when the view is made again. */
export interface KeptFolds {
  readonly columns: readonly string[];
  readonly folds: Folds;
}

/** In a display a number with this bit names a group; without, a place in the order of the rows. */
export const GROUP_BIT = 0x8000_0000;

/** All subtotals are seen at first, and no rows. */
export const firstFolds = (levels: number): Folds => ({ depth: levels - 1, except: new Set() });

export const isOpen = (tree: GroupTree, folds: Folds, group: number): boolean => {
  const byLevel = (tree.levels[group] ?? 0) < folds.depth;
  return folds.except.size > 0 && folds.except.has(groupKey(tree, group)) ? !byLevel : byLevel;
};

/** The same with one group opened or closed. */
export const foldGroup = (tree: GroupTree, folds: Folds, group: number, open: boolean): Folds => {
  if (group >= tree.levels.length || isOpen(tree, folds, group) === open) return folds;
  const except = new Set(folds.except);
  const key = groupKey(tree, group);
  if (!except.delete(key)) except.add(key);
  return { ...folds, except };
};

/** The same with every group open that a place in the order stands in. */
export const foldOpenAt = (tree: GroupTree, folds: Folds, place: number): Folds => {
  let opened = folds;
  for (let group = groupAt(tree, place); group >= 0; group = tree.parents[group] ?? -1) {
    opened = foldGroup(tree, opened, group, true);
  }
  return opened;
};

/** What is shown, top to bottom: groups by number with `GROUP_BIT`, rows by their place in the order. */
export const displayOf = async (tree: GroupTree, folds: Folds, breathe: Breath): Promise<Uint32Array> => {
  const rows = tree.ends.reduce((most, end) => Math.max(most, end), 0);
  const shown = new Uint32Array(tree.levels.length + rows);
  const last = tree.columns.length - 1;
  let count = 0;
  /** Groups that begin before this are inside a closed one. */
  let hidden = 0;
  for (let group = 0; group < tree.levels.length; group++) {
    if ((group & 0xff) === 0) await breathe();
    const start = tree.starts[group] ?? 0;
    if (start < hidden) continue;
    shown[count++] = (GROUP_BIT | group) >>> 0;
    const end = tree.ends[group] ?? 0;
    if (!isOpen(tree, folds, group)) hidden = end;
    else if (tree.levels[group] === last) for (let at = start; at < end; at++) shown[count++] = at;
  }
  return shown.slice(0, count);
};
