import { Ellipsis } from 'lucide-react';
import { type ReactNode, useContext } from 'react';
import { Button, Menu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components';
import { type Command, Commands } from '../ui/commands.ts';

/** Tools that have no room of their own in a narrow window, in groups, by the names of their commands. */
const FOLDED: readonly RegExp[] = [
  /^(refresh|pending|all-rows)$/,
  /^(group|columns)$/,
  /^file-/,
  /^(history|definition)$/,
];

/** The rest of the toolbar as a menu; it stands only where the tools themselves do not fit. */
export const MoreMenu = (): ReactNode => {
  const board = useContext(Commands);
  // What is offered depends on the moment the menu opens.
  return (
    <MenuTrigger>
      <Button className="sheet-tool sheet-more" aria-label="More tools">
        <Ellipsis size={15} aria-hidden="true" />
      </Button>
      <Popover className="sheet-menu" placement="bottom end">
        <MoreEntries commands={() => board?.all() ?? []} />
      </Popover>
    </MenuTrigger>
  );
};

const MoreEntries = ({ commands }: { readonly commands: () => readonly Command[] }): ReactNode => {
  const all = commands();
  const groups = FOLDED.map((named) => all.filter(({ id }) => named.test(id)));
  return (
    <Menu
      aria-label="More tools"
      disabledKeys={all.filter(({ refusal }) => refusal).map(({ id }) => id)}
      onAction={(key) => {
        // The menu gives the focus back first; a command may move it on.
        requestAnimationFrame(() => all.find(({ id }) => id === key)?.run());
      }}
    >
      {groups.flatMap((group, i) => [
        ...(i > 0 && group.length > 0 ? [<Separator key={`before-${group[0]?.id}`} />] : []),
        ...group.map(({ id, label, refusal }) => (
          <MenuItem key={id} id={id} textValue={label}>
            <span>{label}</span>
            {refusal ? <small>{refusal}</small> : null}
          </MenuItem>
        )),
      ])}
    </Menu>
  );
};

/** Where a tool's popover hangs: at the tool, or at the menu that stands for it. */
export const toolAnchor = (tool: HTMLElement): HTMLElement =>
  tool.checkVisibility()
    ? tool
    : (tool.closest('.sheet-toolbar')?.querySelector<HTMLElement>('.sheet-more') ?? tool);
