import type { ColDef, SuppressKeyboardEventParams } from 'ag-grid-community';
import type { Column } from '../../shared/model/sheet.ts';
import { RowNumberCell, SheetCell } from './cell-renderer.ts';
import { CellEditor } from './editors/cell-editor.ts';
import type { GridModel } from './grid-model.ts';
import { SheetHeader, type SheetHeaderParams } from './header.ts';
import type { SheetRow } from './sheet-row.ts';

/** Id of the row number column; no table column can have it, as theirs carry a prefix. */
export const ROW_NUMBERS = '#';
const PREFIX = 'c:';

export const columnId = (name: string): string => PREFIX + name;

/** The table column a grid column shows; undefined for the row numbers. */
export const columnOf = (model: GridModel, id: string): Column | undefined =>
  id.startsWith(PREFIX) ? model.layout.column(id.slice(PREFIX.length)) : undefined;

const NUMERIC = new Set(['decimal', 'integer', 'float']);
export const isNumeric = (column: Column): boolean => NUMERIC.has(column.type.kind) && !column.lookup;

/** Pixels the key columns may take from the scrolling ones. */
const MOST_PINNED = 480;
const SAMPLE = 100;

const typicalWidth = (column: Column): number => {
  switch (column.type.kind) {
    case 'boolean':
      return 64;
    case 'date':
      return 108;
    case 'integer':
      return 72;
    case 'decimal':
    case 'float':
      return 96;
    case 'timestamp':
      return 150;
    default:
      return 88;
  }
};

const sampleOf = (model: Pick<GridModel, 'rows'>): readonly SheetRow[] => {
  const held = model.rows(0, SAMPLE);
  return held instanceof Promise ? [] : held;
};

/** The definition's width, or one that fits. */
export const fittingWidth = (column: Column, model: GridModel, sample = sampleOf(model)): number =>
  column.width ?? contentWidth(column, model, sample);

/** A width that shows the label and the first rows' values. */
export const contentWidth = (column: Column, model: GridModel, sample = sampleOf(model)): number => {
  let characters = 0;
  for (const row of sample) {
    const { text, label } = model.look(row, column);
    characters = Math.max(characters, text.length + (label ? label.length + 2 : 0));
  }
  const byValues = characters * 7.2 + (column.lookup ? 32 : 22);
  const byLabel =
    column.label.length * 7.5 + (column.lookup || model.definition.key.includes(column.name) ? 38 : 26);
  return Math.round(Math.min(320, Math.max(typicalWidth(column), byValues, byLabel)));
};

/** Whether the labels of the first rows are all known, so that a width that fits them will do; while no row is there, none is. */
export const isLabelled = (column: Column, model: Pick<GridModel, 'rows' | 'look'>): boolean => {
  const sample = sampleOf(model);
  const known = sample.filter((row) => {
    const { text, label } = model.look(row, column);
    return text === '' || label !== null;
  });
  return known.length > 0 && known.length === sample.length;
};

/** Key columns kept in sight: as many of the first ones as there is room for, so that the key's order is not torn apart. */
export const pinnedKeys = (
  { definition: { key }, layout }: GridModel,
  width: (column: string) => number,
): ReadonlySet<string> => {
  const pinned = new Set<string>();
  let room = MOST_PINNED;
  for (const { column, hidden } of layout.placed) {
    const { name } = column;
    if (hidden || !key.includes(name)) continue;
    room -= width(name);
    if (room < 0) break;
    pinned.add(name);
  }
  return pinned;
};

export interface ColumnParts {
  readonly model: GridModel;
  readonly signals: SheetHeaderParams['signals'];
  readonly onFilter: SheetHeaderParams['onFilter'];
  readonly onMenu: SheetHeaderParams['onMenu'];
  readonly onSelect: SheetHeaderParams['onSelect'];
  readonly onWidth: SheetHeaderParams['onWidth'];
  readonly rowState: (row: SheetRow) => string;
}

const dataColumn = (column: Column, pinned: boolean, width: number, parts: ColumnParts): ColDef<SheetRow> => {
  const { model, signals, onFilter, onMenu, onSelect, onWidth } = parts;
  return {
    colId: columnId(column.name),
    headerName: column.label,
    headerComponent: SheetHeader,
    headerComponentParams: {
      model,
      sheetColumn: column,
      signals,
      onFilter,
      onMenu,
      onSelect,
      onWidth,
      isKey: model.definition.key.includes(column.name),
    },
    headerClass: isNumeric(column) ? 'numeric' : '',
    valueGetter: ({ data }) => (data ? model.value(data, column) : null),
    // What an editor hands over is typed text, never a value; the sheet reads it.
    valueParser: ({ newValue }): unknown => newValue,
    editable: ({ data }) => data !== undefined && model.readOnlyReason(data, column) === null,
    cellEditor: CellEditor,
    cellEditorParams: { model, sheetColumn: column },
    cellRenderer: SheetCell,
    cellRendererParams: { model, sheetColumn: column },
    cellClass: [isNumeric(column) ? 'numeric' : '', `type-${column.type.kind}`].join(' '),
    width,
    minWidth: 48,
    resizable: true,
    sortable: false,
    pinned: pinned ? 'left' : null,
    suppressKeyboardEvent: ({ editing }: SuppressKeyboardEventParams<SheetRow>) => editing,
  };
};

/** Width of every shown column by its id, the row numbers' among them: the person's, the definition's, or one that fits the first rows. */
export const columnWidths = (model: GridModel): ReadonlyMap<string, number> => {
  const sample = sampleOf(model);
  const numbers = Math.max(44, String(Math.max(model.rowCount, 1000)).length * 7 + 20);
  return new Map([
    [ROW_NUMBERS, numbers],
    ...model.layout.placed
      .filter(({ hidden }) => !hidden)
      .map(({ column, width }): [string, number] => [
        columnId(column.name),
        width ?? fittingWidth(column, model, sample),
      ]),
  ]);
};

/** Columns of the grid: row numbers, columns kept in sight at the left, then the rest in the layout's order. */
export const gridColumns = (parts: ColumnParts): ColDef<SheetRow>[] => {
  const { model, rowState } = parts;
  const shown = model.layout.placed.filter(({ hidden }) => !hidden);
  const widths = columnWidths(model);
  const width = (name: string): number => widths.get(columnId(name)) ?? 0;
  const keys = pinnedKeys(model, width);
  const columns = shown.map(({ column, frozen }) =>
    dataColumn(column, frozen ?? keys.has(column.name), width(column.name), parts),
  );
  const numbers: ColDef<SheetRow> = {
    colId: ROW_NUMBERS,
    headerName: '#',
    cellRenderer: RowNumberCell,
    cellRendererParams: { model, rowState },
    cellClass: 'row-number',
    headerClass: 'row-number',
    width: widths.get(ROW_NUMBERS) ?? 44,
    minWidth: 40,
    pinned: 'left',
    lockPosition: 'left',
    resizable: false,
    sortable: false,
    suppressMovable: true,
    suppressNavigable: true,
    editable: false,
  };
  return [numbers, ...columns];
};
