import type { GridApi, TooltipHideEvent, TooltipShowEvent } from 'ag-grid-community';
import type { SheetRow } from './sheet-row.ts';

/** Keeps the tooltip under a resting pointer: AG Grid takes it away when the cell is drawn again, and would wait for the pointer to come anew. */
export class CellTips {
  readonly #api: GridApi<SheetRow>;
  readonly #host: HTMLElement;
  #cell: HTMLElement | null = null;
  #pointer: { readonly clientX: number; readonly clientY: number } | null = null;

  constructor(api: GridApi<SheetRow>, host: HTMLElement) {
    this.#api = api;
    this.#host = host;
    api.addEventListener('tooltipShow', this.#shown);
    api.addEventListener('tooltipHide', this.#hidden);
    host.addEventListener('mouseover', this.#over, { passive: true });
  }

  destroy(): void {
    this.#host.removeEventListener('mouseover', this.#over);
    if (this.#api.isDestroyed()) return;
    this.#api.removeEventListener('tooltipShow', this.#shown);
    this.#api.removeEventListener('tooltipHide', this.#hidden);
  }

  /** Draws cells again; a tooltip that stood over one of them comes back with what is true now. */
  around(draw: () => void): void {
    const cell = this.#cell;
    draw();
    if (!cell?.isConnected || !cell.matches(':hover') || !this.#pointer) return;
    cell.dispatchEvent(new MouseEvent('mouseenter', this.#pointer));
  }

  readonly #over = ({ clientX, clientY }: MouseEvent): void => {
    this.#pointer = { clientX, clientY };
  };

  readonly #shown = ({ parentGui }: TooltipShowEvent<SheetRow>): void => {
    this.#cell = parentGui;
  };

  readonly #hidden = ({ parentGui }: TooltipHideEvent<SheetRow>): void => {
    if (this.#cell === parentGui) this.#cell = null;
  };
}
