import { ChevronDown, Table2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import {
  Button,
  Header,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
  Separator,
} from 'react-aria-components';
import { AppError } from '../../../shared/model/failure.ts';
import { useCommands } from '../../ui/commands.ts';
import type { SheetModel } from '../sheet-model.ts';
import { NameDialog } from './name-dialog.tsx';
import type { ViewsState } from './views-state.ts';

interface ViewsMenuProps {
  readonly model: SheetModel;
  readonly state: ViewsState;
}

const STANDARD = 'standard';

interface Action {
  readonly id: string;
  readonly label: string;
  readonly refusal?: string | null;
  run(): unknown;
}

/** The views of a sheet: which one is shown, whether it was changed, and what can be done with it. */
export const ViewsMenu = ({ model, state }: ViewsMenuProps): ReactNode => {
  const [naming, setNaming] = useState<'new' | 'rename' | null>(null);
  const { views, active, initial, changed } = state;
  const { layout } = model;
  const view = views.find(({ id }) => id === active);
  const name = view?.name ?? 'Standard';
  const unnamed = view ? null : 'The standard view has no name';
  const unchanged = changed ? null : 'Nothing was changed';
  const notSaved = unnamed ?? unchanged;
  const attempt = (work: Promise<void>): void => {
    work.catch((error: unknown) => model.say(AppError.wrap(error).message));
  };
  const actions: readonly Action[] = [
    { id: 'save', label: 'Save', refusal: notSaved, run: () => attempt(layout.save()) },
    { id: 'save-as', label: 'Save as…', run: () => setNaming('new') },
    { id: 'revert', label: 'Revert', refusal: unchanged, run: () => attempt(layout.revert()) },
    { id: 'rename', label: 'Rename…', refusal: unnamed, run: () => setNaming('rename') },
    { id: 'remove', label: 'Delete', refusal: unnamed, run: () => view && attempt(layout.remove(view.id)) },
    view && initial === view.id
      ? { id: 'initial', label: 'Open with the last view', run: () => attempt(layout.setInitial(null)) }
      : {
          id: 'initial',
          label: 'Set as default',
          refusal: unnamed,
          run: () => view && attempt(layout.setInitial(view.id)),
        },
  ];
  useCommands(() => [
    { id: 'save-view', label: 'Save the view', refusal: notSaved, run: () => attempt(layout.save()) },
    { id: 'save-view-as', label: 'Save as a new view…', run: () => setNaming('new') },
  ]);
  return (
    <>
      <MenuTrigger>
        <Button className="sheet-tool sheet-view" aria-label={`View ${name}${changed ? ', changed' : ''}`}>
          <Table2 size={15} aria-hidden="true" />
          <span>{name}</span>
          {changed && <i className="sheet-view-changed" title="Changed since it was saved" />}
          <ChevronDown size={13} aria-hidden="true" />
        </Button>
        <Popover className="sheet-menu" placement="bottom start">
          <Menu
            aria-label="View"
            disabledKeys={actions.filter(({ refusal }) => refusal).map(({ id }) => id)}
            onAction={(key) => actions.find(({ id }) => id === key)?.run()}
          >
            <MenuSection
              aria-label="Views"
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={[view ? `view ${view.id}` : STANDARD]}
              onSelectionChange={(keys) => {
                const [key] = keys === 'all' ? [] : [...keys];
                attempt(layout.use(views.find(({ id }) => `view ${id}` === key)?.id ?? null));
              }}
            >
              <Header>Views</Header>
              {[
                { id: STANDARD, name: 'Standard', draft: null },
                ...views.map((one) => ({ ...one, id: `view ${one.id}` })),
              ].map((one) => (
                <MenuItem key={one.id} id={one.id} textValue={one.name}>
                  {({ isSelected }) => (
                    <>
                      <span className="sheet-view-name" data-selected={isSelected || undefined}>
                        {one.name}
                      </span>
                      {`view ${initial}` === one.id && <small>opens first</small>}
                      {one.draft && <small>changed</small>}
                    </>
                  )}
                </MenuItem>
              ))}
            </MenuSection>
            <Separator />
            {actions.map(({ id, label, refusal }) => (
              <MenuItem key={id} id={id} textValue={label}>
                <span>{label}</span>
                {refusal && <small>{refusal}</small>}
              </MenuItem>
            ))}
          </Menu>
        </Popover>
      </MenuTrigger>
      {naming && (
        <NameDialog
          title={naming === 'new' ? 'Save as a new view' : `Rename ${name}`}
          action={naming === 'new' ? 'Save' : 'Rename'}
          name={naming === 'new' ? '' : name}
          onName={(text) =>
            naming === 'rename' && view ? layout.rename(view.id, text) : layout.saveAs(text)
          }
          onClose={() => setNaming(null)}
        />
      )}
    </>
  );
};
