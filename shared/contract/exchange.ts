import { z } from 'zod';

const bytes = z.instanceof(Uint8Array);
const sheetId = z.string();
/** Names a long operation, so that its progress can be heard and it can be cancelled; chosen by the caller. */
const task = z.uuid();

/** What separates cells of a CSV file. */
export const delimiter = z.enum([',', ';', '\t', '|']);
export type Delimiter = z.infer<typeof delimiter>;

export const textEncoding = z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']);
export type TextEncodingName = z.infer<typeof textEncoding>;

/** How many texts of a file column speak for each reading; `either` can be read both ways. `example` is one that decides, or asks. */
const numberEvidence = z.object({
  point: z.int(),
  comma: z.int(),
  either: z.int(),
  example: z.string().nullable(),
});
const dateEvidence = z.object({
  dmy: z.int(),
  mdy: z.int(),
  either: z.int(),
  example: z.string().nullable(),
});
export type NumberEvidence = z.infer<typeof numberEvidence>;
export type DateEvidence = z.infer<typeof dateEvidence>;

/** A column of the file with what its texts say about how numbers and dates are written in it. */
export const fileColumn = z.object({
  header: z.string(),
  numbers: numberEvidence,
  dates: dateEvidence,
});
export type FileColumn = z.infer<typeof fileColumn>;

/** How a file is taken in. */
export const importSettings = z.object({
  /** The sheet's column for each column of the file; null leaves it out. */
  mapping: z.array(z.string().nullable()),
  /** Columns that tell which row a line means; none only when every line is a new row. */
  key: z.array(z.string()),
  mode: z.enum(['update', 'add', 'both']),
  /** Left out where the file itself leaves no doubt; an ambiguous file is refused without them. */
  decimal: z.enum(['.', ',']).optional(),
  dateOrder: z.enum(['dmy', 'mdy']).optional(),
  /** Whether an empty cell of the file empties the cell of the sheet, or leaves it alone. */
  empty: z.enum(['clear', 'keep']),
});
export type ImportSettings = z.infer<typeof importSettings>;

/** What an import would do. `cells` are changed cells of stored rows; `cleared` are those of them that become empty. */
export const importCounts = z.object({
  lines: z.int(),
  update: z.int(),
  add: z.int(),
  unchanged: z.int(),
  refused: z.int(),
  cells: z.int(),
  cleared: z.int(),
  /** Cells a rule warns about; they are taken. */
  warnings: z.int(),
  /** Changes so large that the sheet asks for a reason. */
  needReason: z.int(),
});
export type ImportCounts = z.infer<typeof importCounts>;

/** Why a line of the file is not taken; `column` is the sheet's label, null when the line as a whole is meant. */
export const importRefusal = z.object({
  line: z.int(),
  column: z.string().nullable(),
  message: z.string(),
});
export type ImportRefusal = z.infer<typeof importRefusal>;

export const savedFile = z.object({ fileName: z.string(), type: z.string(), bytes, rows: z.int() });
export type SavedFile = z.infer<typeof savedFile>;

/** Largest file taken in; the web host's frames end a little above it. */
export const MOST_FILE_BYTES = 60 * 1024 * 1024;

/** Files in and out of a sheet. */
export const exchangeOperations = {
  /** Rows of this window's view with pending edits in them (rows marked for deletion left out), or the pending changes. */
  'exports.sheet': {
    kind: 'query',
    input: z.object({
      sheet: sheetId,
      task,
      format: z.enum(['csv', 'xlsx']),
      delimiter: delimiter.default(','),
      what: z.discriminatedUnion('kind', [
        z.object({
          kind: z.literal('rows'),
          view: z.int(),
          /** Sheet columns in the order they are shown. */
          columns: z.array(z.string()).min(1),
          /** The rows from `start` up to `end`; all without. */
          range: z.object({ start: z.int().min(0), end: z.int().min(0) }).optional(),
        }),
        z.object({ kind: z.literal('pending') }),
      ]),
    }),
    output: savedFile,
  },
  /** Reads a file and keeps it until `imports.close`, the next reading, or the end of the sheet. */
  'imports.read': {
    kind: 'command',
    input: z.object({
      sheet: sheetId,
      task,
      name: z.string().max(1000),
      bytes,
      encoding: textEncoding.optional(),
      delimiter: delimiter.optional(),
      worksheet: z.string().optional(),
    }),
    output: z.object({
      import: z.string(),
      format: z.enum(['csv', 'xlsx']),
      encoding: textEncoding.nullable(),
      delimiter: delimiter.nullable(),
      worksheets: z.array(z.string()),
      worksheet: z.string().nullable(),
      columns: z.array(fileColumn),
      lines: z.int(),
      /** The first lines as they stand in the file. */
      preview: z.array(z.object({ line: z.int(), cells: z.array(z.string().nullable()) })),
      /** Proposed by header against label and name. */
      mapping: z.array(z.string().nullable()),
    }),
  },
  /** A dry run: what applying would do, and the first refusals. Nothing is changed. */
  'imports.check': {
    kind: 'query',
    input: z.object({ sheet: sheetId, import: z.string(), task, settings: importSettings }),
    output: z.object({
      counts: importCounts,
      refusals: z.array(importRefusal),
      moreRefusals: z.int(),
    }),
  },
  /** The lines that were refused, as they stand in the file, with the reasons behind them, as CSV. */
  'imports.refused': {
    kind: 'query',
    input: z.object({ sheet: sheetId, import: z.string(), task, settings: importSettings }),
    output: savedFile,
  },
  /**
   * Takes the valid lines as one step of the journal, told to every window of the person as `pending.changed`. Refused with
   * `conflict` when the counts are not the ones of the dry run any more.
   */
  'imports.apply': {
    kind: 'command',
    input: z.object({
      sheet: sheetId,
      import: z.string(),
      task,
      settings: importSettings,
      counts: importCounts,
      reason: z.string().min(1).max(10_000).optional(),
    }),
    output: z.object({ counts: importCounts }),
  },
  /** Forgets a file. */
  'imports.close': {
    kind: 'command',
    input: z.object({ sheet: sheetId, import: z.string() }),
    output: z.object({}),
  },
  /** Ends an operation of these under way; it rejects with `cancelled`, and nothing of it is kept. */
  'exchange.cancel': { kind: 'command', input: z.object({ task }), output: z.object({}) },
} as const;

export const exchangeEvents = {
  'exchange.progress': z.object({
    task: z.string(),
    done: z.int(),
    /** Null while it is not known. */
    total: z.int().nullable(),
  }),
} as const;
