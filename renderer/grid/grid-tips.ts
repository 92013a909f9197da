import type { GridApi } from 'ag-grid-community';
import { columnHelp } from './column-help.ts';
import { columnOf, ROW_NUMBERS } from './columns.ts';
import type { GridModel } from './grid-model.ts';
import type { SheetRow } from './sheet-row.ts';

/** Milliseconds the pointer rests on a cell before its tip is shown; less where one was shown just before. */
const DELAY = 350;
const NEXT_DELAY = 80;
const JUST_BEFORE = 600;
/** Pixels between pointer and tip, and between tip and the window's border. */
const OFFSET = 18;
const MARGIN = 8;

/** Tips of cells and headers by one listener on the grid; a listener a cell would be hundreds a screen. */
export class GridTips {
  readonly #api: GridApi<SheetRow>;
  readonly #host: HTMLElement;
  readonly #model: GridModel;
  readonly #tip = document.createElement('div');
  readonly #stop = new AbortController();
  #over: Element | null = null;
  #at = { x: 0, y: 0 };
  #timer = 0;
  /** The pointer has rested on the cell long enough. */
  #rested = false;
  #hiddenAt = Number.NEGATIVE_INFINITY;

  constructor(api: GridApi<SheetRow>, host: HTMLElement, model: GridModel) {
    this.#api = api;
    this.#host = host;
    this.#model = model;
    this.#tip.className = 'sheet-tip';
    this.#tip.role = 'tooltip';
    const options = { capture: true, passive: true, signal: this.#stop.signal };
    host.addEventListener('mouseover', this.#enter, options);
    host.addEventListener('mousemove', this.#move, options);
    host.addEventListener('mouseleave', this.#leave, { passive: true, signal: this.#stop.signal });
    for (const type of ['mousedown', 'wheel', 'scroll']) host.addEventListener(type, this.#give, options);
    host.addEventListener('keydown', this.#hide, options);
  }

  destroy(): void {
    this.#hide();
    this.#stop.abort();
  }

  /** Cells were drawn again: the tip under a resting pointer says what is true now. */
  refresh(): void {
    if (this.#rested) this.#show();
  }

  readonly #enter = ({ target, clientX, clientY }: MouseEvent): void => {
    this.#at = { x: clientX, y: clientY };
    const over = target instanceof Element ? target.closest('.ag-cell, .ag-header-cell') : null;
    if (over === this.#over) return;
    this.#give();
    this.#over = over;
    if (!over) return;
    const soon = performance.now() - this.#hiddenAt < JUST_BEFORE;
    this.#timer = window.setTimeout(this.#show, soon ? NEXT_DELAY : DELAY);
  };

  readonly #move = ({ clientX, clientY }: MouseEvent): void => {
    this.#at = { x: clientX, y: clientY };
  };

  readonly #leave = (): void => {
    this.#give();
    this.#over = null;
  };

  readonly #give = (): void => {
    this.#rested = false;
    this.#hide();
  };

  readonly #hide = (): void => {
    window.clearTimeout(this.#timer);
    if (!this.#tip.isConnected) return;
    this.#tip.remove();
    this.#hiddenAt = performance.now();
  };

  readonly #show = (): void => {
    this.#rested = true;
    const text = this.#over?.isConnected ? this.#text(this.#over) : null;
    if (text === null || text === '') {
      this.#hide();
      return;
    }
    this.#tip.textContent = text;
    this.#host.append(this.#tip);
    const { offsetWidth, offsetHeight } = this.#tip;
    const { x, y } = this.#at;
    const below = y + OFFSET + offsetHeight + MARGIN <= window.innerHeight;
    const left = Math.max(MARGIN, Math.min(x + OFFSET / 2, window.innerWidth - offsetWidth - MARGIN));
    this.#tip.style.left = `${left}px`;
    this.#tip.style.top = `${Math.max(MARGIN, below ? y + OFFSET : y - OFFSET - offsetHeight)}px`;
  };

  #text(over: Element): string | null {
    const id = over.getAttribute('col-id') ?? '';
    const column = columnOf(this.#model, id);
    if (over.classList.contains('ag-header-cell')) {
      if (id === ROW_NUMBERS) return 'Select everything. Click a number to select its row.';
      return column ? columnHelp(column) : null;
    }
    // The totals are pinned and have a numbering of their own.
    const index = over.closest('.ag-row')?.getAttribute('row-index');
    if (!column || !index || !/^\d+$/.test(index) || over.classList.contains('ag-cell-inline-editing'))
      return null;
    const row = this.#api.getDisplayedRowAtIndex(Number(index))?.data;
    return row ? this.#model.look(row, column).note : null;
  }
}
