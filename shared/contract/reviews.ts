import { z } from 'zod';
import { problem } from '../model/batch.ts';
import { review, reviewSubmission, reviewSummary, sheetPolicy, tablePolicy } from '../model/review.ts';

const text = z.string().max(10_000);
const sheetId = z.object({ sheet: z.string() });
const batchId = z.object({ batch: z.uuid() });
const comment = z.string().trim().min(1).max(4_000);
const reviewed = z.object({ review: reviewSummary });

/** Approval before commit, by another person, in the warehouse's own schema `writ`. */
export const reviewOperations = {
  'policies.get': { kind: 'query', input: sheetId, output: sheetPolicy },
  /** For administrators of schema `writ`; approvals given under the policy before become stale. */
  'policies.set': {
    kind: 'command',
    input: z.object({ sheet: z.string(), policy: tablePolicy }),
    output: sheetPolicy,
  },
  /**
   * Submits all pending edits of the sheet for review, after a rehearsal in a transaction that is rolled back. The edits
   * leave the pending ones and are locked until the batch is committed or comes back. Repeating a batch id submits once.
   */
  'reviews.submit': {
    kind: 'command',
    input: z.object({ sheet: z.string(), batch: z.uuid(), sha256: z.string(), note: text.optional() }),
    output: reviewSubmission,
  },
  /** Oldest first in `waiting` (for this person to decide); newest first in `mine` and `all` that the person may see. */
  'reviews.list': {
    kind: 'query',
    input: z.object({
      box: z.enum(['waiting', 'mine', 'all']),
      sheet: z.string().optional(),
      limit: z.int().min(1).max(500),
    }),
    output: z.object({ reviews: z.array(reviewSummary), waiting: z.int(), mine: z.int(), more: z.boolean() }),
  },
  'reviews.get': {
    kind: 'query',
    input: batchId.extend({ start: z.int().min(0), count: z.int().min(1).max(10_000) }),
    output: review,
  },
  /**
   * What the rules of the sheet, which must be open here, say of the batch: over the rows as they are now with the changes on
   * top, blocking problems first, at most 1,000 of `total`. `unseen` changed rows are not there or not for this person to see.
   */
  'reviews.check': {
    kind: 'query',
    input: batchId.extend({ sheet: z.string() }),
    output: z.object({ problems: z.array(problem), total: z.int(), unseen: z.int() }),
  },
  /**
   * The values of a column in the stored rows of the batch, as the warehouse holds them now; `rows` and `values` are parallel.
   * Rows that are new, gone or not for this person to see are left out. The sheet must be open here.
   */
  'reviews.values': {
    kind: 'query',
    input: batchId.extend({ sheet: z.string(), column: z.string() }),
    output: z.object({ rows: z.array(z.string()), values: z.array(z.string().nullable()) }),
  },
  /** `sha256` is the one of the batch that was looked at; another is refused. */
  'reviews.approve': {
    kind: 'command',
    input: batchId.extend({ sha256: z.string(), comment: comment.optional() }),
    output: reviewed,
  },
  'reviews.return': { kind: 'command', input: batchId.extend({ comment }), output: reviewed },
  'reviews.withdraw': {
    kind: 'command',
    input: batchId.extend({ comment: comment.optional() }),
    output: reviewed,
  },
  'reviews.comment': {
    kind: 'command',
    input: batchId.extend({ text: comment, row: z.string().optional(), column: z.string().optional() }),
    output: reviewed,
  },
} as const;
