import type { SheetPolicy, SubmittedEdits } from '../../shared/model/review.ts';
import { followReviews } from '../governance/review-follow.ts';
import type { Profile } from '../profile.ts';
import type { Shared } from './context.ts';

/** Batches of this person on a sheet that wait for review or commit, or to be sent at all. */
export const submittedOf = ({ journal }: Profile, sheet: string): SubmittedEdits[] => [
  ...journal.reviewed(sheet).map(({ batch, sha256, rows }) => ({ batch, sha256, rows: [...rows] })),
  ...journal.held(sheet).map(({ batch: { batch, sha256 }, rows }) => ({
    ...{ batch, sha256, rows: [...rows] },
    waiting: true,
  })),
];

/** Tells the person's windows which edits are under review now. */
export const tellSubmitted = (shared: Shared, profile: Profile, sheet: string): void =>
  shared.tell(profile, 'submitted.changed', { sheet, submitted: submittedOf(profile, sheet) }, { sheet });

/** Brings the journal in line with what reviewers decided, and tells the person's windows what came of it. */
export const followAndTell = async (shared: Shared, profile: Profile, sheet?: string): Promise<void> => {
  const { journal } = profile;
  if (journal.reviewed(sheet).length > 0 || journal.openBatches(sheet).some(({ review }) => review))
    profile.hearReviews();
  for (const { sheet: id, batch, delta, committed } of await followReviews(profile, sheet)) {
    shared.tell(profile, 'pending.changed', { delta }, { sheet: id });
    tellSubmitted(shared, profile, id);
    if (committed) shared.tell(profile, 'sheet.changed', { sheet: id, batch }, { sheet: id });
  }
};

const LOOK_AGAIN_MS = 30_000;

/** Has the windows look again after a while where a login counted as shared: nobody tells when the other machine is left. */
export const lookAgain = (shared: Shared, profile: Profile, policy: SheetPolicy | null): void => {
  if (policy?.shared)
    profile.later('shared login', LOOK_AGAIN_MS, () =>
      shared.tell(profile, 'review.changed', { batch: null }),
    );
};

/** What a NOTIFY of the warehouse means here. */
export const heardReview = (shared: Shared, profile: Profile, batch: string | null): void => {
  shared.tell(profile, 'review.changed', { batch });
  const own =
    batch === null ||
    [...profile.journal.reviewed(), ...profile.journal.openBatches()].some((each) => each.batch === batch);
  // A failure leaves the batch as it is; it is asked for again with the next change, sheet or sign-in.
  if (own) followAndTell(shared, profile).catch(() => {});
};
