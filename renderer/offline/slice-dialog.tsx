import { type ReactNode, useState } from 'react';
import type { OfflineSheet } from '../../shared/contract/offline.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

type Slice = OfflineSheet['slice'];

export interface SliceDialogProps {
  readonly sheet: OfflineSheet;
  readonly onClose: () => void;
  readonly onChoose: (slice: Slice) => void;
}

/** Which rows are kept, in words. */
export const sliceText = (slice: Slice): string => {
  if (slice.length === 0) return 'All rows';
  return slice
    .map((filter) => {
      switch (filter.kind) {
        case 'equals':
          return `${filter.column} is ${filter.value ?? 'empty'}`;
        case 'contains':
          return `${filter.column} contains ${filter.text}`;
        case 'lacks':
          return `${filter.column} does not contain ${filter.text}`;
        case 'starts':
          return `${filter.column} starts with ${filter.text}`;
        case 'ends':
          return `${filter.column} ends with ${filter.text}`;
        case 'differs':
          return `${filter.column} is not ${filter.value ?? 'empty'}`;
        case 'in':
          return `${filter.column} is one of ${filter.values.map((value) => value ?? 'empty').join(', ')}`;
        case 'range':
          if (filter.open)
            return `${filter.column} is more than ${filter.min ?? '…'} and less than ${filter.max ?? '…'}`;
          return `${filter.column} from ${filter.min ?? '…'} to ${filter.max ?? '…'}`;
        case 'blank':
          return `${filter.column} is ${filter.blank ? 'empty' : 'filled'}`;
        default:
          return filter satisfies never;
      }
    })
    .join(' and ');
};

interface Condition {
  readonly id: number;
  readonly column: string;
  readonly kind: 'is' | 'contains';
  readonly text: string;
}

const conditionsOf = (slice: Slice): readonly Condition[] =>
  slice.flatMap((filter, id): Condition[] => {
    if (filter.kind === 'contains')
      return [{ id, column: filter.column, kind: 'contains', text: filter.text }];
    if (filter.kind === 'in') {
      const text = filter.values.map((value) => value ?? '').join(', ');
      return [{ id, column: filter.column, kind: 'is', text }];
    }
    return [];
  });

const sliceOf = (conditions: readonly Condition[]): Slice =>
  conditions.flatMap(({ column, kind, text }): Slice => {
    const wanted = text.trim();
    if (wanted === '') return [];
    if (kind === 'contains') return [{ kind: 'contains', column, text: wanted }];
    return [{ kind: 'in', column, values: wanted.split(',').map((value) => value.trim()) }];
  });

/** Chooses the rows of a sheet that are kept on this machine: all, or those for which every condition holds. */
export const SliceDialog = ({ sheet, onClose, onChoose }: SliceDialogProps): ReactNode => {
  const [conditions, setConditions] = useState<readonly Condition[]>(() => conditionsOf(sheet.slice));
  const [next, setNext] = useState(sheet.slice.length);
  const columns = sheet.columns;
  const change = (id: number, part: Partial<Condition>): void =>
    setConditions(conditions.map((each) => (each.id === id ? { ...each, ...part } : each)));
  const add = (): void => {
    setConditions([...conditions, { id: next, column: columns[0] ?? '', kind: 'is', text: '' }]);
    setNext(next + 1);
  };
  return (
    <Dialog
      title={`Rows of ${sheet.name} on this machine`}
      onClose={onClose}
      width="640px"
      foot={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" onPress={() => onChoose(sliceOf(conditions))}>
            {sliceOf(conditions).length === 0 ? 'Keep all rows' : 'Keep these rows'}
          </Button>
        </>
      }
    >
      <p className="quiet">
        Rows for which every condition holds are kept, as the warehouse holds them. Several values are
        separated by commas. The sheet is read again for this when the warehouse can be reached.
      </p>
      <div className="offline-conditions">
        {conditions.map(({ id, column, kind, text }) => (
          <div key={id} className="offline-condition">
            <select
              className="input"
              aria-label="Column"
              value={column}
              onChange={(event) => change(id, { column: event.target.value })}
            >
              {columns.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
            <select
              className="input"
              aria-label="Condition"
              value={kind}
              onChange={(event) => change(id, { kind: event.target.value === 'is' ? 'is' : 'contains' })}
            >
              <option value="is">is</option>
              <option value="contains">contains</option>
            </select>
            <input
              className="input"
              aria-label="Value"
              value={text}
              onChange={(event) => change(id, { text: event.target.value })}
            />
            <Button onPress={() => setConditions(conditions.filter((each) => each.id !== id))}>Remove</Button>
          </div>
        ))}
        <div>
          <Button onPress={add}>Add a condition</Button>
        </div>
      </div>
    </Dialog>
  );
};
