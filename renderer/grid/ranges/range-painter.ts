import { ROW_NUMBERS } from '../columns.ts';
import {
  contains,
  disjoint,
  type Extent,
  isWholeColumns,
  isWholeRows,
  type Rectangle,
  rectangleOf,
  type Selection,
} from './selection.ts';

const CLASSES = [
  'range',
  'range-top',
  'range-bottom',
  'range-left',
  'range-right',
  'range-handle',
  'range-fill',
  'range-part',
  'range-whole',
  'copied-top',
  'copied-bottom',
  'copied-left',
  'copied-right',
] as const;
/** Pixels of the corner that are the fill handle. */
const HANDLE = 9;

/**
 * Draws a selection by classes on the cells that are on the screen: no row is rendered again, and a frame costs a walk over some hundred
 * cells. Cells that scroll in are caught by an observer.
 */
export class RangePainter {
  readonly #host: HTMLElement;
  readonly #columns: () => readonly string[];
  readonly #extent: () => Extent;
  readonly #observer: MutationObserver;
  #rectangles: readonly Rectangle[] = [];
  #last: Rectangle | null = null;
  #fill: Rectangle | null = null;
  #copied: readonly Rectangle[] = [];
  /** Cells that have marks now. */
  #drawn: ReadonlyMap<HTMLElement, number> = new Map();
  #frame = 0;

  constructor(host: HTMLElement, columns: () => readonly string[], extent: () => Extent) {
    this.#host = host;
    this.#columns = columns;
    this.#extent = extent;
    this.#observer = new MutationObserver(() => {
      if (this.#rectangles.length + this.#copied.length > 0) this.#soon();
    });
    this.#observer.observe(host, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ['row-index'],
    });
  }

  destroy(): void {
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  /** `fill` is where the fill handle is being dragged to. A single cell is drawn by the grid's own focus, with a handle. */
  paint(selection: Selection | null, fill: Rectangle | null): void {
    this.#rectangles = selection ? disjoint(selection.ranges) : [];
    const [only, ...more] = selection?.ranges ?? [];
    this.#last = only && more.length === 0 ? rectangleOf(only) : null;
    this.#fill = fill;
    this.#soon();
  }

  markCopied(rectangles: readonly Rectangle[]): void {
    if (rectangles.length + this.#copied.length === 0) return;
    this.#copied = rectangles;
    this.#soon();
  }

  get hasCopied(): boolean {
    return this.#copied.length > 0;
  }

  /** Whether the pointer is on the fill handle. */
  isHandle(event: MouseEvent): boolean {
    const cell = event.target instanceof Element ? event.target.closest('.ag-cell.range-handle') : null;
    if (!cell) return false;
    const box = cell.getBoundingClientRect();
    return event.clientX > box.right - HANDLE && event.clientY > box.bottom - HANDLE;
  }

  #soon(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#draw);
  }

  readonly #draw = (): void => {
    this.#frame = 0;
    if (this.#rectangles.length + this.#copied.length === 0 && this.#drawn.size === 0) return;
    const wanted = new Map<HTMLElement, number>();
    const areas = [...this.#rectangles, ...this.#copied, ...(this.#fill ? [this.#fill] : [])];
    const places = new Map(this.#columns().map((id, i) => [id, i]));
    const extent = this.#extent();
    this.#markHeaders(wanted, places, extent);
    for (const row of this.#host.querySelectorAll<HTMLElement>('.ag-row[row-index]')) {
      const r = Number(row.getAttribute('row-index'));
      // Most rows on the screen have nothing selected in them.
      if (!areas.some(({ top, bottom }) => r >= top && r <= bottom)) continue;
      for (const cell of row.querySelectorAll<HTMLElement>('.ag-cell[col-id]')) {
        const id = cell.getAttribute('col-id') ?? '';
        const c = places.get(id);
        const marks =
          c !== undefined ? this.#marks(r, c) : id === ROW_NUMBERS ? this.#numberMarks(r, extent) : 0;
        if (marks !== 0) wanted.set(cell, marks);
      }
    }
    for (const [cell, marks] of this.#drawn) if (!wanted.has(cell)) toggle(cell, marks, 0);
    for (const [cell, marks] of wanted) toggle(cell, this.#drawn.get(cell) ?? 0, marks);
    this.#drawn = wanted;
  };

  /** Headers of the columns a range is in, stronger where it is the whole column. */
  #markHeaders(wanted: Map<HTMLElement, number>, places: ReadonlyMap<string, number>, extent: Extent): void {
    if (this.#rectangles.length === 0) return;
    for (const header of this.#host.querySelectorAll<HTMLElement>('.ag-header-cell[col-id]')) {
      const c = places.get(header.getAttribute('col-id') ?? '');
      const over = this.#rectangles.filter(({ left, right }) => c !== undefined && c >= left && c <= right);
      if (over.length === 0) continue;
      const whole = over.some((each) => isWholeColumns(each, extent));
      wanted.set(header, bit('range-part') | (whole ? bit('range-whole') : 0));
    }
  }

  #numberMarks(row: number, extent: Extent): number {
    const over = this.#rectangles.filter(({ top, bottom }) => row >= top && row <= bottom);
    if (over.length === 0) return 0;
    return bit('range-part') | (over.some((each) => isWholeRows(each, extent)) ? bit('range-whole') : 0);
  }

  /** One bit for each of `CLASSES` that the cell has. */
  #marks(row: number, column: number): number {
    const at = (r: number, c: number): boolean =>
      this.#rectangles.some((rectangle) => contains(rectangle, r, c));
    const [first] = this.#rectangles;
    const single =
      this.#rectangles.length === 1 && first && first.top === first.bottom && first.left === first.right;
    const inside = at(row, column);
    let marks = 0;
    if (inside && !single) {
      marks |= bit('range');
      if (!at(row - 1, column)) marks |= bit('range-top');
      if (!at(row + 1, column)) marks |= bit('range-bottom');
      if (!at(row, column - 1)) marks |= bit('range-left');
      if (!at(row, column + 1)) marks |= bit('range-right');
    }
    if (this.#last && row === this.#last.bottom && column === this.#last.right) marks |= bit('range-handle');
    marks |= this.#copiedMarks(row, column);
    if (this.#fill && !inside && contains(this.#fill, row, column)) marks |= bit('range-fill');
    return marks;
  }

  /** The border around what was copied. */
  #copiedMarks(row: number, column: number): number {
    let marks = 0;
    for (const each of this.#copied) {
      if (!contains(each, row, column)) continue;
      if (row === each.top) marks |= bit('copied-top');
      if (row === each.bottom) marks |= bit('copied-bottom');
      if (column === each.left) marks |= bit('copied-left');
      if (column === each.right) marks |= bit('copied-right');
    }
    return marks;
  }
}

const bit = (name: (typeof CLASSES)[number]): number => 1 << CLASSES.indexOf(name);

const toggle = (cell: HTMLElement, from: number, to: number): void => {
  const changed = from ^ to;
  if (changed === 0) return;
  CLASSES.forEach((name, i) => {
    if (changed & (1 << i)) cell.classList.toggle(name, (to & (1 << i)) !== 0);
  });
};
