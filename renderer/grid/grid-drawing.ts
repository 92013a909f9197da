import type { GridApi, IRowNode } from 'ag-grid-community';
import { breathe } from '../ui/breathe.ts';
import {
  columnId,
  columnOf,
  columnWidths,
  fittingWidth,
  isLabelled,
  pinnedKeys,
  ROW_NUMBERS,
} from './columns.ts';
import type { GridChange, GridModel } from './grid-model.ts';
import { GridTips } from './grid-tips.ts';
import type { PlacedColumn } from './layout.ts';
import type { RowSet } from './row-set.ts';
import type { SheetRow } from './sheet-row.ts';

/** Rows that are drawn in a turn of their own. */
const MANY = 1_000;

interface DrawingEvents {
  /** Sort or filters changed. */
  view(): void;
  /** The first rows are on screen. */
  shown(): void;
  /** Rows are about to be other ones. */
  rows(): void;
  /** Columns stand or look otherwise. */
  layout(): void;
  /** Something was drawn again. */
  drawn(): void;
}

/** Draws again what changed and nothing else: cells once a frame, rows as the model says, never under an open editor. */
export class GridDrawing {
  readonly #api: GridApi<SheetRow>;
  readonly #model: GridModel;
  readonly #events: DrawingEvents;
  readonly #tips: GridTips;
  /** Columns fitted once; those the person sized have their width in the layout. */
  readonly #sized = new Set<string>();
  /** Rows to draw in the next frame, told in several sets; null is all of them. */
  #rows: RowSet[] | null = [];
  #columns: Set<string> | null = new Set();
  #frame = 0;
  #breathing = false;
  #rowsWaiting = false;
  /** Only the first rows are drawn so far. */
  #beginning = false;

  constructor(api: GridApi<SheetRow>, host: HTMLElement, model: GridModel, events: DrawingEvents) {
    this.#api = api;
    this.#tips = new GridTips(api, host, model);
    this.#model = model;
    this.#events = events;
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#tips.destroy();
  }

  get editing(): boolean {
    return this.#api.getEditingCells().length > 0;
  }

  change(change: GridChange): void {
    if (change.kind === 'figures') {
      const shown = this.#api
        .getRenderedNodes()
        .filter(({ data }) => change.groups.has(data?.group?.id ?? -1));
      this.change({ kind: 'cells', rows: new Set(shown.flatMap(({ data }) => data?.key ?? [])) });
      return;
    }
    if (change.kind === 'layout') {
      // Columns made anew have widths for what is known now; labels may be read once more.
      this.#sized.clear();
      this.#events.layout();
      return;
    }
    if (change.kind === 'begun') {
      this.#events.view();
      this.#fit();
      return;
    }
    if (change.kind !== 'cells') {
      this.#events.view();
      // A row drawn anew would take the open editor with it.
      if (this.editing) this.#rowsWaiting = true;
      else {
        this.#drawRows();
        if (change.kind === 'rows' && change.moved) this.#toTop();
      }
      return;
    }
    if (change.rows === null) this.#rows = null;
    else this.#rows?.push(change.rows);
    if (change.columns) this.#fitOnce(change.columns);
    if (!change.columns) this.#columns = null;
    else for (const column of change.columns) this.#columns?.add(columnId(column));
    if (this.#frame === 0 && !this.#breathing) void this.#schedule((change.rows?.size ?? 0) > MANY);
  }

  // What changed many rows has just taken a while, and drawing them takes another.
  async #schedule(later: boolean): Promise<void> {
    if (later) {
      this.#breathing = true;
      await breathe();
      this.#breathing = false;
    }
    this.#frame = requestAnimationFrame(this.#draw);
  }

