import { type ReactNode, useId, useRef, useState } from 'react';
import { Dialog, Heading, Popover } from 'react-aria-components';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { editText } from '../../shared/values/format.ts';
import {
  type Condition,
  type Draft,
  draftOf,
  filterOf,
  isEmpty,
  type Kind,
  kindsOf,
  takesText,
} from '../../shared/views/filter-draft.ts';
import { Button } from '../ui/button.tsx';
import { conditionOf } from './conditions.ts';
import { FilterValues } from './filter-values.tsx';
import type { SheetModel } from './sheet-model.ts';

interface FilterPopoverProps {
  readonly model: SheetModel;
  readonly client: BackendClient;
  readonly column: Column;
  readonly anchor: HTMLElement;
  readonly onClose: () => void;
}

/** A condition on one column, by keyboard or pointer: on its values with pending edits in them, or on what is known of its cells. */
export const FilterPopover = ({ model, client, column, anchor, onClose }: FilterPopoverProps): ReactNode => {
  const { query } = model.getSnapshot();
  const [draft, setDraft] = useState(() =>
    draftOf(conditionOf(query, column.name), column, (value) => editText(value, column, model.locale)),
  );
  const [message, setMessage] = useState<string | null>(null);
  const id = useId();
  /** What a condition asks for takes the focus, but not while the conditions are walked through by keyboard. */
  const takesFocus = useRef(true);
  const change = (part: Partial<Draft>): void => {
    setMessage(null);
    setDraft({ ...draft, ...part });
  };
  const show = (condition: Condition | null): void => {
    model.setCondition(column.name, condition);
    onClose();
  };
  const apply = (): void => {
    if (isEmpty(draft)) {
      show(null);
      return;
    }
    const condition = filterOf(draft, column.name, (text) => {
      const read = model.readPlain(column, text);
      return read.kind === 'value' ? { value: read.value } : { message: read.message };
    });
    if ('message' in condition) setMessage(condition.message);
    else show(condition);
  };
  return (
    <Popover
      isOpen
      triggerRef={{ current: anchor }}
      placement="bottom start"
      onOpenChange={(open) => !open && onClose()}
      className="sheet-filter"
    >
      <Dialog>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            apply();
          }}
        >
          <Heading slot="title">Filter {column.label}</Heading>
          <select
            aria-label="Condition"
            value={draft.kind}
            onPointerDown={() => {
              takesFocus.current = true;
            }}
            onKeyDown={() => {
              takesFocus.current = false;
            }}
            onChange={(event) => change({ kind: event.target.value as Kind })}
          >
            {kindsOf(column).map(([kind, label]) => (
              <option key={kind} value={kind}>
                {label}
              </option>
            ))}
          </select>
          {draft.kind === 'in' && (
            <FilterValues
              model={model}
              client={client}
              column={column}
              chosen={draft.values}
              takesFocus={takesFocus.current}
              onChange={(values) => change({ values })}
            />
          )}
          {takesText(draft.kind) && (
            <input
              autoFocus={takesFocus.current}
              aria-label="Value"
              aria-describedby={id}
              value={draft.text}
              maxLength={1000}
              onChange={(event) => change({ text: event.target.value })}
            />
          )}
          {draft.kind === 'range' && (
            <div className="sheet-filter-range">
              <input
                autoFocus={takesFocus.current}
                aria-label="From"
                placeholder="from"
                aria-describedby={id}
                value={draft.min}
                onChange={(event) => change({ min: event.target.value })}
              />
              <input
                aria-label="To"
                placeholder="to"
                aria-describedby={id}
                value={draft.max}
                onChange={(event) => change({ max: event.target.value })}
              />
            </div>
          )}
          <p id={id} className="sheet-filter-message" role="status">
            {message}
          </p>
          <div className="sheet-filter-actions">
            <Button onPress={() => show(null)}>Clear</Button>
            <Button look="primary" type="submit">
              Apply
            </Button>
          </div>
        </form>
      </Dialog>
    </Popover>
  );
};
