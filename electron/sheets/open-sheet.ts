import { AppError } from '../../shared/model/failure.ts';
import type { SheetRights } from '../../shared/model/rights.ts';
import type { RowKey, RowPage } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { ViewQuery } from '../../shared/model/view.ts';
import { compileSheet, type SheetRules } from '../../shared/rules/compile.ts';
import type { Journal } from '../journal/journal.ts';
import type { RowChunk, Warehouse } from '../warehouse/adapter.ts';
import { breathing } from './breathe.ts';
import { edgeOf } from './edge.ts';
import type { ViewFigures } from './figures.ts';
import { type Fold, foldView } from './fold-view.ts';
import type { KeptFolds } from './folding.ts';
import { LOOKUP_LIMIT, Lookups } from './lookups.ts';
import { RowStore } from './row-store.ts';
import {
  type DistinctValues,
  distinctValues,
  type FindRequest,
  type FoundCells,
  findCells,
  type Searched,
} from './search.ts';
import { buildView, needsAllRows, pageOf, type SheetView } from './view.ts';

/** Rows past this many are not read; the window says so and offers filters. */
export const ROW_LIMIT = 1_000_000;
const PROGRESS_MS = 150;

export interface SheetProgress {
  readonly loading: boolean;
  readonly failure: AppError | null;
}

export interface OpenSheetOptions {
  readonly definition: SheetDefinition;
  readonly rights: SheetRights;
  readonly warehouse: () => Warehouse;
  readonly journal: Pick<Journal, 'pending'>;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
  /** Views are to be made again: a later reading has replaced the rows, or the first was cut off at the limit. */
  readonly onReplaced: () => void;
}

const notAllRows = (): AppError =>
  new AppError(
    'invalid',
    'not-all-rows',
    `Groups and totals need all rows, and only the first ${ROW_LIMIT.toLocaleString('en')} of this table are read.`,
  );

/** A reading under way, and keys whose rows were written meanwhile: its snapshot may be older than that. */
interface Reading {
  readonly cancel: AbortController;
  readonly stale: Set<RowKey>;
  readonly done: Promise<void>;
}

/** A sheet one person has open: its rows as read, its rules, and the views of the person's windows on it. */
export class OpenSheet {
  readonly definition: SheetDefinition;
  readonly rights: SheetRights;
  readonly rules: SheetRules;
  readonly lookups: Lookups;
  readonly #options: OpenSheetOptions;
  readonly #listeners = new Set<(progress: SheetProgress) => void>();
  #store: RowStore;
  /** All rows of some reading are in `#store`. */
  #complete = false;
  #truncated = false;
  #readBefore = false;
  #reading: Reading | null = null;
  #failure: AppError | null = null;
  #closed = false;

  constructor(options: OpenSheetOptions) {
    const { definition, rights, warehouse } = options;
    this.#options = options;
    this.definition = definition;
    this.rights = rights;
    this.rules = compileSheet(definition);
    this.#store = this.#newStore();
    this.lookups = new Lookups((column) => warehouse().lookup(definition, column, LOOKUP_LIMIT));
    this.refresh();
  }

