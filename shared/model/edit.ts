import { z } from 'zod';

const cell = z.string().nullable();

/**
 * Cell changes of one step, in parallel arrays (entry i: row `rows[i]`, column `columns[columnOf[i]]`).
 * `before` is the value the person saw; `after` the new one; both canonical text or null.
 */
export const cellSets = z.object({
  columns: z.array(z.string()),
  rows: z.array(z.string()),
  columnOf: z.array(z.int()),
  before: z.array(cell),
  after: z.array(cell),
  /** Reasons by entry index, where one was given. */
  reasons: z.record(z.string(), z.string()).optional(),
});
export type CellSets = z.infer<typeof cellSets>;

/** A row that is not in the warehouse yet; `row` is `new:<uuid>`. Columns left out take the warehouse's default. */
export const rowInsert = z.object({ row: z.string(), values: z.record(z.string(), cell) });
export type RowInsert = z.infer<typeof rowInsert>;

/** A deleted row with the values seen when it was deleted (all readable columns), for the before-check and for undo. */
export const rowDelete = z.object({ row: z.string(), before: z.record(z.string(), cell) });
export type RowDelete = z.infer<typeof rowDelete>;

/** One thing a person did (typed a cell, pasted a block, deleted rows): one journal append, one undo. */
export const editStep = z.object({
  id: z.uuid(),
  sheet: z.string(),
  at: z.iso.datetime(),
  /** What the person did, for the undo menu: "Edit", "Paste", "Delete rows". */
  label: z.string(),
  sets: cellSets.optional(),
  inserts: z.array(rowInsert).optional(),
  deletes: z.array(rowDelete).optional(),
});
export type EditStep = z.infer<typeof editStep>;

/** The pending state of one row after folding all live steps. */
export const pendingRow = z.discriminatedUnion('kind', [
  /** column -> first `before` seen and latest `after`; a column back at its `before` is dropped. */
  z.object({
    kind: z.literal('update'),
    row: z.string(),
    cells: z.record(z.string(), z.object({ before: cell, after: cell, reason: z.string().optional() })),
  }),
  z.object({ kind: z.literal('insert'), row: z.string(), values: z.record(z.string(), cell) }),
  z.object({ kind: z.literal('delete'), row: z.string(), before: z.record(z.string(), cell) }),
]);
export type PendingRow = z.infer<typeof pendingRow>;

export const pendingCounts = z.object({
  cells: z.int(),
  updated: z.int(),
  inserted: z.int(),
  deleted: z.int(),
  undo: z.string().nullable(),
  redo: z.string().nullable(),
});
/** `undo` and `redo` name the step that would be undone or redone, null when there is none. */
export type PendingCounts = z.infer<typeof pendingCounts>;

/** What one journal change did to the pending state: rows as they are now, and rows that are pending no more. */
export const pendingDelta = z.object({
  sheet: z.string(),
  rows: z.array(pendingRow),
  cleared: z.array(z.string()),
  counts: pendingCounts,
});
export type PendingDelta = z.infer<typeof pendingDelta>;

/** Values that cannot be stored anywhere (NUL, lone surrogates) are refused before they reach this shape. */
export const MAX_CELL_CHARACTERS = 1_000_000;