  /** The first rows are there: the others, where there are any, and what can wait follow once those have been painted. */
  begun(few: boolean): void {
    this.#beginning = few;
    requestAnimationFrame(() => void breathe().then(() => this.#painted()));
  }

  #painted(): void {
    this.complete();
    if (!this.#api.isDestroyed()) this.#events.shown();
  }

  /** Has all rows drawn, before something moves among them. */
  complete(): void {
    if (!this.#beginning) return;
    this.#beginning = false;
    if (this.#api.isDestroyed()) return;
    this.#api.setRowCount(this.#model.rowCount, true);
    this.#fit();
  }

  /** Draws rows that had to wait for an editor. */
  editorClosed(): void {
    queueMicrotask(() => {
      if (this.#rowsWaiting && !this.#api.isDestroyed() && !this.editing) this.#drawRows();
    });
  }

  // Rows that were at a place are somewhere else now, so the place means nothing any more.
  #toTop(): void {
    this.#api.clearFocusedCell();
    requestAnimationFrame(() => {
      if (!this.#api.isDestroyed() && this.#model.rowCount > 0) this.#api.ensureIndexVisible(0, 'top');
    });
  }

  // The grid may have been made before there was a value to see.
  #fit(): void {
    const widths = columnWidths(this.#model);
    const other = [...widths].flatMap(([id, newWidth]) => {
      const width = this.#api.getColumn(id)?.getActualWidth() ?? newWidth;
      return width === newWidth ? [] : [{ key: id, newWidth }];
    });
    if (other.length > 0) this.#api.setColumnWidths(other);
    this.#pinKeys();
  }

  // Labels of a lookup arrive after the first draw; its column then gets the room they need, if nobody has sized it.
  #fitOnce(columns: readonly string[]): void {
    let wider = false;
    for (const name of columns) {
      const id = columnId(name);
      const column = columnOf(this.#model, id);
      if (!column || this.#sized.has(id) || this.#placed(name)?.width !== null) continue;
      if (isLabelled(column, this.#model)) this.#sized.add(id);
      const newWidth = fittingWidth(column, this.#model);
      if ((this.#api.getColumn(id)?.getActualWidth() ?? newWidth) < newWidth) {
        this.#api.setColumnWidths([{ key: id, newWidth }]);
        wider = true;
      }
    }
    if (wider) this.#pinKeys();
  }

  #placed(name: string): PlacedColumn | undefined {
    return this.#model.layout.placed.find(({ column }) => column.name === name);
  }

  #pinKeys(): void {
    if (this.#model.layout.layout.frozen !== null) return;
    const width = (name: string): number => this.#api.getColumn(columnId(name))?.getActualWidth() ?? 0;
    const pinned = pinnedKeys(this.#model, width);
    const free = this.#model.definition.key.filter((name) => !pinned.has(name));
    const held = free.map(columnId).filter((id) => this.#api.getColumn(id)?.isPinnedLeft());
    if (held.length > 0) this.#api.setColumnsPinned(held, null);
  }

  #drawRows(): void {
    this.#rowsWaiting = false;
    this.#beginning = false;
    this.#events.rows();
    this.#api.setRowCount(this.#model.rowCount, true);
    this.#api.refreshInfiniteCache();
  }

  readonly #draw = (): void => {
    this.#frame = 0;
    if (this.#api.isDestroyed()) return;
    const rows = this.#rows;
    const columns = this.#columns;
    this.#rows = [];
    this.#columns = new Set();
    const rowNodes = this.#rendered(rows);
    if (rowNodes.length === 0) return;
    this.#api.refreshCells({
      force: true,
      suppressFlash: true,
      rowNodes,
      ...(columns ? { columns: [...columns, ROW_NUMBERS] } : {}),
    });
    this.#tips.refresh();
    this.#events.drawn();
  };

  #rendered(rows: readonly RowSet[] | null): IRowNode<SheetRow>[] {
    const nodes = this.#api.getRenderedNodes();
    if (!rows) return nodes;
    return nodes.filter(({ data }) => data !== undefined && rows.some((some) => some.has(data.key)));
  }
}
