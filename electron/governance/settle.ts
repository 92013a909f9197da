import type { CommitOutcome, Conflict } from '../../shared/model/batch.ts';
import type { PendingDelta, PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { isNewRow } from '../../shared/model/rows.ts';
import type { Profile } from '../profile.ts';
import { showAsWritten } from '../sheets/as-written.ts';
import type { Submitted } from './batch-runs.ts';
import { keyOfNew } from './merge/sheet-facts.ts';

/**
 * Records how a batch ended. Rows as written are read before the edits over them are cleared, so that no window shows the
 * old values in between. `note` writes it down; `unsure`: the batch also touched rows whose keys are not known, so all are read again.
 * `sent` are the rows of the batch, shown as written where they cannot be read.
 */
export const settle = async (
  profile: Profile,
  sheet: string,
  outcome: CommitOutcome,
  written: readonly string[],
  unsure = false,
  note: () => PendingDelta | null = () => profile.journal.settled(outcome.batch, outcome),
  sent: readonly PendingRow[] = [],
): Promise<Submitted> => {
  if (outcome.kind === 'unknown') return { outcome, delta: null, rows: [], trouble: null };
  const conflicts = outcome.kind === 'committed' ? [] : outcome.conflicts;
  const rows = outcome.kind === 'committed' ? written : rowsInConflict(profile, sheet, conflicts);
  // Where rereading fails, all is read again; a loss of the link is told by the link itself.
  await profile.reread(sheet, rows).catch(() => {
    // The link went with the answer: until they are read, rows show what was written, not what was there before.
    if (outcome.kind === 'committed') for (const open of profile.sheetsOf(sheet)) showAsWritten(open, sent);
    profile.refresh(sheet);
  });
  if (unsure) profile.refresh(sheet);
  const recorded = record(note);
  if (conflicts.length > 0) {
    await profile.merges.whenDone(sheet);
    profile.merges.report(sheet, conflicts);
  }
  return { outcome, rows, ...recorded };
};

/** Stored rows to be read again: those in conflict, and those whose key a new row wanted. */
const rowsInConflict = (
  profile: Profile,
  sheet: string,
  conflicts: readonly Conflict[],
): readonly string[] => {
  const pending = profile.journal.pending(sheet);
  const [open] = profile.sheetsOf(sheet);
  const rows = [...new Set(conflicts.map(({ row }) => row))].map((row) => {
    const mine = pending.get(row);
    return open && mine?.kind === 'insert' ? keyOfNew(open, pending, mine.values) : row;
  });
  return rows.filter((row) => row !== null).filter((row) => !isNewRow(row));
};

/** The warehouse has spoken: a journal that cannot write now must not make its answer untrue. The batch stays open there. */
const record = (
  note: () => PendingDelta | null,
): { readonly delta: PendingDelta | null; readonly trouble: string | null } => {
  try {
    return { delta: note(), trouble: null };
  } catch (error) {
    return { delta: null, trouble: AppError.wrap(error).message };
  }
};
