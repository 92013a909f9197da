import type { EventOf } from '../../shared/contract/operations.ts';
import type { PendingDelta } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { checkStep } from '../governance/check-step.ts';
import { previewOf } from '../governance/preview.ts';
import { resolveBatch, type Submitted, submitBatch } from '../governance/submit.ts';
import { breathing } from '../sheets/breathe.ts';
import type { Client, Handlers } from './context.ts';
import { profileOf } from './profile-of.ts';

type EditHandlers = Pick<
  Handlers,
  | 'edits.append'
  | 'edits.undo'
  | 'edits.redo'
  | 'edits.discard'
  | 'batches.preview'
  | 'batches.commit'
  | 'batches.resolve'
  | 'history.list'
>;

export const editHandlers: EditHandlers = {
  'edits.append': (client, { step }) =>
    journaled(client, () => {
      const { journal, ...profile } = open(client, step.sheet);
      checkStep(profile.sheet, step, journal.pending(step.sheet));
      return journal.append(step);
    }),
  'edits.undo': (client, { sheet }) => journaled(client, () => profileOf(client).journal.undo(sheet)),
  'edits.redo': (client, { sheet }) => journaled(client, () => profileOf(client).journal.redo(sheet)),
  'edits.discard': (client, { sheet, rows }) =>
    journaled(client, () => {
      const { now, uuid } = client.shared;
      return profileOf(client).journal.discard(sheet, rows, now().toISOString(), uuid());
    }),
  'batches.preview': (client, { sheet }) => {
    const profile = profileOf(client);
    return previewOf(
      profile.sheet(sheet),
      profile.journal.pending(sheet),
      profile.warehouse,
      breathing(() => performance.now()),
    );
  },
  'batches.commit': async (client, { sheet, batch, sha256, note }) => {
    const profile = profileOf(client);
    const result = await submitBatch(
      profile,
      { sheet, batch, sha256, note: note ?? null },
      client.shared.now,
      (done, total) => client.send('commit.progress', { batch, done, total }),
    );
    return announce(client, sheet, result);
  },
  'batches.resolve': async (client, { sheet, batch }) =>
    announce(client, sheet, await resolveBatch(profileOf(client), sheet, batch)),
  'history.list': async (client, { sheet, row, column, before, limit }) => {
    const profile = profileOf(client);
    const { entries, more, cursor } = await profile.warehouse.history({
      definition: profile.sheet(sheet).definition,
      limit,
      ...(row === undefined ? {} : { row }),
      ...(column === undefined ? {} : { column }),
      ...(before === undefined ? {} : { before }),
    });
    return { entries: [...entries], more, cursor };
  },
};

const open = (client: Client, sheet: string) => {
  const profile = profileOf(client);
  return { sheet: profile.sheet(sheet), journal: profile.journal };
};

/** Runs a change of the journal, tells the person's other windows, and reports a journal that cannot write. */
const journaled = (client: Client, change: () => PendingDelta): PendingDelta => {
  let delta: PendingDelta;
  try {
    delta = change();
  } catch (error) {
    const failure = AppError.wrap(error);
    if (failure.kind === 'unavailable') client.send('journal.trouble', { message: failure.message });
    throw failure;
  }
  client.send('journal.trouble', { message: null });
  tellPending(client, delta);
  return delta;
};

const tellPending = (client: Client, delta: PendingDelta): void => {
  client.shared.others(client, (other) => {
    if (other.profile === client.profile && other.views.has(delta.sheet))
      other.send('pending.changed', { delta });
  });
};

/** What a batch's end means for others: this person's windows see the edits settle, everyone on the table sees it changed. */
const announce = async (client: Client, sheetId: string, { outcome, delta, rows }: Submitted) => {
  const mine = client.profile;
  if (delta) {
    client.send('pending.changed', { delta });
    tellPending(client, delta);
  }
  if (rows.length === 0) return outcome;
  const changed: EventOf<'sheet.changed'> = {
    sheet: sheetId,
    batch: outcome.kind === 'committed' ? outcome.batch : null,
  };
  client.send('sheet.changed', changed);
  const rereading = new Map<object, Promise<void>>();
  client.shared.others(client, (other) => {
    const theirs = other.profile;
    if (!theirs || !other.views.has(sheetId) || theirs.session.connection.id !== mine?.session.connection.id)
      return;
    const known =
      rereading.get(theirs) ?? (theirs === mine ? Promise.resolve() : theirs.sheet(sheetId).reread(rows));
    rereading.set(theirs, known);
    // A failed rereading shows the old rows until the next refresh; the change itself is announced all the same.
    void known.catch(() => {}).then(() => other.send('sheet.changed', changed));
  });
  return outcome;
};
