import type { Column, GridApi } from 'ag-grid-community';
import { ROW_NUMBERS } from '../columns.ts';
import { HEADER_HEIGHT, rowHeight } from '../grid-theme.ts';
import type { SheetRow } from '../sheet-row.ts';
import { destinationFrom } from './navigation.ts';
import { type DragTarget, RangeDrag } from './range-drag.ts';
import { rangeKey } from './range-keys.ts';
import { RangePainter } from './range-painter.ts';
import {
  addByMove,
  type CellPlace,
  cellCount,
  clampSelection,
  contains,
  type Direction,
  disjoint,
  type Extent,
  edge,
  extendTo,
  isWholeRows,
  nextInside,
  type Press,
  pressColumn,
  type Rectangle,
  rectangleOf,
  type Selection,
  same,
  selectAll,
  selectCell,
  selectColumns,
  selectRows,
  step,
} from './selection.ts';

export interface RangeEvents {
  /** The selection changed; null when nothing is selected. */
  selected(selection: Selection | null): void;
  /** The fill handle was let go: `from` was selected, `to` contains it and grew in one direction. */
  fill(from: Rectangle, to: Rectangle, copy: boolean): void;
  /** Whether a place holds a value; undefined where its row is not there yet. */
  filled(place: CellPlace): boolean | undefined;
  /** Row at which a jump up or down the column ends, found where the rows are. */
  edge(place: CellPlace, down: boolean): Promise<number>;
  rowCount(): number;
  editing(): boolean;
  /** Esc gave up what was copied or cut. */
  uncut(): void;
  /** Moves add ranges from now on, or no more. */
  adding(on: boolean): void;
}

/** Ranges over AG Grid's community edition: selects by mouse and keyboard and has the selection drawn; values are others' affair. */
export class RangeLayer {
  readonly #api: GridApi<SheetRow>;
  readonly #host: HTMLElement;
  readonly #events: RangeEvents;
  readonly #painter: RangePainter;
  #selection: Selection | null = null;
  /** How many ranges stay while moves add one more (Shift+F8); null while a move selects alone. */
  #kept: number | null = null;
  /** Ids of the columns when something was last selected. */
  #stood: readonly string[] = [];
  readonly #drag: RangeDrag;

  constructor(api: GridApi<SheetRow>, host: HTMLElement, events: RangeEvents) {
    this.#api = api;
    this.#host = host;
    this.#events = events;
    this.#painter = new RangePainter(
      host,
      () => this.columns,
      () => this.extent,
    );
    this.#drag = new RangeDrag(host, this.#dragTarget());
    host.addEventListener('click', this.#corner);
  }

  destroy(): void {
    this.#painter.destroy();
    this.#drag.destroy();
    this.#host.removeEventListener('click', this.#corner);
  }

