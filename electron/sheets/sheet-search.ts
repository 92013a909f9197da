import type { PendingRow } from '../../shared/model/edit.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { ViewQuery } from '../../shared/model/view.ts';
import type { RowPages } from '../warehouse/row-pages.ts';
import type { AnyView } from './any-view.ts';
import { breathing } from './breathe.ts';
import { edgeOf, placeOf } from './edge.ts';
import type { PagedRows } from './paged/paged-rows.ts';
import { distinctPaged, edgePaged, findPaged, type PagedSearch, placePaged } from './paged/paged-search.ts';
import { PagedView } from './paged/paged-view.ts';
import {
  type DistinctValues,
  distinctValues,
  type FindRequest,
  type FoundCells,
  findCells,
  type Searched,
} from './search.ts';
import type { SheetView } from './view.ts';

/** What searching needs of an open sheet. */
export interface SearchParts {
  readonly definition: SheetDefinition;
  readonly clock: () => number;
  readonly pending: () => ReadonlyMap<RowKey, PendingRow>;
  /** Null while the rows are held in memory. */
  readonly paged: () => PagedRows | null;
  readonly pages: () => RowPages;
  /** Settles when it is known whether the table is too large to be held. */
  readonly sized: () => Promise<void>;
  readonly view: (query: ViewQuery, signal: AbortSignal) => Promise<AnyView>;
}

/** Finds cells, places and values in the views of a sheet, whether its rows are in memory or read page by page. */
export class SheetSearch {
  readonly #parts: SearchParts;

  constructor(parts: SearchParts) {
    this.#parts = parts;
  }

  /** Cells of a view that hold a text. */
  find(view: AnyView, wanted: FindRequest, signal: AbortSignal): Promise<FoundCells> {
    if (view instanceof PagedView) return findPaged(this.#inPages(signal), view, wanted);
    return findCells(this.#inMemory(view, signal), wanted);
  }

  /** Where Ctrl+Up or Ctrl+Down goes from a place of the view. */
  edge(view: AnyView, column: string, from: number, down: boolean, signal: AbortSignal): Promise<number> {
    if (view instanceof PagedView) return edgePaged(this.#inPages(signal), view, column, from, down);
    return edgeOf(this.#inMemory(view, signal), column, from, down);
  }

  /** Place of a row in a view, or null where the view does not show it. */
  async locate(view: AnyView, row: RowKey, signal: AbortSignal): Promise<number | null> {
    if (view instanceof PagedView) return placePaged(this.#inPages(signal), view, row);
    return placeOf(view, row);
  }

  /** Distinct values of a column in the rows a query lets through. */
  async distinct(
    query: ViewQuery,
    column: string,
    text: string,
    limit: number,
    signal: AbortSignal,
  ): Promise<DistinctValues> {
    const { sized, paged, view: viewOf } = this.#parts;
    await sized();
    if (paged()) return distinctPaged(this.#inPages(signal), query, column, text, limit);
    const view = await viewOf({ ...query, sort: [], groups: [] }, signal);
    if (view instanceof PagedView) return this.distinct(query, column, text, limit, signal);
    return distinctValues(this.#inMemory(view, signal), column, text, limit);
  }

  #inMemory(view: SheetView, signal: AbortSignal): Searched {
    const { definition, pending, clock } = this.#parts;
    return { view, definition, pending: pending(), breathe: breathing(clock, signal) };
  }

  #inPages(signal: AbortSignal): PagedSearch {
    const { definition, pending, paged, pages } = this.#parts;
    const rows = paged();
    if (!rows) throw new TypeError('The sheet is not read page by page.');
    return { definition, rows, pages: pages(), pending: pending(), signal };
  }
}
