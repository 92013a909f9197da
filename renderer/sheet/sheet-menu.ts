import type { SheetRights } from '../../shared/model/rights.ts';
import { isNewRow, type RowKey } from '../../shared/model/rows.ts';
import type { ActiveCell } from '../grid/grid-controller.ts';
import { copyShape } from '../grid/ranges/copy-shape.ts';
import { type Rectangle, rectangleOf, type Selection } from '../grid/ranges/selection.ts';
import type { SheetRow } from '../grid/sheet-row.ts';
import type { MenuEntry } from './cell-menu.tsx';
import { groupMenu } from './groups/group-menu.ts';
import type { FillDirection } from './range-commands.ts';
import { deleteRefusal, insertRefusal, sheetReadOnly } from './read-only.ts';
import type { SheetModel } from './sheet-model.ts';

export interface MenuParts {
  readonly model: SheetModel;
  readonly cell: ActiveCell;
  readonly rights: SheetRights;
  readonly selection: Selection | null;
  /** What can be done with the cell's column. */
  readonly column: readonly MenuEntry[];
  readonly onHistory: (row: RowKey, column?: string) => void;
  /** Copies the selection as the keyboard does. */
  readonly onCopy: (how?: 'cut' | 'headers') => void;
  readonly onPaste: () => void;
  readonly onClear: () => void;
  readonly onFill: (how: FillDirection | 'series') => void;
  readonly onInsert: () => void;
  readonly onPlan: () => void;
  readonly onComment: (row: RowKey, column: string) => void;
  readonly onDelete: (rows: readonly SheetRow[]) => void;
}

/** The context menu of a cell: parts that follow each other; another part is another list. */
export const menuEntries = (parts: MenuParts): readonly MenuEntry[] => {
  const { model, cell, onCopy } = parts;
  if (cell.row.group) return groupMenu(model, cell.row, () => onCopy());
  return [
    ...clipboardEntries(parts),
    ...fillEntries(parts),
    ...rowEntries(parts),
    ...findEntries(parts),
    ...parts.column,
    ...pastEntries(parts),
  ];
};

const clipboardEntries = ({
  model,
  cell,
  rights,
  selection,
  onCopy,
  onPaste,
  onClear,
}: MenuParts): readonly MenuEntry[] => {
  const several = selection && !copyShape(selection) ? 'The ranges make no block' : null;
  const locked = isOne(selection)
    ? model.readOnlyReason(cell.row, cell.column)
    : sheetReadOnly(model.definition, rights);
  return [
    { id: 'cut', label: 'Cut', keys: 'Ctrl+X', refusal: several ?? locked, run: () => onCopy('cut') },
    { id: 'copy', label: 'Copy', keys: 'Ctrl+C', refusal: several, run: () => onCopy() },
    {
      id: 'copy-headers',
      label: 'Copy with headers',
      keys: 'Ctrl+Shift+C',
      refusal: several,
      run: () => onCopy('headers'),
    },
    { id: 'paste', label: 'Paste', keys: 'Ctrl+V', refusal: locked, run: onPaste },
    { id: 'clear', label: 'Clear', keys: 'Delete', refusal: locked, run: onClear },
  ];
};

/** Filling the selection, for the menu of a cell and for the palette. */
export const fillEntries = ({
  model,
  rights,
  selection,
  onFill,
  onPlan,
}: MenuParts): readonly MenuEntry[] => {
  const locked = sheetReadOnly(model.definition, rights);
  const all = rectangles(selection);
  const rows = all.some(({ top, bottom }) => bottom > top) ? null : 'Select several rows';
  const columns = all.some(({ left, right }) => right > left) ? null : 'Select several columns';
  return [
    {
      id: 'fill-down',
      label: 'Fill down',
      keys: 'Ctrl+D',
      refusal: locked ?? rows,
      separated: true,
      run: () => onFill('down'),
    },
    {
      id: 'fill-right',
      label: 'Fill right',
      keys: 'Ctrl+R',
      refusal: locked ?? columns,
      run: () => onFill('right'),
    },
    { id: 'fill-up', label: 'Fill up', refusal: locked ?? rows, run: () => onFill('up') },
    { id: 'fill-left', label: 'Fill left', refusal: locked ?? columns, run: () => onFill('left') },
    {
      id: 'fill-series',
      label: 'Fill series',
      keys: 'Ctrl+Alt+D',
      refusal: locked ?? (rows === null || columns === null ? null : 'Select several cells'),
      run: () => onFill('series'),
    },
    {
      id: 'plan',
      label: isOne(selection) ? 'Plan over the months…' : 'Spread, grow or copy forward…',
      keys: 'Ctrl+Alt+S',
      refusal: locked,
      run: onPlan,
    },
  ];
};

