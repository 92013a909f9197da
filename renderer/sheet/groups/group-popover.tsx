import { ArrowDown, ArrowUp, ChevronDown, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Dialog, Heading, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { type Aggregate, aggregateOf, aggregatesFor } from '../../../shared/model/aggregate.ts';
import type { Column } from '../../../shared/model/sheet.ts';
import { MOST_GROUPS } from '../../../shared/model/view.ts';
import { isNumeric } from '../../grid/columns.ts';
import { Button } from '../../ui/button.tsx';
import type { SheetModel } from '../sheet-model.ts';
import type { SheetSnapshot } from '../sheet-snapshot.ts';
import { AGGREGATE_NAMES, groupRefusal } from './sheet-groups.ts';

interface GroupPopoverProps {
  readonly model: SheetModel;
  readonly snapshot: SheetSnapshot;
  readonly anchor: HTMLElement;
  readonly onClose: () => void;
}

/** The column lists of a group order after one of its columns moved by `by` places. */
const moved = (groups: readonly string[], at: number, by: number): readonly string[] => {
  const next = [...groups];
  const [name] = next.splice(at, 1);
  if (name !== undefined) next.splice(at + by, 0, name);
  return next;
};

/** Which columns the rows are grouped by, what is open, and what subtotals and totals show. Everything takes effect at once. */
export const GroupPopover = ({ model, snapshot, anchor, onClose }: GroupPopoverProps): ReactNode => {
  const { groups, totals, aggregates } = snapshot.query;
  const columns = model.definition.columns.filter(({ hidden }) => !hidden);
  const labelOf = (name: string): string => columns.find((column) => column.name === name)?.label ?? name;
  const add = useRef<HTMLButtonElement>(null);
  useEffect(() => add.current?.focus(), []);
  const regroup = (next: readonly string[]): void => {
    model.groups.group(next);
    // The control pressed may be gone or another column's now.
    add.current?.focus();
  };
  const refusal = groupRefusal(snapshot);
  return (
    <Popover
      isOpen
      triggerRef={{ current: anchor }}
      placement="bottom start"
      onOpenChange={(open) => !open && onClose()}
      className="sheet-filter sheet-groups"
    >
      <Dialog>
        <Heading slot="title">Group rows</Heading>
        {refusal !== null && <p className="sheet-filter-message">{refusal}</p>}
        {groups.length > 0 && (
          <ol className="sheet-groups-list" aria-label="Grouped by">
            {groups.map((name, at) => (
              <li key={name}>
                <span>{labelOf(name)}</span>
                <IconButton
                  label={`Move ${labelOf(name)} out`}
                  icon={<ArrowUp size={14} />}
                  disabled={at === 0}
                  onPress={() => regroup(moved(groups, at, -1))}
                />
                <IconButton
                  label={`Move ${labelOf(name)} in`}
                  icon={<ArrowDown size={14} />}
                  disabled={at === groups.length - 1}
                  onPress={() => regroup(moved(groups, at, 1))}
                />
                <IconButton
                  label={`Do not group by ${labelOf(name)}`}
                  icon={<X size={14} />}
                  onPress={() => regroup(groups.filter((other) => other !== name))}
                />
              </li>
            ))}
          </ol>
        )}
        <MenuTrigger>
          <Button ref={add} isDisabled={refusal !== null || groups.length >= MOST_GROUPS}>
            {groups.length === 0 ? 'Group by…' : 'Then by…'} <ChevronDown size={13} aria-hidden />
          </Button>
          <Popover className="sheet-menu" placement="bottom start">
            <Menu onAction={(name) => regroup([...groups, String(name)])}>
              {columns
                .filter(({ name }) => !groups.includes(name))
                .map(({ name, label }) => (
                  <MenuItem key={name} id={name} textValue={label}>
                    <span>{label}</span>
                  </MenuItem>
                ))}
            </Menu>
          </Popover>
        </MenuTrigger>
        <div className="sheet-groups-actions">
          <Button isDisabled={groups.length === 0} onPress={() => void model.groups.foldTo(groups.length)}>
            Expand all
          </Button>
          <Button isDisabled={groups.length === 0} onPress={() => void model.groups.foldTo(0)}>
            Collapse all
          </Button>
          <Button isDisabled={groups.length === 0} onPress={() => regroup([])}>
            Clear
          </Button>
        </div>
        <label className="sheet-groups-totals">
          <input
            type="checkbox"
            checked={totals}
            disabled={refusal !== null}
            onChange={(event) => model.groups.showTotals(event.target.checked)}
          />{' '}
          Totals row
        </label>
        <details>
          <summary>What is worked out</summary>
          <div className="sheet-groups-figures">
            {columns.map((column) => (
              <Figure
                key={column.name}
                column={column}
                kind={aggregateOf(model.definition, column, aggregates)}
                onChange={(kind) => model.groups.aggregate(column.name, kind)}
              />
            ))}
          </div>
        </details>
      </Dialog>
    </Popover>
  );
};

interface FigureProps {
  readonly column: Column;
  readonly kind: Aggregate;
  readonly onChange: (kind: Aggregate) => void;
}

const Figure = ({ column, kind, onChange }: FigureProps): ReactNode => (
  <label>
    <span>{column.label}</span>
    <select
      aria-label={column.label}
      value={kind}
      onChange={(event) => onChange(event.target.value as Aggregate)}
    >
      {aggregatesFor(column).map((each) => (
        <option key={each} value={each}>
          {each === 'count' && !isNumeric(column) ? 'Count of values' : AGGREGATE_NAMES[each]}
        </option>
      ))}
    </select>
  </label>
);

interface IconButtonProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly disabled?: boolean;
  readonly onPress: () => void;
}

const IconButton = ({ label, icon, disabled = false, onPress }: IconButtonProps): ReactNode => (
  <button
    type="button"
    className="sheet-tool"
    aria-label={label}
    title={label}
    disabled={disabled}
    onClick={onPress}
  >
    {icon}
  </button>
);
