import { FileSpreadsheet } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, Menu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components';
import type { MenuEntry } from './cell-menu.tsx';

/** Files in and out, as a tool with a menu; what cannot be done says why. */
export const FileMenu = ({ entries }: { readonly entries: readonly MenuEntry[] }): ReactNode => (
  <MenuTrigger>
    <Button className="sheet-tool folds" aria-label="File: import and export">
      <FileSpreadsheet size={15} aria-hidden="true" />
      <span>File</span>
    </Button>
    <Popover className="sheet-menu" placement="bottom start">
      <Menu
        aria-label="File"
        disabledKeys={entries.filter(({ refusal }) => refusal).map(({ id }) => id)}
        onAction={(id) => entries.find((entry) => entry.id === id)?.run()}
      >
        {entries.flatMap((entry) => [
          ...(entry.separated ? [<Separator key={`before-${entry.id}`} />] : []),
          <MenuItem key={entry.id} id={entry.id} textValue={entry.label}>
            <span>{entry.label}</span>
            {entry.refusal ? <small>{entry.refusal}</small> : null}
          </MenuItem>,
        ])}
      </Menu>
    </Popover>
  </MenuTrigger>
);
