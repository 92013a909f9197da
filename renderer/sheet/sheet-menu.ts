import type { SheetRights } from '../../shared/model/rights.ts';
import { isNewRow, type RowKey } from '../../shared/model/rows.ts';
import type { ActiveCell } from '../grid/grid-controller.ts';
import type { SheetRow } from '../grid/sheet-row.ts';
import type { MenuEntry } from './cell-menu.tsx';
import { groupMenu } from './groups/group-menu.ts';
import { deleteRefusal } from './read-only.ts';
import type { SheetModel } from './sheet-model.ts';

interface MenuParts {
  readonly model: SheetModel;
  readonly cell: ActiveCell;
  readonly rights: SheetRights;
  readonly onHistory: (row: RowKey, column?: string) => void;
  /** Copies the selection as the keyboard does. */
  readonly onCopy: () => void;
  readonly onPlan: () => void;
  readonly onComment: (row: RowKey, column: string) => void;
  readonly onDelete: (rows: readonly SheetRow[]) => void;
}

/** The context menu of a cell. */
export const menuEntries = ({
  model,
  cell,
  rights,
  onHistory,
  onCopy,
  onPlan,
  onComment,
  onDelete,
}: MenuParts): readonly MenuEntry[] => {
  const { row, column } = cell;
  if (row.group) return groupMenu(model, row, onCopy);
  const isNew = isNewRow(row.key);
  const refused = model.overlay.refused.get(row.key, column.name) !== undefined;
  const changedCell = model.overlay.original(row.key, column.name) !== undefined;
  const changed = model.overlay.kind(row.key) !== null;
  const noHistory = isNew ? 'The row is not in the warehouse yet' : null;
  return [
    {
      id: 'copy',
      label: 'Copy',
      keys: 'Ctrl+C',
      run: onCopy,
    },
    { id: 'plan', label: 'Spread, grow or copy forward…', keys: 'Ctrl+Alt+S', run: onPlan },
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
    {
      id: 'delete',
      label: isNew ? 'Remove new row' : 'Delete row',
      refusal: deleteRefusal(model.definition, rights, row),
      separated: true,
      run: () => onDelete([row]),
    },
  ];
};