  get loading(): boolean {
    return this.#reading !== null;
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  get store(): RowStore {
    return this.#store;
  }

  /** The store holds every row the person can see; a key it does not know is no row. */
  get knowsAllRows(): boolean {
    return this.#complete && !this.#truncated;
  }

  /** Tells of rows arriving; the answer unsubscribes. */
  onProgress(listener: (progress: SheetProgress) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads all rows again. The first reading shows rows as they come; a later one replaces them when it is complete. */
  refresh(): void {
    if (this.#closed) return;
    this.#reading?.cancel.abort();
    this.lookups.clear();
    const cancel = new AbortController();
    const stale = new Set<RowKey>();
    this.#reading = { cancel, stale, done: this.#read(cancel, stale) };
  }

  /** Reads again what could not be read. */
  retry(): void {
    if (this.#failure && !this.loading) this.refresh();
  }

  /** Settles once the first reading has brought all rows; rejects with its failure. */
  async whenRead(): Promise<void> {
    if (!this.#complete) await this.#reading?.done;
    if (this.#failure && !this.#complete) throw this.#failure;
  }

  /** The rows a query asks for. Waits for the first reading where the query needs all rows; rejects with its failure. */
  async view(query: ViewQuery, signal: AbortSignal, kept: KeptFolds | null = null): Promise<SheetView> {
    if (needsAllRows(query) && !this.#complete) await this.#reading?.done;
    signal.throwIfAborted();
    if (this.#failure && !this.#complete && !this.loading) throw this.#failure;
    if (query.groups.length > 0 && this.#truncated) throw notAllRows();
    const breathe = breathing(this.#options.clock, signal);
    const { definition } = this;
    const view = await buildView({
      definition,
      store: this.#store,
      pending: this.#pending,
      query,
      breathe,
      kept,
    });
    if (view.grouped) await view.figures.refresh(this.#pending, breathe);
    return view;
  }

  /** The view's figures with the edits made so far. A sheet that is still being read has none, so its first reading is waited for. */
  async figures(view: SheetView, signal?: AbortSignal): Promise<ViewFigures> {
    if (!this.#complete) await this.#reading?.done;
    if (this.#failure && !this.#complete) throw this.#failure;
    if (this.#truncated) throw notAllRows();
    await view.figures.refresh(this.#pending, breathing(this.#options.clock, signal));
    return view.figures;
  }

  /** The view with other groups open; the same where it has no groups. */
  async fold(view: SheetView, fold: Fold, signal: AbortSignal): Promise<SheetView> {
    return foldView(view, fold, breathing(this.#options.clock, signal));
  }

  page(view: SheetView, start: number, count: number): RowPage {
    return pageOf(view, { definition: this.definition, pending: this.#pending }, start, count);
  }

  /** Cells of a view that hold a text. */
  find(view: SheetView, wanted: FindRequest, signal: AbortSignal): Promise<FoundCells> {
    return findCells(this.#searched(view, signal), wanted);
  }

  /** Where Ctrl+Up or Ctrl+Down goes from a place of the view. */
  edge(view: SheetView, column: string, from: number, down: boolean, signal: AbortSignal): Promise<number> {
    return edgeOf(this.#searched(view, signal), column, from, down);
  }

  /** Distinct values of a column in the rows a query lets through. */
  async distinct(
    query: ViewQuery,
    column: string,
    text: string,
    limit: number,
    signal: AbortSignal,
  ): Promise<DistinctValues> {
    const view = await this.view({ ...query, sort: [], groups: [] }, signal);
    return distinctValues(this.#searched(view, signal), column, text, limit);
  }

  #searched(view: SheetView, signal: AbortSignal): Searched {
    const breathe = breathing(this.#options.clock, signal);
    return { view, definition: this.definition, pending: this.#pending, breathe };
  }

  /** Rereads single rows after a commit, here or by someone else. */
  async reread(keys: readonly RowKey[]): Promise<void> {
    if (keys.length === 0 || this.definition.key.length === 0 || this.#closed) return;
    const reading = this.#reading;
    for (const key of keys) reading?.stale.add(key);
    const chunk = await this.#rowsOf(keys);
    this.#store.patch(keys, chunk, this.#complete);
  }

  /** The row's values as stored by the warehouse, by column name; null when it is not known here. */
  baseRow(key: RowKey): Record<string, string | null> | null {
    const at = this.#store.indexOf(key);
    if (at === undefined) return null;
    // Without a prototype a column may have any name.
    const values = Object.create(null) as Record<string, string | null>;
    this.definition.columns.forEach((column, place) => {
      values[column.name] = this.#store.value(at, place);
    });
    return values;
  }

  close(): void {
    this.#closed = true;
    this.#reading?.cancel.abort();
    this.#reading = null;
    this.#listeners.clear();
  }

  get #pending(): ReturnType<Journal['pending']> {
    return this.#options.journal.pending(this.definition.id);
  }

  #newStore(): RowStore {
    const { key, columns } = this.#options.definition;
    const places = key.map((name) => columns.findIndex((column) => column.name === name));
    return new RowStore(places.includes(-1) ? [] : places);
  }

  async #rowsOf(keys: readonly RowKey[]): Promise<RowChunk> {
    const { definition, rights, warehouse } = this.#options;
    const rows: (readonly (string | null)[])[] = [];
    const flags: number[] = [];
    const signal = new AbortController().signal;
    await warehouse().read({ definition, rights, limit: keys.length, signal, keys }, (chunk) => {
      for (const row of chunk.rows) rows.push(row);
      for (const flag of chunk.flags) flags.push(flag);
    });
    return { rows, flags: Uint8Array.from(flags) };
  }

  async #read({ signal }: AbortController, stale: ReadonlySet<RowKey>): Promise<void> {
    const fresh = this.#newStore();
    const { clock, definition, rights, warehouse, onReplaced } = this.#options;
    const first = !this.#readBefore;
    this.#readBefore = true;
    if (!this.#complete) this.#store = fresh;
    let told = 0;
    this.#failure = null;
    // The caller takes note of this reading before anything of it can end.
    await Promise.resolve();
    try {
      const { truncated } = await warehouse().read(
        { definition, rights, limit: ROW_LIMIT, signal },
        (chunk) => {
          if (signal.aborted) return;
          fresh.append(chunk);
          if (clock() - told < PROGRESS_MS) return;
          told = clock();
          this.#tell();
        },
      );
      for (let from = 0; stale.size > from && !signal.aborted; ) {
        const keys = [...stale].slice(from);
        from = stale.size;
        fresh.patch(keys, await this.#rowsOf(keys));
      }
      if (signal.aborted) return;
      this.#store = fresh;
      this.#complete = true;
      this.#truncated = truncated;
    } catch (error) {
      if (signal.aborted) return;
      this.#failure = AppError.wrap(error);
    }
    this.#reading = null;
    this.#tell();
    // Views made while rows came do not know yet that they were cut off.
    if ((!first || this.#truncated) && !this.#failure) onReplaced();
  }

  #tell(): void {
    const progress = { loading: this.loading, failure: this.#failure };
    for (const listener of this.#listeners) listener(progress);
  }
}
