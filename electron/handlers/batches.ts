import { previewOf } from '../governance/preview.ts';
import { resolveBatch, resolveOpenBatches } from '../governance/resolve.ts';
import { submitBatch } from '../governance/submit.ts';
import { breathing } from '../sheets/breathe.ts';
import { announce, announceToProfile } from './announce.ts';
import { type Handlers, profileOf, sheetOf } from './context.ts';

type BatchHandlers = Pick<
  Handlers,
  'batches.preview' | 'batches.commit' | 'batches.resolve' | 'history.list'
>;

export const batchHandlers: BatchHandlers = {
  'batches.preview': async (client, { sheet: id }) => {
    const { sheet } = sheetOf(client, id);
    const profile = profileOf(client);
    // What an earlier batch already wrote is no part of the next one.
    announceToProfile(client.shared, profile, await resolveOpenBatches(profile, id));
    await sheet.know([...profile.journal.pending(id).keys()]);
    return previewOf(sheet, profile.journal.pending(id), profile.warehouse, breathing(client.shared.clock));
  },
  'batches.commit': async (client, { sheet: id, batch, sha256, note }) => {
    const { sheet } = sheetOf(client, id);
    const profile = profileOf(client);
    await sheet.know([...profile.journal.pending(id).keys()]);
    const request = { batch, sha256, note: note ?? null };
    const ended = await submitBatch(profile, sheet, request, (done, total) =>
      client.send('commit.progress', { batch, done, total }),
    );
    return announce(client, profile, id, ended);
  },
  'batches.resolve': async (client, { sheet, batch }) => {
    const profile = profileOf(client);
    return announce(client, profile, sheet, await resolveBatch(profile, sheet, batch));
  },
  'history.list': async (client, { sheet: id, row, column, before, limit }) => {
    const { definition } = sheetOf(client, id).sheet;
    const { entries, more, cursor } = await profileOf(client).warehouse.history({
      definition,
      limit,
      ...(row === undefined ? {} : { row }),
      ...(column === undefined ? {} : { column }),
      ...(before === undefined ? {} : { before }),
    });
    return { entries: [...entries], more, cursor };
  },
};
