import { ROW_NUMBERS } from '../columns.ts';
import { scrollSpeed } from './navigation.ts';
import {
  addRange,
  type CellPlace,
  type Direction,
  type Extent,
  extendTo,
  type Press,
  pressRow,
  type Rectangle,
  rectangleOf,
  type Selection,
  same,
  selectCell,
  step,
} from './selection.ts';

/** What dragging needs of the selection it changes. */
export interface DragTarget {
  readonly selection: Selection | null;
  readonly extent: Extent;
  /** Ids of the columns as they are shown, row numbers excepted. */
  readonly columns: readonly string[];
  editing(): boolean;
  set(selection: Selection): void;
  /** Selects and moves the grid's focus along. */
  activate(selection: Selection): void;
  show(place: CellPlace): void;
  holds(row: number, column: string): boolean;
  holdsRow(row: number): boolean;
  isHandle(event: MouseEvent): boolean;
  /** Draws where the fill handle is being dragged to. */
  paintFill(to: Rectangle | null): void;
  fill(from: Rectangle, to: Rectangle, copy: boolean): void;
  /** Fills down as far as the column beside goes on. */
  fillDown(): void;
}

/** Pixels from the border of the rows at which dragging scrolls. */
const EDGE = 28;
/** Columns are wider than rows are high. */
const COLUMNS_SLOWER = 3;

const pressOf = (event: MouseEvent): Press =>
  event.shiftKey ? 'extend' : event.ctrlKey || event.metaKey ? 'add' : 'only';

/** Selecting and filling by mouse: presses, drags, and the scrolling of the rows while the pointer is at their border. */
export class RangeDrag {
  readonly #host: HTMLElement;
  readonly #target: DragTarget;
  #drag: 'cells' | 'rows' | 'fill' | null = null;
  #fillTo: CellPlace | null = null;
  #pointer: { x: number; y: number } | null = null;
  #scrolling = 0;
  #scrolledAt: number | null = null;
  /** Parts of a cell still to be scrolled. */
  #due = 0;
  /** The press is this layer's alone: no focus moves. */
  #kept = false;
  /** The last press was for a menu, inside the selection. */
  #menuOver = false;

  constructor(host: HTMLElement, target: DragTarget) {
    this.#host = host;
    this.#target = target;
    // AG Grid moves its focus on this event, before a mouse button is told of.
    host.addEventListener('pointerdown', this.#down, true);
    host.addEventListener('mousedown', this.#pressed, true);
    host.addEventListener('dblclick', this.#twice, true);
    window.addEventListener('mousemove', this.#move);
    window.addEventListener('mouseup', this.#up);
  }

  destroy(): void {
    cancelAnimationFrame(this.#scrolling);
    this.#host.removeEventListener('pointerdown', this.#down, true);
    this.#host.removeEventListener('mousedown', this.#pressed, true);
    this.#host.removeEventListener('dblclick', this.#twice, true);
    window.removeEventListener('mousemove', this.#move);
    window.removeEventListener('mouseup', this.#up);
  }

  get isDragging(): boolean {
    return this.#drag !== null;
  }

  /** A menu was asked for over the selection, so it is for the selection. */
  get isMenuOver(): boolean {
    return this.#menuOver;
  }

  keyPressed(): void {
    this.#menuOver = false;
  }

  #placeOf(target: EventTarget | null): CellPlace | null {
    const cell = target instanceof Element ? target.closest<HTMLElement>('.ag-cell[col-id]') : null;
    const row = this.#rowOf(cell);
    const column = this.#target.columns.indexOf(cell?.getAttribute('col-id') ?? '');
    return row === null || column < 0 ? null : { row, column };
  }

  /** The rows under the others are numbered apart, so they have no place. */
  #rowOf(inside: Element | null): number | null {
    const row = Number(inside?.closest('.ag-row')?.getAttribute('row-index') ?? 'none');
    return Number.isInteger(row) ? row : null;
  }

  /** The row whose number is under the pointer. */
  #numberOf(target: EventTarget | null): number | null {
    return target instanceof Element
      ? this.#rowOf(target.closest(`.ag-cell[col-id="${ROW_NUMBERS}"]`))
      : null;
  }

  readonly #down = (event: MouseEvent): void => {
    this.#kept = false;
    if (this.#target.editing()) return;
    const number = this.#numberOf(event.target);
    if (number !== null) {
      this.#pressNumber(number, event);
      return;
    }
    const place = this.#placeOf(event.target);
    if (!place) return;
    const { selection } = this.#target;
    this.#menuOver =
      event.button !== 0 && this.#target.holds(place.row, this.#target.columns[place.column] ?? '');
    if (event.button !== 0) return;
    if (this.#target.isHandle(event) && selection) {
      this.#drag = 'fill';
      this.#fillTo = null;
      this.#keep(event);
      return;
    }
    this.#drag = 'cells';
    if (event.shiftKey && selection) {
      // The active cell stays where the range began, so AG Grid must not move its focus.
      this.#keep(event);
      this.#target.set(extendTo(selection, place));
    } else if ((event.ctrlKey || event.metaKey) && selection) {
      this.#target.set(addRange(selection, place));
    } else this.#target.set(selectCell(place));
  };

  #pressNumber(row: number, event: MouseEvent): void {
    const { selection, extent } = this.#target;
    // A menu over selected rows is for all of them.
    this.#menuOver = event.button !== 0 && this.#target.holdsRow(row);
    if (this.#menuOver) return;
    this.#keep(event);
    const press = event.button === 0 ? pressOf(event) : 'only';
    this.#target.activate(pressRow(selection, row, press, extent, this.#firstDrawn(event.target)));
    if (event.button === 0) this.#drag = 'rows';
    this.#menuOver = event.button !== 0;
  }

  /** A column that is drawn in the pressed row, for the focus to be at. */
  #firstDrawn(target: EventTarget | null): number {
    const cells = target instanceof Element ? target.closest('.ag-row')?.querySelectorAll('.ag-cell') : null;
    const places = [...(cells ?? [])]
      .map((cell) => this.#target.columns.indexOf(cell.getAttribute('col-id') ?? ''))
      .filter((place) => place >= 0);
    return places.length > 0 ? Math.min(...places) : 0;
  }

  #keep(event: MouseEvent): void {
    this.#kept = true;
    event.stopPropagation();
  }

  /** The same press as a mouse event, which would move the browser's focus. */
  readonly #pressed = (event: MouseEvent): void => {
    if (!this.#kept) return;
    this.#kept = false;
    event.preventDefault();
    event.stopPropagation();
  };

  /** On the fill handle; elsewhere the cell is edited. */
  readonly #twice = (event: MouseEvent): void => {
    if (this.#target.editing() || !this.#placeOf(event.target) || !this.#target.isHandle(event)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#target.fillDown();
  };

  readonly #move = (event: MouseEvent): void => {
    if (this.#drag === null) return;
    if (event.buttons === 0) {
      this.#drag = null;
      return;
    }
    this.#pointer = { x: event.clientX, y: event.clientY };
    this.#dragTo(this.#under(event.clientX, event.clientY));
    if (this.#scrolling === 0) {
      this.#scrolledAt = null;
      this.#scrolling = requestAnimationFrame(this.#scroll);
    }
  };

  #under(x: number, y: number): CellPlace | null {
    const element = document.elementFromPoint(x, y);
    if (this.#drag !== 'rows') return this.#placeOf(element);
    const row = this.#rowOf(element);
    return row === null ? null : { row, column: 0 };
  }

  #dragTo(place: CellPlace | null): void {
    const { selection } = this.#target;
    if (!place || !selection) return;
    if (this.#drag === 'fill') {
      this.#fillTo = place;
      this.#target.paintFill(this.#fillTarget());
      return;
    }
    const head = selection.ranges.at(-1)?.head;
    if (this.#drag === 'rows') {
      if (head?.row !== place.row)
        this.#target.set(pressRow(selection, place.row, 'extend', this.#target.extent, place.column));
    } else if (!head || !same(head, place)) this.#target.set(extendTo(selection, place));
  }

  /** The selected rectangle grown towards the pointer, along the direction in which it is farther out. */
  #fillTarget(): Rectangle | null {
    const range = this.#target.selection?.ranges.at(-1);
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
    const { selection } = this.#target;
    const range = selection?.ranges.at(-1);
    const target = was === 'fill' ? this.#fillTarget() : null;
    this.#fillTo = null;
    if (was === 'fill') this.#target.paintFill(null);
    if (!range || !target || !selection) return;
    this.#target.fill(rectangleOf(range), target, event.ctrlKey || event.metaKey);
    const { top, left, bottom, right } = target;
    this.#target.set({
      ranges: [{ anchor: { row: top, column: left }, head: { row: bottom, column: right } }],
      active: selection.active,
    });
  };

