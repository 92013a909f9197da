import type { ICellRendererComp, ICellRendererParams } from 'ag-grid-community';
import type { Column } from '../../shared/model/sheet.ts';
import type { GridModel } from './grid-model.ts';
import { GroupLabelView, isLabelColumn } from './group-label.ts';
import type { GroupRow, SheetRow } from './sheet-row.ts';

export interface CellRendererParams extends ICellRendererParams<SheetRow> {
  readonly model: GridModel;
  readonly sheetColumn: Column;
}

/**
 * Draws one cell: text, a lookup's label, and its marks as one attribute on the cell, so that a refresh touches two text
 * nodes and one attribute. Plain DOM, as a frame draws hundreds of these.
 */
export class SheetCell implements ICellRendererComp<SheetRow> {
  #gui = document.createElement('span');
  #text = document.createTextNode('');
  #label: HTMLElement | null = null;
  #group: GroupLabelView | null = null;

  init(params: CellRendererParams): void {
    this.#gui.className = 'sheet-value';
    this.#gui.append(this.#text);
    this.#draw(params);
  }

  getGui(): HTMLElement {
    return this.#gui;
  }

  refresh(params: CellRendererParams): boolean {
    this.#draw(params);
    return true;
  }

  #draw({ data, model, sheetColumn, eGridCell, api, column }: CellRendererParams): void {
    const named = data?.group !== undefined && isLabelColumn(api, column);
    if (!named && this.#group) {
      this.#group.element.remove();
      this.#group = null;
    }
    markGroup(eGridCell, data?.group, named);
    if (!data) {
      this.#set(eGridCell, '', null, 'loading', false);
      return;
    }
    if (named) {
      this.#group ??= new GroupLabelView();
      if (!this.#group.element.isConnected) this.#gui.append(this.#group.element);
      this.#group.draw(data, model, api);
      const { marks } = model.look(data, sheetColumn);
      this.#set(eGridCell, '', null, `${marks} group-label`, true);
      return;
    }
    const { text, label, marks, readOnly } = model.look(data, sheetColumn);
    this.#set(eGridCell, text, label, marks, readOnly);
  }

  #set(cell: HTMLElement, text: string, label: string | null, marks: string, readOnly: boolean): void {
    if (this.#text.data !== text) this.#text.data = text;
    if (label !== null) {
      if (!this.#label) {
        this.#label = document.createElement('span');
        this.#label.className = 'sheet-label';
        this.#gui.append(this.#label);
      }
      if (this.#label.textContent !== label) this.#label.textContent = label;
    } else if (this.#label) {
      this.#label.remove();
      this.#label = null;
    }
    // The cell outlives its renderers, so what is on it is asked, not remembered.
    if (cell.dataset.mark !== marks) {
      cell.dataset.mark = marks;
      cell.ariaReadOnly = String(readOnly);
      cell.ariaInvalid = String(/\b(refused|problem|conflict|failed)\b/.test(marks));
    }
  }
}

/** Tells assistive technology whether a row is a group that is open. */
const markGroup = (cell: HTMLElement, group: GroupRow | undefined, named: boolean): void => {
  const expanded = named && group && group.id >= 0 ? String(group.open) : null;
  if (cell.ariaExpanded !== expanded) cell.ariaExpanded = expanded;
  if (!named && cell.dataset.mark?.includes('group-label')) cell.dataset.mark = '';
};

export interface NumberRendererParams extends ICellRendererParams<SheetRow> {
  readonly model: GridModel;
  readonly rowState: (row: SheetRow) => string;
}

/** The row's number, with a sign for rows that are new or marked for deletion. */
export class RowNumberCell implements ICellRendererComp<SheetRow> {
  #gui = document.createElement('span');

  init(params: NumberRendererParams): void {
    this.#draw(params);
  }

  getGui(): HTMLElement {
    return this.#gui;
  }

  refresh(params: NumberRendererParams): boolean {
    this.#draw(params);
    return true;
  }

  #draw({ data, node, rowState, eGridCell }: NumberRendererParams): void {
    this.#gui.textContent = node.rowPinned ? 'Σ' : String((node.rowIndex ?? 0) + 1);
    eGridCell.dataset.mark = data ? rowState(data) : 'loading';
  }
}
