import { z } from 'zod';

const cell = z.string().nullable();
const rows = z.array(z.string()).min(1).max(10_000).optional();

/**
 * What is to be as it was. `moment`: rows (all where none are named) or one column of theirs as they were at a moment (ISO 8601, microseconds
 * count; `before`: just before it). `batch`: what one batch changed, as it was before that batch.
 */
export const pastScope = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('moment'),
    at: z.string().max(40),
    before: z.boolean().optional(),
    rows,
    column: z.string().optional(),
  }),
  z.object({ kind: z.literal('batch'), batch: z.uuid(), rows }),
]);
export type PastScope = z.infer<typeof pastScope>;

/** How one row differs between then and now. `change`: cells differ; `bring-back`: it is gone now; `take-out`: it was not there then. */
export const pastChange = z.object({
  row: z.string(),
  kind: z.enum(['change', 'bring-back', 'take-out']),
  cells: z.array(z.object({ column: z.string(), was: cell, now: cell })),
  /** Who changed it last, and when, among what lies between. */
  person: z.string(),
  at: z.string(),
});
export type PastChange = z.infer<typeof pastChange>;

/** Why a row, a cell or a column cannot be as it was. */
export const pastConflict = z.object({
  kind: z.enum([
    'row-deleted',
    'key-taken',
    'changed-since',
    'column-gone',
    'period-closed',
    'no-right',
    'invalid',
    'pending',
    'under-review',
  ]),
  message: z.string(),
  row: z.string().optional(),
  column: z.string().optional(),
  person: z.string().optional(),
  at: z.string().optional(),
});
export type PastConflict = z.infer<typeof pastConflict>;

const counts = z.object({ changed: z.int(), broughtBack: z.int(), takenOut: z.int(), cells: z.int() });
export type PastCounts = z.infer<typeof counts>;

/** Then against now: the first changes in key order, and how many there are of each kind. */
export const pastDifference = z.object({ counts, changes: z.array(pastChange), moreChanges: z.int() });
export type PastDifference = z.infer<typeof pastDifference>;

/** What restoring would enter, and what it would leave out. `sha256` names exactly these edits. */
export const restorePreview = pastDifference.extend({
  sha256: z.string(),
  conflicts: z.array(pastConflict),
  moreConflicts: z.int(),
  /** Of the conflicts, those a person can overrule: cells that others changed since. */
  changedSince: z.int(),
});
export type RestorePreview = z.infer<typeof restorePreview>;
