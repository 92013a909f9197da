import type { PendingDelta } from '../../shared/model/edit.ts';
import { isNewRow } from '../../shared/model/rows.ts';
import type { OpenBatch, ReviewedBatch } from '../journal/journal.ts';
import type { Profile } from '../profile.ts';

/** What became of a batch of this person while nobody looked. */
export interface ReviewMoved {
  readonly sheet: string;
  readonly batch: string;
  readonly delta: PendingDelta;
  readonly committed: boolean;
}

/**
 * Brings the journal in line with the warehouse: what came back (returned, withdrawn, expired, failed) is pending again,
 * what was written is let go of, what was on its way is under review or pending. What cannot be asked now stays as it is.
 */
export const followReviews = async (profile: Profile, sheet?: string): Promise<readonly ReviewMoved[]> => {
  const moved: ReviewMoved[] = [];
  const busy = (batch: string): boolean => profile.submissions.has(batch) || profile.batches.isRunning(batch);
  for (const open of profile.journal.openBatches(sheet)) {
    if (!open.review || busy(open.batch)) continue;
    const state = await stateOf(profile, open.batch);
    if (busy(open.batch) || !profile.journal.openBatches().some(({ batch }) => batch === open.batch))
      continue;
    const delta = arrive(profile, open, state);
    if (delta) moved.push({ sheet: open.sheet, batch: open.batch, delta, committed: false });
  }
  for (const batch of profile.journal.reviewed(sheet)) {
    if (busy(batch.batch)) continue;
    const ended = await end(profile, batch, await stateOf(profile, batch.batch));
    if (ended) moved.push(ended);
  }
  return moved;
};

const stateOf = (profile: Profile, batch: string): Promise<string | null> =>
  profile.warehouse.reviews.state(batch).catch(() => null);

const arrive = (profile: Profile, { batch }: OpenBatch, state: string | null): PendingDelta | null => {
  if (state === null || state === 'in-progress') return null;
  if (state !== 'absent') return profile.journal.underReview(batch);
  return profile.journal.settled(batch, {
    kind: 'not-committed',
    batch,
    failure: { kind: 'unavailable', code: 'not-submitted', message: 'The batch never arrived.' },
    conflicts: [],
    problems: [],
  });
};

const end = async (
  profile: Profile,
  { batch, sheet, rows }: ReviewedBatch,
  state: string | null,
): Promise<ReviewMoved | null> => {
  if (state === null || ['submitted', 'approved', 'in-progress'].includes(state)) return null;
  const committed = state === 'committed';
  if (committed) {
    const stored = rows.map(({ row }) => row).filter((row) => !isNewRow(row));
    await profile.reread(sheet, stored).catch(() => profile.refresh(sheet));
    if (rows.some(({ kind }) => kind === 'insert')) profile.refresh(sheet);
  }
  const delta = profile.journal.reviewEnded(batch, committed ? 'committed' : 'returned');
  return delta && { sheet, batch, delta, committed };
};