  /** Which way the rows have to come in, and how far out the pointer is. */
  #pull(): { readonly direction: Direction; readonly past: number } | null {
    const box = this.#host.querySelector('.ag-grid-viewport')?.getBoundingClientRect();
    if (!box || !this.#pointer) return null;
    const { x, y } = this.#pointer;
    const header = this.#host.querySelector('.ag-header')?.getBoundingClientRect().height ?? 0;
    const sides: readonly (readonly [Direction, number])[] = [
      ['down', y - (box.bottom - EDGE)],
      ['up', box.top + header + EDGE - y],
      ['right', x - (box.right - EDGE)],
      ['left', this.#scrolledEdge(box.left) + EDGE - x],
    ];
    for (const [direction, past] of sides) {
      const across = direction === 'left' || direction === 'right';
      if (past > 0 && !(across && this.#drag === 'rows')) return { direction, past };
    }
    return null;
  }

  /** Where the columns that scroll begin, right of the frozen ones. */
  #scrolledEdge(left: number): number {
    const frozen = this.#host.querySelectorAll('.ag-header-cell.ag-cell-last-left-pinned');
    return Math.max(left, ...[...frozen].map((header) => header.getBoundingClientRect().right));
  }

  /** While the pointer is at a border, rows come in from there. */
  readonly #scroll = (now: number): void => {
    this.#scrolling = 0;
    const head = this.#drag === 'fill' ? this.#fillTo : this.#target.selection?.ranges.at(-1)?.head;
    const pull = this.#drag === null ? null : this.#pull();
    if (!pull || !head) return;
    const passed = this.#scrolledAt === null ? 0 : Math.min(100, now - this.#scrolledAt);
    this.#scrolledAt = now;
    const { direction, past } = pull;
    const across = direction === 'left' || direction === 'right';
    this.#due += (passed / 1000) * (scrollSpeed(past) / (across ? COLUMNS_SLOWER : 1));
    const cells = Math.floor(this.#due);
    if (cells > 0) {
      this.#due -= cells;
      const next = step(head, direction, this.#target.extent, cells);
      this.#target.show(this.#drag === 'rows' ? { ...next, column: -1 } : next);
      this.#dragTo(next);
    }
    this.#scrolling = requestAnimationFrame(this.#scroll);
  };
}
