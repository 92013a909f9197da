import type { CommitOutcome } from '../../shared/model/batch.ts';
import type { Submitted } from '../governance/batch-runs.ts';
import { commitApproved, resolveApproved } from '../governance/commit-approved.ts';
import { previewOf } from '../governance/preview.ts';
import { resolveBatch, resolveOpenBatches } from '../governance/resolve.ts';
import { submitBatch } from '../governance/submit.ts';
import { queueable, submittable } from '../governance/submittable.ts';
import type { Profile } from '../profile.ts';
import { breathing } from '../sheets/breathe.ts';
import { announce, announceToProfile } from './announce.ts';
import { followAndTell, tellSubmitted } from './announce-reviews.ts';
import { type Client, type Handlers, profileOf, sheetOf } from './context.ts';
import { tellAudit } from './history.ts';

type BatchHandlers = Pick<Handlers, 'batches.preview' | 'batches.commit' | 'batches.resolve'>;

export const batchHandlers: BatchHandlers = {
  'batches.preview': async (client, { sheet: id }) => {
    const { sheet } = sheetOf(client, id);
    const profile = profileOf(client);
    // What an earlier batch already wrote is no part of the next one.
    if (!profile.isLost) {
      announceToProfile(client.shared, profile, await resolveOpenBatches(profile, id));
      await followAndTell(client.shared, profile, id);
    }
    await sheet.know([...profile.journal.pending(id).keys()]);
    await profile.merges.whenDone(id);
    const shown = profile.isLost ? queueable(profile, id) : submittable(profile, id);
    return previewOf(sheet, shown, profile.warehouse, breathing(client.shared.clock));
  },
  'batches.commit': async (client, { sheet: id, batch, sha256, note, approved }) => {
    const { sheet } = sheetOf(client, id);
    const profile = profileOf(client);
    await sheet.know([...profile.journal.pending(id).keys()]);
    const progress = (done: number, total: number) => client.send('commit.progress', { batch, done, total });
    if (!approved) {
      const request = { batch, sha256, note: note ?? null };
      return audited(
        client,
        profile,
        announce(client, profile, id, await submitBatch(profile, sheet, request, progress)),
      );
    }
    const ended = await commitApproved(profile, sheet, { batch, sha256 }, progress);
    return audited(client, profile, announceApproved(client, profile, id, ended));
  },
  'batches.resolve': async (client, { sheet, batch }) => {
    const profile = profileOf(client);
    if (profile.journal.reviewed(sheet).some((each) => each.batch === batch))
      return announceApproved(client, profile, sheet, await resolveApproved(profile, batch));
    return announce(client, profile, sheet, await resolveBatch(profile, sheet, batch));
  },
};

/** After a commit the audit is followed to its new head; the answer does not wait for that. */
const audited = (client: Client, profile: Profile, outcome: CommitOutcome): CommitOutcome => {
  if (outcome.kind === 'committed' && outcome.audited) tellAudit(client.shared, profile);
  return outcome;
};

/** Edits that were under review are not the window's pending ones: it hears of them as the others do. */
const announceApproved = (
  client: Client,
  profile: Profile,
  sheet: string,
  ended: Submitted,
): CommitOutcome => {
  if (ended.delta) {
    client.send('pending.changed', { delta: ended.delta });
    tellSubmitted(client.shared, profile, sheet);
  }
  // The batch is written from the reviews; the sheet behind them in the same window has to read its rows again.
  if (ended.outcome.kind === 'committed') client.send('sheet.changed', { sheet, batch: ended.outcome.batch });
  return announce(client, profile, sheet, ended);
};
