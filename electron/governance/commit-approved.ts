import type { CommitOutcome } from '../../shared/model/batch.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { planOf } from '../../shared/plan/plan.ts';
import type { Profile } from '../profile.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import type { Submitted } from './batch-runs.ts';
import { settle } from './settle.ts';
import { type SubmitRequest, touchedRows } from './submit.ts';

/** Refusals after which the same batch may still go through: it stays approved. */
const PASSING = new Set([
  'locked',
  'deadlock',
  'serialization',
  'rows-changing',
  'rolled-back',
  'review-moved',
]);

/**
 * Writes a batch that was approved: what the warehouse holds under its id, checked against the hash, as one transaction of
 * the person who submitted it. Where the warehouse refuses it for good, the batch has failed and its edits are pending again.
 */
export const commitApproved = (
  profile: Profile,
  sheet: OpenSheet,
  request: Omit<SubmitRequest, 'note'>,
  onProgress: (done: number, total: number) => void,
): Promise<Submitted> =>
  profile.batches.once(request.batch, () => commit(profile, sheet, request, onProgress));

const commit = async (
  profile: Profile,
  { definition }: OpenSheet,
  { batch, sha256 }: Omit<SubmitRequest, 'note'>,
  onProgress: (done: number, total: number) => void,
): Promise<Submitted> => {
  const { warehouse, journal } = profile;
  const {
    source,
    key,
    rows: pending,
  } = await profile.payloads.get(sha256, () => warehouse.reviews.payload(batch));
  const fits = JSON.stringify([source.schema, source.table, key]);
  if (fits !== JSON.stringify([definition.source.schema, definition.source.table, definition.key]))
    throw new AppError(
      'conflict',
      'other-sheet',
      'The batch was submitted for another sheet, or its key changed.',
    );
  const plan = planOf({ definition, pending, batch, note: null, sha256 });
  const outcome = await warehouse.commit(plan, definition, { onProgress, approved: true });
  if (outcome.kind === 'not-committed' && failedForGood(outcome)) {
    // Best effort: where it cannot be told now, the batch is still there to be withdrawn.
    await warehouse.reviews.end(batch, 'failed', outcome.failure.code).catch(() => {});
  }
  return ended(
    profile,
    definition.id,
    outcome,
    () => {
      if (outcome.kind === 'committed') return journal.reviewEnded(batch, 'committed');
      return failedForGood(outcome) ? journal.reviewEnded(batch, 'returned') : null;
    },
    plan,
    pending,
  );
};

const failedForGood = (outcome: CommitOutcome): boolean =>
  outcome.kind === 'not-committed' &&
  ['conflict', 'denied', 'invalid'].includes(outcome.failure.kind) &&
  !PASSING.has(outcome.failure.code);

const ended = async (
  profile: Profile,
  sheet: string,
  outcome: CommitOutcome,
  record: () => Submitted['delta'],
  plan: Parameters<typeof touchedRows>[0],
  sent: readonly PendingRow[],
): Promise<Submitted> => {
  const { rows, chosenKeys } = touchedRows(plan);
  return settle(profile, sheet, outcome, outcome.kind === 'committed' ? rows : [], chosenKeys, record, sent);
};

/** What became of an approved batch whose COMMIT was not answered; not written means that it is still approved. */
export const resolveApproved = async (profile: Profile, batch: string): Promise<Submitted> =>
  profile.batches.once(batch, async () => {
    const known = profile.journal.reviewed().find((each) => each.batch === batch);
    if (!known) throw new AppError('invalid', 'batch-settled', 'The outcome of this batch is known already.');
    const found = await profile.warehouse.outcomeOf(batch, null);
    const failure = (code: string, message: string) => ({ kind: 'unavailable' as const, code, message });
    if (found === 'in-progress')
      return {
        outcome: {
          kind: 'unknown',
          batch,
          failure: failure(
            'in-progress',
            'The warehouse is still working on this batch. Check again in a moment.',
          ),
        },
        delta: null,
        rows: [],
        trouble: null,
      };
    if (found === 'not-committed')
      return {
        outcome: {
          kind: 'not-committed',
          batch,
          failure: failure(
            'not-committed',
            'Nothing was written. The batch is approved still and can be written again.',
          ),
          conflicts: [],
          problems: [],
        },
        delta: null,
        rows: [],
        trouble: null,
      };
    const rows = known.rows.map(({ row }) => row);
    const outcome: CommitOutcome = {
      kind: 'committed',
      batch,
      rows: rows.length,
      cells: 0,
      at: profile.now().toISOString(),
      audited: true,
    };
    return settle(
      profile,
      known.sheet,
      outcome,
      rows.filter((row) => !row.startsWith('new:')),
      true,
      () => profile.journal.reviewEnded(batch, 'committed'),
    );
  });
