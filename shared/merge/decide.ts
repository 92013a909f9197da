import type { Conflict } from '../model/batch.ts';
import type { PendingRow } from '../model/edit.ts';
import { keyValues, type RowKey } from '../model/rows.ts';
import type { Cell, MergeFacts } from './facts.ts';
import { type Way, waysOut } from './wording.ts';

/** What a person chose for the cells in conflict. */
export type Decision =
  | { readonly kind: 'mine' }
  | { readonly kind: 'theirs' }
  | { readonly kind: 'value'; readonly value: Cell }
  /** Enters the edits of a row that is gone as a new row; `row` is its `new:` key. */
  | { readonly kind: 'anew'; readonly row: RowKey };

/** A row with the pending state it has from now on; null: nothing is pending any more. */
export interface DecidedRow {
  readonly row: RowKey;
  readonly state: PendingRow | null;
}

interface Decided {
  readonly mine: PendingRow;
  /** The row's conflicts that are decided; others of the row stay as they are. */
  readonly conflicts: readonly Conflict[];
  readonly decision: Decision;
  readonly facts: MergeFacts;
  /** Columns of the key, for rows entered anew. */
  readonly key: readonly string[];
  /** What is pending on another row, where a new row turns into a change of it. */
  readonly pending: (row: RowKey) => PendingRow | undefined;
}

/** Whether a way out exists for a conflict. */
export const allows = (conflict: Conflict, way: Way): boolean => waysOut(conflict).includes(way);

/**
 * The states a decision gives to rows; empty where it decides nothing. `mine` bases the edits on what is there now, so that
 * the next submit still checks that nobody came between; `theirs` gives up exactly the cells decided.
 */
export const decideRow = (decided: Decided): readonly DecidedRow[] => {
  const conflicts = decided.conflicts.filter((conflict) => allows(conflict, decided.decision.kind));
  if (conflicts.length === 0) return [];
  const { mine } = decided;
  switch (mine.kind) {
    case 'update':
      return decideUpdate(mine, { ...decided, conflicts });
    case 'delete':
      return decideDelete(mine, conflicts, decided.decision);
    case 'insert':
      return decideInsert(mine, { ...decided, conflicts });
  }
};

const columnsOf = (conflicts: readonly Conflict[]): ReadonlyMap<string, Conflict> =>
  new Map(conflicts.flatMap((each) => (each.column === undefined ? [] : [[each.column, each] as const])));

const decideUpdate = (
  mine: Extract<PendingRow, { kind: 'update' }>,
  { conflicts, decision, facts, key }: Decided,
): readonly DecidedRow[] => {
  const { row } = mine;
  if (decision.kind === 'anew') return enteredAnew(mine, decision.row, key, facts);
  const at = columnsOf(conflicts);
  const cells = Object.entries(mine.cells).flatMap(([column, cell]) => {
    const conflict = at.get(column);
    if (!conflict) return [[column, cell] as const];
    if (decision.kind === 'theirs') return [];
    const theirs = conflict.theirs ?? null;
    const after = decision.kind === 'value' ? decision.value : cell.after;
    // Wanting what is there already needs no edit.
    return facts.columns.get(column)?.same(after, theirs)
      ? []
      : [[column, { ...cell, before: theirs, after }] as const];
  });
  return [{ row, state: cells.length === 0 ? null : { ...mine, cells: Object.fromEntries(cells) } }];
};

const decideDelete = (
  mine: Extract<PendingRow, { kind: 'delete' }>,
  conflicts: readonly Conflict[],
  decision: Decision,
): readonly DecidedRow[] => {
  const { row } = mine;
  if (decision.kind === 'theirs') return [{ row, state: null }];
  const now = [...columnsOf(conflicts)].map(([column, { theirs }]) => [column, theirs ?? null] as const);
  return [{ row, state: { ...mine, before: { ...mine.before, ...Object.fromEntries(now) } } }];
};

const decideInsert = (
  mine: Extract<PendingRow, { kind: 'insert' }>,
  { conflicts, decision, facts, pending }: Decided,
): readonly DecidedRow[] => {
  const { row } = mine;
  const wholeRow = conflicts.some(
    ({ kind }) => kind === 'exists' || kind === 'row-locked' || kind === 'closed',
  );
  if (decision.kind === 'theirs' && wholeRow) return [{ row, state: null }];
  const at = columnsOf(conflicts);
  if (decision.kind === 'mine') return becomeUpdate(mine, at, facts, pending);
  const values = Object.entries(mine.values).flatMap(([column, value]) => {
    if (!at.has(column)) return [[column, value] as const];
    return decision.kind === 'value' ? [[column, decision.value] as const] : [];
  });
  return [{ row, state: { ...mine, values: Object.fromEntries(values) } }];
};

/** A new row whose key is taken turns into a change of the row that has the key. */
const becomeUpdate = (
  mine: Extract<PendingRow, { kind: 'insert' }>,
  at: ReadonlyMap<string, Conflict>,
  facts: MergeFacts,
  pending: Decided['pending'],
): readonly DecidedRow[] => {
  const key = facts.keyOf(mine.values);
  if (key === null) return [];
  const known = pending(key);
  // A row marked for deletion or new itself is no row to change; the person undoes that first.
  if (known && known.kind !== 'update') return [];
  const cells = [...at].map(([column, { theirs }]) => {
    return [column, { before: theirs ?? null, after: mine.values[column] ?? null }] as const;
  });
  const state: PendingRow = {
    kind: 'update',
    row: key,
    cells: { ...known?.cells, ...Object.fromEntries(cells) },
  };
  return [
    { row: mine.row, state: null },
    { row: key, state },
  ];
};

const enteredAnew = (
  mine: Extract<PendingRow, { kind: 'update' }>,
  row: RowKey,
  key: readonly string[],
  facts: MergeFacts,
): readonly DecidedRow[] => {
  const parts = keyValues(mine.row);
  const named = key.map((column, i) => [column, parts[i] ?? null] as const);
  const typed = Object.entries(mine.cells).map(([column, { after }]) => [column, after] as const);
  const values = [...named, ...typed].filter(([column]) => facts.columns.get(column)?.refusal(true) === null);
  return [
    { row: mine.row, state: null },
    { row, state: { kind: 'insert', row, values: Object.fromEntries(values) } },
  ];
};
