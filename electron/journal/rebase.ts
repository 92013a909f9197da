import type { PendingRow } from '../../shared/model/edit.ts';

type UpdateRow = Extract<PendingRow, { kind: 'update' }>;
type Cells = UpdateRow['cells'];
type Cell = Cells[string];

/** A row's state once a batch is in the warehouse; `impossible` where no such state can exist. */
export type Rebased = PendingRow | undefined | 'impossible';

const updateOf = (row: string, cells: readonly (readonly [string, Cell])[]): PendingRow | undefined =>
  cells.length === 0 ? undefined : { kind: 'update', row, cells: Object.fromEntries(cells) };

const revertedUpdate = (written: UpdateRow): PendingRow | undefined =>
  updateOf(
    written.row,
    Object.entries(written.cells).map(([column, { before, after }]) => [
      column,
      { before: after, after: before },
    ]),
  );

const rebasedUpdate = (state: UpdateRow, written: UpdateRow): PendingRow | undefined => {
  const cells: [string, Cell][] = [];
  for (const [column, { before, after }] of Object.entries(written.cells)) {
    const now = Object.hasOwn(state.cells, column) ? state.cells[column] : undefined;
    if (!now) cells.push([column, { before: after, after: before }]);
    else if (now.after !== after) cells.push([column, { ...now, before: after }]);
  }
  for (const entry of Object.entries(state.cells)) {
    if (!Object.hasOwn(written.cells, entry[0])) cells.push(entry);
  }
  return updateOf(state.row, cells);
};

const sameValues = (a: PendingRow & { kind: 'insert' }, b: PendingRow & { kind: 'insert' }): boolean => {
  const columns = Object.keys(a.values);
  return (
    columns.length === Object.keys(b.values).length &&
    columns.every((column) => Object.hasOwn(b.values, column) && a.values[column] === b.values[column])
  );
};

/**
 * Restates one row's pending state over what a committed batch wrote for it: what the batch holds is pending no more,
 * later edits keep their new value with the written one as `before`, and an edit taken back becomes a change back.
 * A written insert or delete has no later state (the journal refuses such edits while the batch is open).
 */
export const rebaseRow = (state: PendingRow | undefined, written: PendingRow | undefined): Rebased => {
  if (!written || state === written) return written ? undefined : state;
  switch (written.kind) {
    case 'update': {
      if (!state) return revertedUpdate(written);
      if (state.kind === 'update') return rebasedUpdate(state, written);
      if (state.kind === 'insert') return 'impossible';
      const seen = Object.entries(written.cells).map(([column, cell]) => [column, cell.after] as const);
      return { ...state, before: { ...state.before, ...Object.fromEntries(seen) } };
    }
    case 'insert':
      return state?.kind === 'insert' && sameValues(state, written) ? undefined : 'impossible';
    case 'delete':
      return state?.kind === 'delete' ? undefined : 'impossible';
  }
};
