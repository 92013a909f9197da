import { z } from 'zod';
import { aggregate } from './aggregate.ts';

/** A condition on one column's effective value (pending edits included). Values are canonical text. */
export const columnFilter = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('contains'), column: z.string(), text: z.string() }),
  /** Cells without a value do not contain a text, and are not equal to one. */
  z.object({ kind: z.literal('lacks'), column: z.string(), text: z.string() }),
  z.object({ kind: z.literal('starts'), column: z.string(), text: z.string() }),
  z.object({ kind: z.literal('ends'), column: z.string(), text: z.string() }),
  z.object({ kind: z.literal('equals'), column: z.string(), value: z.string().nullable() }),
  z.object({ kind: z.literal('differs'), column: z.string(), value: z.string().nullable() }),
  z.object({ kind: z.literal('in'), column: z.string(), values: z.array(z.string().nullable()) }),
  z.object({
    kind: z.literal('range'),
    column: z.string(),
    min: z.string().optional(),
    max: z.string().optional(),
    /** The bounds themselves are out. */
    open: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('blank'), column: z.string(), blank: z.boolean() }),
]);
export type ColumnFilter = z.infer<typeof columnFilter>;

/** What is known of a cell apart from its value: it waits to be submitted, it is not valid, its row needs a decision there. */
export const cellMark = z.enum(['pending', 'invalid', 'conflict']);
export type CellMark = z.infer<typeof cellMark>;

/** A condition on what is known of one column's cells. `rows` are those only the asking window knows of. */
export const markFilter = z.object({
  column: z.string(),
  mark: cellMark,
  rows: z.array(z.string()).max(100_000).optional(),
});
export type MarkFilter = z.infer<typeof markFilter>;

export const sortKey = z.object({ column: z.string(), descending: z.boolean() });
export type SortKey = z.infer<typeof sortKey>;

/** More levels of groups than this are not read by anyone. */
export const MOST_GROUPS = 4;

/** What rows of a sheet are wanted, in which order; no sort means key order. All filters must hold. */
export const viewQuery = z.object({
  sort: z.array(sortKey).default([]),
  filters: z.array(columnFilter).default([]),
  /** Every word must occur in some column. */
  quick: z.string().default(''),
  /** Only rows with pending edits. */
  pendingOnly: z.boolean().default(false),
  /** All of them must hold as well. */
  marks: z.array(markFilter).max(100).optional(),
  /** Columns the rows are grouped by, the outermost first; rows are then ordered by these before `sort`. */
  groups: z.array(z.string()).max(MOST_GROUPS).default([]),
  /** What subtotals and totals show, by column, where it is not the default (`aggregateOf`). */
  aggregates: z.record(z.string(), aggregate).default({}),
  /** A row with the totals of all rows is shown. */
  totals: z.boolean().default(false),
  /** Only these rows, such as those with conflicts. */
  only: z.array(z.string()).max(100_000).optional(),
});
export type ViewQuery = z.infer<typeof viewQuery>;

/** Every row in key order, without groups and totals. */
export const PLAIN_QUERY: ViewQuery = viewQuery.parse({});
