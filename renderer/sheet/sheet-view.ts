import type { BackendClient } from '../../shared/contract/client.ts';
import type { EventOf, InputOf, OutputOf } from '../../shared/contract/operations.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { RowKey, RowPage } from '../../shared/model/rows.ts';
import type { ViewQuery } from '../../shared/model/view.ts';
import type { GridChange } from '../grid/grid-model.ts';
import { addedRow, type SheetRow } from '../grid/sheet-row.ts';
import { isNarrowed } from './conditions.ts';
import { ViewFigures } from './groups/view-figures.ts';
import { PageCache } from './page-cache.ts';

/** What a person who asked for all rows anew is told; `why` the warehouse cannot be asked now. */
export const refreshText = (why: string | null): string =>
  why === null
    ? 'Reading all rows again. Pending edits are kept.'
    : 'The rows stay as they were read last: the warehouse cannot be asked now.';

/** Pages of 250 rows, at most 60 of them: what is on screen, around it, and 15,000 rows to go back to. */
export const PAGE_SIZE: { readonly pageSize: number; readonly maxPages: number } = {
  pageSize: 250,
  maxPages: 60,
};

/** A view that is lost each time it is made is somebody's fault, and told. */
const MOST_AGAIN = 3;

export interface ViewState {
  readonly rows: number;
  readonly total: number | null;
  /** `total` is an estimate. */
  readonly totalAbout: boolean;
  /** Rows in the groups of a grouped view, shown or not, as far as known. */
  readonly inGroups: number | null;
  readonly loading: boolean;
  readonly truncated: boolean;
  /** The number of rows is an estimate. */
  readonly about: boolean;
  readonly busy: boolean;
  readonly rowsFailure: string | null;
}

export interface ViewEvents {
  state(state: ViewState): void;
  grid(change: GridChange): void;
  /** The query with what only this window knows. */
  asked(query: ViewQuery): ViewQuery;
}

const isPlain = (query: ViewQuery): boolean => !isNarrowed(query) && query.groups.length === 0;

/** What decides which rows stand where; figures stand beside them. */
const rowsOf = ({ totals: _, aggregates: __, ...query }: ViewQuery): string => JSON.stringify(query);

/** Whether the totals are all that two queries differ in. */
const sameButTotals = (a: ViewQuery, b: ViewQuery): boolean =>
  a.totals !== b.totals &&
  JSON.stringify({ ...a, totals: false }) === JSON.stringify({ ...b, totals: false });

