import { AppError } from '../../shared/model/failure.ts';
import type { RowPage } from '../../shared/model/rows.ts';
import { type AnyView, endView, isAbout, rowsOfView, storedBehind } from '../sheets/any-view.ts';
import { breathing } from '../sheets/breathe.ts';
import { keptFolds, orderPlace, shownPlace } from '../sheets/fold-view.ts';
import { totalsOf } from '../sheets/group-page.ts';
import type { LookupTable } from '../sheets/lookups.ts';
import { hasLookup } from '../sheets/lookups.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import { PagedView } from '../sheets/paged/paged-view.ts';
import { type Client, type ClientSheet, type Handlers, profileOf, sheetOf } from './context.ts';
import { withInvalidRows } from './invalid-rows.ts';

type RowHandlers = Pick<
  Handlers,
  | 'rows.view'
  | 'rows.page'
  | 'rows.refresh'
  | 'rows.look'
  | 'rows.find'
  | 'rows.edge'
  | 'rows.locate'
  | 'rows.distinct'
  | 'rows.fold'
  | 'rows.reveal'
  | 'rows.totals'
  | 'lookups.search'
  | 'lookups.labels'
>;

/** How long a view waits for rows to come with it; an empty one is shown after that, and grows. */
const FIRST_ROWS_MS = 250;

export const rowHandlers: RowHandlers = {
  'rows.view': async (client, { sheet: id, query, first }) => {
    const open = sheetOf(client, id);
    const { sheet } = open;
    // A newer query for the same sheet cancels this one; until it is answered, pages of the view before are served.
    open.cancel.abort(superseded());
    const cancel = new AbortController();
    open.cancel = cancel;
    const breathe = breathing(client.shared.clock, cancel.signal);
    const asked = await withInvalidRows(sheet, query, profileOf(client).journal.pending(id), breathe);
    const view = await sheet.view(asked, cancel.signal, open.folds);
    if (cancel.signal.aborted) endView(view);
    cancel.signal.throwIfAborted();
    const number = ++client.nextView;
    open.stop();
    endView(open.view);
    open.number = number;
    open.view = view;
    open.folds = keptFolds(view) ?? open.folds;
    open.stop = sheet.onProgress(({ loading, failure }) =>
      client.send('rows.progress', {
        sheet: id,
        view: open.number,
        rows: rowsOfView(open.view ?? view),
        about: isAbout(open.view ?? view),
        loading,
        failure: failure?.message ?? null,
      }),
    );
    if (first !== undefined && rowsOfView(view) === 0) await firstRows(sheet, cancel.signal);
    const page = first === undefined ? null : await firstPage(open, view, first, cancel.signal);
    const stored = storedBehind(view, sheet.knowsAllRows);
    return {
      ...{ view: number, rows: rowsOfView(view), about: isAbout(view) },
      ...(page ? { first: page } : {}),
      ...{ loading: sheet.loading, truncated: sheet.truncated },
      ...(stored ? { stored: stored.rows, storedAbout: stored.about } : {}),
    };
  },
  'rows.page': async (client, { sheet: id, view: number, start, count }) => {
    const { open, view } = viewOf(client, id, number);
    return pageOf(open, view, start, count);
  },
  'rows.fold': async (client, { sheet: id, view: number, fold }) => {
    const { open, view } = viewOf(client, id, number);
    const folded = await open.sheet.fold(view, fold, open.cancel.signal);
    return showInstead(client, id, number, folded);
  },
  'rows.reveal': async (client, { sheet: id, view: number, row }) => {
    const { open, view } = viewOf(client, id, number);
    if (view instanceof PagedView) {
      const place = await open.sheet.search.locate(view, row, open.cancel.signal);
      return { view: number, rows: rowsOfView(view), place };
    }
    const at = orderPlace(view, row);
    const shown = at === null ? view : await open.sheet.fold(view, { kind: 'place', at }, open.cancel.signal);
    return {
      ...showInstead(client, id, number, shown),
      place: at === null || shown instanceof PagedView ? null : shownPlace(shown, at),
    };
  },
  'rows.totals': async (client, { sheet: id, view: number, groups }) => {
    const { open, view } = viewOf(client, id, number);
    const figures = await open.sheet.figures(view, open.cancel.signal);
    return totalsOf(figures, open.sheet.definition.columns.length, groups);
  },
  'rows.look': async (client, { sheet: id }) => {
    sheetOf(client, id);
    const profile = profileOf(client);
    const changed = await profile.lookAgain(id);
    if (changed.length > 0) profile.tell('sheet.changed', { sheet: id, batch: null }, id);
    return { changed: changed.length };
  },
  'rows.find': (client, { sheet: id, view: number, ...wanted }) => {
    const { open, view } = viewOf(client, id, number);
    return open.sheet.search.find(view, wanted, searching(open));
  },
  'rows.edge': async (client, { sheet: id, view: number, column, from, down }) => {
    const { open, view } = viewOf(client, id, number);
    if (from >= rowsOfView(view)) throw new AppError('invalid', 'row-unknown', 'The view has no such row.');
    return { place: await open.sheet.search.edge(view, column, from, down, searching(open)) };
  },
  'rows.locate': async (client, { sheet: id, view: number, row }) => {
    const { open, view } = viewOf(client, id, number);
    return { place: await open.sheet.search.locate(view, row, open.cancel.signal) };
  },
  'rows.distinct': async (client, { sheet: id, column, query, text, limit }) => {
    const open = sheetOf(client, id);
    const signal = searching(open);
    const breathe = breathing(client.shared.clock, signal);
    const asked = await withInvalidRows(open.sheet, query, profileOf(client).journal.pending(id), breathe);
    return open.sheet.search.distinct(asked, column, text, limit, signal);
  },
  'rows.refresh': (client, { sheet }) => {
    sheetOf(client, sheet).sheet.refresh();
    return { why: profileOf(client).link.why()?.message ?? null };
  },
  'lookups.search': async (client, { sheet, column, text, limit }) => {
    const { matches, total } = (await lookupOf(client, sheet, column)).search(text, limit);
    return { matches: [...matches], total };
  },
  'lookups.labels': async (client, { sheet, column, values }) => {
    const { labels } = await lookupOf(client, sheet, column);
    return {
      labels: values.map((value) => labels.get(value) ?? null),
      known: values.map((value) => labels.has(value)),
    };
  },
};

