import type { SheetRow } from '../../grid/sheet-row.ts';
import type { MenuEntry } from '../cell-menu.tsx';
import type { SheetModel } from '../sheet-model.ts';

/** The context menu of a group's row. */
export const groupMenu = (model: SheetModel, row: SheetRow, onCopy: () => void): readonly MenuEntry[] => [
  { id: 'copy', label: 'Copy', keys: 'Ctrl+C', run: onCopy },
  {
    id: 'toggle',
    label: row.group?.open ? 'Collapse group' : 'Expand group',
    separated: true,
    run: () => void model.groups.toggle(row),
  },
  {
    id: 'expand',
    label: 'Expand all groups',
    run: () => void model.groups.foldTo(model.groups.columns.length),
  },
  { id: 'collapse', label: 'Collapse all groups', run: () => void model.groups.foldTo(0) },
  { id: 'ungroup', label: 'Do not group', separated: true, run: () => model.groups.group([]) },
];
