import type { BackendClient } from '../../../shared/contract/client.ts';
import { AppError } from '../../../shared/model/failure.ts';
import {
  NO_LAYOUT,
  NO_VIEWS,
  type SheetLayout,
  type SheetViews as StoredViews,
  type ViewsChange,
} from '../../../shared/model/saved-view.ts';
import type { Column, SheetDefinition } from '../../../shared/model/sheet.ts';
import type { ViewQuery } from '../../../shared/model/view.ts';
import { firstView } from '../../../shared/views/change-views.ts';
import type { GridLayout } from '../../grid/grid-model.ts';
import { type PlacedColumn, placeColumns, sameLayout, withoutVanished } from '../../grid/layout.ts';
import type { SheetStore } from '../sheet-store.ts';

export interface SheetViewsOptions {
  readonly client: BackendClient;
  readonly store: SheetStore;
  newId(): string;
  /** Asks for the rows of a view. */
  query(query: Partial<ViewQuery>): void;
}

/**
 * How a person sees a sheet: the layout in use, kept in the profile with every change, and the views it was saved as. What the sheet
 * no longer has is passed over and told.
 */
export class SheetViews implements GridLayout {
  readonly #options: SheetViewsOptions;
  #definition: SheetDefinition | null = null;
  #stored: StoredViews = NO_VIEWS;
  #active: string | null = null;
  #layout: SheetLayout = NO_LAYOUT;
  #placed: readonly PlacedColumn[] = [];
  #byName: ReadonlyMap<string, Column> = new Map();
  #query: ViewQuery | null = null;
  #keeping: Promise<void> | null = null;
  #unkept = false;

  constructor(options: SheetViewsOptions) {
    this.#options = options;
    options.store.subscribe(() => this.#queried(options.store.snapshot.query));
  }

  get layout(): SheetLayout {
    return this.#layout;
  }

  get placed(): readonly PlacedColumn[] {
    return this.#placed;
  }

  column(name: string): Column | undefined {
    return this.#byName.get(name);
  }

  /** Takes up a definition: the first time with the views that came with it, or reads them, then fits the layout in use. The query is set, not yet asked for. */
  async begin(definition: SheetDefinition, views?: StoredViews): Promise<void> {
    const first = this.#definition === null;
    this.#definition = definition;
    if (!first) {
      this.#show(this.#layout);
      return;
    }
    if (!views) this.#show(NO_LAYOUT);
    try {
      this.#stored = views ?? (await this.#options.client.call('views.list', { sheet: definition.id }));
    } catch (thrown) {
      this.#options.store.say(AppError.wrap(thrown).message);
      return;
    }
    this.#active = firstView(this.#stored);
    this.#show(this.#kept(this.#active));
  }

  change(next: (layout: SheetLayout) => SheetLayout): void {
    const layout = next(this.#layout);
    if (sameLayout(layout, this.#layout)) return;
    this.#set(layout);
    this.#keep();
  }

  /** Switches to a view; what was changed in the one before stays there as unsaved changes. */
  async use(id: string | null): Promise<void> {
    await this.#tell({ kind: 'use', id }, () => this.#enter(id));
    const name = this.#stored.views.find((view) => view.id === id)?.name ?? 'Standard';
    this.#options.store.say(`View ${name}.`);
  }

  /** Saves the layout in use over the view it came from. */
  async save(): Promise<void> {
    const view = this.#stored.views.find(({ id }) => id === this.#active);
    if (view) await this.#saveAs(view.id, view.name);
  }

  /** Saves the layout in use as a new view; AppError `invalid` when the name is taken. */
  async saveAs(name: string): Promise<void> {
    const from = this.#active;
    await this.#saveAs(this.#options.newId(), name);
    // The changes are in the new view now; the one they were made in goes back to what it was.
    await this.#tell({ kind: 'keep', id: from, draft: null }, () => undefined);
    await this.#tell({ kind: 'use', id: this.#active }, () => undefined);
  }

  async rename(id: string, name: string): Promise<void> {
    await this.#tell({ kind: 'rename', id, name }, () => undefined);
  }

  async remove(id: string): Promise<void> {
    await this.#tell({ kind: 'remove', id }, () => {
      if (this.#active === id) this.#enter(null);
    });
  }

  /** The view the sheet opens with from now on; null opens the last one. */
  async setInitial(id: string | null): Promise<void> {
    await this.#tell({ kind: 'initial', id }, () => undefined);
  }

  /** Gives up what was changed since the view was saved. */
  async revert(): Promise<void> {
    await this.#tell({ kind: 'keep', id: this.#active, draft: null }, () => this.#enter(this.#active));
    this.#options.store.say('Changes of the view were given up.');
  }

  /** Settles once everything changed so far is kept, or could not be. */
  async settled(): Promise<void> {
    while (this.#keeping) await this.#keeping;
  }

  async #saveAs(id: string, name: string): Promise<void> {
    await this.settled();
    await this.#tell({ kind: 'save', id, name, layout: this.#layout }, () => {
      this.#active = id;
    });
    this.#options.store.say(`View ${name.trim()} saved.`);
  }

  async #tell(change: ViewsChange, done: () => void): Promise<void> {
    await this.settled();
    const sheet = this.#definition?.id;
    if (sheet === undefined) return;
    this.#stored = await this.#options.client.call('views.change', { sheet, change });
    done();
    this.#announce();
  }

