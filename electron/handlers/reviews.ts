import { AppError } from '../../shared/model/failure.ts';
import type { ReviewState, ReviewSummary, SheetPolicy } from '../../shared/model/review.ts';
import { readAfter } from '../governance/done-unread.ts';
import { checkReview, reviewValues } from '../governance/review-check.ts';
import { withDeltas } from '../governance/review-payloads.ts';
import { submitForReview, summaryOf } from '../governance/review-submit.ts';
import type { Profile } from '../profile.ts';
import { breathing } from '../sheets/breathe.ts';
import { lookAgain, tellSubmitted } from './announce-reviews.ts';
import { type Client, type Handlers, profileOf, sheetOf } from './context.ts';

type ReviewHandlers = Pick<
  Handlers,
  | 'policies.get'
  | 'policies.set'
  | 'reviews.submit'
  | 'reviews.list'
  | 'reviews.get'
  | 'reviews.check'
  | 'reviews.values'
  | 'reviews.approve'
  | 'reviews.return'
  | 'reviews.withdraw'
  | 'reviews.comment'
>;

const COUNTED = 500;
const SHOWN_TOUCHES = 1_000;
const SHOWN_PROBLEMS = 1_000;
const OPEN: ReadonlySet<ReviewState> = new Set(['submitted', 'approved']);

export const reviewHandlers: ReviewHandlers = {
  'policies.get': async (client, { sheet }) => {
    const profile = profileOf(client);
    const policy = await policyOf(profile, client, sheet);
    lookAgain(client.shared, profile, policy);
    return policy;
  },
  'policies.set': async (client, { sheet, policy }) => {
    const profile = profileOf(client);
    await profile.warehouse.reviews.setPolicy(sheetOf(client, sheet).sheet.definition.source, policy);
    return readAfter(policyOf(profile, client, sheet));
  },
  'reviews.submit': async (client, { sheet: id, batch, sha256, note }) => {
    const { sheet } = sheetOf(client, id);
    const profile = profileOf(client);
    profile.hearReviews();
    const { submission, delta } = await submitForReview(profile, sheet, {
      batch,
      sha256,
      note: note ?? null,
    });
    if (delta) {
      // The window that asked hears it as the others do: the answer holds the batch, not the edits.
      client.shared.tell(profile, 'pending.changed', { delta }, { sheet: id });
      tellSubmitted(client.shared, profile, id);
    }
    return submission;
  },
  'reviews.list': async (client, { box, sheet, limit }) => {
    const profile = profileOf(client);
    profile.hearReviews();
    const { reviews } = profile.warehouse;
    const place = sheet === undefined ? {} : { source: sourceOf(sheet) };
    const [asked, waiting, mine] = await Promise.all([
      reviews.list({ box, limit: limit + 1, ...place }),
      reviews.list({ box: 'waiting', limit: COUNTED, ...place }),
      reviews.list({ box: 'mine', limit: COUNTED, ...place }),
    ]);
    return {
      reviews: asked.slice(0, limit),
      more: asked.length > limit,
      waiting: waiting.length,
      mine: mine.filter(({ state }) => OPEN.has(state)).length,
    };
  },
  'reviews.get': async (client, { batch, start, count }) => {
    const profile = profileOf(client);
    const { reviews } = profile.warehouse;
    const stored = await summaryOf(profile, batch);
    const [payload, log, touched] = await Promise.all([
      profile.payloads.get(stored.sha256, () => reviews.payload(batch)),
      reviews.log(batch),
      OPEN.has(stored.state) ? reviews.touched(batch, SHOWN_TOUCHES) : [],
    ]);
    const summary = touched.length > 0 ? rowsChanged(stored) : stored;
    const numeric = new Set(summary.sums.map(({ column }) => column));
    return {
      summary,
      events: log
        .filter(({ kind }) => kind !== 'comment')
        .map(({ at, person, kind, comment }) => ({ at, person, kind, comment })),
      comments: log.flatMap(({ at, person, row, column, comment, kind }) =>
        kind === 'comment' && comment !== null ? [{ at, person, row, column, text: comment }] : [],
      ),
      touched: [...touched],
      changes: withDeltas(payload.changes.slice(start, start + count), numeric),
      total: payload.changes.length,
    };
  },
  'reviews.check': async (client, { batch, sheet: id }) => {
    const profile = profileOf(client);
    const { sheet, cancel } = sheetOf(client, id);
    const { warehouse } = profile;
    const { sha256 } = await summaryOf(profile, batch);
    const { rows } = await profile.payloads.get(sha256, () => warehouse.reviews.payload(batch));
    const { signal } = cancel;
    const breathe = breathing(client.shared.clock, signal);
    const { problems, unseen } = await checkReview(warehouse, sheet, rows, { signal, breathe });
    return { problems: problems.slice(0, SHOWN_PROBLEMS), total: problems.length, unseen };
  },
  'reviews.values': async (client, { batch, sheet: id, column }) => {
    const profile = profileOf(client);
    const { sheet, cancel } = sheetOf(client, id);
    const { warehouse } = profile;
    const { sha256 } = await summaryOf(profile, batch);
    const { rows } = await profile.payloads.get(sha256, () => warehouse.reviews.payload(batch));
    return reviewValues(warehouse, sheet, rows, column, cancel.signal);
  },
  'reviews.approve': (client, { batch, sha256, comment }) =>
    moved(client, batch, ({ warehouse }) => warehouse.reviews.approve(batch, sha256, comment ?? null)),
  'reviews.return': (client, { batch, comment }) =>
    moved(client, batch, ({ warehouse }) => warehouse.reviews.return(batch, comment)),
  'reviews.withdraw': async (client, { batch, comment }) => {
    const profile = profileOf(client);
    if (profile.batches.isRunning(batch))
      throw new AppError('conflict', 'batch-under-way', 'The batch is being written. Wait for its outcome.');
    const answer = await moved(client, batch, ({ warehouse }) =>
      warehouse.reviews.end(batch, 'withdrawn', comment ?? null),
    );
    const delta = profile.journal.reviewEnded(batch, 'returned');
    if (delta) {
      client.shared.tell(profile, 'pending.changed', { delta }, { sheet: delta.sheet });
      tellSubmitted(client.shared, profile, delta.sheet);
    }
    return answer;
  },
  'reviews.comment': (client, { batch, text, row, column }) =>
    moved(client, batch, ({ warehouse }) =>
      warehouse.reviews.remark(batch, text, row ?? null, column ?? null),
    ),
};