/** The rows of a sheet in the order and selection asked for, read page by page, plus rows added since it was made. */
export class SheetView {
  readonly #client: BackendClient;
  readonly #sheet: string;
  readonly #events: ViewEvents;
  readonly #pages: PageCache;
  #view = -1;
  #turn = 0;
  /** Settles when the first view is there, or could not be made. */
  readonly #begun = Promise.withResolvers<void>();
  #hasBegun = false;
  #progress: EventOf<'rows.progress'> | null = null;
  #rows = 0;
  #state: ViewState = {
    rows: 0,
    total: null,
    totalAbout: false,
    inGroups: null,
    loading: false,
    truncated: false,
    about: false,
    busy: false,
    rowsFailure: null,
  };
  #shown: ViewQuery | null = null;
  #plain = true;
  readonly figures: ViewFigures;
  /** New rows the view did not hold when it was made, in the order they were added. */
  #added: RowKey[] = [];
  /** New rows that were pending when the view was made: the backend has them in it. */
  #within: ReadonlySet<RowKey> = new Set();

  constructor(client: BackendClient, sheet: string, events: ViewEvents, size = PAGE_SIZE) {
    this.#client = client;
    this.#sheet = sheet;
    this.#events = events;
    this.#pages = new PageCache((start, count) => this.#read(start, count), size);
    this.figures = new ViewFigures({
      ask: (groups) => client.call('rows.totals', { sheet, view: this.#view, groups: [...groups] }),
      wanted: () => this.#view >= 0 && (this.isGrouped || this.#shown?.totals === true),
      arrived: (groups) => {
        this.#update({});
        events.grid({ kind: 'figures', groups });
      },
    });
  }

  get number(): number {
    return this.#view;
  }

  get isGrouped(): boolean {
    return (this.#shown?.groups.length ?? 0) > 0;
  }

  get rowCount(): number {
    return this.#rows + this.#added.length;
  }

  get pagesHeld(): number {
    return this.#pages.pages;
  }

  /** Makes the view anew; its first rows are read before anything is drawn again, so that nothing flickers. */
  async show(query: ViewQuery, pendingNew: ReadonlySet<RowKey>): Promise<void> {
    const before = this.#shown;
    if (before && sameButTotals(before, query)) {
      this.#shown = query;
      this.figures.stale();
      this.#events.grid({ kind: 'figures', groups: new Set() });
      return;
    }
    return this.#make(query, pendingNew);
  }

  /** `again` counts how often the view was lost behind the window while it was made. */
  async #make(query: ViewQuery, pendingNew: ReadonlySet<RowKey>, again = 0): Promise<void> {
    const before = this.#shown;
    const turn = ++this.#turn;
    this.#update({ busy: true });
    try {
      const asked = { sheet: this.#sheet, query: this.#events.asked(query), first: this.#pages.pageSize };
      const answer = await this.#client.call('rows.view', asked);
      if (turn !== this.#turn) return;
      const told = this.#progress?.view === answer.view ? this.#progress : null;
      this.#view = answer.view;
      this.#shown = query;
      this.#rows = told?.rows ?? answer.rows;
      this.#plain = isPlain(query);
      this.#within = pendingNew;
      this.#added = [];
      this.#pages.clear(answer.first);
      // Rows that came meanwhile may belong to that page too.
      this.#pages.grow(this.#rows);
      const { truncated, stored, storedAbout = false } = answer;
      this.#update({
        loading: told ? told.loading : answer.loading,
        truncated,
        // A sheet opened with a filter has not shown all its rows yet.
        ...(stored === undefined ? {} : { total: stored + pendingNew.size, totalAbout: storedAbout }),
        about: told ? told.about === true : answer.about === true,
        rowsFailure: told?.failure ?? null,
      });
      this.figures.reset();
      if (this.#rows > 0) await this.#pages.rows(0, 1);
      if (turn !== this.#turn) return;
      this.#update({ busy: false });
      const moved = before !== null && rowsOf(before) !== rowsOf(query);
      this.#events.grid(this.#hasBegun ? { kind: 'rows', moved } : { kind: 'begun' });
      this.#begin();
    } catch (thrown) {
      if (turn !== this.#turn) return;
      const error = AppError.wrap(thrown);
      // Another part of the window may have opened the sheet with other facts meanwhile.
      if (error.code === 'view-gone' && again < MOST_AGAIN) return this.#make(query, pendingNew, again + 1);
      this.#update({ busy: false, rowsFailure: error.kind === 'cancelled' ? null : error.message });
      this.#begin();
    }
  }

  #begin(): void {
    this.#hasBegun = true;
    this.#begun.resolve();
  }

  /** Opens or closes groups; the rows around `near` are there before anything is drawn again. */
  async fold(fold: InputOf<'rows.fold'>['fold'], near: number): Promise<void> {
    const answer = await this.#client.call('rows.fold', { sheet: this.#sheet, view: this.#view, fold });
    await this.#refolded(answer, near);
  }

  async #refolded({ view, rows }: OutputOf<'rows.fold'>, near: number): Promise<void> {
    if (view === this.#view) return;
    this.#view = view;
    this.#rows = rows;
    this.#pages.clear();
    this.#update({});
    if (rows > 0) await this.#pages.rows(Math.max(0, Math.min(near, rows) - 60), Math.min(rows, near + 60));
    this.#events.grid({ kind: 'rows', moved: false });
  }

  progress(event: EventOf<'rows.progress'>): void {
    this.#progress = event;
    if (event.view !== this.#view) return;
    const grew = event.rows !== this.#rows;
    this.#rows = event.rows;
    if (grew) this.#pages.grow(event.rows);
    this.#update({ loading: event.loading, about: event.about === true, rowsFailure: event.failure });
    if (grew) this.#events.grid({ kind: 'count' });
  }

  rows(start: number, end: number): readonly SheetRow[] | Promise<readonly SheetRow[]> {
    if (!this.#hasBegun) return this.#begun.promise.then(() => this.rows(start, end));
    const stored = start < this.#rows ? this.#pages.rows(start, Math.min(end, this.#rows)) : [];
    if (end <= this.#rows) return stored;
    const from = Math.max(0, start - this.#rows);
    const added = this.#added
      .slice(from, end - this.#rows)
      .map((key, i) => addedRow(key, this.#rows + from + i));
    return stored instanceof Promise ? stored.then((rows) => [...rows, ...added]) : [...stored, ...added];
  }

  /** A row by its place, if it is held. */
  peek(index: number): SheetRow | undefined {
    if (index < this.#rows) return this.#pages.peek(index);
    const key = this.#added[index - this.#rows];
    return key === undefined ? undefined : addedRow(key, index);
  }

  /** Where Ctrl+Up or Ctrl+Down stops in a column, over the whole view. */
  async edge(column: string, from: number, down: boolean): Promise<number> {
    // Rows just added lie past the view; the few of them are looked at as one run.
    if (from >= this.#rows) return down ? this.rowCount - 1 : Math.max(0, this.#rows - 1);
    const asked = { sheet: this.#sheet, view: this.#view, column, from, down };
    return (await this.#client.call('rows.edge', asked)).place;
  }

  /** A row of the view by its key. */
  async find(key: RowKey): Promise<SheetRow | undefined> {
    const added = this.#added.indexOf(key);
    if (added >= 0) return addedRow(key, this.#rows + added);
    const held = this.#pages.find(key);
    if (held) return held;
    const asked = { sheet: this.#sheet, view: this.#view, row: key };
    if (this.isGrouped) {
      const revealed = await this.#client.call('rows.reveal', asked);
      const at = revealed.place;
      await this.#refolded(revealed, at ?? 0);
      return at === null ? undefined : (await this.rows(at, at + 1))[0];
    }
    const { place } = await this.#client.call('rows.locate', asked);
    return place === null ? undefined : (await this.rows(place, place + 1))[0];
  }

  /** Takes note of new rows that came or went; true when the view itself has to be made anew. */
  follow(inserted: readonly RowKey[], cleared: readonly RowKey[]): boolean {
    if (inserted.length === 0 && this.#added.length === 0 && this.#within.size === 0) return false;
    const gone = new Set(cleared);
    const before = this.#added.length;
    const known = new Set(this.#added);
    this.#added = [
      ...this.#added.filter((key) => !gone.has(key)),
      ...inserted.filter((key) => !this.#within.has(key) && !known.has(key)),
    ];
    if (this.#added.length !== before) {
      this.#update({});
      this.#events.grid({ kind: 'count' });
    }
    return cleared.some((key) => this.#within.has(key));
  }

  async #read(start: number, count: number): Promise<RowPage> {
    const view = this.#view;
    try {
      return await this.#client.call('rows.page', { sheet: this.#sheet, view, start, count });
    } catch (thrown) {
      const error = AppError.wrap(thrown);
      // Nobody here makes another: it was lost behind the window.
      if (error.code === 'view-gone' && view === this.#view && !this.#state.busy && this.#shown)
        void this.#make(this.#shown, new Set([...this.#within, ...this.#added]));
      // A view made anew meanwhile is no failure: its own rows are on their way.
      if (error.code !== 'view-gone' && error.kind !== 'cancelled')
        this.#update({ rowsFailure: error.message });
      throw error;
    }
  }

  #update(change: Partial<ViewState>): void {
    const next = { ...this.#state, ...change };
    const counted = this.#plain && this.#view >= 0 && !next.about;
    const total = counted ? this.rowCount : next.total;
    const totalAbout = !counted && next.totalAbout;
    const inGroups = this.isGrouped ? this.figures.rows : null;
    this.#state = { ...next, rows: this.rowCount, total, totalAbout, inGroups };
    this.#events.state(this.#state);
  }
}
