import {
  GROUP_ROW_PREFIX,
  packedValue,
  ROW_GROUP,
  ROW_NEW,
  type RowKey,
  type RowPage,
} from '../../shared/model/rows.ts';

/** What a row stands for that is no row of the warehouse: a group, or all rows of the view. */
export interface GroupRow {
  /** Names the group within its view; -1 for the totals. */
  readonly id: number;
  readonly level: number;
  /** The column grouped by, and the value its rows have in it. */
  readonly column: string;
  readonly value: string | null;
  /** Rows in the group when its page was read. */
  readonly rows: number;
  readonly open: boolean;
}

/**
 * One row as the grid holds it: a reference into its page, so that a row costs no copies of its values.
 * `page` is null for a row that exists only in the journal and is not part of the view yet.
 */
export interface SheetRow {
  readonly key: RowKey;
  readonly index: number;
  readonly page: RowPage | null;
  readonly at: number;
  readonly flags: number;
  readonly group?: GroupRow;
}

/** The warehouse's own value of a cell: what the row held when its page was read. */
export const baseValue = (row: SheetRow, position: number): string | null => {
  const packed = row.page?.columns[position];
  return packed ? packedValue(packed, row.at) : null;
};

/** The rows of a page, groups among them. */
export const pageRows = (page: RowPage): readonly SheetRow[] => {
  const { groups } = page;
  let next = 0;
  return Array.from({ length: page.count }, (_, at) => {
    const row: SheetRow = {
      key: packedValue(page.keys, at) ?? '',
      index: page.start + at,
      page,
      at,
      flags: page.flags[at] ?? 0,
    };
    if (!groups || groups.at[next] !== at) return row;
    const i = next++;
    const level = groups.levels[i] ?? 0;
    const group: GroupRow = {
      id: groups.ids[i] ?? 0,
      level,
      column: groups.columns[level] ?? '',
      value: packedValue(groups.values, i),
      rows: groups.rows[i] ?? 0,
      open: groups.open[i] === 1,
    };
    return { ...row, group };
  });
};

/** A row just added, shown behind the view's rows until the view is made anew. */
export const addedRow = (key: RowKey, index: number): SheetRow => ({
  key,
  index,
  page: null,
  at: 0,
  flags: ROW_NEW,
});

/** The row under all others that holds the totals. */
export const TOTALS_ROW: SheetRow = {
  key: `${GROUP_ROW_PREFIX}total`,
  index: -1,
  page: null,
  at: 0,
  flags: ROW_GROUP,
  group: { id: -1, level: 0, column: '', value: null, rows: 0, open: true },
};
