import { z } from 'zod';
import { failure } from '../model/failure.ts';
import { column, source } from '../model/sheet.ts';
import { columnFilter } from '../model/view.ts';

/** How a person's warehouse is reached now. `starting`: it is there, but asleep or not ready; `signed-out`: it refuses the sign-in. */
export const linkState = z.object({
  state: z.enum(['online', 'offline', 'starting', 'signed-out']),
  /** Why, in a sentence; empty while online. */
  message: z.string(),
  /** ISO 8601, as all times here. */
  since: z.string(),
  /** When it is tried again by itself; null while that is under way, or where only the person can help. */
  nextTry: z.string().nullable(),
});
export type LinkState = z.infer<typeof linkState>;

/** Rows of an open sheet that come from this machine: when they were read, and why not from the warehouse now. */
export const sheetAge = z.object({
  at: z.string(),
  why: z.string(),
  /** Only the rows chosen to be kept are here. */
  sliced: z.boolean(),
});
export type SheetAge = z.infer<typeof sheetAge>;

/** A sheet as kept on this machine. */
export const offlineSheet = z.object({
  sheet: z.string(),
  source,
  name: z.string(),
  readAt: z.string().nullable(),
  rows: z.int(),
  /** On disk. */
  bytes: z.int(),
  /** Chosen to be kept: read again in the background while online. */
  kept: z.boolean(),
  columns: z.array(column),
  /** About how many rows the table has, as the warehouse last estimated; null where it did not. */
  inTable: z.number().nullable(),
  /** Which rows; empty: all. */
  slice: z.array(columnFilter),
  /** Being read for this machine now. */
  reading: z.boolean(),
  /** Why the last reading for this machine failed. */
  failure: z.string().nullable(),
});
export type OfflineSheet = z.infer<typeof offlineSheet>;

/** A batch submitted without the warehouse: waiting, under way, its outcome not known yet, or refused with its edits pending again. */
export const queuedBatch = z.object({
  batch: z.string(),
  sheet: z.string(),
  name: z.string(),
  at: z.string(),
  note: z.string().nullable(),
  rows: z.int(),
  cells: z.int(),
  state: z.enum(['waiting', 'sending', 'unknown', 'refused']),
  /** Why it was refused. */
  failure: failure.nullable(),
});
export type QueuedBatch = z.infer<typeof queuedBatch>;

/** A sheet's id: its place in the catalog, as JSON. */
const sheetPlace = z.string().regex(/^\["(?:[^"\\]|\\.)*","(?:[^"\\]|\\.)*"\]$/);
const batchId = z.object({ batch: z.uuid() });

/** Working without the warehouse: the state of the link, what is kept on this machine, what waits to be sent. */
export const offlineOperations = {
  'link.get': { kind: 'query', input: z.object({}), output: linkState },
  /** Tries to reach the warehouse now; answers how that ended. */
  'link.retry': { kind: 'command', input: z.object({}), output: linkState },
  'offline.list': {
    kind: 'query',
    input: z.object({}),
    /** `notices`: trouble with what is kept, newest last; `most`: a table of more rows is kept only in part. */
    output: z.object({
      sheets: z.array(offlineSheet),
      bytes: z.int(),
      notices: z.array(z.string()),
      most: z.int(),
    }),
  },
  /** Chooses whether a sheet is kept on this machine, and which rows; it is read at once where the warehouse can be reached. */
  'offline.keep': {
    kind: 'command',
    input: z.object({
      sheet: sheetPlace,
      kept: z.boolean(),
      slice: z.array(columnFilter).max(50).default([]),
    }),
    output: z.object({}),
  },
  /** Removes what is kept of a sheet; pending edits stay. */
  'offline.remove': { kind: 'command', input: z.object({ sheet: z.string() }), output: z.object({}) },
  /** In the order in which they were submitted, refused ones last. */
  'outbox.list': { kind: 'query', input: z.object({}), output: z.object({ batches: z.array(queuedBatch) }) },
  /**
   * Submits what is pending on a sheet, as previewed, to be sent when the warehouse can be reached: by then as a commit or for
   * review, as the table's policy says. The edits leave the pending ones and their rows are locked until then.
   */
  'outbox.queue': {
    kind: 'command',
    input: z.object({
      sheet: z.string(),
      batch: z.uuid(),
      sha256: z.string(),
      note: z.string().max(10_000).optional(),
    }),
    output: z.object({ rows: z.int() }),
  },
  /** Takes a waiting batch back: its edits are pending again. */
  'outbox.cancel': { kind: 'command', input: batchId, output: z.object({}) },
  /** Takes note of a refusal. */
  'outbox.dismiss': { kind: 'command', input: batchId, output: z.object({}) },
} as const;

export const offlineEvents = {
  'link.changed': linkState,
  /** What the warehouse said of a sheet may have changed while it could not be reached: it is to be opened again. */
  'sheet.reopen': z.object({ sheet: z.string() }),
  /** Rows shown come from this machine, or from the warehouse again (null). */
  'sheet.age': z.object({ sheet: z.string(), age: sheetAge.nullable() }),
  /** What is kept on this machine changed. */
  'offline.changed': z.object({}),
  /** Batches that wait to be sent came, went or were refused. */
  'outbox.changed': z.object({}),
} as const;
