import type { MergeFacts } from '../../../shared/merge/facts.ts';
import { mergeRow } from '../../../shared/merge/merge-row.ts';
import type { QuietChange } from '../../../shared/merge/quiet.ts';
import type { Conflict } from '../../../shared/model/batch.ts';
import type { PendingRow } from '../../../shared/model/edit.ts';
import type { RowKey } from '../../../shared/model/rows.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Breath } from '../../sheets/breathe.ts';
import type { OpenSheet } from '../../sheets/open-sheet.ts';
import { factsOfSheet } from './sheet-facts.ts';
import { toldBy } from './told-by.ts';

/** One row as it was judged; `mine` is the very state of the journal it was judged in. */
export interface Judged {
  readonly mine: PendingRow;
  readonly conflicts: readonly Conflict[];
}

export interface Pass {
  /** Rows with conflicts. */
  readonly judged: ReadonlyMap<RowKey, Judged>;
  readonly quiet: readonly { readonly mine: PendingRow; readonly change: QuietChange }[];
}

/** Pending rows that are looked at: all, or those of some keys and new rows that want one of these keys. */
export type Wanted = 'all' | ReadonlySet<RowKey>;

const SLICE = 64;
const INDEXED = 4096;

/**
 * Merges pending rows with what the sheet holds, in slices: one probe of the key index a row, whatever the size of the table.
 * Rows of a large table are read by key first. Changes nothing; rows of a batch that has not ended are left out, and what kept rows
 * cannot tell.
 */
export const mergePass = async (
  sheet: OpenSheet,
  journal: Pick<Journal, 'pending' | 'isFrozen' | 'seenAt'>,
  wanted: Wanted,
  now: Date,
  breathe: Breath,
): Promise<Pass> => {
  const { id } = sheet.definition;
  const pending = journal.pending(id);
  // Kept rows may not be indexed yet; the first probe would do all of it at once.
  while (sheet.store.indexSome(INDEXED)) await breathe();
  const facts = factsOfSheet(sheet, pending, now);
  const rows = wanted === 'all' ? [...pending.values()] : await picked(pending, wanted, facts, breathe);
  if (sheet.paged) await sheet.know(rows.flatMap((mine) => askedKey(mine, facts) ?? []));
  const judged = new Map<RowKey, Judged>();
  const quiet: Pass['quiet'][number][] = [];
  for (const [i, mine] of rows.entries()) {
    if (i % SLICE === 0) await breathe();
    if (journal.isFrozen(id, mine.row)) continue;
    const told = toldBy(sheet, journal, mine, askedKey(mine, facts));
    if (!told) continue;
    const found = mergeRow(told, facts);
    if (found.conflicts.length > 0) judged.set(mine.row, { mine, conflicts: found.conflicts });
    if (found.quiet) quiet.push({ mine, change: found.quiet });
  }
  return { judged, quiet };
};

/** The stored row that pending work is about: its own, or the one whose key a new row wants. */
export const askedKey = (mine: PendingRow, facts: MergeFacts): RowKey | null =>
  mine.kind === 'insert' ? facts.keyOf(mine.values) : mine.row;

const picked = async (
  pending: ReadonlyMap<RowKey, PendingRow>,
  wanted: ReadonlySet<RowKey>,
  facts: MergeFacts,
  breathe: Breath,
): Promise<readonly PendingRow[]> => {
  const rows: PendingRow[] = [];
  let seen = 0;
  for (const mine of pending.values()) {
    if (seen++ % SLICE === 0) await breathe();
    const key = wanted.has(mine.row) ? mine.row : mine.kind === 'insert' ? askedKey(mine, facts) : null;
    if (key !== null && (key === mine.row || wanted.has(key))) rows.push(mine);
  }
  return rows;
};
