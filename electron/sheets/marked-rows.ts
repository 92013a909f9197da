import type { PendingRow } from '../../shared/model/edit.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { MarkFilter, ViewQuery } from '../../shared/model/view.ts';
import { own } from './row-values.ts';

type Pending = ReadonlyMap<RowKey, PendingRow>;
type Asked = Pick<ViewQuery, 'pendingOnly' | 'marks' | 'only'>;

/** Whether a query asks for rows by anything but their values. */
export const asksForMarks = ({ pendingOnly, marks = [], only }: Asked): boolean =>
  pendingOnly || marks.length > 0 || only !== undefined;

/** Whether a query asks for rows with edits that can still be changed. */
export const asksForPending = ({ pendingOnly, marks = [] }: Asked): boolean =>
  pendingOnly || marks.some(({ mark }) => mark === 'pending');

/**
 * Keys of the rows that can be in a query by what is known of them here (pending edits, marks at their cells, being named); null where
 * their values alone decide. A row that is new or goes is pending in every column.
 */
export const markedRows = (query: Asked, pending: Pending): ReadonlySet<RowKey> | null => {
  const { pendingOnly, marks = [], only } = query;
  const sets: ReadonlySet<RowKey>[] = [
    ...(only ? [new Set(only)] : []),
    ...marks.map((mark) => rowsOf(mark, pending)),
    ...(pendingOnly ? [new Set(pending.keys())] : []),
  ];
  const [first, ...others] = sets;
  if (!first) return null;
  return new Set([...first].filter((key) => others.every((other) => other.has(key))));
};

const rowsOf = ({ column, mark, rows }: MarkFilter, pending: Pending): ReadonlySet<RowKey> => {
  if (mark !== 'pending') return new Set(rows);
  const found = [...pending.values()].filter(
    (row) => row.kind !== 'update' || own(row.cells, column) !== undefined,
  );
  return new Set(found.map(({ row }) => row));
};
