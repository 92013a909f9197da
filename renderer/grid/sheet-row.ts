import { packedValue, ROW_NEW, type RowKey, type RowPage } from '../../shared/model/rows.ts';

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
}

/** The warehouse's own value of a cell: what the row held when its page was read. */
export const baseValue = (row: SheetRow, position: number): string | null => {
  const packed = row.page?.columns[position];
  return packed ? packedValue(packed, row.at) : null;
};

export const pageRow = (page: RowPage, at: number): SheetRow => ({
  key: packedValue(page.keys, at) ?? '',
  index: page.start + at,
  page,
  at,
  flags: page.flags[at] ?? 0,
});

/** A row just added, shown behind the view's rows until the view is made anew. */
export const addedRow = (key: RowKey, index: number): SheetRow => ({
  key,
  index,
  page: null,
  at: 0,
  flags: ROW_NEW,
});
