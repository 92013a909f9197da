import { type ReactNode, useId, useState } from 'react';
import { Dialog, Heading, Popover } from 'react-aria-components';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { ColumnFilter } from '../../shared/model/view.ts';
import { isNumeric } from '../grid/columns.ts';
import { Button } from '../ui/button.tsx';
import { FilterValues } from './filter-values.tsx';
import type { SheetModel } from './sheet-model.ts';

interface FilterPopoverProps {
  readonly model: SheetModel;
  readonly client: BackendClient;
  readonly column: Column;
  readonly anchor: HTMLElement;
  readonly onClose: () => void;
}

type Kind = 'in' | 'contains' | 'equals' | 'range' | 'blank' | 'filled';

interface Draft {
  readonly kind: Kind;
  readonly text: string;
  readonly min: string;
  readonly max: string;
  readonly values: readonly (string | null)[];
}

const ORDERED = new Set(['date', 'time', 'timestamp']);
/** Columns whose values repeat are mostly filtered by a few of them. */
const isListed = ({ type, lookup }: Column): boolean =>
  Boolean(lookup) || type.kind === 'enum' || type.kind === 'boolean';
const isOrdered = (column: Column): boolean => isNumeric(column) || ORDERED.has(column.type.kind);

const draftOf = (filter: ColumnFilter | undefined, column: Column): Draft => {
  const empty = {
    kind: isListed(column) ? 'in' : isOrdered(column) ? 'range' : 'contains',
    text: '',
    min: '',
    max: '',
    values: [],
  } as const;
  switch (filter?.kind) {
    case 'in':
      return { ...empty, kind: 'in', values: filter.values };
    case 'contains':
      return { ...empty, kind: 'contains', text: filter.text };
    case 'equals':
      return { ...empty, kind: 'equals', text: filter.value ?? '' };
    case 'range':
      return { ...empty, kind: 'range', min: filter.min ?? '', max: filter.max ?? '' };
    case 'blank':
      return { ...empty, kind: filter.blank ? 'blank' : 'filled' };
    default:
      return empty;
  }
};

/** A bound or value as typed, in its canonical form; a message when it is no value of the column. */
const canonical = (
  model: SheetModel,
  column: Column,
  text: string,
): { value: string } | { message: string } => {
  const read = model.readPlain(column, text);
  return read.kind === 'value' ? { value: read.value ?? '' } : { message: read.message };
};

const filterOf = (model: SheetModel, column: Column, draft: Draft): ColumnFilter | { message: string } => {
  const { name } = column;
  switch (draft.kind) {
    case 'blank':
    case 'filled':
      return { kind: 'blank', column: name, blank: draft.kind === 'blank' };
    case 'in':
      return { kind: 'in', column: name, values: [...draft.values] };
    case 'contains':
      return { kind: 'contains', column: name, text: draft.text };
    case 'equals': {
      const read = canonical(model, column, draft.text);
      return 'message' in read ? read : { kind: 'equals', column: name, value: read.value };
    }
    case 'range': {
      const bounds: { min?: string; max?: string } = {};
      for (const side of ['min', 'max'] as const) {
        if (draft[side].trim() === '') continue;
        const read = canonical(model, column, draft[side]);
        if ('message' in read) return read;
        bounds[side] = read.value;
      }
      return { kind: 'range', column: name, ...bounds };
    }
  }
};

const isEmpty = ({ kind, text, min, max, values }: Draft): boolean =>
  (kind === 'in' && values.length === 0) ||
  (kind === 'contains' && text === '') ||
  (kind === 'range' && min.trim() === '' && max.trim() === '');

/** A condition on one column, by keyboard or pointer; it works on values with pending edits in them. */
export const FilterPopover = ({ model, client, column, anchor, onClose }: FilterPopoverProps): ReactNode => {
  const current = model.filters.find((filter) => filter.column === column.name);
  const [draft, setDraft] = useState(() => draftOf(current, column));
  const [message, setMessage] = useState<string | null>(null);
  const id = useId();
  const others = model.filters.filter((filter) => filter.column !== column.name);
  const change = (part: Partial<Draft>): void => {
    setMessage(null);
    setDraft({ ...draft, ...part });
  };
  const apply = (): void => {
    if (isEmpty(draft)) model.setQuery({ filters: others });
    else {
      const filter = filterOf(model, column, draft);
      if ('message' in filter) {
        setMessage(filter.message);
        return;
      }
      model.setQuery({ filters: [...others, filter] });
    }
    onClose();
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
            onChange={(event) => change({ kind: event.target.value as Kind })}
          >
            <option value="in">is one of</option>
            <option value="contains">contains</option>
            <option value="equals">equals</option>
            {isOrdered(column) && <option value="range">is between</option>}
            <option value="blank">has no value</option>
            <option value="filled">has a value</option>
          </select>
          {draft.kind === 'in' && (
            <FilterValues
              model={model}
              client={client}
              column={column}
              chosen={draft.values}
              onChange={(values) => change({ values })}
            />
          )}
          {(draft.kind === 'contains' || draft.kind === 'equals') && (
            <input
              autoFocus
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
                autoFocus
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
            <Button
              onPress={() => {
                model.setQuery({ filters: others });
                onClose();
              }}
            >
              Clear
            </Button>
            <Button look="primary" type="submit">
              Apply
            </Button>
          </div>
        </form>
      </Dialog>
    </Popover>
  );
};
