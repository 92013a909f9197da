import type { SheetRights } from '../../shared/model/rights.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { ReadRequest, RowChunk, Warehouse } from '../warehouse/adapter.ts';
import { breathing } from './breathe.ts';
import { KeptRows } from './kept-rows.ts';
import type { KeptReading, SheetOffline } from './offline.ts';
import { isLarge } from './paged/large-table.ts';
import type { RowStore } from './row-store.ts';

/** A reading under way, and keys whose rows were written meanwhile: its snapshot may be older than that. */
export interface Reading {
  readonly cancel: AbortController;
  readonly stale: Set<RowKey>;
  readonly done: Promise<void>;
}

const PROGRESS_MS = 150;

export interface ReadingParts {
  readonly definition: SheetDefinition;
  readonly rights: SheetRights;
  readonly warehouse: Warehouse;
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly clock: () => number;
  readonly into: RowStore;
  /** Keys written meanwhile, which grow while this runs: what was read may be older than that. */
  readonly stale: ReadonlySet<RowKey>;
  readonly rowsOf: (keys: readonly RowKey[]) => Promise<RowChunk>;
  /** The last entry of the journal. */
  readonly lastEntry: () => number;
  /** Takes the reading down for working offline. */
  readonly keep: KeptReading | null;
  /** The table is not too large. */
  readonly onSized: () => void;
  readonly onProgress: () => void;
}

/** Reads all rows of a sheet into a store; `large` where the table has too many to be held. Rejects with AppError. */
export const readSheet = async (parts: ReadingParts): Promise<'large' | { readonly truncated: boolean }> => {
  const { definition, rights, warehouse, limit, signal, clock, into, stale, keep } = parts;
  let told = 0;
  let whole = false;
  try {
    const large = await isLarge(warehouse, definition, limit, signal);
    if (signal.aborted) return { truncated: false };
    if (large) return 'large';
    parts.onSized();
    const { truncated } = await warehouse.read({ definition, rights, limit, signal }, (chunk) => {
      if (signal.aborted) return;
      const packed = into.append(chunk);
      if (packed) keep?.rows(packed, chunk);
      if (clock() - told < PROGRESS_MS) return;
      told = clock();
      parts.onProgress();
    });
    for (let from = 0; stale.size > from && !signal.aborted; ) {
      const keys = [...stale].slice(from);
      from = stale.size;
      const read = parts.lastEntry();
      const chunk = await parts.rowsOf(keys);
      into.patch(keys, chunk);
      keep?.patch(keys, chunk, read);
    }
    whole = !truncated && !signal.aborted;
    return { truncated };
  } finally {
    if (whole) void keep?.finish();
    else keep?.cancel();
  }
};

/** What this machine keeps of a sheet was loaded. */
export interface Loaded {
  /** When it was read, ISO 8601. */
  readonly at: string;
  readonly kept: KeptRows;
}

/** Loads what this machine keeps of a sheet; null where nothing is kept. Rejects with AppError. */
export const loadKept = async (
  offline: SheetOffline,
  into: RowStore,
  clock: () => number,
  signal: AbortSignal,
): Promise<Loaded | null> => {
  const stored = offline.load();
  if (!stored) return null;
  const kept = new KeptRows(stored.read, offline.lastEntry());
  const breathe = breathing(clock, signal);
  for (const part of stored.parts) {
    if (part.kind === 'rows') into.appendPacked(part.chunk);
    else {
      into.patch(part.keys, part.chunk);
      kept.patched(part.keys, part.read);
    }
    await breathe();
  }
  return { at: stored.readAt, kept };
};

const INDEX_ROWS = 4_096;

/**
 * Unpacks loaded rows and works out their keys beside other work, so that the first edit does not wait for it, until that is done or
 * nobody needs them any more. Rejects with AppError where kept rows turn out to be of no use.
 */
export const indexBehind = async (
  store: RowStore,
  clock: () => number,
  isOver: () => boolean,
): Promise<void> => {
  const breathe = breathing(clock);
  while (!isOver() && store.indexSome(INDEX_ROWS)) await breathe();
};

/** The rows of some keys as they are now, in one chunk. */
export const rowsByKey = async (warehouse: Warehouse, request: ReadRequest): Promise<RowChunk> => {
  const rows: (readonly (string | null)[])[] = [];
  const flags: number[] = [];
  await warehouse.read(request, (chunk) => {
    for (const row of chunk.rows) rows.push(row);
    for (const flag of chunk.flags) flags.push(flag);
  });
  return { rows, flags: Uint8Array.from(flags) };
};
