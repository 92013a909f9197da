import fc from 'fast-check';
import type { Cell, MergeColumn, MergeFacts, Theirs } from '../../../../shared/merge/facts.ts';
import type { PendingRow } from '../../../../shared/model/edit.ts';
import { rowKeyOf } from '../../../../shared/model/rows.ts';

/** A warehouse as plain as can be: rows by key, the columns it has, what this person may do with them. */
export interface Present {
  readonly rows: ReadonlyMap<string, Readonly<Record<string, Cell>>>;
  readonly columns: readonly string[];
  readonly locked: readonly string[];
  readonly frozenRows: readonly string[];
  /** Values of column `p` that are closed. */
  readonly closed: readonly string[];
  /** Values no rule lets through any more. */
  readonly forbidden: readonly string[];
  readonly mayInsert: boolean;
}

export const EVERYTHING: Omit<Present, 'rows'> = {
  columns: ['k', 'a', 'b', 'p'],
  locked: [],
  frozenRows: [],
  closed: [],
  forbidden: [],
  mayInsert: true,
};

export const factsOf = (present: Present): MergeFacts => ({
  columns: new Map(
    present.columns.map((name): [string, MergeColumn] => [
      name,
      {
        same: (a, b) => a === b,
        refusal: () => (present.locked.includes(name) ? `${name} is read-only.` : null),
        check: (value) =>
          value !== null && present.forbidden.includes(value) ? `${value} is not allowed.` : null,
      },
    ]),
  ),
  theirs: (row): Theirs => {
    const stored = present.rows.get(row);
    if (!stored) return { kind: 'gone' };
    const free = !present.frozenRows.includes(row);
    return { kind: 'row', value: (column) => stored[column] ?? null, updatable: free, deletable: free };
  },
  keyOf: ({ k }) => (k === null || k === undefined ? null : rowKeyOf([k])),
  insertRefusal: present.mayInsert ? null : 'No rows may be added.',
  closed: (value) => {
    const period = value('p') ?? null;
    return period !== null && present.closed.includes(period) ? `${period} is closed.` : null;
  },
});

const value = fc.constantFrom<Cell>('0', '1', '2', '', null);
const KEYS = ['["1"]', '["2"]', '["3"]'];
const some = <T>(items: readonly T[]): fc.Arbitrary<readonly T[]> => fc.subarray([...items]);

export const anyPresent: fc.Arbitrary<Present> = fc
  .record({
    rows: fc.dictionary(fc.constantFrom(...KEYS), fc.record({ a: value, b: value, p: value })),
    columns: some(['a', 'b', 'p']),
    locked: some(['a', 'b']),
    frozenRows: some(KEYS),
    closed: some(['1', '2']),
    forbidden: some(['0', '2']),
    mayInsert: fc.boolean(),
  })
  .map(({ rows, columns, ...rest }) => ({
    ...rest,
    columns: ['k', ...columns],
    rows: new Map(Object.entries(rows).map(([key, row]) => [key, { ...row, k: JSON.parse(key)[0] }])),
  }));

const anyUpdate = fc
  .record({
    row: fc.constantFrom(...KEYS),
    cells: fc.dictionary(
      fc.constantFrom('a', 'b'),
      fc.record({ before: value, after: value }).filter(({ before, after }) => before !== after),
      { minKeys: 1 },
    ),
  })
  .map((given): PendingRow => ({ kind: 'update', row: given.row, cells: { ...given.cells } }));
const anyDelete = fc
  .record({ row: fc.constantFrom(...KEYS), before: fc.record({ a: value, b: value, p: value }) })
  .map((given): PendingRow => ({ kind: 'delete', ...given }));
const anyInsert = fc
  .record({ k: fc.constantFrom('1', '2', '9', null), a: value, b: value, p: value })
  .map((values): PendingRow => ({ kind: 'insert', row: 'new:1', values }));

export const anyPending: fc.Arbitrary<PendingRow> = fc.oneof(
  { weight: 4, arbitrary: anyUpdate },
  { weight: 2, arbitrary: anyDelete },
  { weight: 2, arbitrary: anyInsert },
);
