import { z } from 'zod';
import { conflict, conflictKind } from '../model/batch.ts';
import { savedFile } from './exchange.ts';

const sheet = z.string();
const cell = z.string().max(1_000_000).nullable();

/** Conflicts sent at most; the rest is counted, and bulk decisions reach them as well. */
export const MOST_CONFLICTS = 5_000;

/** Which conflicts are decided; all conditions that are given must hold. */
const decided = z.object({
  rows: z.array(z.string()).max(100_000).optional(),
  columns: z.array(z.string()).optional(),
  kinds: z.array(conflictKind).optional(),
});
export type DecidedWhere = z.infer<typeof decided>;

const decision = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('mine') }),
  z.object({ kind: z.literal('theirs') }),
  z.object({ kind: z.literal('value'), value: cell }),
  z.object({ kind: z.literal('anew') }),
]);
export type DecisionInput = z.infer<typeof decision>;

/** Operations on pending edits that meet what others did to the same rows. */
export const mergeOperations = {
  /** What needs a decision on a sheet, and how many rows settled without one since `merge.seen`. */
  'merge.state': {
    kind: 'query',
    input: z.object({ sheet }),
    output: z.object({
      rows: z.int(),
      settled: z.int(),
      conflicts: z.array(conflict),
      /** Conflicts beyond those sent. */
      more: z.int(),
      /** Conflicting cells by column and by kind, all of them. */
      columns: z.array(z.object({ column: z.string(), cells: z.int() })),
      kinds: z.array(z.object({ kind: conflictKind, cells: z.int() })),
    }),
  },
  /**
   * Decides conflicts as one step that can be undone; those that do not allow the decision stay. `value` is checked by the
   * rules (`invalid`). Nothing is written to the warehouse; what it did to the
   * pending edits is told as `pending.changed`.
   */
  'merge.decide': {
    kind: 'command',
    input: z.object({ sheet, where: decided, decision }),
    /** `left`: rows that still need a decision. */
    output: z.object({ decided: z.int(), left: z.int() }),
  },
  /** The person has read what settled by itself. */
  'merge.seen': { kind: 'command', input: z.object({ sheet }), output: z.object({}) },
  /** Who changed these rows last, by the audit; rows and cells without an entry are left out. */
  'merge.authors': {
    kind: 'query',
    input: z.object({ sheet, rows: z.array(z.string()).max(100) }),
    output: z.object({
      authors: z.array(
        z.object({
          row: z.string(),
          column: z.string().nullable(),
          person: z.string(),
          at: z.string(),
          deleted: z.boolean(),
        }),
      ),
    }),
  },
  /** Everything that needs a decision as a CSV file: row, column, base, mine, theirs, what happened. */
  'merge.export': { kind: 'query', input: z.object({ sheet }), output: savedFile },
} as const;

export const mergeEvents = {
  /** Other rows need a decision, or more rows settled without one. */
  'merge.changed': z.object({ sheet, rows: z.int(), settled: z.int() }),
} as const;
