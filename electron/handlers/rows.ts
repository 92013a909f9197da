import { AppError } from '../../shared/model/failure.ts';
import type { Client, Handlers } from './context.ts';
import { profileOf } from './profile-of.ts';

type RowHandlers = Pick<
  Handlers,
  'rows.view' | 'rows.page' | 'rows.refresh' | 'lookups.search' | 'lookups.labels'
>;

export const rowHandlers: RowHandlers = {
  'rows.view': async (client, { sheet: id, query }) => {
    const sheet = profileOf(client).sheet(id);
    closeView(client, id);
    const cancel = new AbortController();
    const number = ++client.nextView;
    // A newer query for the same sheet cancels this one.
    client.views.set(id, { number, view: { order: null, added: [] }, cancel, stop: () => {} });
    const view = await sheet.view(query, cancel.signal);
    if (client.views.get(id)?.number !== number)
      throw new AppError('cancelled', 'superseded', 'Another view was asked for meanwhile.');
    const stop = sheet.onProgress(({ loading, failure }) =>
      client.send('rows.progress', {
        sheet: id,
        view: number,
        rows: sheet.rowsOf(view),
        loading,
        failure: failure?.message ?? null,
      }),
    );
    client.views.set(id, { number, view, cancel, stop });
    return { view: number, rows: sheet.rowsOf(view), loading: sheet.loading, truncated: sheet.truncated };
  },
  'rows.page': (client, { sheet: id, view: number, start, count }) => {
    const open = client.views.get(id);
    if (open?.number !== number)
      throw new AppError('conflict', 'view-gone', 'The order of the rows changed; they are read again.');
    return profileOf(client).sheet(id).page(open.view, start, count);
  },
  'rows.refresh': (client, { sheet }) => {
    profileOf(client).sheet(sheet).refresh();
    return {};
  },
  'lookups.search': async (client, { sheet, column, text, limit }) => {
    const { matches, total } = (await profileOf(client).sheet(sheet).lookups.table(column)).search(
      text,
      limit,
    );
    return { matches: [...matches], total };
  },
  'lookups.labels': async (client, { sheet, column, values }) => {
    const { labels } = await profileOf(client).sheet(sheet).lookups.table(column);
    return {
      labels: values.map((value) => labels.get(value) ?? null),
      known: values.map((value) => labels.has(value)),
    };
  },
};

/** Ends a client's view of a sheet; the sheet itself stays open. */
export const closeView = (client: Client, sheet: string): void => {
  const open = client.views.get(sheet);
  open?.cancel.abort(new AppError('cancelled', 'superseded', 'Another view was asked for meanwhile.'));
  open?.stop();
  client.views.delete(sheet);
};

/** Ends all views and lets go of their sheets. */
export const closeViews = (client: Client): void => {
  for (const sheet of [...client.views.keys()]) {
    closeView(client, sheet);
    client.profile?.release(sheet);
  }
};
