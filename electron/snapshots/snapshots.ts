import { z } from 'zod';
import { actingRole } from '../../shared/model/connection.ts';
import type { AppError } from '../../shared/model/failure.ts';
import { sheetPolicy } from '../../shared/model/review.ts';
import { capabilities, sheetRights } from '../../shared/model/rights.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import { sheetDefinition } from '../../shared/model/sheet.ts';
import { columnFilter } from '../../shared/model/view.ts';
import type { LookupValue } from '../sheets/lookups.ts';
import type { PackedChunk } from '../sheets/row-store.ts';
import type { RowChunk } from '../warehouse/adapter.ts';

/** What the warehouse said of a sheet when its rows were read; rights hold the periods. */
export const sheetFacts = z.object({
  definition: sheetDefinition,
  rights: sheetRights,
  capabilities,
  policy: sheetPolicy.nullable(),
});
export type SheetFacts = z.infer<typeof sheetFacts>;

/** Which rows of a sheet are kept; no filter: all. */
export const slice = z.array(columnFilter);
export type Slice = z.infer<typeof slice>;

/** Who the warehouse said this person is, for a start without it. */
export const identity = z.object({
  user: z.string(),
  roles: z.array(z.string()),
  serverVersion: z.string(),
  acting: actingRole.optional(),
});

/** A sheet as it is kept on this machine. */
export interface StoredSheet {
  readonly sheet: string;
  /** When its rows were read, ISO 8601; null where no reading was kept. */
  readonly readAt: string | null;
  readonly rows: number;
  /** On disk, compressed and encrypted. */
  readonly bytes: number;
  /** Chosen to be kept: read again in the background. */
  readonly kept: boolean;
  readonly slice: Slice;
}

/** Takes one reading down while it goes on; nothing of it counts before `finish`. */
export interface SnapshotWriter {
  rows(chunk: PackedChunk): void;
  /** Rows read again since; in the order in which they were. */
  patch(keys: readonly RowKey[], chunk: RowChunk, read: number): void;
  /** Puts the reading in the place of the one before, all of it or nothing. */
  finish(readAt: string): Promise<void>;
  cancel(): void;
}

/** What a stored reading is made of, in order. */
export type StoredRows =
  | { readonly kind: 'rows'; readonly chunk: PackedChunk }
  | {
      readonly kind: 'patch';
      readonly keys: readonly RowKey[];
      readonly chunk: RowChunk;
      /** As `StoredReading.read`. */
      readonly read: number | null;
    };

/** A reading that was kept. */
export interface StoredReading {
  readonly readAt: string;
  /** The last entry of the journal when it began; null where that was not kept. */
  readonly read: number | null;
  readonly parts: Iterable<StoredRows>;
}

/**
 * Sheets of one person on one connection as last read, encrypted under the profile's key. Writing never throws: what the
 * disk refuses is told once through `onTrouble`, and the snapshot before stays. Reading answers null where there is nothing.
 */
export interface Snapshots {
  /** What was wrong with the file or the disk, newest last, to be told to the person. */
  notices(): readonly string[];
  list(): readonly StoredSheet[];
  facts(sheet: string): SheetFacts | null;
  /** Newer capabilities and policy for a sheet whose definition and rights are the same, or of which no rows are kept yet. */
  refreshFacts(sheet: string, facts: SheetFacts): void;
  /** The rows kept of a sheet, piece by piece; null where there are none. Throws AppError when they cannot be read. */
  load(sheet: string): StoredReading | null;
  /** `read`: the last entry of the journal. */
  begin(sheet: string, facts: SheetFacts, read: number): SnapshotWriter;
  /** Rows read again after a commit, laid over the kept reading. */
  patch(sheet: string, keys: readonly RowKey[], chunk: RowChunk, read: number): void;
  lookup(sheet: string, column: string): readonly LookupValue[] | null;
  keepLookup(sheet: string, column: string, values: readonly LookupValue[]): void;
  fact<T>(name: string, schema: z.ZodType<T>): T | null;
  keepFact(name: string, value: unknown): void;
  /** Chooses whether a sheet is kept, and which rows of it. */
  keep(sheet: string, kept: boolean, slice: Slice): void;
  remove(sheet: string): void;
  close(): void;
}

/** Tells of trouble with the file: of its failure once, until something could be written again. */
export type OnTrouble = (failure: AppError) => void;
