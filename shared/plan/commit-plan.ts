import type { Source } from '../model/sheet.ts';

/** Values of one statement parameter, one entry a row; canonical text or null. */
export type Values = readonly (string | null)[];

/** Rows that change the same columns, sorted by key: one statement shape. Outer arrays are per column, inner ones per row. */
export interface UpdateGroup {
  readonly columns: readonly string[];
  /** Row keys as the journal knows them, parallel to the rows below. */
  readonly rows: readonly string[];
  readonly keys: readonly Values[];
  readonly before: readonly Values[];
  readonly after: readonly Values[];
  readonly reasons: Values | null;
}

/** Rows deleted, with every readable column's value as seen. */
export interface DeleteGroup {
  readonly rows: readonly string[];
  readonly keys: readonly Values[];
  readonly columns: readonly string[];
  readonly before: readonly Values[];
}

/** New rows that give values to the same columns. */
export interface InsertGroup {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly values: readonly Values[];
}

/** What one batch must make true, in the order deletes, updates, inserts; engine-neutral. */
export interface CommitPlan {
  readonly batch: string;
  readonly sheet: string;
  readonly sha256: string;
  readonly note: string | null;
  readonly source: Source;
  readonly keyColumns: readonly string[];
  readonly deletes: readonly DeleteGroup[];
  readonly updates: readonly UpdateGroup[];
  readonly inserts: readonly InsertGroup[];
  readonly rows: number;
  readonly cells: number;
}
