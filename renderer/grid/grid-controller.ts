import { createGrid, type GridApi, type GridOptions } from 'ag-grid-community';
import type { Column } from '../../shared/model/sheet.ts';
import { ColumnLayer } from './column-layer.ts';
import { columnId, columnOf, gridColumns } from './columns.ts';
import type { Move } from './editors/editor-props.ts';
import { type ClipboardEvents, listenToClipboard } from './grid-clipboard.ts';
import { gridDatasource } from './grid-datasource.ts';
import { GridDrawing } from './grid-drawing.ts';
import { commandOf, type GridCommand } from './grid-keyboard.ts';
import type { GridModel, TypedCell } from './grid-model.ts';
import { GRID_LOOK, gridTheme, onRowHeight, rowHeight } from './grid-theme.ts';
import { GroupRows } from './group-rows.ts';
import { HeaderSignals } from './header-signals.ts';
import { GRID_MODULES } from './modules.ts';
import { type RangeEvents, RangeLayer } from './ranges/range-layer.ts';
import type { CellPlace, Selection } from './ranges/selection.ts';
import { rowState } from './row-state.ts';
import type { SheetRow } from './sheet-row.ts';
import { type TabStops, tabOptions, tabsIntoCells, whenFocusable } from './tab-stops.ts';

/** The cell the person is at. */
export interface ActiveCell {
  readonly row: SheetRow;
  readonly column: Column;
}

export interface GridEvents
  extends Omit<ClipboardEvents, 'selection'>,
    Pick<RangeEvents, 'fill' | 'uncut' | 'adding'> {
  active(cell: ActiveCell | null): void;
  command(
    command: Exclude<GridCommand, { kind: 'move' | 'edit' | 'clear' | 'toggle' | 'filter' }>,
    selection: Selection | null,
  ): void;
  filter(column: Column, anchor: HTMLElement): void;
  columnMenu(column: Column, at: { readonly x: number; readonly y: number }): void;
  menu(cell: ActiveCell, at: { readonly x: number; readonly y: number }): void;
  /** The selected range changed. */
  range(selection: Selection | null): void;
  /** Clears the selected cells. */
  clear(selection: Selection): void;
  /** The same text for every selected cell. */
  enter(selection: Selection, typed: TypedCell): void;
}

const BLOCK = 100;

/** AG Grid over a sheet model: it draws rows and moves the focus; values, edits and marks are the model's. */
export class GridController {
  readonly #host: HTMLElement;
  readonly #model: GridModel;
  readonly #events: GridEvents;
  readonly #api: GridApi<SheetRow>;
  readonly #off: () => void;
  readonly #offClipboard: () => void;
  readonly #drawing: GridDrawing;
  readonly #headers = new HeaderSignals();
  readonly #ranges: RangeLayer;
  readonly #groups: GroupRows;
  /** Commands on columns. */
  readonly columns: ColumnLayer;
  /** Column a run of Tabs began in, for Enter to return to. */
  #returnColumn: string | null = null;
  /** Where the last move went; AG Grid tells of it later, and of moves that are not this class's too. */
  #movedTo = '';
  readonly #stops: TabStops = {
    cell: () => {
      const at = this.#api.getFocusedCell();
      const left = this.#ranges.selection?.active;
      if (at) this.#api.setFocusedCell(at.rowIndex, at.column.getColId());
      else if (left) this.#api.setFocusedCell(left.row, this.#ranges.columns[left.column] ?? '');
      else if (this.#model.rowCount > 0) this.goTo(0);
      return this.#model.rowCount > 0;
    },
    header: () => {
      const id = this.#ranges.columns[this.#ranges.selection?.active.column ?? 0];
      if (id !== undefined) this.#api.setFocusedHeader(id);
    },
  };

