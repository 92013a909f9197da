import { AppError } from '../../shared/model/failure.ts';
import { GROUP_ROW_PREFIX, type RowKey } from '../../shared/model/rows.ts';
import type { Breath } from './breathe.ts';
import type { CompareRows } from './row-order.ts';

/** More groups than this are a list, not a summary. */
export const GROUP_LIMIT = 100_000;

/** The groups of ordered rows, numbered as they are shown: a group stands before the groups in it. Lists go by group number. */
export interface GroupTree {
  /** Names of the columns, the outermost first. */
  readonly columns: readonly string[];
  readonly levels: Uint8Array;
  /** Range of a group's rows in the order. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** The group around it; -1 for none. */
  readonly parents: Int32Array;
  readonly values: readonly (string | null)[];
  /** The innermost groups, which hold the rows. */
  readonly leaves: Uint32Array;
}

export interface GroupInput {
  readonly columns: readonly string[];
  /** Rows in an order in which equal values of each column, within those before it, stand together. */
  readonly order: Uint32Array;
  /** One comparison a column. */
  readonly compare: readonly CompareRows[];
  readonly valueAt: (row: number, level: number) => string | null;
  readonly breathe: Breath;
}

/** Finds the groups in ordered rows, in slices. AppError `invalid` past `GROUP_LIMIT` groups. */
export const groupTree = async (input: GroupInput): Promise<GroupTree> => {
  const { columns, order, compare, valueAt, breathe } = input;
  const depth = columns.length;
  const levels: number[] = [];
  const starts: number[] = [];
  const parents: number[] = [];
  const values: (string | null)[] = [];
  const leaves: number[] = [];
  const ends: number[] = [];
  const open: number[] = [];
  for (let at = 0; at < order.length; at++) {
    if ((at & 0x3ff) === 0) await breathe();
    const row = order[at] ?? 0;
    const before = order[at - 1] ?? 0;
    let level = 0;
    if (at > 0) while (level < depth && compare[level]?.(before, row) === 0) level++;
    while (open.length > level) ends[open.pop() ?? 0] = at;
    for (; level < depth; level++) {
      const group = levels.length;
      if (group >= GROUP_LIMIT) throw tooMany(columns[depth - 1] ?? '');
      levels.push(level);
      starts.push(at);
      parents.push(open.at(-1) ?? -1);
      values.push(valueAt(row, level));
      if (level === depth - 1) leaves.push(group);
      open.push(group);
    }
  }
  for (const group of open) ends[group] = order.length;
  return {
    columns,
    levels: Uint8Array.from(levels),
    starts: Uint32Array.from(starts),
    ends: Uint32Array.from(ends),
    parents: Int32Array.from(parents),
    values,
    leaves: Uint32Array.from(leaves),
  };
};

/** The innermost group a place in the order belongs to. */
export const groupAt = ({ leaves, starts }: GroupTree, place: number): number => {
  let low = 0;
  let high = leaves.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[leaves[middle] ?? 0] ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return leaves[low] ?? 0;
};

/** The values that lead to a group, as the key of its row; the same in every view that has the group. */
export const groupKey = (tree: GroupTree, group: number): RowKey => {
  const path: (string | null)[] = [];
  for (let at = group; at >= 0; at = tree.parents[at] ?? -1) path.unshift(tree.values[at] ?? null);
  return `${GROUP_ROW_PREFIX}${JSON.stringify(path)}`;
};

const tooMany = (column: string): AppError =>
  new AppError(
    'invalid',
    'groups-many',
    `Grouping by "${column}" makes more than ${GROUP_LIMIT.toLocaleString('en')} groups. Group by a column with fewer values, or filter the rows first.`,
  );
