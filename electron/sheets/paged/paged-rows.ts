import type { PendingRow } from '../../../shared/model/edit.ts';
import { AppError } from '../../../shared/model/failure.ts';
import type { SheetRights } from '../../../shared/model/rights.ts';
import { isNewRow, type RowKey } from '../../../shared/model/rows.ts';
import type { SheetDefinition } from '../../../shared/model/sheet.ts';
import type { ViewQuery } from '../../../shared/model/view.ts';
import type { RowChunk } from '../../warehouse/adapter.ts';
import type { RowPages, Selection } from '../../warehouse/row-pages.ts';
import { keyText } from '../packing.ts';
import { type Judged, judge, toBeJudged } from './judged.ts';
import { KnownRows } from './known-rows.ts';
import { allRows } from './large-table.ts';
import { OrderedRows } from './ordered-rows.ts';
import { PagedView, type TableRows } from './paged-view.ts';

export interface PagedRowsOptions {
  readonly definition: SheetDefinition;
  readonly rights: SheetRights;
  readonly pages: () => RowPages;
  /** Reads rows by key. */
  readonly rowsOf: (keys: readonly RowKey[]) => Promise<RowChunk>;
  readonly pending: () => ReadonlyMap<RowKey, PendingRow>;
  /** Rows a window asks for at a time. */
  readonly pageRows?: number;
  /** More is known of how many rows there are. */
  readonly onProgress: () => void;
  /** Views are to be made again. */
  readonly onMoved: () => void;
}

/** The renderer's pages. */
const PAGE_ROWS = 250;
/** Rows kept for the checks of edits. */
const KNOWN_ROWS = 60_000;
/** Orders kept whose landmarks are known, for going back to them. */
const KEPT_ORDERS = 4;

interface Kept {
  readonly rows: OrderedRows;
  users: number;
}

/** A table too large for memory: its views are questions to the warehouse, with the journal laid over the answers. */
export class PagedRows {
  readonly #options: PagedRowsOptions;
  readonly known: KnownRows;
  /** Orders by what they were asked for, the longest unused first. */
  readonly #orders = new Map<string, Kept>();
  /** What the planner thinks of the table as a whole, asked once a reading. */
  #estimate: Promise<number> | null = null;

  constructor(options: PagedRowsOptions) {
    this.#options = options;
    const { key, columns } = options.definition;
    const places = key.map((name) => columns.findIndex((column) => column.name === name));
    this.known = new KnownRows((row) => keyText(places.map((place) => row[place] ?? null)), KNOWN_ROWS);
  }

  /** The rows a query asks for, once the first of them are here. */
  async view(query: ViewQuery, signal: AbortSignal): Promise<PagedView> {
    const { definition } = this.#options;
    const { selection, added } = await this.judged(query);
    signal.throwIfAborted();
    const { definition: _, ...asked } = selection;
    const name = JSON.stringify([asked, query.sort]);
    const kept = this.#orders.get(name) ?? { rows: this.#ordered({ selection, sort: query.sort }), users: 0 };
    kept.users++;
    this.#orders.delete(name);
    this.#orders.set(name, kept);
    const end = (): void => this.#release(name, kept);
    try {
      const [all] = await Promise.all([this.#all(selection), kept.rows.open(signal)]);
      const { known } = this;
      return new PagedView({ definition, query, selection, rows: kept.rows, added, known, all, end });
    } catch (error) {
      end();
      throw error;
    }
  }

  /** Rows of the table for a view that shows a part of them: as some view of all of them counted, else an estimate. */
  async #all(selection: Selection): Promise<TableRows | null> {
    if (isAll(selection)) return null;
    const counted = [...this.#orders.values()].find(({ rows }) => rows.exact && isAll(rows.selection));
    if (counted) return { rows: counted.rows.rows, about: false };
    const { pages, definition } = this.#options;
    this.#estimate ??= pages().estimate(allRows(definition), new AbortController().signal);
    // Without it the view shows its own number alone.
    const rows = await this.#estimate.catch(() => null);
    if (rows === null) this.#estimate = null;
    return rows === null ? null : { rows, about: true };
  }

  /** What a query means with the edits made so far; `also` names columns whose edited rows are judged here as well. */
  async judged(
    query: ViewQuery,
    also: readonly string[] = [],
  ): Promise<Judged & { judged: readonly RowKey[] }> {
    const { definition } = this.#options;
    const pending = this.#options.pending();
    const judged = toBeJudged(definition, query, pending, also);
    await this.know(judged);
    return { ...judge(definition, query, pending, judged, (key) => this.known.get(key)), judged };
  }

  /** Reads rows that are asked about without having been seen. */
  async know(keys: readonly RowKey[]): Promise<void> {
    this.known.reserve(keys.length);
    const missing = [...new Set(keys)].filter((key) => !isNewRow(key) && !this.known.has(key));
    if (missing.length > 0) this.known.take(await this.#options.rowsOf(missing));
  }

  /** Rows changed in the warehouse: they are read anew, and so are the orders they stand in. */
  reread(keys: readonly RowKey[]): Promise<void> {
    this.known.forget(keys);
    this.#expire();
    return this.know(keys);
  }

  refresh(): void {
    this.known.clear();
    this.#estimate = null;
    this.#expire();
    this.#options.onMoved();
  }

  close(): void {
    for (const { rows } of this.#orders.values()) rows.close();
    this.#orders.clear();
  }

  #expire(): void {
    for (const { rows } of this.#orders.values()) rows.expire();
  }

  #ordered(asked: Pick<PagedView, 'selection'> & Pick<ViewQuery, 'sort'>): OrderedRows {
    const { rights, pages, pageRows = PAGE_ROWS, onProgress, onMoved } = this.#options;
    return new OrderedRows({ ...asked, rights, pages, every: pageRows, onProgress, onMoved });
  }

  #release(name: string, kept: Kept): void {
    kept.users--;
    if (kept.users > 0) return;
    if (!kept.rows.exact) {
      kept.rows.close();
      if (this.#orders.get(name) === kept) this.#orders.delete(name);
    }
    const unused = [...this.#orders].filter(([, { users }]) => users === 0);
    for (const [oldest, { rows }] of unused.slice(0, Math.max(0, unused.length - KEPT_ORDERS))) {
      rows.close();
      this.#orders.delete(oldest);
    }
  }
}

const isAll = ({ filters, quick, except, also, onlyAlso }: Selection): boolean =>
  filters.length + except.length + also.length === 0 && quick.trim() === '' && !onlyAlso;

/** Why rows cut off at `limit` are not grouped. */
export const notAllRows = (limit: number): AppError =>
  new AppError(
    'invalid',
    'not-all-rows',
    `Groups and totals need all rows, and only the first ${limit.toLocaleString('en')} of this table are read.`,
  );

/** What is asked of all rows where they cannot all be held. */
export const tooManyRows = (what: string): AppError =>
  new AppError(
    'invalid',
    'too-many-rows',
    `${what} needs all rows at hand, and the table has too many. Filter it first.`,
  );
