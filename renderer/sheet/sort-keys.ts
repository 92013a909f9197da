import type { SortKey } from '../../shared/model/view.ts';

/** The sort after a click on a column: ascending, descending, none; `add` keeps the other columns and the column's place. */
export const nextSort = (sort: readonly SortKey[], column: string, add: boolean): SortKey[] => {
  const at = sort.findIndex((key) => key.column === column);
  const now = sort[at];
  const next = !now ? [{ column, descending: false }] : now.descending ? [] : [{ column, descending: true }];
  if (!add) return next;
  const others = sort.filter((key) => key.column !== column);
  return others.toSpliced(at < 0 ? others.length : at, 0, ...next);
};

/** The sort with a column in it, at the place it has or behind the others. */
export const setSort = (sort: readonly SortKey[], column: string, descending: boolean): SortKey[] => {
  const at = sort.findIndex((key) => key.column === column);
  return at < 0 ? [...sort, { column, descending }] : sort.toSpliced(at, 1, { column, descending });
};

export const withoutSort = (sort: readonly SortKey[], column: string): SortKey[] =>
  sort.filter((key) => key.column !== column);
