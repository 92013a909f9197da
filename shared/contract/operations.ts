import { z } from 'zod';
import { batchPreview, commitOutcome } from '../model/batch.ts';
import { editStep, pendingCounts, pendingDelta, pendingRow } from '../model/edit.ts';
import { sheetPolicy, submittedEdits } from '../model/review.ts';
import { capabilities, sheetRights } from '../model/rights.ts';
import { packedColumn, rowPage } from '../model/rows.ts';
import { sheetViews, viewsChange } from '../model/saved-view.ts';
import { sheetDefinition, source } from '../model/sheet.ts';
import { viewQuery } from '../model/view.ts';
import { brokenRowsOperations } from './broken-rows.ts';
import { commentEvents, commentOperations } from './comments.ts';
import { connectionEvents, connectionOperations } from './connections.ts';
import { exchangeEvents, exchangeOperations } from './exchange.ts';
import { governanceOperations } from './governance.ts';
import { historyEvents, historyOperations } from './history.ts';
import { mergeEvents, mergeOperations } from './merge.ts';
import { offlineEvents, offlineOperations } from './offline.ts';
import { periodEvents, periodOperations } from './periods.ts';
import { reviewOperations } from './reviews.ts';

const none = z.object({});
const text = z.string().max(10_000);
const sheetId = z.object({ sheet: z.string() });
const pending = z.object({ rows: z.array(pendingRow), counts: pendingCounts });

const tableSummary = z.object({
  source,
  kind: sheetDefinition.shape.sourceKind,
  comment: z.string().optional(),
  /** The planner's estimate, not a count; null when the warehouse has none. */
  estimatedRows: z.number().nullable(),
  /** The person may write something in it. */
  writable: z.boolean(),
  /** Only while the warehouse cannot be reached: when the rows kept on this machine were read, null where none are. */
  keptAt: z.string().nullable().optional(),
});
export type TableSummary = z.infer<typeof tableSummary>;

const sheetOpened = z.object({
  definition: sheetDefinition,
  rights: sheetRights,
  capabilities,
  pending,
  /** Batches whose outcome is not known yet, to be settled with `batches.resolve`. */
  unresolved: z.array(z.string()),
  /** Ways in which the stored definition no longer fits the table ("column region is gone"). */
  drift: z.array(z.string()),
  /** How changes reach the table; absent where schema `writ` is. */
  policy: sheetPolicy.optional(),
  /** Batches of this person that wait for review or commit. */
  submitted: z.array(submittedEdits).optional(),
  /** The person's views of the sheet; absent where they could not be read, to be asked for by themselves. */
  views: sheetViews.optional(),
  /** All of this is as it was kept on this machine at that time, since the warehouse cannot be reached. */
  keptAt: z.string().optional(),
});
export type SheetOpened = z.infer<typeof sheetOpened>;

/**
 * Every operation between the renderer and the backend. `query` reads and may be repeated; `command` changes something.
 * Hosts, client and test double derive from this table; a new operation is one entry here and one handler.
 */
