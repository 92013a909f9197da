import type { GridApi, Column as GridColumn } from 'ag-grid-community';
import { columnOf, ROW_NUMBERS } from './columns.ts';
import type { GridModel } from './grid-model.ts';
import type { SheetRow } from './sheet-row.ts';

const CHEVRON =
  '<svg viewBox="0 0 24 24" width="12" height="12" aria-hidden="true"><path d="M9 6l6 6-6 6"/></svg>';

/** Class of what a click opens or closes a group by. */
export const GROUP_TOGGLE = 'sheet-group';

/** Whether a column is the one in which a group's row is named. */
export const isLabelColumn = (api: GridApi<SheetRow>, column: GridColumn | undefined): boolean =>
  column !== undefined && firstColumn(api) === column;

const firstColumn = (api: GridApi<SheetRow>): GridColumn | undefined =>
  api.getAllDisplayedColumns().find((each) => each.getColId() !== ROW_NUMBERS);

/** The name of a group's row or of the totals: chevron, value, label, and how many rows it stands for. */
export class GroupLabelView {
  readonly element = document.createElement('span');
  /** For those who do not see the indent. */
  readonly #level = document.createElement('span');
  readonly #chevron = document.createElement('span');
  readonly #name = document.createElement('span');
  readonly #label = document.createElement('span');
  readonly #count = document.createElement('span');

  constructor() {
    this.#chevron.className = 'sheet-group-chevron';
    this.#name.className = 'sheet-group-name';
    this.#label.className = 'sheet-label';
    this.#count.className = 'sheet-group-count';
    this.#level.className = 'visually-hidden';
    this.element.append(this.#level, this.#chevron, this.#name, this.#label, this.#count);
  }

  draw(row: SheetRow, model: GridModel, api: GridApi<SheetRow>): void {
    const { text, label, rows } = model.groups.label(row);
    const { level = 0, open = false, id = -1 } = row.group ?? {};
    this.element.className = id < 0 ? 'sheet-group-total' : GROUP_TOGGLE;
    this.element.style.paddingInlineStart = `${level * 16}px`;
    this.element.style.maxInlineSize = `${room(row, model, api)}px`;
    this.#chevron.innerHTML = id < 0 ? '' : CHEVRON;
    this.#chevron.classList.toggle('open', open);
    this.#level.textContent = id < 0 ? '' : `Group, level ${level + 1}: `;
    this.#name.textContent = text;
    this.#label.textContent = label;
    this.#label.hidden = label === null;
    this.#count.textContent = `${rows.toLocaleString()} ${rows === 1 ? 'row' : 'rows'}`;
  }
}

/** Pixels up to the next figure, over which the name may stand; cells without one are empty. */
const room = (row: SheetRow, model: GridModel, api: GridApi<SheetRow>): number => {
  const first = firstColumn(api);
  let width = -12;
  let begun = false;
  for (const column of api.getAllDisplayedColumns()) {
    begun ||= column === first;
    if (!begun) continue;
    const shown = columnOf(model, column.getColId());
    const isBeyond = column.getPinned() !== first?.getPinned();
    if (column !== first && (isBeyond || !shown || model.value(row, shown) !== null)) break;
    width += column.getActualWidth();
  }
  return Math.max(width, 0);
};
