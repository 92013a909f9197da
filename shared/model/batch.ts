import { z } from 'zod';
import { failure } from './failure.ts';

const cell = z.string().nullable();

/** Something found by a check: at a cell, a row, or the whole set (neither row nor column). */
export const problem = z.object({
  row: z.string().optional(),
  column: z.string().optional(),
  severity: z.enum(['block', 'warn']),
  code: z.string(),
  message: z.string(),
});
export type Problem = z.infer<typeof problem>;

/** What a submit would do, shown before it is done. Sums are exact decimal text over numeric columns. */
export const batchPreview = z.object({
  sheet: z.string(),
  /** SHA-256 (hex) of the canonical payload; the commit names it, so what was shown is what runs. */
  sha256: z.string(),
  counts: z.object({ rows: z.int(), cells: z.int(), updated: z.int(), inserted: z.int(), deleted: z.int() }),
  columns: z.array(
    z.object({
      column: z.string(),
      cells: z.int(),
      before: z.string().nullable(),
      after: z.string().nullable(),
      delta: z.string().nullable(),
    }),
  ),
  /** The first changes in key order; `moreChanges` counts the rest. */
  changes: z.array(
    z.object({
      row: z.string(),
      kind: z.enum(['update', 'insert', 'delete']),
      column: z.string(),
      before: cell,
      after: cell,
      reason: z.string().optional(),
    }),
  ),
  moreChanges: z.int(),
  /** Pending rows that are left out: each needs a decision first. */
  undecided: z.int(),
  problems: z.array(problem),
  /** The SQL the warehouse will run, one entry per distinct statement, without values. */
  statements: z.array(z.object({ sql: z.string(), rows: z.int() })),
});
export type BatchPreview = z.infer<typeof batchPreview>;

/**
 * Why an edit cannot simply be written over what the warehouse holds now. `changed`: the cell holds something else than the
 * edit was based on; `missing`: the row is gone or out of reach; `exists`: the key of a new row is taken; `column-gone`,
 * `column-locked`: the column is not there, or takes no value from this person; `row-locked`: the row may be seen and not be
 * changed; `closed`: its period is closed; `rule`: the value breaks a rule of today's definition.
 */
export const conflictKind = z.enum([
  'changed',
  'missing',
  'exists',
  'column-gone',
  'column-locked',
  'row-locked',
  'closed',
  'rule',
]);
export type ConflictKind = z.infer<typeof conflictKind>;

/** One cell (or a row, without `column`) that needs a decision. `mine` absent: the person deleted the row. */
export const conflict = z.object({
  row: z.string(),
  kind: conflictKind,
  column: z.string().optional(),
  base: cell.optional(),
  mine: cell.optional(),
  theirs: cell.optional(),
  /** What exactly stands against it: the closed period, the broken rule. */
  message: z.string().optional(),
});
export type Conflict = z.infer<typeof conflict>;

/** A batch ends in exactly one of three ways; `unknown` is settled later by its id, never by sending again blindly. */
export const commitOutcome = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('committed'),
    batch: z.string(),
    rows: z.int(),
    cells: z.int(),
    at: z.string(),
    /** False where no `writ` schema exists: written, but no audit rows. */
    audited: z.boolean(),
  }),
  z.object({
    kind: z.literal('not-committed'),
    batch: z.string(),
    failure,
    conflicts: z.array(conflict),
    problems: z.array(problem),
  }),
  z.object({ kind: z.literal('unknown'), batch: z.string(), failure }),
]);
export type CommitOutcome = z.infer<typeof commitOutcome>;

/** One audited change, newest first in lists. `at` is ISO 8601 with microseconds. */
export const historyEntry = z.object({
  at: z.string(),
  person: z.string(),
  batch: z.string().nullable(),
  row: z.string(),
  kind: z.enum(['update', 'insert', 'delete']),
  column: z.string().nullable(),
  before: cell,
  after: cell,
  reason: z.string().nullable().optional(),
  /** Application that wrote: `Writ`, `psql`, ... */
  application: z.string().nullable(),
});
export type HistoryEntry = z.infer<typeof historyEntry>;
