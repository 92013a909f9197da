import type { PendingRow } from '../model/edit.ts';
import { AppError } from '../model/failure.ts';
import { keyValues, type RowKey, rowKeyOf } from '../model/rows.ts';
import type { SheetDefinition } from '../model/sheet.ts';
import type { CommitPlan, DeleteGroup, InsertGroup, UpdateGroup, Values } from './commit-plan.ts';
import { cellsOf } from './pending.ts';

type Cell = string | null;
type RowOf<K extends PendingRow['kind']> = Extract<PendingRow, { kind: K }>;

export interface PlanInput {
  readonly definition: SheetDefinition;
  readonly pending: Iterable<PendingRow>;
  readonly batch: string;
  readonly note: string | null;
  readonly sha256: string;
}

/**
 * The order in which rows are written and locked: row key texts by UTF-16 code unit. A total order that depends on
 * nothing but the key, so overlapping commits of different people meet their common rows in the same order.
 */
export const compareRowKeys = (a: RowKey, b: RowKey): number => (a < b ? -1 : a > b ? 1 : 0);

const byRow = (a: PendingRow, b: PendingRow): number => compareRowKeys(a.row, b.row);

// A paste mostly arrives in key order; seeing that is far cheaper than sorting 100,000 rows again.
const sortByRow = <R extends PendingRow>(rows: R[]): R[] => {
  let last = '';
  for (const { row } of rows) {
    if (row < last) return rows.sort(byRow);
    last = row;
  }
  return rows;
};

// Two new rows with the same key block each other in the unique index, so new rows are ordered by their key too.
const byInsertedKey = (definition: SheetDefinition, rows: RowOf<'insert'>[]): RowOf<'insert'>[] =>
  rows
    .map((row) => ({
      row,
      key: rowKeyOf(
        definition.key.map((column) =>
          Object.hasOwn(row.values, column) ? (row.values[column] ?? null) : null,
        ),
      ),
    }))
    .sort((a, b) => compareRowKeys(a.key, b.key) || byRow(a.row, b.row))
    .map(({ row }) => row);

interface Sorted {
  readonly updates: readonly RowOf<'update'>[];
  readonly inserts: readonly RowOf<'insert'>[];
  readonly deletes: readonly RowOf<'delete'>[];
}

const sortPending = (definition: SheetDefinition, pending: Iterable<PendingRow>): Sorted => {
  const updates: RowOf<'update'>[] = [];
  const inserts: RowOf<'insert'>[] = [];
  const deletes: RowOf<'delete'>[] = [];
  for (const row of pending) {
    if (row.kind === 'update') updates.push(row);
    else if (row.kind === 'insert') inserts.push(row);
    else deletes.push(row);
  }
  return {
    updates: sortByRow(updates),
    inserts: byInsertedKey(definition, inserts),
    deletes: sortByRow(deletes),
  };
};

interface Group<R> {
  readonly columns: readonly string[];
  readonly rows: R[];
}

/** Groups rows by the set of columns `columnsOf` names, keeping their order; groups are ordered by their columns. */
const groupByColumns = <R>(rows: readonly R[], columnsOf: (row: R) => readonly string[]): Group<R>[] => {
  const bySet = new Map<string, Group<R>>();
  const bySpelling = new Map<string, Group<R>>();
  for (const row of rows) {
    const columns = columnsOf(row);
    // Identifiers cannot hold NUL, so the joined text is unambiguous.
    const spelling = columns.join('\0');
    let group = bySpelling.get(spelling);
    if (!group) {
      const sorted = [...columns].sort(compareRowKeys);
      const set = sorted.join('\0');
      group = bySet.get(set) ?? { columns: sorted, rows: [] };
      bySet.set(set, group);
      bySpelling.set(spelling, group);
    }
    group.rows.push(row);
  }
  return [...bySet].sort(([a], [b]) => compareRowKeys(a, b)).map(([, group]) => group);
};

// Without escapes or nulls a key splits at its quotes, at half the cost of parsing it.
const partsOf = (row: RowKey): readonly (string | null)[] =>
  row.startsWith('["') && row.endsWith('"]') && !row.includes('\\') && !row.includes(',n')
    ? row.slice(2, -2).split('","')
    : keyValues(row);

const keysOf = (definition: SheetDefinition, rows: readonly PendingRow[]): Values[] => {
  const keys: Cell[][] = definition.key.map(() => []);
  for (const { row } of rows) {
    const values = partsOf(row);
    if (values.length !== keys.length || keys.length === 0) {
      throw new AppError(
        'conflict',
        'row-key-mismatch',
        'The key of the sheet is not the one these edits were made with. Discard them and enter them again.',
        { details: { row, key: definition.key } },
      );
    }
    for (let k = 0; k < keys.length; k++) keys[k]?.push(values[k] ?? null);
  }
  return keys;
};

