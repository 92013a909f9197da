import { z } from 'zod';
import { source } from './sheet.ts';

/** Where a period stands. `closing` is open until `closingAt`. */
export const periodState = z.enum(['open', 'closing', 'closed']);
export type PeriodState = z.infer<typeof periodState>;

/** One period of a calendar; times are ISO 8601 in UTC, by the warehouse's clock. */
export const period = z.object({
  period: z.string(),
  label: z.string(),
  state: periodState,
  closingAt: z.string().nullable(),
  /** Who closed, scheduled or reopened it last, when and why; null while it was never touched. */
  by: z.string().nullable(),
  at: z.string().nullable(),
  reason: z.string().nullable(),
});
export type Period = z.infer<typeof period>;

/** Which rows of a table belong to which period: see `periodOf`. */
export const periodMap = z.object({
  columns: z.array(z.string()),
  style: z.enum(['text', 'month', 'quarter', 'year', 'year-month']),
  /** Only rows with one of these values in the column. */
  scope: z.object({ column: z.string(), values: z.array(z.string()) }).nullable(),
});
export type PeriodMap = z.infer<typeof periodMap>;

/** A calendar as it bears on one table: the map, and all periods of it that are not plainly open. */
export const sheetPeriods = periodMap.extend({ calendar: z.string(), periods: z.array(period) });
export type SheetPeriods = z.infer<typeof sheetPeriods>;

export const periodEvent = z.object({
  period: z.string(),
  kind: z.enum(['closed', 'scheduled', 'cancelled', 'reopened']),
  person: z.string(),
  at: z.string(),
  closingAt: z.string().nullable(),
  reason: z.string().nullable(),
});
export type PeriodEvent = z.infer<typeof periodEvent>;

/** A calendar with all its periods, the latest events first (at most 100), and the tables it bears on. */
export const calendar = z.object({
  name: z.string(),
  closers: z.array(z.string()),
  /** This person may close and reopen. */
  mayClose: z.boolean(),
  tables: z.array(z.object({ source, scope: z.array(z.string()), dimension: z.string().nullable() })),
  periods: z.array(period),
  events: z.array(periodEvent),
});
export type Calendar = z.infer<typeof calendar>;

/** Who has submitted for one value of a table's dimension (a cost centre) in a period; nobody: still missing. */
export const cadenceLine = z.object({
  source,
  dimension: z.string(),
  value: z.string(),
  /** Whose task it is, by the table of assignments. */
  expected: z.array(z.string()),
  rows: z.int(),
  submitted: z.array(z.object({ person: z.string(), at: z.string(), cells: z.int() })),
});
export type CadenceLine = z.infer<typeof cadenceLine>;
