import type { IHeaderComp, IHeaderParams } from 'ag-grid-community';
import type { Column } from '../../shared/model/sheet.ts';
import type { GridModel } from './grid-model.ts';
import type { HeaderSignals } from './header-signals.ts';
import type { Press } from './ranges/selection.ts';
import type { SheetRow } from './sheet-row.ts';

export interface SheetHeaderParams extends IHeaderParams<SheetRow> {
  readonly model: GridModel;
  readonly sheetColumn: Column;
  readonly signals: HeaderSignals;
  readonly onFilter: (column: Column, anchor: HTMLElement) => void;
  readonly onMenu: (column: Column, at: { readonly x: number; readonly y: number }) => void;
  readonly onSelect: (column: Column, press: Press) => void;
  /** Makes the column wider by so many pixels, or narrower. */
  readonly onWidth: (column: Column, by: number) => void;
  readonly isKey: boolean;
}

/** Pixels by which the keyboard sizes a column. */
export const WIDTH_STEP = 12;

const ICONS = {
  up: '<path d="M12 19V5M6 11l6-6 6 6"/>',
  down: '<path d="M12 5v14M6 13l6 6 6-6"/>',
  sort: '<path d="M8 20V5M4 9l4-4 4 4M16 4v15M12 15l4 4 4-4"/>',
  menu: '<path d="M6 9l6 6 6-6"/>',
  filter: '<path d="M3 5h18l-7 8v6l-4 2v-8z"/>',
  key: '<circle cx="8" cy="15" r="4"/><path d="M11 12l9-9M17 6l3 3"/>',
} as const;

const icon = (name: keyof typeof ICONS): string =>
  `<svg viewBox="0 0 24 24" width="12" height="12" aria-hidden="true">${ICONS[name]}</svg>`;

/** A column's header: label, and buttons to sort (shift adds to the sort), filter and open its menu. A click selects the column; Enter, Alt+Down and Shift+F10 do the rest by keyboard. */
export class SheetHeader implements IHeaderComp {
  #gui = document.createElement('div');
  #sort = document.createElement('button');
  #filter = document.createElement('button');
  #menu = document.createElement('button');
  #params: SheetHeaderParams | null = null;
  #offs: readonly (() => void)[] = [];

  init(params: SheetHeaderParams): void {
    this.#params = params;
    const { sheetColumn, isKey } = params;
    const label = document.createElement('span');
    label.className = 'sheet-header-label';
    label.textContent = sheetColumn.label;
    this.#gui.className = 'sheet-header';
    if (isKey) {
      const key = document.createElement('span');
      key.className = 'sheet-header-key';
      key.innerHTML = icon('key');
      this.#gui.append(key);
    }
    this.#gui.append(label);
    this.#gui.addEventListener('click', this.#click);
    // Before AG Grid's own keys, which size a column by two pixels.
    params.eGridHeader.addEventListener('keydown', this.#key, true);
    params.eGridHeader.addEventListener('contextmenu', this.#context);
    this.#offs = [
      params.signals.onView(() => this.#draw()),
      // Two dozen buttons and their signs would hold up the first cell.
      params.signals.onShown(() => this.#addTools(sheetColumn.label)),
    ];
    this.#drawTwice();
  }

  #addTools(label: string): void {
    for (const [button, name] of [
      [this.#sort, 'sort'],
      [this.#filter, 'filter'],
      [this.#menu, 'menu'],
    ] as const) {
      button.className = `sheet-header-${name}`;
      button.type = 'button';
      button.tabIndex = -1;
    }
    this.#filter.innerHTML = icon('filter');
    this.#menu.ariaLabel = `Menu of ${label}`;
    this.#menu.innerHTML = icon('menu');
    const tools = document.createElement('span');
    tools.className = 'sheet-header-tools';
    tools.append(this.#sort, this.#filter, this.#menu);
    this.#gui.append(tools);
    this.#draw();
  }

  getGui(): HTMLElement {
    return this.#gui;
  }

  /** A new definition gives another column; the header is then made anew. */
  refresh(params: SheetHeaderParams): boolean {
    if (params.sheetColumn !== this.#params?.sheetColumn) return false;
    this.#drawTwice();
    return true;
  }

  destroy(): void {
    for (const off of this.#offs) off();
    this.#params?.eGridHeader.removeEventListener('keydown', this.#key, true);
    this.#params?.eGridHeader.removeEventListener('contextmenu', this.#context);
  }

  #click = (event: MouseEvent): void => {
    const params = this.#params;
    if (!params) return;
    const on = (button: HTMLElement): boolean =>
      event.target instanceof Node && button.contains(event.target);
    if (on(this.#filter)) params.onFilter(params.sheetColumn, this.#filter);
    else if (on(this.#menu)) this.#openMenu();
    else if (on(this.#sort)) params.model.toggleSort(params.sheetColumn.name, event.shiftKey);
    else {
      const press = event.shiftKey ? 'extend' : event.ctrlKey || event.metaKey ? 'add' : 'only';
      params.onSelect(params.sheetColumn, press);
    }
  };

  #key = (event: KeyboardEvent): void => {
    const params = this.#params;
    if (!params) return;
    if (event.key === 'Enter' && !event.altKey && !event.ctrlKey) {
      params.model.toggleSort(params.sheetColumn.name, event.shiftKey);
    } else if (event.key === 'ArrowDown' && event.altKey)
      params.onFilter(params.sheetColumn, params.eGridHeader);
    else if (event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight'))
      params.onWidth(params.sheetColumn, event.key === 'ArrowLeft' ? -WIDTH_STEP : WIDTH_STEP);
    else if (event.key === ' ')
      params.onSelect(params.sheetColumn, event.shiftKey ? 'extend' : event.ctrlKey ? 'add' : 'only');
    else if ((event.key === 'F10' && event.shiftKey) || event.key === 'ContextMenu') this.#openMenu();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  #context = (event: MouseEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    this.#params?.onMenu(this.#params.sheetColumn, { x: event.clientX, y: event.clientY });
  };

  #openMenu(): void {
    const { bottom, left } = this.#menu.getBoundingClientRect();
    this.#params?.onMenu(this.#params.sheetColumn, { x: left, y: bottom });
  }

  // AG Grid sorts nothing here and takes `aria-sort` off whatever it has just drawn.
  #drawTwice(): void {
    this.#draw();
    queueMicrotask(() => this.#draw());
  }

  #draw(): void {
    const params = this.#params;
    if (!params) return;
    const { model, sheetColumn, eGridHeader } = params;
    const at = model.sort.findIndex((key) => key.column === sheetColumn.name);
    const key = model.sort[at];
    eGridHeader.ariaSort = key ? (key.descending ? 'descending' : 'ascending') : 'none';
    if (!this.#gui.contains(this.#sort)) return;
    this.#sort.innerHTML = key
      ? `${icon(key.descending ? 'down' : 'up')}${model.sort.length > 1 ? `<small>${at + 1}</small>` : ''}`
      : icon('sort');
    this.#sort.classList.toggle('active', key !== undefined);
    this.#sort.ariaLabel = `Sort by ${sheetColumn.label}`;
    const filtered = model.isFiltered(sheetColumn.name);
    this.#filter.classList.toggle('active', filtered);
    this.#filter.ariaLabel = `Filter ${sheetColumn.label}${filtered ? ', filtered' : ''}`;
  }
}
