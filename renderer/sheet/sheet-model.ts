import type { BackendClient } from '../../shared/contract/client.ts';
import type { SheetOpened } from '../../shared/contract/operations.ts';
import type { CommitOutcome } from '../../shared/model/batch.ts';
import { AppError } from '../../shared/model/failure.ts';
import { isNewRow, type RowKey } from '../../shared/model/rows.ts';
import type { Column, SheetDefinition } from '../../shared/model/sheet.ts';
import type { SortKey, ViewQuery } from '../../shared/model/view.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import type { Condition } from '../../shared/views/filter-draft.ts';
import type {
  CellLook,
  EntryOutcome,
  GridChange,
  GridModel,
  TypedCell,
  TypedPreview,
} from '../grid/grid-model.ts';
import type { RowSet } from '../grid/row-set.ts';
import type { SheetRow } from '../grid/sheet-row.ts';
import { ALL_ROWS, conditionOf, withCondition } from './conditions.ts';
import type { SheetGroups } from './groups/sheet-groups.ts';
import { onceATurn } from './once-a-turn.ts';
import { Overlay } from './overlay.ts';
import { PendingWork } from './pending-work.ts';
import { keyFilters } from './row-finding.ts';
import { emptyRow, markDeleted } from './row-steps.ts';
import { countsText, type Entered, type EnteredCounts, type SheetEntry } from './sheet-entry.ts';
import { listenTo } from './sheet-events.ts';
import { openingOf, type SheetParts, type ShownSource, sheetParts } from './sheet-parts.ts';
import type { SheetSnapshot } from './sheet-snapshot.ts';
import { SheetStore } from './sheet-store.ts';
import { PAGE_SIZE, refreshText } from './sheet-view.ts';
import { nextSort } from './sort-keys.ts';
import { SheetViews } from './views/sheet-views.ts';

export interface SheetModelOptions {
  readonly client: BackendClient;
  readonly source: ShownSource;
  readonly locale: LocaleConventions;
  now(): Date;
  newId(): string;
  readonly pages?: { readonly pageSize: number; readonly maxPages: number };
}

/**
 * One open sheet: rows of the warehouse, pending edits over them, and what was typed but is no value. No React in it;
 * `subscribe` and `getSnapshot` serve the screen, `onGridChange` the grid. Edits go to the journal and nowhere else.
 */
export class SheetModel implements GridModel {
  readonly overlay = new Overlay();
  readonly #options: SheetModelOptions;
  readonly #store = new SheetStore();
  readonly #work: PendingWork;
  readonly layout: SheetViews;
  // Problems are found while cells are drawn; telling the screen then and there would draw within drawing.
  readonly #countLater = onceATurn(() => this.#store.set(this.#tally()));
  readonly #unsubscribe: (() => void)[] = [];
  #locale: LocaleConventions;
  #parts: SheetParts | null = null;