export const operations = {
  'app.info': {
    kind: 'query',
    input: none,
    output: z.object({
      version: z.string(),
      host: z.enum(['desktop', 'web']),
      platform: z.string(),
      dataFolder: z.string(),
      keychain: z.object({ available: z.boolean(), detail: z.string() }),
    }),
  },
  'settings.get': {
    kind: 'query',
    input: none,
    output: z.object({
      theme: z.enum(['system', 'light', 'dark']),
      locale: z.string().nullable(),
      density: z.enum(['comfortable', 'compact']),
    }),
  },
  'settings.set': {
    kind: 'command',
    input: z.object({
      theme: z.enum(['system', 'light', 'dark']).optional(),
      locale: z.string().max(35).nullable().optional(),
      density: z.enum(['comfortable', 'compact']).optional(),
    }),
    output: none,
  },
  ...connectionOperations,
  'catalog.tables': { kind: 'query', input: none, output: z.object({ tables: z.array(tableSummary) }) },
  /** Opens a table by its place in the catalog; a saved definition for it is applied. The sheet's id is in the answer. */
  'sheets.open': {
    kind: 'command',
    /** `at`: as it was at that moment (ISO 8601), to be read only and under an id of its own. */
    input: z.object({ source, at: z.string().max(40).optional() }),
    output: sheetOpened,
  },
  'sheets.close': { kind: 'command', input: sheetId, output: none },
  'sheets.save': { kind: 'command', input: z.object({ definition: sheetDefinition }), output: sheetOpened },
  /** Back to what introspection says. */
  'sheets.reset': { kind: 'command', input: sheetId, output: sheetOpened },
  'sheets.export': {
    kind: 'query',
    input: sheetId,
    output: z.object({ fileName: z.string(), json: z.string() }),
  },
  'sheets.import': {
    kind: 'command',
    input: z.object({ json: z.string().max(5_000_000) }),
    output: sheetOpened,
  },
  /** A person's own views of a sheet: layouts of its columns and rows, kept in the profile. */
  'views.list': { kind: 'query', input: sheetId, output: sheetViews },
  'views.change': {
    kind: 'command',
    input: z.object({ sheet: z.string(), change: viewsChange }),
    output: sheetViews,
  },
  /** Sets what a sheet's rows are in which order; `rows` grows while `loading`, announced by `rows.progress`. */
  'rows.view': {
    kind: 'command',
    /** `first`: so many of its first rows come with the answer. */
    input: z.object({ sheet: z.string(), query: viewQuery, first: z.int().min(1).max(10_000).optional() }),
    output: z.object({
      view: z.int(),
      rows: z.int(),
      /** The rows asked for; absent where there are none, or where they could not be read and `rows.page` tells why. */
      first: rowPage.optional(),
      loading: z.boolean(),
      truncated: z.boolean(),
      /** `rows` is an estimate: the table is read page by page, and nobody has counted yet. */
      about: z.boolean().optional(),
      /** Stored rows of the sheet without filters; absent where only a part of them is here. */
      stored: z.int().optional(),
      /** `stored` is an estimate. */
      storedAbout: z.boolean().optional(),
    }),
  },
  'rows.page': {
    kind: 'query',
    input: z.object({
      sheet: z.string(),
      view: z.int(),
      start: z.int().min(0),
      count: z.int().min(1).max(10_000),
    }),
    output: rowPage,
  },
  /** Opens or closes a group, or all groups from a level on (0 closes all). The order of rows stays; their places are another view's. */
  'rows.fold': {
    kind: 'command',
    input: z.object({
      sheet: z.string(),
      view: z.int(),
      fold: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('group'), group: z.int().min(0), open: z.boolean() }),
        z.object({ kind: z.literal('level'), level: z.int().min(0) }),
      ]),
    }),
    output: z.object({ view: z.int(), rows: z.int() }),
  },
  /** Opens the groups a row stands in and tells its place; null when the row is not in the view. */
  'rows.reveal': {
    kind: 'command',
    input: z.object({ sheet: z.string(), view: z.int(), row: z.string() }),
    output: z.object({ view: z.int(), rows: z.int(), place: z.int().nullable() }),
  },
  /**
   * Exact figures of all rows of the view and of the groups asked for, pending edits included: entry 0 is the view's, then the
   * groups'. `columns` in definition order as canonical text, NULL where nothing is worked out.
   */
  'rows.totals': {
    kind: 'query',
    input: z.object({ sheet: z.string(), view: z.int(), groups: z.array(z.int().min(0)).max(10_000) }),
    output: z.object({ rows: z.instanceof(Uint32Array), columns: z.array(packedColumn) }),
  },
  /** Distinct effective values of a column among the rows the other filters let through, the most frequent first. */
  'rows.distinct': {
    kind: 'query',
    input: z.object({
      sheet: z.string(),
      column: z.string(),
      query: viewQuery,
      text,
      limit: z.int().min(1).max(1000),
    }),
    output: z.object({
      values: z.array(z.object({ value: z.string().nullable(), rows: z.int() })),
      /** How many distinct values match the text, shown or not. */
      total: z.int(),
    }),
  },
  /**
   * Cells of the view whose effective value contains the text (or matches the pattern), in the view's order from `after` on;
   * over the whole view, not just what is on the screen. `total` counts all of them; `place` is -1 in a closed group.
   */
  'rows.find': {
    kind: 'query',
    input: z.object({
      sheet: z.string(),
      view: z.int(),
      text: z.string().min(1).max(1000),
      columns: z.array(z.string()),
      pattern: z.boolean(),
      matchCase: z.boolean(),
      whole: z.boolean(),
      /** Only cells in these places: rows from `top` to `bottom`, both included. */
      within: z.array(z.object({ top: z.int(), bottom: z.int(), columns: z.array(z.string()) })).optional(),
      limit: z.int().min(1).max(10_000),
    }),
    output: z.object({
      cells: z.array(z.object({ place: z.int(), row: z.string(), column: z.string(), value: z.string() })),
      total: z.int(),
    }),
  },
  /** Place at which Ctrl+Up or Ctrl+Down stops in a column: the end of a filled run, or the next filled cell. */
  'rows.edge': {
    kind: 'query',
    input: z.object({
      sheet: z.string(),
      view: z.int(),
      column: z.string(),
      from: z.int().min(0),
      down: z.boolean(),
    }),
    output: z.object({ place: z.int() }),
  },
  /** Place of a row in the view; null where the view does not show it. */
  'rows.locate': {
    kind: 'query',
    input: z.object({ sheet: z.string(), view: z.int(), row: z.string() }),
    output: z.object({ place: z.int().nullable() }),
  },
  /** Reads the rows again from the warehouse; pending edits stay. */
  /** Begins to read all rows anew, or says why the warehouse cannot be asked now; rows then stay as they were read. */
  'rows.refresh': { kind: 'command', input: sheetId, output: z.object({ why: z.string().nullable() }) },
  /**
   * Looks whether rows with pending edits were changed by others meanwhile, some thousands at a time; those are read anew and merged.
   * Answers how many there were: none as well while the warehouse cannot be reached.
   */
  'rows.look': { kind: 'command', input: sheetId, output: z.object({ changed: z.int() }) },
  'lookups.search': {
    kind: 'query',
    input: z.object({ sheet: z.string(), column: z.string(), text, limit: z.int().min(1).max(500) }),
    output: z.object({
      matches: z.array(z.object({ value: z.string(), label: z.string().nullable() })),
      total: z.int(),
    }),
  },
  /** Labels for known values (null label: not found), so that a lookup cell can show and check what it holds. */
  'lookups.labels': {
    kind: 'query',
    input: z.object({ sheet: z.string(), column: z.string(), values: z.array(z.string()).max(100_000) }),
    output: z.object({ labels: z.array(z.string().nullable()), known: z.array(z.boolean()) }),
  },
  'edits.append': { kind: 'command', input: z.object({ step: editStep }), output: pendingDelta },
  'edits.undo': { kind: 'command', input: sheetId, output: pendingDelta },
  'edits.redo': { kind: 'command', input: sheetId, output: pendingDelta },
  /** Drops pending edits of the given rows, or all, as a step that can itself be undone. */
  'edits.discard': {
    kind: 'command',
    input: z.object({ sheet: z.string(), rows: z.array(z.string()).optional() }),
    output: pendingDelta,
  },
  'batches.preview': { kind: 'query', input: sheetId, output: batchPreview },
  /** Writes all pending edits in one transaction; `sha256` must be the previewed one. Repeating a batch id never writes twice. */
  'batches.commit': {
    kind: 'command',
    input: z.object({
      sheet: z.string(),
      batch: z.uuid(),
      sha256: z.string(),
      note: text.optional(),
      /** Writes a batch that was submitted with `reviews.submit` and approved, instead of what is pending. */
      approved: z.boolean().optional(),
    }),
    output: commitOutcome,
  },
  'batches.resolve': {
    kind: 'command',
    input: z.object({ sheet: z.string(), batch: z.string() }),
    output: commitOutcome,
  },
  ...reviewOperations,
  ...governanceOperations,
  ...historyOperations,
  ...exchangeOperations,
  ...commentOperations,
  ...brokenRowsOperations,
  ...periodOperations,
  ...offlineOperations,
  ...mergeOperations,
} as const satisfies Record<string, { kind: 'query' | 'command'; input: z.ZodType; output: z.ZodType }>;

