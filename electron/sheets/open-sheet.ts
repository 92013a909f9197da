import type { SheetAge } from '../../shared/contract/offline.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { SheetRights } from '../../shared/model/rights.ts';
import { type RowKey, type RowPage, rowKeyOf } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { ViewQuery } from '../../shared/model/view.ts';
import { compileSheet, type SheetRules } from '../../shared/rules/compile.ts';
import type { Journal } from '../journal/journal.ts';
import type { RowChunk } from '../warehouse/adapter.ts';
import type { AnyView } from './any-view.ts';
import { breathing } from './breathe.ts';
import type { ViewFigures } from './figures.ts';
import { type Fold, foldView } from './fold-view.ts';
import type { KeptFolds } from './folding.ts';
import type { KeptRows } from './kept-rows.ts';
import { LOOKUP_LIMIT, Lookups } from './lookups.ts';
import { asksForPending } from './marked-rows.ts';
import { isOut, keepLookups, lookupOrKept } from './offline.ts';
import { canPage, pagesOf } from './paged/large-table.ts';
import { notAllRows, PagedRows, tooManyRows } from './paged/paged-rows.ts';
import { PagedView } from './paged/paged-view.ts';
import { indexBehind, type Loaded, loadKept, type Reading, readSheet, rowsByKey } from './reading.ts';
import { RowStore } from './row-store.ts';
import type { OpenSheetOptions, SheetProgress } from './sheet-options.ts';
import { SheetSearch } from './sheet-search.ts';
import { ShownEdits } from './shown-edits.ts';
import { buildView, needsAllRows, pageOf } from './view.ts';

/** Rows held in memory at most. A larger table is read page by page, or cut off where it has no key to do so by. */
export const ROW_LIMIT = 1_000_000;

const NEVER = new AbortController();

/** A sheet one person has open: its rows as read, its rules, and the views of the person's windows on it. */
export class OpenSheet {
  readonly definition: SheetDefinition;
  readonly rights: SheetRights;
  readonly rules: SheetRules;
  readonly lookups: Lookups;
  readonly search: SheetSearch;
  readonly #options: OpenSheetOptions;
  readonly #edits: ShownEdits;
  readonly #listeners = new Set<(progress: SheetProgress) => void>();
  #store: RowStore;
  /** All rows of some reading are in `#store`. */
  #complete = false;
  #truncated = false;
  #readBefore = false;
  #reading: Reading | null = null;
  /** Reads page by page, once the table turned out to be too large. */
  #paged: PagedRows | null = null;
  /** Settles when the reading knows whether the table is too large. */
  #sized: Promise<void> = Promise.resolve();
  #failure: AppError | null = null;
  /** The rows come from this machine. */
  #age: SheetAge | null = null;
  #kept: KeptRows | null = null;
  #closed = false;

  constructor(options: OpenSheetOptions) {
    const { definition, rights, warehouse, offline } = options;
    this.#options = options;
    this.definition = definition;
    this.rights = rights;
    this.rules = compileSheet(definition);
    this.#edits = new ShownEdits(options.journal, definition.id);
    this.#store = this.#newStore();
    this.lookups = new Lookups((column) =>
      lookupOrKept(offline, column, () => warehouse().lookup(definition, column, LOOKUP_LIMIT)),
    );
    this.search = new SheetSearch({
      definition,
      clock: options.clock,
      pending: () => this.#pending,
      paged: () => this.#paged,
      pages: () => pagesOf(warehouse()),
      sized: () => this.#sized,
      view: (query, signal) => this.view(query, signal),
    });
    this.refresh();
  }

  get loading(): boolean {
    return this.#reading !== null;
  }

