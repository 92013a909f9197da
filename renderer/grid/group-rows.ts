import type { ColumnResizedEvent, GridApi } from 'ag-grid-community';
import { columnId, columnOf } from './columns.ts';
import type { ActiveCell } from './grid-controller.ts';
import type { GridModel } from './grid-model.ts';
import { GROUP_TOGGLE, isLabelColumn } from './group-label.ts';
import { type SheetRow, TOTALS_ROW } from './sheet-row.ts';

/** Pixels of a bold digit and around a figure, and the widest a column grows by itself. */
const DIGIT_WIDTH = 8.3;
const PADDING = 22;
const MOST_WIDTH = 260;

/** The rows of groups and the row of totals under the others: how they are opened and closed, and that they are drawn. */
export class GroupRows {
  readonly #api: GridApi<SheetRow>;
  readonly #host: HTMLElement;
  readonly #model: GridModel;
  readonly #off: () => void;
  /** Columns a person gave a width. */
  readonly #sized = new Set<string>();
  #frame = 0;

  constructor(api: GridApi<SheetRow>, host: HTMLElement, model: GridModel) {
    this.#api = api;
    this.#host = host;
    this.#model = model;
    api.addEventListener('columnResized', this.#resized);
    host.addEventListener('click', this.#click);
    host.addEventListener('copy', this.#copy);
    this.#off = model.onGridChange(() => this.#soon());
    this.#soon();
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#host.removeEventListener('click', this.#click);
    this.#host.removeEventListener('copy', this.#copy);
    this.#off();
  }

  /** The keyboard is on the totals. */
  get isOnTotals(): boolean {
    return Boolean(this.#api.getFocusedCell()?.rowPinned);
  }

  /** Handles a key on a group's row or on the totals; false leaves it to others. */
  key(event: KeyboardEvent, active: ActiveCell | null): boolean {
    if (this.isOnTotals) {
      // No command means anything here; the arrows lead back, Tab leaves, and copying has its own event.
      return !event.key.startsWith('Arrow') && !event.ctrlKey && !event.metaKey && event.key !== 'Tab';
    }
    const group = active?.row.group;
    if (!active || !group || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false;
    if (event.key === 'Enter' || event.key === ' ') {
      void this.#model.groups.toggle(active.row);
      return true;
    }
    const at = this.#api.getFocusedCell();
    if (!at || !isLabelColumn(this.#api, at.column)) return false;
    if (event.key === 'ArrowRight' && !group.open) void this.#model.groups.toggle(active.row, true);
    else if (event.key === 'ArrowLeft' && group.open) void this.#model.groups.toggle(active.row, false);
    else if (event.key === 'ArrowLeft' && group.level > 0) this.#toParent(at.rowIndex, group.level);
    else return false;
    return true;
  }

  #toParent(index: number, level: number): void {
    for (let above = index - 1; above >= 0; above--) {
      const row = this.#api.getDisplayedRowAtIndex(above)?.data;
      if (!row) return;
      if (!row.group || row.group.level >= level) continue;
      const column = this.#api.getFocusedCell()?.column;
      this.#api.ensureIndexVisible(above);
      if (column) this.#api.setFocusedCell(above, column);
      return;
    }
  }

  readonly #click = (event: MouseEvent): void => {
    const label = event.target instanceof Element ? event.target.closest(`.${GROUP_TOGGLE}`) : null;
    const index = Number(label?.closest('.ag-row')?.getAttribute('row-index') ?? 'none');
    const row = Number.isInteger(index) ? this.#api.getDisplayedRowAtIndex(index)?.data : undefined;
    if (row && !event.shiftKey && !event.ctrlKey && !event.metaKey) void this.#model.groups.toggle(row);
  };

  /** A total is copied as its value; it is in no selection. */
  readonly #copy = (event: ClipboardEvent): void => {
    const at = this.#api.getFocusedCell();
    const row = this.#model.groups.totalsRow;
    const column = at?.rowPinned ? columnOf(this.#model, at.column.getColId()) : undefined;
    if (!row || !column) return;
    const isLabel = at !== null && isLabelColumn(this.#api, at.column);
    const text = isLabel ? this.#model.groups.label(row).text : this.#model.editorText(row, column);
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  #soon(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#draw);
  }

  readonly #draw = (): void => {
    this.#frame = 0;
    if (this.#api.isDestroyed()) return;
    const { totalsRow, columns } = this.#model.groups;
    const there = this.#api.getPinnedBottomRow(0);
    if (Boolean(there) !== (totalsRow !== null))
      this.#api.setGridOption('pinnedBottomRowData', totalsRow ? [totalsRow] : []);
    else if (there) this.#api.refreshCells({ force: true, suppressFlash: true, rowNodes: [there] });
    if (totalsRow || columns.length > 0) this.#fit();
  };

  /** Totals have more digits than rows; a column grows to show them, unless somebody gave it its width. */
  #fit(): void {
    const widths = this.#model.definition.columns.flatMap((column) => {
      const shown = this.#api.getColumn(columnId(column.name));
      if (!shown?.isVisible() || column.width !== undefined || this.#sized.has(shown.getColId())) return [];
      const { text } = this.#model.look(TOTALS_ROW, column);
      const newWidth = Math.min(MOST_WIDTH, Math.ceil(text.length * DIGIT_WIDTH) + PADDING);
      return text !== '' && newWidth > shown.getActualWidth() ? [{ key: shown, newWidth }] : [];
    });
    if (widths.length > 0) this.#api.setColumnWidths(widths);
  }

  readonly #resized = ({ column, source }: ColumnResizedEvent<SheetRow>): void => {
    if (column && source === 'uiColumnResized') this.#sized.add(column.getColId());
    // How far the name of a group may reach depends on the columns it stands over.
    if (this.#model.groups.columns.length > 0) this.#redraw();
  };

  #redraw(): void {
    const rowNodes = this.#api.getRenderedNodes().filter(({ data }) => data?.group);
    if (rowNodes.length > 0) this.#api.refreshCells({ force: true, suppressFlash: true, rowNodes });
  }
}
