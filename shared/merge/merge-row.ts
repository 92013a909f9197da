import type { Conflict, ConflictKind } from '../model/batch.ts';
import type { PendingRow } from '../model/edit.ts';
import type { Cell, MergeFacts, Theirs } from './facts.ts';
import type { QuietChange } from './quiet.ts';

type Update = Extract<PendingRow, { kind: 'update' }>;
type Insert = Extract<PendingRow, { kind: 'insert' }>;
type Delete = Extract<PendingRow, { kind: 'delete' }>;
type TheirRow = Extract<Theirs, { kind: 'row' }>;

/** What a merge finds out about one pending row: what settles by itself, and what a person has to decide. */
export interface RowMerge {
  readonly quiet: QuietChange | null;
  readonly conflicts: readonly Conflict[];
}

const NOTHING: RowMerge = { quiet: null, conflicts: [] };

/**
 * Three-way merge of one pending row: the value each edit was made on, the edit, what the warehouse holds now. The same change
 * there is dropped, a base that only looks different is restated; everything that would overwrite or cannot be written any
 * more is a conflict. Pure; other rows do not matter, so the order of rows does not either.
 */
export const mergeRow = (mine: PendingRow, facts: MergeFacts): RowMerge => {
  switch (mine.kind) {
    case 'update':
      return mergeUpdate(mine, facts);
    case 'delete':
      return mergeDelete(mine, facts);
    case 'insert':
      return mergeInsert(mine, facts);
  }
};

const mergeUpdate = (mine: Update, facts: MergeFacts): RowMerge => {
  const theirs = facts.theirs(mine.row);
  if (theirs.kind === 'unknown') return NOTHING;
  const { row } = mine;
  const entries = Object.entries(mine.cells);
  if (theirs.kind === 'gone') {
    const conflicts = entries.map(([column, { before, after }]): Conflict => {
      return { row, kind: 'missing', column, base: before, mine: after };
    });
    return { quiet: null, conflicts };
  }
  const cells: [string, { base: Cell; theirs: Cell; dropped?: Cell }][] = [];
  const kept: [string, Update['cells'][string]][] = [];
  const conflicts: Conflict[] = [];
  for (const entry of entries) {
    const [column, { before, after }] = entry;
    const fact = facts.columns.get(column);
    if (!fact) {
      conflicts.push({ row, kind: 'column-gone', column, base: before, mine: after });
      continue;
    }
    const now = theirs.value(column);
    if (fact.same(after, now)) {
      cells.push([column, { base: before, theirs: now, dropped: after }]);
      continue;
    }
    kept.push(entry);
    const changed = !fact.same(before, now);
    if (!changed && before !== now) cells.push([column, { base: before, theirs: now }]);
    const found = { row, column, base: before, mine: after, theirs: now };
    const refusal = fact.refusal(false);
    const broken = refusal === null && !changed ? fact.check(after) : null;
    if (refusal !== null) conflicts.push({ ...found, kind: 'column-locked', message: refusal });
    else if (changed) conflicts.push({ ...found, kind: 'changed' });
    else if (broken !== null) conflicts.push({ ...found, kind: 'rule', message: broken });
  }
  const quiet: QuietChange | null =
    cells.length > 0 ? { row, kind: 'cells', cells: Object.fromEntries(cells) } : null;
  const after = new Map(kept.map(([column, cell]) => [column, cell.after]));
  const barred = kept.length > 0 ? barrier(theirs, 'update', facts, after) : null;
  if (!barred) return { quiet, conflicts };
  const gone = conflicts.filter(({ kind }) => kind === 'column-gone');
  const held = kept.map(([column, cell]): Conflict => {
    return { row, ...barred, column, base: cell.before, mine: cell.after, theirs: theirs.value(column) };
  });
  return { quiet, conflicts: [...gone, ...held] };
};

const mergeDelete = (mine: Delete, facts: MergeFacts): RowMerge => {
  const { row } = mine;
  const theirs = facts.theirs(row);
  if (theirs.kind === 'unknown') return NOTHING;
  if (theirs.kind === 'gone') return { quiet: { row, kind: 'gone' }, conflicts: [] };
  const barred = barrier(theirs, 'delete', facts, new Map());
  if (barred) return { quiet: null, conflicts: [{ row, ...barred }] };
  const conflicts: Conflict[] = [];
  const before: [string, Cell][] = [];
  for (const [column, base] of Object.entries(mine.before)) {
    const fact = facts.columns.get(column);
    // What cannot be compared any more cannot be held against the deletion either.
    if (!fact) continue;
    const now = theirs.value(column);
    const same = fact.same(base, now);
    before.push([column, same ? now : base]);
    if (!same) conflicts.push({ row, kind: 'changed', column, base, theirs: now });
  }
  const restated = Object.fromEntries(before);
  const differs =
    before.length !== Object.keys(mine.before).length ||
    before.some(([column, value]) => mine.before[column] !== value);
  return { quiet: differs ? { row, kind: 'before', before: restated } : null, conflicts };
};

const mergeInsert = (mine: Insert, facts: MergeFacts): RowMerge => {
  const { row } = mine;
  const entries = Object.entries(mine.values);
  const key = facts.keyOf(mine.values);
  const there = key === null ? null : facts.theirs(key);
  if (there?.kind === 'row') {
    const differing = entries.filter(([column, value]) => {
      const fact = facts.columns.get(column);
      return !fact?.same(value, there.value(column));
    });
    if (differing.length === 0) return { quiet: { row, kind: 'gone' }, conflicts: [] };
    const conflicts = differing.map(([column, value]): Conflict => {
      return { row, kind: 'exists', column, mine: value, theirs: there.value(column) };
    });
    return { quiet: null, conflicts };
  }
  const values = new Map(entries);
  const closed = facts.closed((column) => values.get(column));
  if (facts.insertRefusal !== null)
    return { quiet: null, conflicts: [{ row, kind: 'row-locked', message: facts.insertRefusal }] };
  if (closed !== null) return { quiet: null, conflicts: [{ row, kind: 'closed', message: closed }] };
  const conflicts = entries.flatMap(([column, value]): Conflict[] => {
    const fact = facts.columns.get(column);
    if (!fact) return [{ row, kind: 'column-gone', column, mine: value }];
    const refusal = fact.refusal(true);
    if (refusal !== null) return [{ row, kind: 'column-locked', column, mine: value, message: refusal }];
    // An empty cell is where a new row starts; the submit insists, nobody changed anything.
    const broken = value === null ? null : fact.check(value);
    return broken === null ? [] : [{ row, kind: 'rule', column, mine: value, message: broken }];
  });
  return { quiet: null, conflicts };
};

/** What keeps the whole row from being written, as it is stored and as it would stand. */
const barrier = (
  theirs: TheirRow,
  what: 'update' | 'delete',
  facts: MergeFacts,
  after: ReadonlyMap<string, Cell>,
): { readonly kind: ConflictKind; readonly message?: string } | null => {
  if (what === 'update' ? !theirs.updatable : !theirs.deletable) return { kind: 'row-locked' };
  const message =
    facts.closed(theirs.value) ??
    (after.size > 0
      ? facts.closed((column) => (after.has(column) ? after.get(column) : theirs.value(column)))
      : null);
  return message === null ? null : { kind: 'closed', message };
};
