import { AppError } from '../../shared/model/failure.ts';
import type { SheetRights } from '../../shared/model/rights.ts';
import type { RowKey, RowPage } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { ViewQuery } from '../../shared/model/view.ts';
import { compileSheet, type SheetRules } from '../../shared/rules/compile.ts';
import type { Journal } from '../journal/journal.ts';
import type { Warehouse } from '../warehouse/adapter.ts';
import { breathing } from './breathe.ts';
import { LOOKUP_LIMIT, Lookups } from './lookups.ts';
import { RowStore } from './row-store.ts';
import { buildView, needsAllRows, pageOf, type SheetView, viewRows } from './view.ts';

/** Rows past this many are not read; the window says so and offers filters. */
export const ROW_LIMIT = 1_000_000;
const PROGRESS_MS = 150;

export interface SheetProgress {
  readonly rows: number;
  readonly loading: boolean;
  readonly failure: AppError | null;
}

export interface OpenSheetOptions {
  readonly definition: SheetDefinition;
  readonly rights: SheetRights;
  readonly warehouse: () => Promise<Warehouse>;
  readonly journal: Journal;
  readonly clock: () => number;
}

/** A sheet one person has open: its rows as read, its rules, and the views of the person's windows on it. */
export class OpenSheet {
  readonly rights: SheetRights;
  readonly rules: SheetRules;
  readonly definition: SheetDefinition;
  readonly lookups: Lookups;
  readonly #options: OpenSheetOptions;
  readonly #listeners = new Set<(progress: SheetProgress) => void>();
  #store: RowStore;
  #reading: AbortController | null = null;
  #loaded: Promise<void> = Promise.resolve();
  #truncated = false;
  #failure: AppError | null = null;

  constructor(options: OpenSheetOptions) {
    this.#options = options;
    this.definition = options.definition;
    this.rights = options.rights;
    this.rules = compileSheet(options.definition);
    this.#store = this.#newStore();
    this.lookups = new Lookups(async (column) =>
      (await options.warehouse()).lookup(options.definition, column, LOOKUP_LIMIT),
    );
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

  /** Tells of rows arriving; the answer unsubscribes. */
  onProgress(listener: (progress: SheetProgress) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads all rows again; what was known stays in view until the first new rows are there. */
  refresh(): void {
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    this.lookups.clear();
    this.#loaded = this.#read(reading);
  }

  /** Resolves when the reading under way has ended; rejects with its failure. */
  async loaded(): Promise<void> {
    await this.#loaded;
    if (this.#failure) throw this.#failure;
  }

  async view(query: ViewQuery, signal: AbortSignal): Promise<SheetView> {
    if (needsAllRows(query)) await this.loaded();
    return buildView({
      definition: this.definition,
      store: this.#store,
      pending: this.#options.journal.pending(this.definition.id),
      query,
      breathe: breathing(this.#options.clock, signal),
    });
  }

  rowsOf(view: SheetView): number {
    return viewRows(view, this.#store);
  }

  page(view: SheetView, start: number, count: number): RowPage {
    const pending = this.#options.journal.pending(this.definition.id);
    return pageOf(view, { definition: this.definition, store: this.#store, pending }, start, count);
  }

  /** Rereads single rows after a commit, here or by someone else. */
  async reread(keys: readonly RowKey[]): Promise<void> {
    if (keys.length === 0 || this.definition.key.length === 0) return;
    const warehouse = await this.#options.warehouse();
    const rows: (readonly (string | null)[])[] = [];
    const flags: number[] = [];
    const request = {
      definition: this.definition,
      rights: this.rights,
      limit: keys.length,
      signal: new AbortController().signal,
      keys,
    };
    await warehouse.read(request, (chunk) => {
      for (const row of chunk.rows) rows.push(row);
      for (const flag of chunk.flags) flags.push(flag);
    });
    this.#store.patch(keys, { rows, flags: Uint8Array.from(flags) });
  }

  /** The row's values as stored by the warehouse, by column name; null when it is not known here. */
  baseRow(key: RowKey): Record<string, string | null> | null {
    const at = this.#store.indexOf(key);
    if (at === undefined) return null;
    const values: Record<string, string | null> = {};
    this.definition.columns.forEach((column, place) => {
      values[column.name] = this.#store.value(at, place);
    });
    return values;
  }

  close(): void {
    this.#reading?.abort();
    this.#listeners.clear();
  }

  #newStore(): RowStore {
    const places = this.#options.definition.key.map((name) =>
      this.#options.definition.columns.findIndex((column) => column.name === name),
    );
    return new RowStore(places.includes(-1) ? [] : places);
  }

  async #read(reading: AbortController): Promise<void> {
    const fresh = this.#newStore();
    const { clock, definition, rights } = this.#options;
    let last = 0;
    this.#failure = null;
    try {
      const warehouse = await this.#options.warehouse();
      const { truncated } = await warehouse.read(
        { definition, rights, limit: ROW_LIMIT, signal: reading.signal },
        (chunk) => {
          if (reading.signal.aborted) return;
          fresh.append(chunk);
          this.#store = fresh;
          if (clock() - last < PROGRESS_MS) return;
          last = clock();
          this.#tell();
        },
      );
      if (reading.signal.aborted) return;
      this.#store = fresh;
      this.#truncated = truncated;
    } catch (error) {
      if (reading.signal.aborted) return;
      this.#failure = AppError.wrap(error);
    }
    this.#reading = null;
    this.#tell();
  }

  #tell(): void {
    const progress = { rows: this.#store.rows, loading: this.loading, failure: this.#failure };
    for (const listener of this.#listeners) listener(progress);
  }
}
