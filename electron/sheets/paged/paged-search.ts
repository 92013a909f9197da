import type { PendingRow } from '../../../shared/model/edit.ts';
import type { RowKey } from '../../../shared/model/rows.ts';
import type { SheetDefinition } from '../../../shared/model/sheet.ts';
import type { ViewQuery } from '../../../shared/model/view.ts';
import { type FoundRow, markOf, type RowPages } from '../../warehouse/row-pages.ts';
import type { ValueOf } from '../matching.ts';
import { newRowValues } from '../row-values.ts';
import { type DistinctValues, type FindRequest, type FoundCells, valueMatcher } from '../search.ts';
import { editedIn, effectiveKnown } from './judged.ts';
import type { PagedRows } from './paged-rows.ts';
import type { PagedView } from './paged-view.ts';

/** What a search over a large table works on. */
export interface PagedSearch {
  readonly definition: SheetDefinition;
  readonly rows: PagedRows;
  readonly pages: RowPages;
  readonly pending: ReadonlyMap<RowKey, PendingRow>;
  readonly signal: AbortSignal;
}

type Cells = FoundCells['cells'];

const newValues = ({ definition, pending }: PagedSearch, key: RowKey): ValueOf => {
  const row = pending.get(key);
  return newRowValues(definition, row?.kind === 'insert' ? row.values : {});
};

/**
 * Cells of a view that hold a text, by their effective values. The warehouse looks through the rows nobody here has edited; a
 * pattern is tried here on every row, so that it means the same as over rows in memory.
 */
export const findPaged = async (
  search: PagedSearch,
  view: PagedView,
  request: FindRequest,
): Promise<FoundCells> => {
  const { definition, rows, pages, pending, signal } = search;
  const matches = valueMatcher(request);
  const columns = definition.columns.flatMap(({ name }, place) =>
    request.columns.includes(name) ? [{ name, place }] : [],
  );
  const names = columns.map(({ name }) => name);
  const ordered = { selection: view.selection, sort: view.query.sort };
  const edited = new Set(editedIn(pending, new Set(names)));
  await rows.know([...edited]);
  const cells: Cells[number][] = [];
  let total = 0;
  const take = (place: number, row: RowKey, value: (i: number) => string | null, counts = true): void => {
    columns.forEach(({ name }, i) => {
      const found = value(i);
      if (found === null || !matches(found)) return;
      if (counts) total++;
      cells.push({ place, row, column: name, value: found });
    });
  };
  const takeStored = ({ place, key, values }: FoundRow, counts = true): void => {
    const row = edited.has(key) ? rows.known.get(key) : undefined;
    const effective = row && effectiveKnown(definition, row, pending.get(key));
    take(place, key, (i) => (effective ? effective(columns[i]?.place ?? -1) : (values[i] ?? null)), counts);
  };
  if (request.pattern) {
    const walked = { ...ordered, columns: names };
    const room = request.limit + columns.length;
    await pages.walk(
      walked,
      (found) => {
        for (const row of found) takeStored(row);
        // Only the first are shown; the rest is counted.
        if (cells.length > room) cells.length = room;
      },
      signal,
    );
  } else {
    const found = await pages.find(
      { ...ordered, wanted: { ...request, columns: names }, skip: [...edited] },
      signal,
    );
    for (const row of found.rows) takeStored(row, false);
    total = found.cells;
    if (edited.size > 0) {
      const only = { ...ordered, columns: [], only: [...edited] };
      await pages.walk(
        only,
        (some) => {
          for (const row of some) takeStored(row);
        },
        signal,
      );
      cells.sort((a, b) => a.place - b.place);
    }
  }
  view.added.forEach((key, i) => {
    const value = newValues(search, key);
    take(view.stored + i, key, (at) => value(columns[at]?.place ?? -1));
  });
  return { cells: cells.slice(0, request.limit), total };
};

/** Distinct effective values of a column among the rows a query lets through. */
export const distinctPaged = async (
  search: PagedSearch,
  query: ViewQuery,
  column: string,
  text: string,
  limit: number,
): Promise<DistinctValues> => {
  const { definition, rows, pages, pending, signal } = search;
  const place = definition.columns.findIndex(({ name }) => name === column);
  const { selection, added } = await rows.judged(query, [column]);
  const extra = new Map<string | null, number>();
  const count = (value: string | null): void => {
    extra.set(value, (extra.get(value) ?? 0) + 1);
  };
  for (const key of selection.also) {
    const row = rows.known.get(key);
    if (row) count(effectiveKnown(definition, row, pending.get(key))(place));
  }
  for (const key of added) count(newValues(search, key)(place));
  const found = await pages.distinct({ ...selection, also: [] }, column, text, limit, extra, signal);
  return { values: found.values.map((each) => ({ ...each })), total: found.total };
};

/** Place of a row in a view, or null where the view does not show it. */
export const placePaged = async (
  { definition, rows, pages, signal }: PagedSearch,
  view: PagedView,
  key: RowKey,
): Promise<number | null> => {
  const fresh = view.added.indexOf(key);
  if (fresh >= 0) return view.stored + fresh;
  await rows.know([key]);
  const row = rows.known.get(key);
  if (!row) return null;
  const ordered = { selection: view.selection, sort: view.query.sort };
  return pages.place({ ...ordered, mark: markOf(definition, view.query.sort, row.row), key }, signal);
};

/** Rows looked at one by one before the warehouse is asked whether there is anything to stop at. */
const CLOSE = 2_000;

/** Where Ctrl+Up or Ctrl+Down stops in a column, by effective values; see `edgeOf`. */
export const edgePaged = async (
  search: PagedSearch,
  view: PagedView,
  column: string,
  from: number,
  down: boolean,
): Promise<number> => {
  const { definition, pending, signal, rows } = search;
  const at = definition.columns.findIndex(({ name }) => name === column);
  let held: { start: number; filled: readonly boolean[] } = { start: 0, filled: [] };
  const filled = async (place: number): Promise<boolean> => {
    if (place < held.start || place >= held.start + held.filled.length) {
      const start = Math.max(0, down ? place : place - CLOSE + 1);
      const keys = await view.keys(start, CLOSE, signal);
      const isFilled = (key: RowKey): boolean => {
        const row = rows.known.get(key);
        return (
          (row ? effectiveKnown(definition, row, pending.get(key)) : newValues(search, key))(at) !== null
        );
      };
      held = { start, filled: keys.map(isFilled) };
    }
    return held.filled[place - held.start] ?? false;
  };
  const by = down ? 1 : -1;
  const ended = (place: number): boolean => (down ? place >= view.rowCount - 1 : place <= 0);
  if (ended(from)) return from;
  const running = (await filled(from)) && (await filled(from + by));
  for (let place = from + by; ; place += by) {
    if (running && !(await filled(place))) return place - by;
    if (ended(place) || (!running && (await filled(place)))) return place;
  }
};
