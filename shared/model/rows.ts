import { z } from 'zod';

/**
 * One column of many rows as one string: value i is `text.slice(ends[i-1], ends[i])`; bit i of `nulls`
 * (little endian in each byte) set means SQL NULL. Compact to copy between processes, free to slice.
 */
export const packedColumn = z.object({
  text: z.string(),
  ends: z.instanceof(Uint32Array),
  nulls: z.instanceof(Uint8Array).optional(),
});
export type PackedColumn = z.infer<typeof packedColumn>;

/** Bits of `RowPage.flags`. */
export const ROW_UPDATABLE = 1;
export const ROW_DELETABLE = 2;
/** The row exists only in the journal (inserted, not committed). */
export const ROW_NEW = 4;
/** The row stands for a group; its columns hold subtotals. */
export const ROW_GROUP = 8;

/** The group rows of a page: entry i of every list belongs to the row at place `at[i]` of the page, which rises. */
export const groupRows = z.object({
  /** Names of the columns grouped by, the outermost first. */
  columns: z.array(z.string()),
  at: z.instanceof(Uint32Array),
  /** Names the group within its view. */
  ids: z.instanceof(Uint32Array),
  levels: z.instanceof(Uint8Array),
  /** Rows in the group, those marked for deletion left out. */
  rows: z.instanceof(Uint32Array),
  /** 1 where the rows of the group are shown. */
  open: z.instanceof(Uint8Array),
  /** The value of the group's column. */
  values: packedColumn,
});
export type GroupRows = z.infer<typeof groupRows>;

/** A contiguous run of a view's rows: base values (pending edits are an overlay), columns in definition order. */
export const rowPage = z.object({
  start: z.int().min(0),
  count: z.int().min(0),
  keys: packedColumn,
  columns: z.array(packedColumn),
  flags: z.instanceof(Uint8Array),
  groups: groupRows.optional(),
});
export type RowPage = z.infer<typeof rowPage>;

/** Canonical row key: JSON array of the key columns' canonical texts; `new:<uuid>` for a row not yet in the warehouse. */
export type RowKey = string;
export const NEW_ROW_PREFIX = 'new:';
/** A group's row is named by the values that lead to it; it is no row of the warehouse. */
export const GROUP_ROW_PREFIX = 'group:';

export const rowKeyOf = (values: readonly (string | null)[]): RowKey => JSON.stringify(values);
export const isGroupRow = (key: RowKey): boolean => key.startsWith(GROUP_ROW_PREFIX);
// Keys of stored rows begin with a bracket, and this is asked of every cell.
export const isNewRow = (key: RowKey): boolean => key.charCodeAt(0) !== 91 && key.startsWith(NEW_ROW_PREFIX);

/** The key columns' values of a stored row; throws on a new row's key, which has none. */
export const keyValues = (key: RowKey): readonly string[] => JSON.parse(key) as string[];

/** Packs values; inverse of `unpackColumn`. */
export const packColumn = (values: readonly (string | null)[]): PackedColumn => {
  const ends = new Uint32Array(values.length);
  let nulls: Uint8Array<ArrayBuffer> | undefined;
  let end = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null || value === undefined) {
      nulls ??= new Uint8Array((values.length + 7) >> 3);
      nulls[i >> 3] = (nulls[i >> 3] ?? 0) | (1 << (i & 7));
    } else end += value.length;
    ends[i] = end;
  }
  const text = values.join('');
  return nulls ? { text, ends, nulls } : { text, ends };
};

export const packedValue = (packed: PackedColumn, i: number): string | null => {
  if (packed.nulls && ((packed.nulls[i >> 3] ?? 0) >> (i & 7)) & 1) return null;
  return packed.text.slice(i === 0 ? 0 : packed.ends[i - 1], packed.ends[i]);
};

export const unpackColumn = (packed: PackedColumn): (string | null)[] =>
  Array.from({ length: packed.ends.length }, (_, i) => packedValue(packed, i));