  constructor(host: HTMLElement, model: GridModel, events: GridEvents) {
    this.#host = host;
    this.#model = model;
    this.#events = events;
    this.#api = createGrid(host, this.#options(), { modules: [...GRID_MODULES] });
    this.#drawing = new GridDrawing(this.#api, host, model, {
      view: () => this.#headers.view(),
      shown: () => this.#headers.shown(),
      rows: () => this.#ranges.reset(),
      layout: () => this.#layout(),
      drawn: () => events.active(this.active),
    });
    this.#ranges = new RangeLayer(this.#api, host, {
      ...events,
      selected: (selection) => events.range(selection),
      filled: (place) => this.#filled(place),
      edge: async (place, down) => {
        const column = columnOf(model, this.#ranges.columns[place.column] ?? '');
        return column ? model.edge(column, place.row, down) : place.row;
      },
      rowCount: () => model.rowCount,
      editing: () => this.#drawing.editing,
    });
    this.#groups = new GroupRows(this.#api, host, model);
    this.columns = new ColumnLayer(this.#api, model, host, () => this.#ranges.columnsMoved());
    const offs = [
      model.onGridChange((change) => this.#drawing.change(change)),
      onRowHeight((height) => this.#api.setGridOption('rowHeight', height)),
    ];
    this.#off = () => offs.forEach((off) => void off());
    host.addEventListener('keydown', this.#keyDown, true);
    this.#offClipboard = listenToClipboard(host, {
      ...events,
      selection: () => (this.#drawing.editing ? null : this.#ranges.selection),
    });
  }

  destroy(): void {
    this.#off();
    this.#drawing.destroy();
    this.columns.destroy();
    this.#host.removeEventListener('keydown', this.#keyDown, true);
    this.#offClipboard();
    this.#ranges.destroy();
    this.#groups.destroy();
    this.#api.destroy();
  }

  /** Scrolls to a cell and makes it the active one. */
  goTo(index: number, column?: string): void {
    const shown = column !== undefined && !this.columns.isHidden(column);
    const id = shown ? columnId(column) : (this.#ranges.columns[0] ?? '');
    // A row just added is part of the layout only in the next frame.
    requestAnimationFrame(() => {
      if (this.#api.isDestroyed()) return;
      this.#drawing.complete();
      this.#api.ensureColumnVisible(id);
      this.#api.ensureIndexVisible(index, 'middle');
      whenFocusable(this.#host, () => this.#api.setFocusedCell(index, id));
    });
  }

  /** Draws a border around what was copied or cut, until it is pasted or given up; null takes it away. */
  markCopied(selection: Selection | null): void {
    this.#ranges.markCopied(selection);
  }

  /** Puts the keyboard back where it was in the grid, or on the first cell. */
  focus(): void {
    whenFocusable(this.#host, () => this.#stops.cell());
  }

  get active(): ActiveCell | null {
    const at = this.#api.getFocusedCell();
    if (!at || at.rowPinned) return null;
    const row = this.#api.getDisplayedRowAtIndex(at.rowIndex)?.data;
    const column = columnOf(this.#model, at.column.getColId());
    return row && column ? { row, column } : null;
  }

  /** The columns as they are shown, in their order; places of a selection count in it. */
  get shownColumns(): readonly Column[] {
    return this.#ranges.columns.flatMap((id) => columnOf(this.#model, id) ?? []);
  }

  /** Rows selected as a whole, as far as they are here; else the active row. */
  get selectedRows(): readonly SheetRow[] {
    const rows = new Map<string, SheetRow>();
    for (const { top, bottom } of this.#ranges.wholeRows) {
      for (let index = top; index <= bottom; index++) {
        const row = this.#api.getDisplayedRowAtIndex(index)?.data;
        if (row) rows.set(row.key, row);
      }
    }
    if (rows.size > 0) return [...rows.values()];
    return this.active ? [this.active.row] : [];
  }

  #options(): GridOptions<SheetRow> {
    return {
      ...GRID_LOOK,
      theme: gridTheme(),
      rowHeight: rowHeight(),
      rowModelType: 'infinite',
      datasource: gridDatasource(this.#model, (few) => this.#drawing.begun(few)),
      cacheBlockSize: BLOCK,
      maxBlocksInCache: 30,
      maxConcurrentDatasourceRequests: 4,
      // The first block brings the count; rows without values would be drawn in vain.
      infiniteInitialRowCount: 1,
      columnDefs: this.#columns(),
      getRowId: ({ data }) => data.key,
      ...tabOptions(this.#stops),
      readOnlyEdit: true,
      onCellEditRequest: ({ data, column, newValue }) => {
        const sheetColumn = columnOf(this.#model, column.getColId());
        if (sheetColumn) this.#model.enter(data, sheetColumn, newValue);
      },
      onCellEditingStarted: ({ rowIndex, column }) => this.#ranges.edited(rowIndex, column),
      onCellEditingStopped: () => this.#drawing.editorClosed(),
      onCellFocused: () => {
        const at = this.#api.getFocusedCell();
        if (at && `${at.rowIndex} ${at.column.getColId()}` !== this.#movedTo) this.#returnColumn = null;
        if (at?.rowPinned) this.#ranges.clear();
        else if (at) this.#ranges.focused(at.rowIndex, at.column.getColId());
        this.#events.active(this.active);
      },
      onModelUpdated: () => this.#events.active(this.active),
      onCellContextMenu: ({ data, column, rowIndex, rowPinned, event }) => {
        if (rowPinned) return;
        const sheetColumn = columnOf(this.#model, column.getColId()) ?? this.shownColumns[0];
        if (!data || !sheetColumn || !(event instanceof MouseEvent)) return;
        event.preventDefault();
        const id = columnId(sheetColumn.name);
        // A menu over a selected range is for the range; a press on a row's number has selected the row.
        const kept = rowIndex === null || this.#ranges.holds(rowIndex, id) || this.#ranges.holdsRow(rowIndex);
        if (!kept) this.#api.setFocusedCell(rowIndex, id);
        this.#events.menu({ row: data, column: sheetColumn }, { x: event.clientX, y: event.clientY });
      },
    };
  }

  #columns(): GridOptions<SheetRow>['columnDefs'] {
    const columns = gridColumns({
      model: this.#model,
      signals: this.#headers,
      onFilter: (column, anchor) => this.#events.filter(column, anchor),
      onMenu: (column, at) => this.#events.columnMenu(column, at),
      onSelect: (column, press) => this.#ranges.pressColumn(columnId(column.name), press),
      onWidth: (column, by) => this.columns.widen(column.name, by),
      rowState: (row) => rowState(this.#model, row),
    });
    return columns.map((column) =>
      column.cellEditorParams
        ? {
            ...column,
            cellEditorParams: {
              ...column.cellEditorParams,
              onFinish: this.#finish,
              onFill: this.#fill,
              onCancel: this.#cancel,
            },
          }
        : column,
    );
  }

  /** Draws the columns as the layout has them; the focus stays in its row when its column goes. */
  #layout(): void {
    if (this.columns.isOwn) return;
    const at = this.#api.getFocusedCell();
    const place = at ? this.#ranges.columns.indexOf(at.column.getColId()) : -1;
    this.#api.setGridOption('columnDefs', this.#columns());
    const left = this.#ranges.columns;
    if (at && place >= 0 && !left.includes(at.column.getColId())) {
      const next = left[Math.min(place, left.length - 1)];
      if (next !== undefined) this.#api.setFocusedCell(at.rowIndex, next);
    }
    this.#ranges.columnsMoved();
    this.#drawing.change({ kind: 'cells', rows: null });
  }

  // --- keyboard and clipboard ---

  readonly #finish = (move: Move): void => {
    this.#api.stopEditing();
    this.#move(move);
  };

  readonly #fill = (typed: TypedCell): void => {
    this.#api.stopEditing(true);
    if (this.#ranges.selection) this.#events.enter(this.#ranges.selection, typed);
    this.#move('stay');
  };

  readonly #cancel = (): void => {
    this.#api.stopEditing(true);
    this.#move('stay');
  };

  readonly #keyDown = (event: KeyboardEvent): void => {
    const { target } = event;
    if (!(target instanceof HTMLElement) || target.closest('.sheet-editor')) return;
    const leaves = tabsIntoCells(event, target, this.#stops);
    if (!leaves && !target.closest('.ag-cell')) return;
    this.#drawing.complete();
    if (leaves || this.#groups.key(event, this.active) || this.#ranges.key(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const active = this.active;
    const command = commandOf(event, active?.column.type.kind === 'boolean');
    if (!command) {
      if (active && event.key.length === 1 && !event.ctrlKey && !event.metaKey) this.#tellReadOnly(active);
      return;
    }
    // Tab past the last cell leaves the grid; before the first cell is the header.
    if (command.kind === 'move' && !this.#move(command.move)) {
      if (command.move !== 'backtab') return;
      this.#stops.header();
    }
    event.preventDefault();
    event.stopPropagation();
    this.#run(command, active, target);
  };

  #run(command: GridCommand, active: ActiveCell | null, target: HTMLElement): void {
    switch (command.kind) {
      case 'move':
        return;
      case 'edit':
        this.#edit(active);
        return;
      case 'clear':
        if (this.#ranges.isRange && this.#ranges.selection) this.#events.clear(this.#ranges.selection);
        else if (active) this.#model.enter(active.row, active.column, { text: '', picked: null });
        return;
      case 'toggle':
        if (active) {
          const picked = this.#model.value(active.row, active.column) === 'true' ? 'false' : 'true';
          this.#model.enter(active.row, active.column, { text: picked, picked });
        }
        return;
      case 'filter':
        if (active) this.#events.filter(active.column, target);
        return;
      case 'menu': {
        const box = target.getBoundingClientRect();
        if (active) this.#events.menu(active, { x: box.left + 8, y: box.bottom });
        return;
      }
      default:
        this.#events.command(command, this.#ranges.selection);
    }
  }

  #edit(active: ActiveCell | null): void {
    const at = this.#api.getFocusedCell();
    if (!at || !active) return;
    if (this.#tellReadOnly(active)) return;
    this.#api.startEditingCell({ rowIndex: at.rowIndex, colKey: at.column });
  }

  /** Typing into a read-only cell does nothing; the person hears why. */
  #tellReadOnly({ row, column }: ActiveCell): boolean {
    if (this.#model.readOnlyReason(row, column) === null) return false;
    this.#model.enter(row, column, { text: '' });
    return true;
  }

  /** Moves the active cell; false when there is nowhere to go. */
  #move(move: Move): boolean {
    const at = this.#api.getFocusedCell();
    if (!at) return false;
    const { columns } = this.#ranges;
    const id = at.column.getColId();
    let column = columns.indexOf(id);
    let row = at.rowIndex;
    const last = this.#model.rowCount - 1;
    const tabbed = move === 'tab' || move === 'backtab';
    if (move === 'down' || move === 'up') {
      if (this.#returnColumn !== null && move === 'down') {
        column = Math.max(0, columns.indexOf(this.#returnColumn));
      }
      row = Math.max(0, Math.min(last, row + (move === 'down' ? 1 : -1)));
    } else if (move === 'left') column = Math.max(0, column - 1);
    else if (move === 'right') column = Math.min(columns.length - 1, column + 1);
    else if (tabbed) {
      column += move === 'tab' ? 1 : -1;
      if (column < 0 || column >= columns.length) {
        row += move === 'tab' ? 1 : -1;
        column = column < 0 ? columns.length - 1 : 0;
      }
      if (row < 0 || row > last) return false;
    }
    const to = columns[column];
    if (to === undefined) return false;
    const start = tabbed ? (this.#returnColumn ?? id) : null;
    this.#movedTo = `${row} ${to}`;
    this.#api.ensureColumnVisible(to);
    this.#api.ensureIndexVisible(row);
    this.#api.setFocusedCell(row, to);
    this.#returnColumn = start;
    return true;
  }

  /** Whether a cell holds something, for jumps to the edge of the data. */
  #filled({ row, column }: CellPlace): boolean | undefined {
    const data = this.#api.getDisplayedRowAtIndex(row)?.data;
    const shown = columnOf(this.#model, this.#ranges.columns[column] ?? '');
    return data && shown ? this.#model.value(data, shown) !== null : undefined;
  }
}