  constructor(options: SheetModelOptions) {
    this.#options = options;
    this.#locale = options.locale;
    const { client, newId } = options;
    this.layout = new SheetViews({
      client,
      newId,
      store: this.#store,
      query: (query) => this.setQuery(query),
    });
    this.#work = new PendingWork({
      client,
      overlay: this.overlay,
      store: this.#store,
      now: options.now,
      newId,
      changed: (rows) => this.#changed(rows),
      follow: (inserted, cleared) => this.#parts?.view.follow(inserted, cleared) ?? false,
      show: () => this.#show(),
      entering: () => this.#parts?.entry.entering ?? null,
    });
  }

  /** Opens the sheet, ready as soon as its columns are known, and reads its first rows; a failure is in the snapshot, to be retried with the same call. */
  async open(): Promise<void> {
    this.#store.set({ phase: 'opening', failure: null });
    try {
      await this.#load();
    } catch (thrown) {
      this.#store.set({ phase: 'failed', failure: AppError.wrap(thrown) });
    }
  }

  get isClosed(): boolean {
    return this.#store.closed;
  }
  close(): void {
    for (const off of this.#unsubscribe.splice(0)) off();
    this.#store.close();
    const sheet = this.#store.snapshot.opened?.definition.id;
    if (sheet) void this.#options.client.call('sheets.close', { sheet }).catch(() => undefined);
  }

  /** Opens the sheet again with its present definition, rights and pending edits; what was refused stays at its cells. */
  async reload(): Promise<void> {
    await this.#work.after(() => this.#work.attempt(() => this.#load()));
  }

  async refresh(): Promise<void> {
    await this.#work.after(() =>
      this.#work.attempt(async () => {
        this.#parts?.labels.clear();
        const { why } = await this.#options.client.call('rows.refresh', { sheet: this.definition.id });
        await this.#show();
        this.#store.say(refreshText(why));
      }),
    );
  }

  /** After a submit, pending edits, rows and conflicts are fetched again. */
  async afterCommit(): Promise<void> {
    await this.reload();
  }

  /** Asks the warehouse what became of a batch with unknown outcome. */
  async resolve(batch: string): Promise<CommitOutcome | null> {
    const outcome = await this.#work.attempt(() =>
      this.#options.client.call('batches.resolve', { sheet: this.definition.id, batch }),
    );
    if (outcome) await this.afterCommit();
    return outcome;
  }

  /** Says something in the status line, announced to screen readers. */
  say(text: string): void {
    this.#store.say(text);
  }

  setLocale(locale: LocaleConventions): void {
    if (locale === this.#locale) return;
    this.#locale = locale;
    this.#store.draw({ kind: 'cells', rows: null });
  }

  subscribe = this.#store.subscribe;
  getSnapshot = this.#store.getSnapshot;

  onGridChange(listener: (change: GridChange) => void): () => void {
    return this.#store.onGridChange(listener);
  }

  get locale(): LocaleConventions {
    return this.#locale;
  }

  get definition(): SheetDefinition {
    return this.#open.reading.definition;
  }

  get rowCount(): number {
    return this.#parts?.view.rowCount ?? 0;
  }

  /** Names the view to the backend; it changes with every new order or filter. */
  get viewNumber(): number {
    return this.#parts?.view.number ?? 0;
  }

  get sort(): readonly SortKey[] {
    return this.#store.snapshot.query.sort;
  }

  isFiltered(column: string): boolean {
    return conditionOf(this.#store.snapshot.query, column) !== undefined;
  }

  /** Narrows the view by a column, or no longer. */
  setCondition(column: string, condition: Condition | null): void {
    this.setQuery(withCondition(this.#store.snapshot.query, column, condition));
  }

  get groups(): SheetGroups {
    return this.#open.groups;
  }

  rows(start: number, end: number): readonly SheetRow[] | Promise<readonly SheetRow[]> {
    return this.#open.view.rows(start, end);
  }

  look(row: SheetRow, column: Column): CellLook {
    return this.#open.reading.look(row, column);
  }

  value(row: SheetRow, column: Column): string | null {
    return this.#open.reading.value(row, column);
  }

  editorText(row: SheetRow, column: Column): string {
    return this.#open.reading.editorText(row, column);
  }

  readOnlyReason(row: SheetRow, column: Column): string | null {
    return this.#open.reading.readOnlyReason(row, column);
  }

  preview(column: Column, text: string, row?: SheetRow): TypedPreview {
    return this.#open.reading.preview(column, text, row);
  }

  /** Typed text by type and locale alone, for filters, whose bounds need not obey the column's rules. */
  readPlain(column: Column, text: string): TypedPreview {
    return this.#open.reading.readPlain(column, text);
  }

  searchLookup(column: Column, text: string): ReturnType<GridModel['searchLookup']> {
    return this.#open.search(column, text);
  }

  toggleSort(column: string, add: boolean): void {
    this.setQuery({ sort: nextSort(this.sort, column, add) });
  }

  setQuery(query: Partial<ViewQuery>): void {
    this.#store.set({ query: { ...this.#store.snapshot.query, ...query } });
    // Edits on their way take part in the new view, so they go first.
    void this.#work.after(() => this.#show());
  }

  edge(column: Column, from: number, down: boolean): Promise<number> {
    return this.#open.view.edge(column.name, from, down);
  }

  /** Finds a row in the view; where the view does not show it, it is narrowed to it. */
  async bring(row: RowKey): Promise<SheetRow | undefined> {
    const here = await this.#open.view.find(row);
    if (here) return here;
    const filters = keyFilters(this.definition, row);
    this.setQuery({ ...ALL_ROWS, filters, pendingOnly: isNewRow(row) });
    await this.settled();
    return this.#open.view.find(row);
  }

  /** A row of the view by its key; undefined where the view does not show it. */
  find = (row: RowKey): Promise<SheetRow | undefined> => this.#open.view.find(row);
  /** Rows in which a rule is broken. */
  problems(): ReturnType<SheetParts['reading']['problems']> {
    return this.#open.reading.problems();
  }

  enter(row: SheetRow, column: Column, typed: TypedCell): EntryOutcome {
    const refusal = this.readOnlyReason(row, column);
    if (refusal) this.#store.say(refusal);
    const outcome = this.#open.entry.enter(row, column, typed);
    const held = this.overlay.refused.get(row.key, column.name);
    if (outcome === 'refused' && held) this.#store.say(`Not kept. ${held.message}`);
    return outcome;
  }

  async enterAll(entered: Iterable<Entered>, label: string): Promise<EnteredCounts> {
    const counts = await this.#open.entry.enterAll(entered, label);
    this.#store.say(`${label}: ${countsText(counts, this.#locale)}.`);
    return counts;
  }

  /** For commands that ask before they enter, such as pasting. */
  get entry(): SheetEntry {
    return this.#open.entry;
  }

  answerReason(reason: string | null): void {
    const { asking } = this.#store.snapshot;
    if (!asking) return;
    this.#store.set({ asking: null });
    if (reason === null) this.#open.entry.withholdReason(asking);
    else this.#open.entry.giveReason(asking, reason);
  }

  /** Adds a row with the definition's defaults behind the rows shown; answers its key. */
  addRow(): RowKey {
    const insert = emptyRow(this.definition, this.#options.newId());
    this.#work.push({ label: 'Add row', inserts: [insert] });
    return insert.row;
  }

  /** Marks rows for deletion as one step; answers why rows were left alone, or null. */
  deleteRows(rows: readonly SheetRow[]): string | null {
    const { opened } = this.#store.snapshot;
    if (!opened) return null;
    const { step, refusal } = markDeleted(rows, this.#open.reading, opened.rights, this.overlay);
    if (step) this.#work.push(step);
    if (refusal) this.#store.say(refusal);
    return refusal;
  }

  undo = (): Promise<void> => this.#work.undo();
  redo = (): Promise<void> => this.#work.redo();
  discard = (rows?: readonly RowKey[]): Promise<void> => this.#work.discard(rows);
  retry = (): void => this.#work.retry();
  /** Settles once everything asked of the sheet so far is done or has failed. */
  settled = (): Promise<void> => this.#work.settled();

  /** Puts one cell back to what the warehouse holds, or drops the text refused there. */
  revertCell = (row: SheetRow, column: Column): void => this.#open.entry.revert(row, column);

  /** Gives up every refused text; the cells show their values again. */
  dropRefused(): void {
    const rows = new Set(this.overlay.refused.rows());
    this.overlay.refused.clear();
    this.#changed(rows);
  }

  get #open(): SheetParts {
    if (!this.#parts) throw new AppError('bug', 'sheet-not-open', 'The sheet is not open yet.');
    return this.#parts;
  }

  async #load(): Promise<void> {
    const opened = await this.#options.client.call('sheets.open', openingOf(this.#options.source));
    if (this.isClosed) return;
    this.#start(opened);
    this.#listen(opened.definition.id);
    await this.layout.begin(opened.definition, opened.views);
    // The grid is made while its rows are on their way.
    this.#store.set({ phase: 'ready' });
    await this.#show();
  }

  #start(opened: SheetOpened): void {
    const { definition, rights, capabilities, drift, pending, unresolved } = opened;
    const { client, now, newId } = this.#options;
    const { overlay } = this;
    overlay.replacePending(pending.rows);
    overlay.showSubmitted(opened.submitted ?? []);
    this.#work.begin(definition.id);
    this.#parts = sheetParts({
      client,
      definition,
      rights,
      overlay,
      now,
      newId,
      locale: () => this.#locale,
      store: this.#store,
      pages: this.#options.pages ?? PAGE_SIZE,
      view: this.#parts?.view ?? null,
      push: (step) => this.#work.send(step),
      changed: (rows) => this.#changed(rows),
      told: () => this.#countLater(),
      run: (work) => this.#work.after(work),
      show: () => this.#show(),
    });
    this.#store.set({
      opened: { definition, rights, capabilities, drift, policy: opened.policy ?? null },
      counts: pending.counts,
      unresolved,
      ...overlay.locked(),
      ...this.#tally(),
    });
  }

  #listen(sheet: string): void {
    if (this.#unsubscribe.length > 0) return;
    this.#unsubscribe.push(
      ...listenTo(this.#options.client, this.#store, sheet, {
        progress: (event) => this.#parts?.view.progress(event),
        pending: (delta) => this.#work.apply(delta),
        changed: () => void this.#work.after(() => this.#show(true)),
        reopen: () => void this.reload(),
        submitted: (batches) => {
          const { rows, anew } = this.overlay.showSubmitted(batches);
          this.#store.set(this.overlay.locked());
          this.#changed(rows);
          if (anew) void this.#work.after(() => this.#show());
        },
        merged: () => void this.#parts?.conflicts.load(),
        commented: () => void this.#parts?.comments.load(),
        trouble: (journalTrouble) => this.#store.set({ journalTrouble }),
      }),
    );
  }

  /** `judge`: values may be other ones than those the rules were run over. */
  async #show(judge = false): Promise<void> {
    if (!this.#parts || this.isClosed) return;
    if (judge) this.#parts.broken.all();
    await this.#parts.view.show(this.#store.snapshot.query, this.overlay.newRows());
  }

  #changed(rows: RowSet): void {
    this.#parts?.reading.forget(rows);
    this.#store.set(this.#tally());
    if (rows.size > 0) this.#store.draw({ kind: 'cells', rows });
  }

  #tally(): Pick<SheetSnapshot, 'refused' | 'undoesRefused' | 'redoesRefused' | 'problems' | 'warnings'> {
    const counts = this.#parts?.reading.counts() ?? { problems: 0, warnings: 0 };
    return { ...this.overlay.held(), ...counts };
  }
}