  #dragTarget(): DragTarget {
    const layer = this;
    return {
      get selection() {
        return layer.selection;
      },
      get extent() {
        return layer.extent;
      },
      get columns() {
        return layer.columns;
      },
      editing: () => this.#events.editing(),
      set: (selection) => {
        this.#kept = null;
        this.#set(selection);
      },
      activate: (selection) => {
        this.#kept = null;
        this.#activate(selection);
      },
      show: (place) => this.#show(place),
      holds: (row, column) => this.holds(row, column),
      holdsRow: (row) => this.holdsRow(row),
      isHandle: (event) => this.#painter.isHandle(event),
      paintFill: (to) => this.#painter.paint(this.#selection, to),
      fill: (from, to, copy) => this.#events.fill(from, to, copy),
      fillDown: () => this.#fillDown(),
    };
  }

  get selection(): Selection | null {
    return this.#selection;
  }

  /** More than the active cell is selected. */
  get isRange(): boolean {
    return this.#selection !== null && cellCount(this.#selection) > 1;
  }

  /** Ids of the columns as they are shown, row numbers excepted. */
  get columns(): readonly string[] {
    return this.#api
      .getAllDisplayedColumns()
      .flatMap((column) => (column.getColId() === ROW_NUMBERS ? [] : [column.getColId()]));
  }

  get extent(): Extent {
    return { rows: this.#events.rowCount(), columns: this.columns.length };
  }

  /** AG Grid moved its focus: a move that is not this layer's selects that one cell. */
  focused(row: number, column: string): void {
    const place = { row, column: this.columns.indexOf(column) };
    if (place.column < 0 || this.#drag.isDragging) return;
    const selection = this.#selection;
    if (selection && same(selection.active, place)) return;
    // A menu asked for over a range is for the range, though AG Grid moves its focus to the cell under the pointer.
    if (selection && this.#drag.isMenuOver) this.#set({ ...selection, active: place });
    else this.#set(this.#moved(place));
  }

  /** What a move to a place selects. */
  #moved(place: CellPlace): Selection {
    const selection = this.#selection;
    return selection && this.#kept !== null ? addByMove(selection, this.#kept, place) : selectCell(place);
  }

  /** Whether a cell is in a selection of several. */
  holds(row: number, column: string): boolean {
    const place = this.columns.indexOf(column);
    return (
      this.isRange &&
      (this.#selection?.ranges.some((range) => contains(rectangleOf(range), row, place)) ?? false)
    );
  }

  /** Whether a row is selected as a whole. */
  holdsRow(row: number): boolean {
    return this.wholeRows.some(({ top, bottom }) => row >= top && row <= bottom);
  }

  /** What is selected as whole rows. */
  get wholeRows(): readonly Rectangle[] {
    const { extent } = this;
    return (this.#selection?.ranges ?? []).map(rectangleOf).filter((each) => isWholeRows(each, extent));
  }

  /** A press on a column's header: selects the column; the keyboard goes to its first cell in sight. */
  pressColumn(id: string, press: Press): void {
    const column = this.columns.indexOf(id);
    const { extent } = this;
    if (column < 0 || extent.rows === 0) return;
    const row = Math.max(0, Math.min(this.#api.getFirstDisplayedRowIndex(), extent.rows - 1));
    this.#activate(pressColumn(this.#selection, column, press, extent, row));
  }

  /** What was copied is drawn with a border of its own. */
  markCopied(selection: Selection | null): void {
    this.#painter.markCopied(selection ? disjoint(selection.ranges) : []);
  }

  /** A cell is edited: nothing is marked as copied any more, and the cell is in sight, wherever its range ends. */
  edited(row: number | null, column: Column): void {
    this.markCopied(null);
    this.#kept = null;
    if (row === null) return;
    // The column first: looking at the width of rows just drawn would lay them out once more.
    this.#api.ensureColumnVisible(column);
    this.#api.ensureIndexVisible(row);
  }

  clear(): void {
    if (this.#selection !== null) this.#set(null);
  }

  /** The rows or columns are other ones now. */
  reset(): void {
    this.markCopied(null);
    if (this.#selection === null) return;
    const kept = this.isRange ? null : clampSelection(this.#selection, this.extent);
    this.#set(kept);
  }

  /** The columns may stand otherwise: places then mean other cells, so only the active cell stays selected. */
  columnsMoved(): void {
    const { columns } = this;
    // Sized or formatted alone, every place means the cell it meant, whatever is selected meanwhile.
    if (this.#stood.join('\n') === columns.join('\n')) return;
    const active = this.#selection?.active;
    this.markCopied(null);
    this.#kept = null;
    if (!active || columns.length === 0) return;
    // The keyboard may be in a list of the columns now; it comes back to this cell, or to the one in its place.
    const found = columns.indexOf(this.#stood[active.column] ?? '');
    const column = found < 0 ? Math.min(active.column, columns.length - 1) : found;
    this.#set(selectCell({ ...active, column }));
  }

  /** Handles a key of the selection; false leaves it to others. */
  key(event: KeyboardEvent): boolean {
    this.#drag.keyPressed();
    // AG Grid tells of a move later than the next key may come.
    const at = this.#api.getFocusedCell();
    if (at && !at.rowPinned) this.focused(at.rowIndex, at.column.getColId());
    const selection = this.#selection;
    if (!selection) return false;
    const command = rangeKey(event);
    if (!command) return false;
    switch (command.kind) {
      case 'extend': {
        const head = selection.ranges.at(-1)?.head ?? selection.active;
        this.#reach(head, command.direction, command.toEdge, (place) => {
          this.#set(extendTo(selection, place));
          this.#show(this.#selection?.ranges.at(-1)?.head);
        });
        return true;
      }
      case 'jump':
        this.#reach(selection.active, command.direction, true, (place) => this.#activate(this.#moved(place)));
        return true;
      case 'go': {
        const { to, extend } = command;
        const from = extend ? (selection.ranges.at(-1)?.head ?? selection.active) : selection.active;
        const place = destinationFrom(from, to, this.extent, this.#page);
        if (!extend) this.#activate(this.#moved(place));
        else this.#set(extendTo(selection, place));
        this.#show(place, true);
        return true;
      }
      case 'add':
        this.#kept = selection.ranges.length;
        this.#events.adding(true);
        return true;
      case 'show':
        this.#show(selection.active);
        return true;
      case 'rows': {
        const range = selection.ranges.at(-1);
        if (range) {
          const { top, bottom } = rectangleOf(range);
          this.#set({ ...selectRows(top, bottom, this.extent), active: selection.active });
        }
        return true;
      }
      case 'all':
        this.#set(selectAll(selection, this.extent));
        return true;
      case 'columns': {
        const range = selection.ranges.at(-1);
        if (range) {
          const { left, right } = rectangleOf(range);
          this.#set({ ...selectColumns(left, right, this.extent), active: selection.active });
        }
        return true;
      }
      case 'collapse':
        if (this.#painter.hasCopied) {
          this.markCopied(null);
          this.#events.uncut();
          return true;
        }
        if (this.#kept !== null) {
          this.#kept = null;
          this.#events.adding(false);
          return true;
        }
        if (!this.isRange) return false;
        this.#set(selectCell(selection.active));
        return true;
      case 'walk': {
        const next = nextInside(selection, command.by, command.backwards);
        if (!next) return false;
        this.#activate({ ...selection, active: next });
        return true;
      }
    }
  }

  /** Finds where a key leads; past the rows that are here the answer comes later, and counts only if nothing else was selected meanwhile. */
  #reach(from: CellPlace, direction: Direction, toEdge: boolean, go: (place: CellPlace) => void): void {
    if (!toEdge) {
      go(step(from, direction, this.extent));
      return;
    }
    let unknown = false;
    const near = edge(from, direction, this.extent, (place) => {
      const filled = this.#events.filled(place);
      unknown ||= filled === undefined;
      return filled;
    });
    if (!unknown || direction === 'left' || direction === 'right') {
      go(near);
      return;
    }
    const selection = this.#selection;
    void this.#events
      .edge(from, direction === 'down')
      .catch(() => near.row)
      .then((row) => {
        if (this.#selection === selection && !this.#api.isDestroyed()) go({ ...from, row });
      });
  }

  /** Fills down to where the column on the left ends, else the one on the right, as a double click on the handle does elsewhere. */
  #fillDown(): void {
    const range = this.#selection?.ranges.at(-1);
    if (!range) return;
    const from = rectangleOf(range);
    const beside = [from.left - 1, from.right + 1].find(
      (column) =>
        column >= 0 &&
        column < this.extent.columns &&
        this.#events.filled({ row: from.bottom, column }) &&
        this.#events.filled({ row: from.bottom + 1, column }),
    );
    if (beside === undefined) return;
    this.#reach({ row: from.bottom, column: beside }, 'down', true, ({ row: bottom }) => {
      this.#events.fill(from, { ...from, bottom }, false);
      const [anchor, head] = [
        { row: from.top, column: from.left },
        { row: bottom, column: from.right },
      ];
      this.#set({ ranges: [{ anchor, head }], active: anchor });
    });
  }

  #set(selection: Selection | null): void {
    if (selection === null) this.#kept = null;
    this.#stood = this.columns;
    this.#selection = selection;
    this.#painter.paint(selection, null);
    this.#events.selected(selection);
  }

  /** Selects and moves AG Grid's focus along. */
  #activate(selection: Selection): void {
    this.#set(selection);
    const { active } = selection;
    const id = this.columns[active.column];
    if (id === undefined) return;
    this.#show(active);
    this.#api.setFocusedCell(active.row, id);
  }

  /** Scrolls to a place; without a column, to its row alone. `begin`: at the first column the others begin as well, as it may be frozen. */
  #show(place: CellPlace | undefined, begin = false): void {
    if (!place) return;
    const first = begin && place.column === 0 ? this.#api.getDisplayedCenterColumns()[0] : undefined;
    const id = first ?? this.columns[place.column];
    // The column first: looking at the width of rows just drawn would lay them out once more.
    if (id !== undefined) this.#api.ensureColumnVisible(id);
    this.#api.ensureIndexVisible(place.row);
  }

  /** Rows and columns in sight. */
  get #page(): Extent {
    const height = this.#host.querySelector('.ag-grid-viewport')?.clientHeight ?? 0;
    const shown = this.#api.getAllDisplayedVirtualColumns().filter((column) => !column.isPinned());
    return {
      rows: Math.max(1, Math.floor((height - HEADER_HEIGHT) / rowHeight())),
      columns: shown.length,
    };
  }

  /** The corner over the row numbers selects everything. */
  readonly #corner = (event: MouseEvent): void => {
    const corner =
      event.target instanceof Element &&
      event.target.closest(`.ag-header-cell[col-id="${ROW_NUMBERS}"]`) !== null;
    const { extent } = this;
    if (!corner || extent.rows === 0) return;
    const row = Math.max(0, this.#api.getFirstDisplayedRowIndex());
    this.#activate(selectAll(this.#selection ?? selectCell({ row, column: 0 }), extent));
  };
}
