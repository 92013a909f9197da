import type { Command } from '../../ui/commands.ts';
import type { SheetModel } from '../sheet-model.ts';
import type { SheetSnapshot } from '../sheet-snapshot.ts';
import { groupRefusal } from './sheet-groups.ts';

/** What can be done with groups and totals, for the palette. */
export const groupCommands = (model: SheetModel, snapshot: SheetSnapshot): readonly Command[] => {
  const { groups, totals } = snapshot.query;
  const notGrouped = groups.length === 0 ? 'The rows are not grouped' : null;
  return [
    {
      id: 'totals',
      label: totals ? 'Hide the totals row' : 'Show the totals row',
      refusal: groupRefusal(snapshot),
      run: () => model.groups.showTotals(!totals),
    },
    {
      id: 'expand-groups',
      label: 'Expand all groups',
      refusal: notGrouped,
      run: () => void model.groups.foldTo(groups.length),
    },
    {
      id: 'collapse-groups',
      label: 'Collapse all groups',
      refusal: notGrouped,
      run: () => void model.groups.foldTo(0),
    },
    { id: 'ungroup', label: 'Do not group rows', refusal: notGrouped, run: () => model.groups.group([]) },
  ];
};