  #saved(id: string | null): SheetLayout {
    return this.#stored.views.find((view) => view.id === id)?.layout ?? NO_LAYOUT;
  }

  /** A view as it was left: with its unsaved changes. */
  #kept(id: string | null): SheetLayout {
    const draft = id === null ? this.#stored.standard : this.#stored.views.find((v) => v.id === id)?.draft;
    return draft ?? this.#saved(id);
  }

  #enter(id: string | null): void {
    this.#active = id;
    this.#show(this.#kept(id), true);
  }

  /** Lays a layout over the sheet; `ask` also asks for its rows. */
  #show(layout: SheetLayout, ask = false): void {
    if (!this.#definition) return;
    const { layout: fitting, gone } = withoutVanished(layout, this.#definition);
    const { store } = this.#options;
    const query = { ...store.snapshot.query, ...fitting.query };
    this.#set(fitting);
    this.#query = query;
    if (ask) this.#options.query(fitting.query);
    else store.set({ query });
    if (gone.length > 0)
      store.say(`The sheet has no column ${gone.join(', ')} any more; the view goes on without.`);
  }

  #set(layout: SheetLayout): void {
    this.#layout = layout;
    this.#placed = this.#definition ? placeColumns(this.#definition, layout) : [];
    this.#byName = new Map(this.#placed.map(({ column }) => [column.name, column]));
    this.#announce();
    this.#options.store.draw({ kind: 'layout' });
  }

  #announce(): void {
    const { views, initial } = this.#stored;
    const saved = this.#definition && withoutVanished(this.#saved(this.#active), this.#definition).layout;
    this.#options.store.set({
      views: {
        views,
        initial,
        active: this.#active,
        layout: this.#layout,
        changed: saved !== null && !sameLayout(saved, this.#layout),
      },
    });
  }

  #queried(query: ViewQuery): void {
    if (query === this.#query || !this.#definition) return;
    this.#query = query;
    const { pendingOnly: _, only: __, marks: ___, ...kept } = query;
    const layout = { ...this.#layout, query: kept };
    if (sameLayout(layout, this.#layout)) return;
    this.#layout = layout;
    this.#announce();
    this.#keep();
  }

  /** Keeps the layout in use; while one is being kept, only the last of those that follow is. */
  #keep(): void {
    this.#unkept = true;
    this.#keeping ??= this.#keepAll().finally(() => {
      this.#keeping = null;
    });
  }

  async #keepAll(): Promise<void> {
    const { client, store } = this.#options;
    while (this.#unkept && this.#definition) {
      this.#unkept = false;
      const id = this.#active;
      const draft = store.snapshot.views.changed ? this.#layout : null;
      try {
        const change = { kind: 'keep', id, draft } as const;
        this.#stored = await client.call('views.change', { sheet: this.#definition.id, change });
      } catch (thrown) {
        const error = AppError.wrap(thrown);
        if (error.code === 'view-removed') this.#active = null;
        store.say(error.message);
      }
    }
    this.#announce();
  }
}
