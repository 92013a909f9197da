import { Group } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { useCommands } from '../../ui/commands.ts';
import { toolAnchor } from '../more-menu.tsx';
import type { SheetModel } from '../sheet-model.ts';
import type { SheetSnapshot } from '../sheet-snapshot.ts';
import { groupCommands } from './group-commands.ts';
import { GroupPopover } from './group-popover.tsx';
import './groups.css';

interface GroupToolProps {
  readonly model: SheetModel;
  readonly snapshot: SheetSnapshot;
}

/** The toolbar's way to groups and totals; pressed while rows are grouped or added up. */
export const GroupTool = ({ model, snapshot }: GroupToolProps): ReactNode => {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const { groups, totals } = snapshot.query;
  useCommands(() => [
    { id: 'group', label: 'Group rows…', run: () => setOpen(true) },
    ...groupCommands(model, snapshot),
  ]);
  return (
    <>
      <button
        ref={button}
        type="button"
        className="sheet-tool folds"
        title="Group rows with subtotals, and show totals"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={groups.length > 0 ? `Group (${groups.length})` : 'Group'}
        data-active={groups.length > 0 || totals}
        onClick={() => setOpen(true)}
      >
        <Group size={15} aria-hidden="true" />
        <span>{groups.length > 0 ? `Group (${groups.length})` : 'Group'}</span>
      </button>
      {open && button.current && (
        <GroupPopover
          model={model}
          snapshot={snapshot}
          anchor={toolAnchor(button.current)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
};
