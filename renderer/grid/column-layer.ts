import type { GridApi } from 'ag-grid-community';
import type { Column, ValueFormat } from '../../shared/model/sheet.ts';
import { columnId, columnOf, contentWidth } from './columns.ts';
import type { GridModel } from './grid-model.ts';
import { changeColumns, moveColumns, orderWithHidden, type Standing, showColumns } from './layout.ts';
import type { SheetRow } from './sheet-row.ts';

/** What the person did with the columns in the grid itself: the grid shows it already, the layout has to follow. */
const BY_HAND = /^ui/;

/** Pixels a column keeps at least. */
const LEAST_WIDTH = 48;

/** Pixels of the scrolling columns that AG Grid keeps in sight beside frozen ones. */
const LEAST_SCROLLED = 50;

/** Commands on columns, and AG Grid's own dragging and sizing, as changes of the layout. */
export class ColumnLayer {
  readonly #api: GridApi<SheetRow>;
  readonly #model: GridModel;
  readonly #host: HTMLElement;
  readonly #moved: () => void;
  /** The grid shows this change already. */
  #own = false;
  #frozenByHand = false;
  /** Ids of columns AG Grid let go because the grid is too narrow for them; they are frozen again once there is room. */
  readonly #squeezed = new Set<string>();

  /** `moved` is called once the columns stand otherwise. */
  constructor(api: GridApi<SheetRow>, model: GridModel, host: HTMLElement, moved: () => void) {
    this.#api = api;
    this.#model = model;
    this.#host = host;
    this.#moved = moved;
    api.addEventListener('columnResized', ({ finished, source, column }) => {
      if (!finished || !column || !BY_HAND.test(source)) return;
      const name = columnOf(model, column.getColId())?.name;
      const width = Math.round(column.getActualWidth());
      if (name !== undefined) this.#resize(name, width);
    });
    api.addEventListener('columnMoved', ({ finished, source }) => {
      if (finished && BY_HAND.test(source)) this.#follow();
    });
    api.addEventListener('columnPinned', ({ source, columns }) => {
      if (source === 'viewportSizeFeature')
        for (const column of columns ?? []) this.#squeezed.add(column.getColId());
      this.#frozenByHand ||= BY_HAND.test(source);
    });
    api.addEventListener('gridSizeChanged', ({ clientWidth }) => {
      // AG Grid tells of it later; the sheet may have been closed meanwhile.
      if (api.isDestroyed()) return;
      this.#unsqueeze(clientWidth);
      // A panel beside the sheet takes room from it: the cell it was opened for stays in sight.
      const at = api.getFocusedCell()?.column;
      if (at && api.getAllDisplayedVirtualColumns().includes(at)) api.ensureColumnVisible(at);
    });
    api.addEventListener('dragStopped', () => this.#follow());
    host.addEventListener('dblclick', this.#doubleClick);
  }

  destroy(): void {
    this.#host.removeEventListener('dblclick', this.#doubleClick);
  }

  #unsqueeze(room: number): void {
    const loose = [...this.#squeezed].filter((id) => this.#api.getColumn(id)?.isPinned() === false);
    const frozen = this.#api.getDisplayedLeftColumns().map((column) => column.getColId());
    const widths = [...frozen, ...loose].map((id) => this.#api.getColumn(id)?.getActualWidth() ?? 0);
    if (widths.reduce((sum, width) => sum + width, LEAST_SCROLLED) > room) return;
    this.#squeezed.clear();
    if (loose.length === 0) return;
    this.#api.applyColumnState({ state: loose.map((colId) => ({ colId, pinned: 'left' as const })) });
  }

  /** Whether a change of the layout is one the grid made itself. */
  get isOwn(): boolean {
    return this.#own;
  }

  /** All columns in their order, hidden ones included; what is frozen comes first. */
  get standing(): readonly Standing[] {
    const all = this.#model.layout.placed.map(({ column: { name }, hidden, frozen }): Standing => {
      const shown = hidden ? null : this.#api.getColumn(columnId(name));
      const held = shown?.isPinnedLeft() || this.#squeezed.has(columnId(name));
      return { name, frozen: shown ? held : frozen === true };
    });
    return [...all.filter(({ frozen }) => frozen), ...all.filter(({ frozen }) => !frozen)];
  }

  /** The frozen column next to the scrolling ones; null where nothing is frozen. */
  get lastFrozen(): string | null {
    return this.standing.findLast(({ name, frozen }) => frozen && !this.isHidden(name))?.name ?? null;
  }

  isFrozen(name: string): boolean {
    return this.standing.some((one) => one.name === name && one.frozen);
  }

  isHidden(name: string): boolean {
    return this.#model.layout.placed.some(({ column, hidden }) => column.name === name && hidden);
  }

  /** Puts the keyboard on a column's header; false where that is not shown. */
  focusHeader(name: string): boolean {
    const shown = this.shown.some((column) => column.name === name);
    if (shown) this.#api.setFocusedHeader(columnId(name));
    return shown;
  }

  /** A column's header as an anchor; null where it is out of sight. */
  header(name: string): HTMLElement | null {
    return this.#host.querySelector(`.ag-header-cell[col-id="${CSS.escape(columnId(name))}"]`);
  }

  /** Why a column cannot be hidden; null when it can. */
  hideRefusal(name: string): string | null {
    const shown = this.#model.layout.placed.filter(({ hidden }) => !hidden);
    return shown.length === 1 && shown[0]?.column.name === name ? 'It is the only column shown' : null;
  }

  show(names: readonly string[], shown: boolean): void {
    const { definition, layout } = this.#model;
    const wanted = shown ? names : names.filter((name) => this.hideRefusal(name) === null);
    layout.change((was) => showColumns(was, definition, wanted, shown));
  }

  /** Freezes one column, or lets it go. */
  freeze(name: string, frozen: boolean): void {
    this.#stand(this.standing.map((one) => (one.name === name ? { ...one, frozen } : one)));
  }

  /** Freezes everything up to a column; null freezes nothing. */
  freezeTo(name: string | null): void {
    const { standing } = this;
    const last = standing.findIndex((one) => one.name === name);
    this.#stand(standing.map((one, i) => ({ ...one, frozen: i <= last && !this.isHidden(one.name) })));
  }

  move(names: readonly string[], target: string, side: 'before' | 'after'): void {
    this.#stand(moveColumns(this.standing, names, target, side));
  }

  /** The shown column beside another one; undefined at the border. */
  beside(name: string, by: -1 | 1): string | undefined {
    const shown = this.standing.filter((one) => !this.isHidden(one.name));
    return shown[shown.findIndex((one) => one.name === name) + by]?.name;
  }

  /** Gives columns the width their values need. */
  autosize(names: readonly string[]): void {
    this.#model.layout.change((was) =>
      names.reduce((next, name) => {
        const column = this.#model.layout.column(name);
        return column ? changeColumns(next, [name], { width: contentWidth(column, this.#model) }) : next;
      }, was),
    );
  }

  /** Makes a column wider by so many pixels, or narrower, down to what still shows that it is there. */
  widen(name: string, by: number): void {
    const column = this.#api.getColumn(columnId(name));
    if (!column) return;
    const newWidth = Math.max(LEAST_WIDTH, column.getActualWidth() + by);
    this.#api.setColumnWidths([{ key: column, newWidth }]);
    this.#resize(name, newWidth);
  }

  /** Shows a column's values in a format of the person's own; null goes back to the definition's. */
  format(name: string, format: ValueFormat | null): void {
    this.#model.layout.change((was) => changeColumns(was, [name], { format: format ?? undefined }));
  }

  /** Columns as the definition has them; sort and filters stay. */
  reset(): void {
    this.#model.layout.change((was) => ({ ...was, order: null, frozen: null, columns: [] }));
  }

  get shown(): readonly Column[] {
    return this.#model.layout.placed.flatMap(({ column, hidden }) => (hidden ? [] : [column]));
  }

  #resize(name: string, width: number): void {
    this.#own = true;
    this.#model.layout.change((was) => changeColumns(was, [name], { width }));
    this.#own = false;
  }

  #stand(standing: readonly Standing[]): void {
    const before = this.standing;
    const frozen = standing.filter((one) => one.frozen).map(({ name }) => name);
    const thawed = before.filter((one) => one.frozen).map(({ name }) => name);
    const same = frozen.length === thawed.length && frozen.every((name) => thawed.includes(name));
    this.#model.layout.change((was) => ({
      ...was,
      order: standing.map(({ name }) => name),
      frozen: same ? was.frozen : frozen,
    }));
  }

  /** Takes over the order and the frozen columns the grid shows. */
  #follow(): void {
    const { layout } = this.#model;
    const shown = this.#api.getAllDisplayedColumns().flatMap((column): Standing[] => {
      const known = columnOf(this.#model, column.getColId());
      return known ? [{ name: known.name, frozen: column.isPinnedLeft() }] : [];
    });
    const before = this.standing.map(({ name }) => name);
    const visible = before.filter((name) => !this.isHidden(name));
    const refrozen = this.#frozenByHand;
    this.#frozenByHand = false;
    if (!refrozen && visible.every((name, i) => shown[i]?.name === name)) return;
    const names = shown.map(({ name }) => name);
    const frozen = [
      ...shown.filter((one) => one.frozen).map(({ name }) => name),
      ...(layout.layout.frozen ?? []).filter((name) => this.isHidden(name)),
    ];
    this.#own = true;
    layout.change((was) => ({
      ...was,
      order: [...orderWithHidden(before, names)],
      frozen: refrozen ? frozen : was.frozen,
    }));
    this.#own = false;
    this.#moved();
  }

  readonly #doubleClick = (event: MouseEvent): void => {
    const handle = event.target instanceof Element && event.target.closest('.ag-header-cell-resize');
    const id = handle ? handle.closest('.ag-header-cell')?.getAttribute('col-id') : null;
    const column = id ? columnOf(this.#model, id) : undefined;
    if (column) this.autosize([column.name]);
  };
}
