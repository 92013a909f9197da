import type { SheetAge } from '../../shared/contract/offline.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { StoredReading } from '../snapshots/snapshots.ts';
import type { RowChunk } from '../warehouse/adapter.ts';
import type { Lookups, LookupValue } from './lookups.ts';
import type { PackedChunk } from './row-store.ts';

/** One reading of a sheet, taken down while it goes on; it counts from `finish` on. */
export interface KeptReading {
  rows(packed: PackedChunk, chunk: RowChunk): void;
  /** `read`: the last entry of the journal when these rows were asked for. */
  patch(keys: readonly RowKey[], chunk: RowChunk, read: number): void;
  finish(): Promise<void>;
  cancel(): void;
}

/** What an open sheet has of this machine while the warehouse cannot be reached. */
export interface SheetOffline {
  /** Why the warehouse cannot be asked now; null when it can. */
  why(): AppError | null;
  /** Asking it failed as if the link were lost. */
  suspect(): void;
  load(): StoredReading | null;
  /** The last entry of the journal. */
  lastEntry(): number;
  /** Only some rows are kept, by the person's choice. */
  sliced(): boolean;
  begin(): KeptReading | null;
  patch(keys: readonly RowKey[], chunk: RowChunk, read: number): void;
  lookup(column: string): readonly LookupValue[] | null;
  keepLookup(column: string, values: readonly LookupValue[]): void;
  /** The rows shown come from this machine from now on, or from the warehouse again (null). */
  onAge(age: SheetAge | null): void;
}

/** Values of a lookup from the warehouse, or as kept where it cannot be reached. */
export const lookupOrKept = async (
  offline: SheetOffline | undefined,
  column: string,
  ask: () => Promise<readonly LookupValue[]>,
): Promise<readonly LookupValue[]> => {
  const why = offline?.why() ?? null;
  if (!offline || !why) {
    try {
      const values = await ask();
      offline?.keepLookup(column, values);
      return values;
    } catch (error) {
      if (!offline || !isOut(error)) throw error;
      offline.suspect();
    }
  }
  const kept = offline?.lookup(column);
  if (kept) return kept;
  throw why ?? offline?.why() ?? notKept();
};

/** The failure of something that needs the warehouse and is not on this machine either. */
export const notKept = (): AppError =>
  new AppError(
    'unavailable',
    'not-offline',
    'This is not kept on this machine, and the warehouse cannot be reached. It is there when the link is back.',
  );

/** Whether a failure means that the warehouse could not be asked at all. */
export const isOut = (error: unknown): boolean => error instanceof AppError && error.kind === 'unavailable';

/** Reads every list of values of a sheet, whether or not a cell has asked for it: they are part of what is kept. */
export const keepLookups = async ({ columns }: SheetDefinition, lookups: Lookups): Promise<void> => {
  for (const { name, lookup } of columns) if (lookup) await lookups.table(name).catch(() => {});
};