  /** What is held is what the warehouse said last: no reading is under way, none failed, the rows are not kept ones. */
  get current(): boolean {
    return this.#complete && !this.#reading && !this.#failure && !this.#age;
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  /** When rows that come from this machine were read; null for rows of the warehouse. */
  get age(): SheetAge | null {
    return this.#age;
  }

  /** What rows of this machine can tell; null for rows of the warehouse. */
  get kept(): KeptRows | null {
    return this.#kept;
  }

  get store(): RowStore {
    return this.#store;
  }

  /** Rows stay in the warehouse; see `PagedView`. */
  get paged(): boolean {
    return this.#paged !== null;
  }

  /** The store holds every row the person can see; a key it does not know is no row. */
  get knowsAllRows(): boolean {
    return this.#complete && !this.#truncated && !this.#paged && !this.#age?.sliced;
  }

  /** Tells of rows arriving; the answer unsubscribes. */
  onProgress(listener: (progress: SheetProgress) => void): () => void {
    this.#listeners.add(listener);
    // Who comes after a reading has failed would never hear of it.
    if (this.#failure && !this.loading) listener({ loading: false, failure: this.#failure });
    return () => this.#listeners.delete(listener);
  }

  /** Reads all rows again. The first reading shows rows as they come; a later one replaces them when it is complete. */
  refresh(): void {
    if (this.#closed) return;
    this.#reading?.cancel.abort();
    this.lookups.clear();
    if (this.#paged) {
      this.#paged.refresh();
      return void this.#options.onRead?.();
    }
    const cancel = new AbortController();
    const stale = new Set<RowKey>();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#sized = promise;
    this.#reading = { cancel, stale, done: this.#read(cancel, stale, resolve) };
  }

  /** The warehouse answers again: rows may have changed meanwhile, so all are read again behind those shown. */
  retry(): void {
    // Pages are asked for again by the windows.
    if (this.#paged) this.#options.onReplaced();
    else if (!this.loading) this.refresh();
  }

  /** Settles once the first reading has brought all rows; rejects with its failure. */
  async whenRead(): Promise<void> {
    await this.#firstReading();
    if (this.#paged) throw tooManyRows('This');
    if (this.#failure && !this.#complete) throw this.#failure;
  }

  /** Settles when no reading is under way any more. */
  async whenCurrent(): Promise<void> {
    while (this.#reading) await this.#reading.done;
  }

  /** The rows a query asks for. Waits for the first reading where the query needs all rows; rejects with its failure. */
  async view(query: ViewQuery, signal: AbortSignal, kept: KeptFolds | null = null): Promise<AnyView> {
    await this.#sized;
    if (needsAllRows(query)) await this.#firstReading();
    signal.throwIfAborted();
    if (this.#paged && query.groups.length > 0) throw tooManyRows('Grouping');
    if (this.#paged) return this.#paged.view(query, signal);
    if (this.#failure && !this.#complete && !this.loading) throw this.#failure;
    if (query.groups.length > 0 && this.#truncated) throw notAllRows(ROW_LIMIT);
    const breathe = breathing(this.#options.clock, signal);
    const pending = asksForPending(query) ? this.#edits.pending : this.#pending;
    const rows = { definition: this.definition, store: this.#store, pending };
    const view = await buildView({ ...rows, query, breathe, kept });
    if (view.grouped) await view.figures.refresh(this.#pending, breathe);
    return view;
  }

  /** The view's figures with the edits made so far. A sheet that is still being read has none, so its first reading is waited for. */
  async figures(view: AnyView, signal?: AbortSignal): Promise<ViewFigures> {
    if (view instanceof PagedView) throw tooManyRows('Adding up');
    await this.#firstReading();
    if (this.#failure && !this.#complete) throw this.#failure;
    if (this.#truncated) throw notAllRows(ROW_LIMIT);
    await view.figures.refresh(this.#pending, breathing(this.#options.clock, signal));
    return view.figures;
  }

  /** The view with other groups open; the same where it has no groups. */
  async fold(view: AnyView, fold: Fold, signal: AbortSignal): Promise<AnyView> {
    if (view instanceof PagedView) return view;
    return foldView(view, fold, breathing(this.#options.clock, signal));
  }

  /** A run of a view's rows; at once where they are in memory. */
  page(
    view: AnyView,
    start: number,
    count: number,
    signal: AbortSignal = NEVER.signal,
  ): RowPage | Promise<RowPage> {
    if (view instanceof PagedView) return view.page(start, count, this.#pending, signal);
    return pageOf(view, { definition: this.definition, pending: this.#pending }, start, count);
  }

  /** Reads stored rows that checks are about to ask for. */
  async know(keys: readonly RowKey[]): Promise<void> {
    await this.#paged?.know(keys);
  }

  /** Rereads single rows after a commit, here or by someone else. */
  async reread(keys: readonly RowKey[]): Promise<void> {
    if (keys.length === 0 || this.definition.key.length === 0 || this.#closed) return;
    const reading = this.#reading;
    for (const key of keys) reading?.stale.add(key);
    if (this.#paged) return this.#paged.reread(keys);
    const read = this.#lastEntry();
    this.take(keys, await this.#rowsOf(keys), read);
  }

  /** Which of these rows the warehouse holds otherwise than they are known here. */
  async differing(keys: readonly RowKey[]): Promise<readonly RowKey[]> {
    const { key, columns } = this.definition;
    if (keys.length === 0 || key.length === 0 || !this.current) return [];
    const places = key.map((name) => columns.findIndex((column) => column.name === name));
    const { rows } = await this.#rowsOf(keys);
    const found = new Map(rows.map((row) => [rowKeyOf(places.map((place) => row[place] ?? null)), row]));
    return keys.filter((each) => {
      const base = this.baseRow(each);
      const row = found.get(each);
      // Pages hold only rows that were looked at.
      if (!base || !row) return row === undefined ? base !== null : !this.paged;
      return columns.some(({ name }, place) => (row[place] ?? null) !== base[name]);
    });
  }

  /** Takes rows for what the warehouse holds under these keys, asked for after the entry `read`; a table read page by page keeps none. */
  take(keys: readonly RowKey[], chunk: RowChunk, read: number = this.#lastEntry()): void {
    if (this.#paged || this.#closed) return;
    this.#store.patch(keys, chunk, this.#complete);
    this.#kept?.patched(keys, read);
    this.#options.offline?.patch(keys, chunk, read);
  }

  /** The row's values as stored by the warehouse, by column name; null when it is not known here. */
  baseRow(key: RowKey): Record<string, string | null> | null {
    const known = this.#paged?.known.get(key);
    const at = this.#paged ? undefined : this.#store.indexOf(key);
    if (at === undefined && !known) return null;
    // Without a prototype a column may have any name.
    const values = Object.create(null) as Record<string, string | null>;
    this.definition.columns.forEach((column, place) => {
      values[column.name] = known ? (known.row[place] ?? null) : this.#store.value(at ?? -1, place);
    });
    return values;
  }

  /** What may be done to a stored row (`ROW_UPDATABLE`...); null for one that is not known here. */
  flagsOf(key: RowKey): number | null {
    const at = this.#paged ? undefined : this.#store.indexOf(key);
    return at === undefined ? (this.#paged?.known.get(key)?.flags ?? null) : this.#store.flags(at);
  }

  close(): void {
    this.#closed = true;
    this.#reading?.cancel.abort();
    this.#reading = null;
    this.#paged?.close();
    this.#listeners.clear();
  }

  get #pending(): ReturnType<Journal['pending']> {
    return this.#edits.all;
  }

  #lastEntry(): number {
    return this.#options.offline?.lastEntry() ?? 0;
  }

  #newStore(): RowStore {
    const { key, columns } = this.#options.definition;
    const places = key.map((name) => columns.findIndex((column) => column.name === name));
    return new RowStore(places.includes(-1) ? [] : places);
  }

  #rowsOf(keys: readonly RowKey[]): Promise<RowChunk> {
    const { definition, rights, warehouse } = this.#options;
    return rowsByKey(warehouse(), { definition, rights, limit: keys.length, signal: NEVER.signal, keys });
  }

  /** Settles once the first reading has ended, however often it was begun anew. */
  async #firstReading(): Promise<void> {
    while (!this.#complete && this.#reading) await this.#reading.done;
  }

  #turnToPages(): void {
    this.#store = this.#newStore();
    this.#complete = true;
    this.#paged = new PagedRows({
      ...this.#options,
      pages: () => pagesOf(this.#options.warehouse()),
      rowsOf: (keys) => this.#rowsOf(keys),
      pending: () => this.#pending,
      onProgress: () => this.#tell(),
      onMoved: this.#options.onReplaced,
    });
  }

  async #read({ signal }: AbortController, stale: ReadonlySet<RowKey>, sized: () => void): Promise<void> {
    const { clock, definition, rights, warehouse, offline, onReplaced } = this.#options;
    let replaced = this.#readBefore;
    this.#readBefore = true;
    let into = this.#newStore();
    if (!this.#complete) this.#store = into;
    this.#failure = null;
    // The caller takes note of this reading before anything of it can end.
    await Promise.resolve();
    try {
      const why = offline?.why();
      if (why) throw why;
      const read = await readSheet({
        ...{ definition, rights, signal, clock, into, stale, limit: this.#options.rowLimit ?? ROW_LIMIT },
        warehouse: warehouse(),
        rowsOf: (keys) => this.#rowsOf(keys),
        lastEntry: () => this.#lastEntry(),
        keep: offline?.begin() ?? null,
        onSized: sized,
        onProgress: () => this.#tell(),
      });
      if (signal.aborted) return;
      const cut = read === 'large' || (read.truncated && canPage(warehouse(), definition));
      if (cut) {
        this.#truncated = false;
        this.#reading = null;
        this.#turnToPages();
        this.#become(null);
        if (replaced || read !== 'large') onReplaced();
        this.#options.onRead?.();
        return;
      }
      this.#store = into;
      this.#complete = true;
      this.#truncated = read.truncated;
      this.#become(null);
      if (offline && !read.truncated) void keepLookups(definition, this.lookups);
    } catch (error) {
      if (signal.aborted) return;
      const failure = AppError.wrap(error);
      if (isOut(failure)) offline?.suspect();
      into = this.#newStore();
      const loaded = await this.#loadKept(failure, into, signal);
      if (signal.aborted) return;
      if (!loaded) this.#failure = failure;
      else {
        // Views made while rows came look at a store that was given up.
        [this.#store, this.#complete, replaced] = [into, true, true];
        this.#kept = loaded.kept;
        this.#become({ at: loaded.at, why: failure.message, sliced: offline?.sliced() ?? false });
        indexBehind(into, clock, () => this.#closed || this.#store !== into).catch((unusable: unknown) =>
          this.#lostKept(into, unusable),
        );
      }
    } finally {
      sized();
    }
    this.#reading = null;
    this.#tell();
    // Views made while rows came do not know yet that they were cut off.
    if ((replaced || this.#truncated) && !this.#failure) onReplaced();
    if (!this.#failure) this.#options.onRead?.();
  }

  /** The rows of this machine, once they are in the store; null where they are of no use. */
  async #loadKept(failure: AppError, into: RowStore, signal: AbortSignal): Promise<Loaded | null> {
    const { offline, clock } = this.#options;
    if (!offline || this.#complete || !(isOut(failure) || offline.why())) return null;
    // Where the kept rows cannot be read either, the first failure is the one to tell.
    return loadKept(offline, into, clock, signal).catch(() => null);
  }

  /** Kept rows turned out to be of no use once they were looked at. */
  #lostKept(store: RowStore, cause: unknown): void {
    if (this.#store !== store || this.#closed) return;
    this.#failure = AppError.wrap(cause);
    this.#tell();
  }

  #become(age: SheetAge | null): void {
    const before = this.#age;
    this.#age = age;
    if (!age) this.#kept = null;
    if (before !== age) this.#options.offline?.onAge(age);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener({ loading: this.loading, failure: this.#failure });
  }
}
