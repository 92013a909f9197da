import { type ReactNode, useState } from 'react';
import { Menu, MenuItem, Popover, Separator } from 'react-aria-components';

export interface MenuEntry {
  readonly id: string;
  readonly label: string;
  readonly keys?: string;
  /** Why it cannot be done here. */
  readonly refusal?: string | null;
  readonly separated?: boolean;
  run(): unknown;
}

interface CellMenuProps {
  /** What the menu is of. */
  readonly label?: string;
  readonly at: { readonly x: number; readonly y: number };
  readonly entries: readonly MenuEntry[];
  readonly onClose: () => void;
}

/** What can be done with the cell under the pointer, or with the active one from the keyboard. */
export const CellMenu = ({ label = 'Cell', at, entries, onClose }: CellMenuProps): ReactNode => {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <span ref={setAnchor} className="sheet-menu-anchor" style={{ left: at.x, top: at.y }} />
      {anchor && (
        <Popover
          isOpen
          placement="bottom start"
          offset={0}
          triggerRef={{ current: anchor }}
          onOpenChange={(open) => !open && onClose()}
          className="sheet-menu"
          aria-label={label}
        >
          <Menu
            aria-label={label}
            autoFocus="first"
            disabledKeys={entries.filter(({ refusal }) => refusal).map(({ id }) => id)}
            onAction={(id) => {
              onClose();
              entries.find((entry) => entry.id === id)?.run();
            }}
          >
            {entries.flatMap((entry) => [
              ...(entry.separated ? [<Separator key={`before-${entry.id}`} />] : []),
              <MenuItem key={entry.id} id={entry.id} textValue={entry.label}>
                <span>{entry.label}</span>
                {entry.refusal ? <small>{entry.refusal}</small> : entry.keys && <kbd>{entry.keys}</kbd>}
              </MenuItem>,
            ])}
          </Menu>
        </Popover>
      )}
    </>
  );
};
