import { z } from 'zod';
import { conflict, problem } from './batch.ts';
import { pendingRow } from './edit.ts';
import { failure } from './failure.ts';
import { source } from './sheet.ts';

const cell = z.string().nullable();
/** A role or column name of the warehouse. */
const name = z.string().min(1).max(63);

/** Persons of one role of whom so many have to approve; steps are taken in order, and nobody counts twice in a batch. */
export const policyStep = z.object({ role: name, count: z.int().min(1).max(20) });
export type PolicyStep = z.infer<typeof policyStep>;

/** How changes reach a table: at once, or after other persons approved them. */
export const tablePolicy = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('open') }),
  z.object({
    mode: z.literal('approval'),
    steps: z.array(policyStep).min(1).max(10),
    /**
     * No approval is needed while the absolute changes of this column add up to no more than `above` (decimal text) in a
     * batch and all that this person brought below it within `validHours`, and no other column is changed but free ones.
     * Null: every batch needs approval.
     */
    threshold: z.object({ column: name, above: z.string().regex(/^\d{1,30}(\.\d{1,20})?$/) }).nullable(),
    /** Columns that a batch below the threshold may change as well. */
    freeColumns: z.array(name).max(100).default([]),
    /** Columns that triggers of the table fill; what they hold is no part of what is approved, and nobody else may write them. */
    derivedColumns: z.array(name).max(100).default([]),
    /** How long an approval stays valid. */
    validHours: z.int().min(1).max(8760),
  }),
]);
export type TablePolicy = z.infer<typeof tablePolicy>;

/** A way around the approval, found in the catalogue: what it is (`code`), whom or what it concerns, and a sentence. */
export const sideDoor = z.object({ code: z.string(), subject: z.string(), message: z.string() });
export type SideDoor = z.infer<typeof sideDoor>;

/** The policy of a sheet as the warehouse holds it, and what it means to this person. */
export const sheetPolicy = z.object({
  policy: tablePolicy,
  /** 0 where none was ever set; a change makes approvals under an earlier one stale. */
  version: z.int(),
  by: z.string().nullable(),
  at: z.string().nullable(),
  /** "Approval is advisory here": side doors are open, or the warehouse cannot enforce it. */
  advisory: z.boolean(),
  sideDoors: z.array(sideDoor),
  /** Why this login counts as shared by several persons: they are not offered to submit for approval or to approve. */
  shared: z.string().nullable().optional(),
  /** False where the table is not under audit although schema `writ` is there. */
  governed: z.boolean().optional(),
  /** What became of the table's columns since it was put under audit, as a sentence; null: nothing. */
  behind: z.string().nullable().optional(),
  /** The person may change the policy; may review batches of this table. */
  canSet: z.boolean(),
  canReview: z.boolean(),
});
export type SheetPolicy = z.infer<typeof sheetPolicy>;

/** Where a submitted batch stands. What is not submitted yet is a draft: pending edits in the journal. */
export const reviewState = z.enum([
  'submitted',
  'approved',
  'returned',
  'withdrawn',
  'expired',
  'committed',
  'failed',
]);
export type ReviewState = z.infer<typeof reviewState>;

/** Why an approval holds no longer although nobody took it back; the batch has to be submitted again. */
export const staleCause = z.enum(['policy-changed', 'rows-changed', 'approver-lost-role', 'expired']);
export type StaleCause = z.infer<typeof staleCause>;

const approval = z.object({ person: z.string(), at: z.string() });

/** One batch in the inbox. Counts and sums were worked out by the warehouse from the payload, when it was submitted. */
export const reviewSummary = z.object({
  batch: z.string(),
  sheet: z.string(),
  source,
  person: z.string(),
  note: z.string().nullable(),
  state: reviewState,
  sha256: z.string(),
  counts: z.object({ rows: z.int(), cells: z.int(), updated: z.int(), inserted: z.int(), deleted: z.int() }),
  /** Exact sums of the numeric columns the batch changes. */
  sums: z.array(z.object({ column: z.string(), cells: z.int(), before: cell, after: cell, delta: cell })),
  submittedAt: z.string(),
  changedAt: z.string(),
  /** By the warehouse's clock. */
  ageSeconds: z.number(),
  /** When the first of its approvals ends; null while there is none. */
  expiresAt: z.string().nullable(),
  steps: z.array(policyStep.extend({ approvals: z.array(approval) })),
  /** The step that waits for approvals; null when none does. */
  step: z.int().nullable(),
  /** This person may approve or return it now; `refusal` says why not, where the batch still waits. */
  canDecide: z.boolean(),
  refusal: z.string().nullable(),
  stale: staleCause.nullable(),
  comments: z.int(),
});
export type ReviewSummary = z.infer<typeof reviewSummary>;

export const reviewEvent = z.object({
  at: z.string(),
  person: z.string(),
  /** submitted, approved (one person), returned, withdrawn, expired, committed, failed. */
  kind: z.string(),
  comment: z.string().nullable(),
});
export type ReviewEvent = z.infer<typeof reviewEvent>;

/** Said about the batch, or about a cell of it (`row` and `column`), or a row. */
export const reviewComment = z.object({
  at: z.string(),
  person: z.string(),
  row: z.string().nullable(),
  column: z.string().nullable(),
  text: z.string(),
});
export type ReviewComment = z.infer<typeof reviewComment>;

/** One changed cell of a batch; a deleted row has one entry a column, with what it held. */
export const reviewChange = z.object({
  row: z.string(),
  kind: z.enum(['update', 'insert', 'delete']),
  column: z.string(),
  before: cell,
  after: cell,
  /** Exact, where the column is numeric and the text reads as a number. */
  delta: cell,
  reason: z.string().nullable(),
});
export type ReviewChange = z.infer<typeof reviewChange>;

/** Someone changed a row of the batch after it was submitted. */
export const reviewTouch = z.object({
  row: z.string(),
  column: z.string(),
  person: z.string(),
  at: z.string(),
  after: cell,
});
export type ReviewTouch = z.infer<typeof reviewTouch>;

/** A batch with one page of its changes; the payload's SHA-256 was recomputed on this machine. */
export const review = z.object({
  summary: reviewSummary,
  events: z.array(reviewEvent),
  comments: z.array(reviewComment),
  /** At most 1,000. */
  touched: z.array(reviewTouch),
  changes: z.array(reviewChange),
  /** How many changes there are on all pages. */
  total: z.int(),
});
export type Review = z.infer<typeof review>;

/** How a submission for review ended; `refused` names what rights, constraints or triggers objected to in the rehearsal. */
export const reviewSubmission = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('submitted'), review: reviewSummary }),
  z.object({
    kind: z.literal('refused'),
    failure,
    conflicts: z.array(conflict),
    problems: z.array(problem),
  }),
  z.object({ kind: z.literal('unknown'), failure }),
]);
export type ReviewSubmission = z.infer<typeof reviewSubmission>;

/** Edits of a sheet that were submitted for review: kept in the journal, locked until the batch ends or comes back. */
export const submittedEdits = z.object({
  batch: z.string(),
  sha256: z.string(),
  rows: z.array(pendingRow),
  /** They are still on this machine, waiting to be sent. */
  waiting: z.boolean().optional(),
});
export type SubmittedEdits = z.infer<typeof submittedEdits>;
