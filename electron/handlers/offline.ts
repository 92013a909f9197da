import type { OfflineSheet } from '../../shared/contract/offline.ts';
import type { PendingDelta } from '../../shared/model/edit.ts';
import { outboxOf, queueBatch, sendQueued } from '../governance/outbox.ts';
import { resolveOpenBatches } from '../governance/resolve.ts';
import { type Profile, placeOf, sheetIdOf, within } from '../profile.ts';
import { ROW_LIMIT } from '../sheets/open-sheet.ts';
import { knownTables } from '../snapshots/catalog.ts';
import { announceToProfile } from './announce.ts';
import { followAndTell, tellSubmitted } from './announce-reviews.ts';
import { type Client, type Handlers, profileOf, type Shared, sheetOf } from './context.ts';
import { beginKeepingFresh, keepFresh } from './keep-fresh.ts';

type OfflineHandlers = Pick<
  Handlers,
  | 'link.get'
  | 'link.retry'
  | 'offline.list'
  | 'offline.keep'
  | 'offline.remove'
  | 'outbox.list'
  | 'outbox.queue'
  | 'outbox.cancel'
  | 'outbox.dismiss'
>;

/** What takes longer goes on behind the answer. */
const SETTLE_MS = 3_000;

export const offlineHandlers: OfflineHandlers = {
  'link.get': (client) => profileOf(client).link.state,
  'link.retry': async (client) => {
    const profile = profileOf(client);
    await profile.link.tryNow();
    await within(SETTLE_MS, settleAndSend(client.shared, profile));
    return profile.link.state;
  },
  'offline.list': (client) => {
    const profile = profileOf(client);
    const sheets = keptSheets(profile);
    const bytes = sheets.reduce((sum, sheet) => sum + sheet.bytes, 0);
    return {
      ...{ sheets: [...sheets], bytes, notices: [...profile.snapshots.notices()] },
      most: client.shared.rowLimit ?? ROW_LIMIT,
    };
  },
  'offline.keep': (client, { sheet, kept, slice }) => {
    const profile = profileOf(client);
    const before = profile.snapshots.list().find((each) => each.sheet === sheet);
    profile.snapshots.keep(sheet, kept, slice);
    profile.tell('offline.changed', {});
    const again = JSON.stringify(before?.slice ?? []) !== JSON.stringify(slice);
    if (kept) void keepFresh(client.shared, profile, ...(again || !before?.readAt ? [sheet] : []));
    return {};
  },
  'offline.remove': (client, { sheet }) => {
    const profile = profileOf(client);
    profile.snapshots.remove(sheet);
    profile.tell('offline.changed', {});
    return {};
  },
  'outbox.list': (client) => ({ batches: [...outboxOf(profileOf(client))] }),
  'outbox.queue': async (client, { sheet: id, batch, sha256, note }) => {
    const { sheet } = sheetOf(client, id);
    const profile = profileOf(client);
    const delta = await queueBatch(profile, sheet, { batch, sha256, note: note ?? null });
    tellMoved(client, profile, delta);
    // The link may be back by now.
    void settleAndSend(client.shared, profile);
    return { rows: delta.cleared.length };
  },
  'outbox.cancel': (client, { batch }) => {
    const profile = profileOf(client);
    tellMoved(client, profile, profile.journal.release(batch, 'cancel'));
    return {};
  },
  'outbox.dismiss': (client, { batch }) => {
    const profile = profileOf(client);
    profile.journal.dismiss(batch);
    profile.tell('outbox.changed', {});
    return {};
  },
};

/** Edits went into the queue or came out of it: all windows of the person see it, the asking one as well. */
const tellMoved = ({ shared }: Client, profile: Profile, delta: PendingDelta): void => {
  shared.tell(profile, 'pending.changed', { delta }, { sheet: delta.sheet });
  tellSubmitted(shared, profile, delta.sheet);
  profile.tell('outbox.changed', {});
};

/** Pauses before what is left over is tried again although the link is there, in milliseconds; the last one repeats. */
const AGAIN_MS: readonly number[] = [1_000, 5_000, 20_000];

/**
 * Settles what was left open and sends what waits, and tells windows what became of it. What could not be sent is tried again
 * while the link is there, and with its next return.
 */
export const settleAndSend = async (shared: Shared, profile: Profile, attempt = 0): Promise<void> => {
  if (profile.isLost) return;
  await Promise.allSettled([
    resolveOpenBatches(profile).then((all) => announceToProfile(shared, profile, all)),
    followAndTell(shared, profile),
  ]);
  await sendAndTell(shared, profile);
  beginKeepingFresh(shared, profile);
  const { journal } = profile;
  const left = journal.held().length > 0 || journal.openBatches().some(({ queued }) => queued);
  if (!left || profile.isLost) return;
  const pause = AGAIN_MS[Math.min(attempt, AGAIN_MS.length - 1)] ?? 0;
  profile.later('send', pause, () => void settleAndSend(shared, profile, attempt + 1));
};

const sendAndTell = async (shared: Shared, profile: Profile): Promise<void> => {
  const held = profile.journal.held();
  if (held.length === 0) return;
  for (const sheet of new Set(held.map(({ batch }) => batch.sheet))) tellSubmitted(shared, profile, sheet);
  const onTrouble = (message: string): void => tellSendingTrouble(profile, message);
  await sendQueued(
    profile,
    ({ sheet, ended, reviewed }) => {
      tellSendingTrouble(profile, ended.trouble);
      if (reviewed && ended.delta) shared.tell(profile, 'pending.changed', { delta: ended.delta }, { sheet });
      else announceToProfile(shared, profile, [{ sheet, ended }]);
      tellSubmitted(shared, profile, sheet);
      profile.tell('outbox.changed', {});
    },
    onTrouble,
  );
};

/** The journal cannot keep what becomes of batches that waited, or can again: nobody asked, so all windows hear of it, once. */
const tellSendingTrouble = (profile: Profile, message: string | null): void => {
  if (message === profile.sendingTrouble) return;
  profile.sendingTrouble = message;
  profile.tell('journal.trouble', { message });
};

const keptSheets = ({ snapshots, keeping }: Profile): readonly OfflineSheet[] => {
  const estimates = new Map(
    (knownTables(snapshots) ?? []).map((each) => [sheetIdOf(each.source), each.estimatedRows]),
  );
  return snapshots.list().map(({ sheet, readAt, rows, bytes, kept, slice }) => {
    const definition = snapshots.facts(sheet)?.definition;
    const source = placeOf(sheet);
    return {
      ...{ sheet, readAt, rows, bytes, kept, slice },
      source,
      name: definition?.name ?? source.table,
      columns: definition?.columns ?? [],
      inTable: estimates.get(sheet) ?? null,
      reading: keeping.get(sheet)?.reading ?? false,
      failure: keeping.get(sheet)?.failure ?? null,
    };
  });
};