const checkColumns = (
  known: ReadonlySet<string>,
  columns: readonly string[],
  rows: readonly PendingRow[],
): void => {
  const gone = columns.filter((column) => !known.has(column));
  if (gone.length > 0) {
    throw new AppError(
      'conflict',
      'column-gone',
      `The table no longer has ${gone.map((column) => `"${column}"`).join(', ')}. Discard the edits there to submit the rest.`,
      { details: { columns: gone, rows: rows.slice(0, 100).map(({ row }) => row) } },
    );
  }
};

const perColumn = <R>(
  columns: readonly string[],
  rows: readonly R[],
  value: (row: R, column: string) => Cell | undefined,
): Values[] => columns.map((column) => rows.map((row) => value(row, column) ?? null));

const reasonOf = (row: RowOf<'update'>, columns: readonly string[]): Cell => {
  const reasons = new Set(
    columns.map((column) => row.cells[column]?.reason).filter((reason) => reason !== undefined),
  );
  return reasons.size === 0 ? null : [...reasons].join('; ');
};

const updateGroup = (definition: SheetDefinition, { columns, rows }: Group<RowOf<'update'>>): UpdateGroup => {
  const reasons = rows.map((row) => reasonOf(row, columns));
  return {
    columns,
    rows: rows.map(({ row }) => row),
    keys: keysOf(definition, rows),
    before: perColumn(columns, rows, (row, column) => row.cells[column]?.before),
    after: perColumn(columns, rows, (row, column) => row.cells[column]?.after),
    reasons: reasons.some((reason) => reason !== null) ? reasons : null,
  };
};

const deleteGroup = (
  definition: SheetDefinition,
  { columns, rows }: Group<RowOf<'delete'>>,
): DeleteGroup => ({
  rows: rows.map(({ row }) => row),
  keys: keysOf(definition, rows),
  columns,
  before: perColumn(columns, rows, (row, column) => row.before[column]),
});

const insertGroup = ({ columns, rows }: Group<RowOf<'insert'>>): InsertGroup => ({
  columns,
  rows: rows.map(({ row }) => row),
  values: perColumn(columns, rows, (row, column) => row.values[column]),
});

/**
 * The statements a batch needs: deletes, updates, inserts, each one group per distinct set of columns, rows in
 * `compareRowKeys` order. Sets are never merged or split, however many there are: splitting a row over statements
 * breaks CHECKs that span columns, merging would write columns nobody changed. Key edits keep the old key in `keys`
 * and give the new one in `after`. Throws AppError `conflict` when the table no longer fits the edits.
 */
export const planOf = (input: PlanInput): CommitPlan => {
  const { definition } = input;
  const { updates, inserts, deletes } = sortPending(definition, input.pending);
  const known = new Set(definition.columns.map(({ name }) => name));
  const updated = groupByColumns(updates, (row) => Object.keys(row.cells));
  const inserted = groupByColumns(inserts, (row) => Object.keys(row.values));
  for (const { columns, rows } of [...updated, ...inserted]) checkColumns(known, columns, rows);
  let cells = 0;
  for (const row of updates) cells += cellsOf(row);
  for (const row of inserts) cells += cellsOf(row);
  return {
    batch: input.batch,
    sheet: definition.id,
    sha256: input.sha256,
    note: input.note,
    source: definition.source,
    keyColumns: definition.key,
    deletes: groupByColumns(deletes, (row) =>
      Object.keys(row.before).filter((column) => known.has(column)),
    ).map((group) => deleteGroup(definition, group)),
    updates: updated.map((group) => updateGroup(definition, group)),
    inserts: inserted.map(insertGroup),
    rows: updates.length + inserts.length + deletes.length,
    cells,
  };
};

const sortedEntries = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => compareRowKeys(a, b));

/**
 * Canonical JSON of what a batch writes: equal texts mean equal writes, whatever the order of entry.
 * Arrays only: `[format, [schema, table], key columns, deletes, updates, inserts]`, rows and columns sorted,
 * a delete as `[row, [[column, before]]]`, an update as `[row, [[column, before, after, reason]]]`, an insert as
 * `[row, [[column, value]]]`. Hash its UTF-8 bytes.
 */
export const canonicalPayload = (definition: SheetDefinition, pending: Iterable<PendingRow>): string => {
  const { updates, inserts, deletes } = sortPending(definition, pending);
  return JSON.stringify([
    1,
    [definition.source.schema, definition.source.table],
    definition.key,
    deletes.map(({ row, before }) => [row, sortedEntries(before)]),
    updates.map(({ row, cells }) => [
      row,
      sortedEntries(cells).map(([column, cell]) => [column, cell.before, cell.after, cell.reason ?? null]),
    ]),
    inserts.map(({ row, values }) => [row, sortedEntries(values)]),
  ]);
};
