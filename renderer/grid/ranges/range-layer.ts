import type { GridApi } from 'ag-grid-community';
import { ROW_NUMBERS } from '../columns.ts';
import type { SheetRow } from '../sheet-row.ts';
import { rangeKey } from './range-keys.ts';
import { RangePainter } from './range-painter.ts';
import {
  addRange,
  type CellPlace,
  cellCount,
  clampSelection,
  contains,
  type Direction,
  type Extent,
  edge,
  extendTo,
  nextInside,
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
}

/** Pixels from the border of the rows at which dragging scrolls. */
const EDGE = 28;

/** Ranges over AG Grid's community edition: selects by mouse and keyboard and has the selection drawn; values are others' affair. */
export class RangeLayer {
  readonly #api: GridApi<SheetRow>;
  readonly #host: HTMLElement;
  readonly #events: RangeEvents;
  readonly #painter: RangePainter;
  #selection: Selection | null = null;
  #drag: 'select' | 'fill' | null = null;
  #fillTo: CellPlace | null = null;
  #pointer: { x: number; y: number } | null = null;
  #scrolling = 0;
  /** The press is this layer's alone: no focus moves. */
  #kept = false;
  /** The last press was for a menu, inside the selection. */
  #menuOver = false;

  constructor(api: GridApi<SheetRow>, host: HTMLElement, events: RangeEvents) {
    this.#api = api;
    this.#host = host;
    this.#events = events;
    this.#painter = new RangePainter(host, () => this.columns);
    // AG Grid moves its focus on this event, before a mouse button is told of.
    host.addEventListener('pointerdown', this.#down, true);
    host.addEventListener('mousedown', this.#pressed, true);
    window.addEventListener('mousemove', this.#move);
    window.addEventListener('mouseup', this.#up);
  }

  destroy(): void {
    this.#painter.destroy();
    cancelAnimationFrame(this.#scrolling);
    this.#host.removeEventListener('pointerdown', this.#down, true);
    this.#host.removeEventListener('mousedown', this.#pressed, true);
    window.removeEventListener('mousemove', this.#move);
    window.removeEventListener('mouseup', this.#up);
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
    if (place.column < 0 || this.#drag !== null) return;
    const selection = this.#selection;
    if (selection && same(selection.active, place)) return;
    // A menu asked for over a range is for the range, though AG Grid moves its focus to the cell under the pointer.
    if (selection && this.#menuOver) this.#set({ ...selection, active: place });
    else this.#set(selectCell(place));
  }

  /** Whether a cell is in a selection of several. */
  holds(row: number, column: string): boolean {
    const place = this.columns.indexOf(column);
    return (
      this.isRange &&
      (this.#selection?.ranges.some((range) => contains(rectangleOf(range), row, place)) ?? false)
    );
  }

  selectRows(from: number, to: number): void {
    this.#set(selectRows(from, to, this.extent));
  }

  clear(): void {
    if (this.#selection !== null) this.#set(null);
  }

  /** The rows or columns are other ones now. */
  reset(): void {
    if (this.#selection === null) return;
    const kept = this.isRange ? null : clampSelection(this.#selection, this.extent);
    this.#set(kept);
  }

  /** The columns stand otherwise: places mean other cells now, so only the active cell stays selected. */
  columnsMoved(): void {
    const at = this.#api.getFocusedCell();
    const column = at ? this.columns.indexOf(at.column.getColId()) : -1;
    if (this.#selection) this.#set(at && column >= 0 ? selectCell({ row: at.rowIndex, column }) : null);
  }

  /** Handles a key of the selection; false leaves it to others. */
  key(event: KeyboardEvent): boolean {
    this.#menuOver = false;
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
        this.#reach(selection.active, command.direction, true, (place) => this.#activate(selectCell(place)));
        return true;
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

  #set(selection: Selection | null): void {
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

  #show(place: CellPlace | undefined): void {
    const id = place && this.columns[place.column];
    if (!place || id === undefined) return;
    this.#api.ensureIndexVisible(place.row);
    this.#api.ensureColumnVisible(id);
  }

  #placeOf(target: EventTarget | null): CellPlace | null {
    if (!(target instanceof Element)) return null;
    const cell = target.closest<HTMLElement>('.ag-cell[col-id]');
    const row = cell?.closest('.ag-row')?.getAttribute('row-index');
    const column = this.columns.indexOf(cell?.getAttribute('col-id') ?? '');
    // The rows under the others are numbered apart.
    const place = Number(row ?? 'none');
    return !Number.isInteger(place) || column < 0 ? null : { row: place, column };
  }

  readonly #down = (event: MouseEvent): void => {
    this.#kept = false;
    if (this.#events.editing()) return;
    const place = this.#placeOf(event.target);
    if (!place) return;
    this.#menuOver = event.button !== 0 && this.holds(place.row, this.columns[place.column] ?? '');
    if (event.button !== 0) return;
    if (this.#painter.isHandle(event) && this.#selection) {
      this.#drag = 'fill';
      this.#fillTo = null;
      this.#kept = true;
      event.stopPropagation();
      return;
    }
    this.#drag = 'select';
    if (event.shiftKey && this.#selection) {
      // The active cell stays where the range began, so AG Grid must not move its focus.
      this.#kept = true;
      event.stopPropagation();
      this.#set(extendTo(this.#selection, place));
    } else if ((event.ctrlKey || event.metaKey) && this.#selection) {
      this.#set(addRange(this.#selection, place));
    } else this.#set(selectCell(place));
  };

  /** The same press as a mouse event, which would move the browser's focus. */
  readonly #pressed = (event: MouseEvent): void => {
    if (!this.#kept) return;
    this.#kept = false;
    event.preventDefault();
    event.stopPropagation();
  };

  readonly #move = (event: MouseEvent): void => {
    if (this.#drag === null) return;
    if (event.buttons === 0) {
      this.#drag = null;
      return;
    }
    this.#pointer = { x: event.clientX, y: event.clientY };
    this.#dragTo(this.#placeOf(document.elementFromPoint(event.clientX, event.clientY)));
    if (this.#scrolling === 0) this.#scrolling = requestAnimationFrame(this.#scroll);
  };

  #dragTo(place: CellPlace | null): void {
    const selection = this.#selection;
    if (!place || !selection) return;
    if (this.#drag === 'fill') {
      this.#fillTo = place;
      this.#painter.paint(selection, this.#fillTarget());
      return;
    }
    const head = selection.ranges.at(-1)?.head;
    if (!head || !same(head, place)) this.#set(extendTo(selection, place));
  }

  /** The selected rectangle grown towards the pointer, along the direction in which it is farther out. */
  #fillTarget(): Rectangle | null {
    const range = this.#selection?.ranges.at(-1);
    const to = this.#fillTo;
    if (!range || !to) return null;
    const from = rectangleOf(range);
    const down = Math.max(to.row - from.bottom, from.top - to.row, 0);
    const across = Math.max(to.column - from.right, from.left - to.column, 0);
    if (down === 0 && across === 0) return null;
    return down >= across
      ? { ...from, top: Math.min(from.top, to.row), bottom: Math.max(from.bottom, to.row) }
      : { ...from, left: Math.min(from.left, to.column), right: Math.max(from.right, to.column) };
  }

  readonly #up = (event: MouseEvent): void => {
    if (this.#drag === null) return;
    const was = this.#drag;
    this.#drag = null;
    this.#pointer = null;
    const range = this.#selection?.ranges.at(-1);
    const target = was === 'fill' ? this.#fillTarget() : null;
    this.#fillTo = null;
    if (range && target && this.#selection) {
      this.#events.fill(rectangleOf(range), target, event.ctrlKey || event.metaKey);
      const { top, left, bottom, right } = target;
      this.#set({
        ranges: [{ anchor: { row: top, column: left }, head: { row: bottom, column: right } }],
        active: this.#selection.active,
      });
    }
  };

  /** While the pointer is at a border, rows come in from there. */
  readonly #scroll = (): void => {
    this.#scrolling = 0;
    if (this.#drag === null || !this.#pointer || this.#api.isDestroyed()) return;
    const box = this.#host.querySelector('.ag-grid-viewport')?.getBoundingClientRect();
    const head = this.#drag === 'fill' ? this.#fillTo : this.#selection?.ranges.at(-1)?.head;
    if (!box || !head) return;
    const { x, y } = this.#pointer;
    const direction: Direction | null =
      y > box.bottom - EDGE
        ? 'down'
        : y < box.top + EDGE + 33
          ? 'up'
          : x > box.right - EDGE
            ? 'right'
            : x < box.left + EDGE
              ? 'left'
              : null;
    if (direction) {
      const next = step(head, direction, this.extent);
      this.#show(next);
      this.#dragTo(next);
      this.#scrolling = requestAnimationFrame(this.#scroll);
    }
  };
}
