import { z } from 'zod';
import { sheetPeriods } from './period.ts';

/** What the connected person's own roles allow on one table, as the warehouse's catalog says. The warehouse decides; this predicts. */
export const sheetRights = z.object({
  select: z.boolean(),
  insert: z.boolean(),
  delete: z.boolean(),
  /** Columns the person may update / give a value on insert. */
  updateColumns: z.array(z.string()),
  insertColumns: z.array(z.string()),
  /** Row policies apply: rows carry a flag telling whether this person may update or delete each one. */
  rowPolicies: z.boolean(),
  /** A sentence when nothing can be written at all, for the banner over the sheet. */
  readOnlyReason: z.string().optional(),
  /** Calendars that bear on the table, where periods are kept: rows of closed ones take no writes. */
  periods: z.array(sheetPeriods).optional(),
});
export type SheetRights = z.infer<typeof sheetRights>;

/** Differences between warehouses, declared instead of tested by name. */
export const capabilities = z.object({
  transactions: z.boolean(),
  rowPolicies: z.boolean(),
  /** Batch and audit tables of schema `writ` are present on this warehouse. */
  governance: z.enum(['installed', 'absent', 'outdated']),
  /** How an unknown outcome is settled: by batch id in `writ`, by transaction id, or not at all. */
  outcomeProof: z.enum(['batch-id', 'transaction-id', 'none']),
});
export type Capabilities = z.infer<typeof capabilities>;