const pageOf = async (open: ClientSheet, view: AnyView, start: number, count: number): Promise<RowPage> => {
  // Subtotals travel with their rows, so they have to be those of now.
  if (view.grouped) await open.sheet.figures(view);
  return open.sheet.page(view, start, count, open.cancel.signal);
};

/** Waits a moment for the first rows of a sheet whose reading has just begun. Rejects with the signal's reason. */
const firstRows = async (sheet: OpenSheet, signal: AbortSignal): Promise<void> => {
  if (!sheet.loading) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const off = sheet.onProgress(() => resolve());
  const limit = setTimeout(resolve, FIRST_ROWS_MS);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(limit);
  off();
  signal.throwIfAborted();
};

/** The rows a new view begins with; null where it has none, or where they cannot be read: the view is there all the same. */
const firstPage = async (
  open: ClientSheet,
  view: AnyView,
  count: number,
  superseded: AbortSignal,
): Promise<RowPage | null> => {
  if (rowsOfView(view) === 0) return null;
  try {
    return await pageOf(open, view, 0, count);
  } catch {
    superseded.throwIfAborted();
    return null;
  }
};

/** The view a window speaks of, if it still is the one shown. */
const viewOf = (
  client: Client,
  id: string,
  number: number,
): { readonly open: ReturnType<typeof sheetOf>; readonly view: AnyView } => {
  const open = sheetOf(client, id);
  if (!open.view || open.number !== number)
    throw new AppError('conflict', 'view-gone', 'The order of the rows changed; they are read again.');
  return { open, view: open.view };
};

/** Puts a view in the place of the one it was made from, under a new number where places are other ones. */
const showInstead = (
  client: Client,
  id: string,
  from: number,
  shown: AnyView,
): { view: number; rows: number } => {
  const { open, view } = viewOf(client, id, from);
  if (shown !== view) {
    open.view = shown;
    open.number = ++client.nextView;
    open.folds = keptFolds(shown);
  }
  return { view: open.number, rows: rowsOfView(shown) };
};

/** A newer search of the same window ends the one before it. */
const searching = (open: { search: AbortController }): AbortSignal => {
  open.search.abort(superseded());
  open.search = new AbortController();
  return open.search.signal;
};

const superseded = (): AppError =>
  new AppError('cancelled', 'superseded', 'Another view was asked for meanwhile.');

const lookupOf = async (client: Client, id: string, column: string): Promise<LookupTable> => {
  const { sheet } = sheetOf(client, id);
  if (!hasLookup(sheet.definition, column))
    throw new AppError('invalid', 'no-lookup', `The column "${column}" has no list of values.`);
  return sheet.lookups.table(column);
};