export type Operations = typeof operations;
export type OperationName = keyof Operations;
export type InputOf<N extends OperationName> = z.input<Operations[N]['input']>;
export type ParsedInputOf<N extends OperationName> = z.output<Operations[N]['input']>;
export type OutputOf<N extends OperationName> = z.output<Operations[N]['output']>;

/** What the backend says unasked. */
export const events = {
  'start.progress': z.object({
    stage: z.string(),
    message: z.string(),
    fraction: z.number().min(0).max(1).nullable(),
  }),
  ...connectionEvents,
  'rows.progress': z.object({
    sheet: z.string(),
    view: z.int(),
    rows: z.int(),
    loading: z.boolean(),
    about: z.boolean().optional(),
    failure: z.string().nullable(),
  }),
  /** Another window of the same person changed the journal. */
  'pending.changed': z.object({ delta: pendingDelta }),
  /** Rows of the sheet changed in the warehouse; pages read before are stale. */
  'sheet.changed': z.object({ sheet: z.string(), batch: z.string().nullable() }),
  'commit.progress': z.object({ batch: z.string(), done: z.int(), total: z.int() }),
  /** A batch under review moved, or was commented; null: any may have. Whoever shows reviews asks for them again. */
  'review.changed': z.object({ batch: z.string().nullable() }),
  /** Edits of this person were submitted for review, came back or were committed; `submitted` is what is under review now. */
  'submitted.changed': z.object({ sheet: z.string(), submitted: z.array(submittedEdits) }),
  /** The journal cannot write (disk full, read-only profile...); null when it can again. */
  'journal.trouble': z.object({ message: z.string().nullable() }),
  ...exchangeEvents,
  ...commentEvents,
  ...historyEvents,
  ...periodEvents,
  ...offlineEvents,
  ...mergeEvents,
} as const satisfies Record<string, z.ZodType>;

export type Events = typeof events;
export type EventName = keyof Events;
export type EventOf<N extends EventName> = z.output<Events[N]>;
