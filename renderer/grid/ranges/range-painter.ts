import { contains, disjoint, type Rectangle, rectangleOf, type Selection } from './selection.ts';

const CLASSES = [
  'range',
  'range-top',
  'range-bottom',
  'range-left',
  'range-right',
  'range-handle',
  'range-fill',
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
  readonly #observer: MutationObserver;
  #rectangles: readonly Rectangle[] = [];
  #last: Rectangle | null = null;
  #fill: Rectangle | null = null;
  #painted = false;
  #frame = 0;

  constructor(host: HTMLElement, columns: () => readonly string[]) {
    this.#host = host;
    this.#columns = columns;
    this.#observer = new MutationObserver(() => {
      if (this.#rectangles.length > 0) this.#soon();
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
    if (this.#rectangles.length === 0 && !this.#painted) return;
    const places = new Map(this.#columns().map((id, i) => [id, i]));
    for (const row of this.#host.querySelectorAll<HTMLElement>('.ag-row[row-index]')) {
      const r = Number(row.getAttribute('row-index'));
      for (const cell of row.querySelectorAll<HTMLElement>('.ag-cell[col-id]')) {
        const c = places.get(cell.getAttribute('col-id') ?? '');
        if (c !== undefined) this.#mark(cell, r, c);
      }
    }
    this.#painted = this.#rectangles.length > 0;
  };

  #mark(cell: HTMLElement, row: number, column: number): void {
    const inside = this.#rectangles.find((rectangle) => contains(rectangle, row, column));
    const single =
      this.#rectangles.length === 1 && inside && inside.top === inside.bottom && inside.left === inside.right;
    const marks = new Set<string>();
    if (inside && !single) {
      marks.add('range');
      const at = (r: number, c: number): boolean =>
        this.#rectangles.some((rectangle) => contains(rectangle, r, c));
      if (!at(row - 1, column)) marks.add('range-top');
      if (!at(row + 1, column)) marks.add('range-bottom');
      if (!at(row, column - 1)) marks.add('range-left');
      if (!at(row, column + 1)) marks.add('range-right');
    }
    if (this.#last && row === this.#last.bottom && column === this.#last.right) marks.add('range-handle');
    if (this.#fill && !inside && contains(this.#fill, row, column)) marks.add('range-fill');
    for (const name of CLASSES) {
      if (cell.classList.contains(name) !== marks.has(name)) cell.classList.toggle(name, marks.has(name));
    }
  }
}
