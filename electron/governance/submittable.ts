import type { PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { Profile } from '../profile.ts';

export interface Submittable {
  readonly rows: readonly PendingRow[];
  /** Rows that stay behind: each needs a decision first. */
  readonly undecided: readonly RowKey[];
}

/** What of a sheet's pending edits can be submitted now; rows that need a decision block only themselves. */
export const submittable = (
  { journal, merges }: Pick<Profile, 'journal' | 'merges'>,
  sheet: string,
): Submittable => {
  const undecided = merges.undecided(sheet);
  const pending = journal.pending(sheet);
  const rows = [...pending.values()].filter(({ row }) => !undecided.has(row));
  return { rows, undecided: [...undecided].filter((row) => pending.has(row)) };
};

/** What can be queued while the warehouse cannot be asked: rows of a batch whose end is not known wait for that end. */
export const queueable = (profile: Pick<Profile, 'journal' | 'merges'>, sheet: string): Submittable => {
  const { rows, undecided } = submittable(profile, sheet);
  return { rows: rows.filter(({ row }) => !profile.journal.isFrozen(sheet, row)), undecided };
};

/** Why a submit has nothing to write. */
export const nothingToSubmit = (undecided: number): AppError =>
  undecided > 0
    ? new AppError(
        'invalid',
        'all-undecided',
        'Every pending row needs a decision first. Decide, then submit.',
      )
    : new AppError('invalid', 'nothing-pending', 'There is nothing to submit.');