const moved = async (
  client: Client,
  batch: string,
  move: (profile: Profile) => Promise<void>,
): Promise<{ review: ReviewSummary }> => {
  const profile = profileOf(client);
  profile.hearReviews();
  await move(profile);
  return { review: await readAfter(summaryOf(profile, batch)) };
};

/** The warehouse refuses an approval of rows that changed; said before anyone tries. */
const rowsChanged = (summary: ReviewSummary): ReviewSummary => ({
  ...summary,
  stale: summary.stale ?? 'rows-changed',
  canDecide: false,
  refusal:
    summary.refusal ??
    'Rows of the batch changed after it was submitted. Return it, so that it is submitted again.',
});

const OPEN_TO_ALL: SheetPolicy = {
  policy: { mode: 'open' },
  version: 0,
  by: null,
  at: null,
  advisory: false,
  sideDoors: [],
  canSet: false,
  canReview: false,
};

const policyOf = async (profile: Profile, client: Client, sheet: string): Promise<SheetPolicy> =>
  (await profile.warehouse.reviews.policy(sheetOf(client, sheet).sheet.definition.source)) ?? OPEN_TO_ALL;

/** A sheet's id is its place in the catalog. */
const sourceOf = (sheet: string): { schema: string; table: string } => {
  try {
    const place: unknown = JSON.parse(sheet);
    if (Array.isArray(place) && typeof place[0] === 'string' && typeof place[1] === 'string')
      return { schema: place[0], table: place[1] };
  } catch {
    // Told below, as any other text that is no place.
  }
  throw new AppError('invalid', 'sheet-unknown', 'There is no such sheet.');
};