const rowEntries = ({
  model,
  cell,
  rights,
  selection,
  onInsert,
  onDelete,
}: MenuParts): readonly MenuEntry[] => {
  const rows = rowsIn(model, selection, cell.row);
  const refusals = rows.map((row) => deleteRefusal(model.definition, rights, row));
  const several = rows.length > 1 ? `Delete ${rows.length.toLocaleString()} rows` : 'Delete row';
  return [
    {
      id: 'insert',
      label: 'Insert row',
      refusal: insertRefusal(model.definition, rights),
      separated: true,
      run: onInsert,
    },
    {
      id: 'delete',
      label: rows.every(({ key }) => isNewRow(key)) ? several.replace('Delete', 'Remove new') : several,
      refusal: refusals.includes(null) ? null : (refusals[0] ?? 'No row is selected'),
      run: () => onDelete(rows),
    },
  ];
};

const findEntries = ({ model, cell: { row, column } }: MenuParts): readonly MenuEntry[] => {
  const value = model.value(row, column);
  const { name } = column;
  return [
    {
      id: 'filter-value',
      label: value === null ? 'Filter by having no value' : 'Filter by this value',
      separated: true,
      run: () =>
        model.setCondition(
          name,
          value === null
            ? { kind: 'blank', column: name, blank: true }
            : { kind: 'equals', column: name, value },
        ),
    },
    {
      id: 'filter-clear',
      label: 'Clear filter of the column',
      refusal: model.isFiltered(name) ? null : 'It has no filter',
      run: () => model.setCondition(name, null),
    },
  ];
};

const pastEntries = ({
  model,
  cell: { row, column },
  onHistory,
  onComment,
}: MenuParts): readonly MenuEntry[] => {
  const refused = model.overlay.refused.get(row.key, column.name) !== undefined;
  const changedCell = model.overlay.original(row.key, column.name) !== undefined;
  const changed = model.overlay.kind(row.key) !== null;
  const noHistory = isNewRow(row.key) ? 'The row is not in the warehouse yet' : null;
  return [
    {
      id: 'comment',
      label: 'Comment on this cell',
      keys: 'Shift+F2',
      refusal: noHistory,
      separated: true,
      run: () => onComment(row.key, column.name),
    },
    {
      id: 'cell-history',
      label: 'History of this cell',
      refusal: noHistory,
      run: () => onHistory(row.key, column.name),
    },
    { id: 'row-history', label: 'History of this row', refusal: noHistory, run: () => onHistory(row.key) },
    {
      id: 'discard-cell',
      label: 'Discard change of this cell',
      refusal: changedCell || refused ? null : 'The cell has no change',
      separated: true,
      run: () => model.revertCell(row, column),
    },
    {
      id: 'discard-row',
      label: 'Discard all changes of this row',
      refusal: changed || model.overlay.refused.hasRow(row.key) ? null : 'The row has no change',
      run: () => void model.discard([row.key]),
    },
  ];
};

const rectangles = (selection: Selection | null): readonly Rectangle[] =>
  selection?.ranges.map(rectangleOf) ?? [];

const isOne = (selection: Selection | null): boolean => {
  const [only, ...more] = rectangles(selection);
  return !only || (more.length === 0 && only.top === only.bottom && only.left === only.right);
};

/** Rows the selection reaches, as far as they are here; else the row of the cell alone. */
const rowsIn = (model: SheetModel, selection: Selection | null, row: SheetRow): readonly SheetRow[] => {
  const found = new Map<string, SheetRow>();
  for (const { top, bottom } of rectangles(selection)) {
    const rows = model.rows(top, Math.min(bottom + 1, model.rowCount));
    if (rows instanceof Promise) return [row];
    for (const each of rows) if (!each.group) found.set(each.key, each);
  }
  return found.has(row.key) ? [...found.values()] : [row];
};
