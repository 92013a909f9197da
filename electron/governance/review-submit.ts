import type { PendingDelta } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { ReviewSubmission, ReviewSummary } from '../../shared/model/review.ts';
import { canonicalPayload, planOf } from '../../shared/plan/plan.ts';
import { sha256Of } from '../journal/payload-hash.ts';
import type { Profile } from '../profile.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import { readAfter } from './done-unread.ts';
import { settle } from './settle.ts';
import { blockedBy, type SubmitRequest } from './submit.ts';
import { nothingToSubmit, submittable } from './submittable.ts';

/** How a submission for review ended, and what it did to the pending edits. */
export interface ReviewSubmitted {
  readonly submission: ReviewSubmission;
  readonly delta: PendingDelta | null;
}

/**
 * Submits what is pending on a sheet, but for rows that need a decision, for review: frozen in the journal first, then rehearsed and submitted in one
 * transaction of the warehouse. A batch that is being submitted is joined, one that was is answered as it stands.
 */
export const submitForReview = (
  profile: Profile,
  sheet: OpenSheet,
  request: SubmitRequest,
): Promise<ReviewSubmitted> => {
  const running = profile.submissions.get(request.batch);
  if (running) return running.then(({ submission }) => ({ submission, delta: null }));
  const work = submit(profile, sheet, request).finally(() => profile.submissions.delete(request.batch));
  profile.submissions.set(request.batch, work);
  return work;
};

/** One batch under review; AppError `conflict` where the person may not see it. */
export const summaryOf = async (profile: Profile, batch: string): Promise<ReviewSummary> => {
  const [summary] = await profile.warehouse.reviews.list({ box: 'all', batches: [batch], limit: 1 });
  if (summary) return summary;
  throw new AppError(
    'conflict',
    'review-gone',
    'The batch is not there, or not for this person to see. Look at the list again.',
  );
};

/** The batch has arrived and its edits left the pending ones, whether or not it can be read now. */
const submitted = async (profile: Profile, batch: string): Promise<ReviewSubmission> => {
  try {
    return { kind: 'submitted', review: await readAfter(summaryOf(profile, batch)) };
  } catch (error) {
    return { kind: 'unknown', failure: AppError.wrap(error).toFailure() };
  }
};

const submit = async (
  profile: Profile,
  sheet: OpenSheet,
  { batch, sha256, note }: SubmitRequest,
): Promise<ReviewSubmitted> => {
  const { journal, warehouse } = profile;
  const { definition } = sheet;
  if (journal.reviewed(definition.id).some((each) => each.batch === batch))
    return { submission: await submitted(profile, batch), delta: null };
  const { rows: pending, undecided } = submittable(profile, definition.id);
  if (pending.length === 0) throw nothingToSubmit(undecided.length);
  const payload = canonicalPayload(definition, pending);
  if (sha256Of(payload) !== sha256) {
    throw new AppError(
      'conflict',
      'changed-since-preview',
      'The edits changed after they were shown. Look at them again before submitting.',
    );
  }
  const blocked = await blockedBy(sheet, pending, batch);
  if (blocked?.kind === 'not-committed') return { submission: { ...blocked, kind: 'refused' }, delta: null };
  const plan = planOf({ definition, pending, batch, note, sha256 });
  const at = profile.now().toISOString();
  journal.submitted(
    {
      ...{ batch, sheet: definition.id, sha256, proof: null, at, keyColumns: definition.key, review: true },
      ...(undecided.length > 0 ? { except: undecided } : {}),
    },
    pending,
  );
  const proposed = await warehouse.reviews.propose(plan, definition, payload);
  switch (proposed.kind) {
    case 'submitted': {
      const delta = journal.underReview(batch);
      return { submission: await submitted(profile, batch), delta };
    }
    case 'refused': {
      const { failure, conflicts, problems } = proposed;
      const outcome = {
        kind: 'not-committed' as const,
        batch,
        failure,
        conflicts: [...conflicts],
        problems: [...problems],
      };
      const { delta } = await settle(profile, definition.id, outcome, []);
      return {
        submission: { kind: 'refused', failure, conflicts: [...conflicts], problems: [...problems] },
        delta,
      };
    }
    case 'unknown':
      return { submission: proposed, delta: null };
  }
};
