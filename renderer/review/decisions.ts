import type { Conflict } from '../../shared/model/batch.ts';
import type { RowKey } from '../../shared/model/rows.ts';

/** What becomes of a person's edits of one row: based on what is there now, or discarded. */
export type Decision = 'mine' | 'theirs';
export type Decisions = ReadonlyMap<RowKey, Decision>;

/** The conflicts of one row, which is decided as a whole. */
export interface ConflictingRow {
  readonly row: RowKey;
  readonly conflicts: readonly Conflict[];
  /** False where the row is gone or its key is taken: there is nothing to base the edits on. */
  readonly keepable: boolean;
}

export const conflictingRows = (conflicts: readonly Conflict[]): readonly ConflictingRow[] =>
  [...Map.groupBy(conflicts, ({ row }) => row)].map(([row, of]) => ({
    row,
    conflicts: of,
    keepable: of.every(({ kind }) => kind === 'changed'),
  }));

/** The same decision for every row that allows it; rows that cannot be kept stay as they were decided. */
export const decideAll = (
  rows: readonly ConflictingRow[],
  decisions: Decisions,
  decision: Decision,
): Decisions => {
  const next = new Map(decisions);
  for (const { row, keepable } of rows) if (decision === 'theirs' || keepable) next.set(row, decision);
  return next;
};

/** Rows decided this way, in their order. */
export const decided = (
  rows: readonly ConflictingRow[],
  decisions: Decisions,
  decision: Decision,
): readonly RowKey[] => rows.flatMap(({ row }) => (decisions.get(row) === decision ? [row] : []));
