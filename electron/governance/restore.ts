import type { EditStep, PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { PastChange, PastConflict, PastCounts } from '../../shared/model/past.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { compareValues } from '../../shared/values/compare.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import type { ToldRow } from '../warehouse/past.ts';
import { type Refusal, refusalOfColumn, refusalOfRow, refusalOfSheet } from './check-rights.ts';

type Cell = string | null;

/** One row of then against now, with what the audit told of it. */
export interface Difference extends PastChange {
  readonly told: ToldRow;
}

const COMPARED: ReadonlySet<Column['type']['kind']> = new Set(['decimal', 'integer', 'float', 'timestamp']);

/** 5 and 5.00 are the same value; anything that is not a number or an instant is compared by its text. */
const same = (column: Column, a: Cell, b: Cell): boolean => {
  if (a === b) return true;
  if (a === null || b === null || !COMPARED.has(column.type.kind)) return false;
  return compareValues(column.type)(a, b) === 0;
};

const newest = (told: ToldRow): { readonly person: string; readonly at: string } =>
  told.cells.reduce((last, each) => (each.at > last.at ? each : last), { person: '', at: '' });

/** How rows as told by the audit differ from the rows the sheet holds now, which were reread; columns that are gone are left out. */
export const differencesOf = (sheet: OpenSheet, told: readonly ToldRow[]): readonly Difference[] => {
  const columns = new Map(sheet.definition.columns.map((column) => [column.name, column]));
  return told.flatMap((row): readonly Difference[] => {
    const now = sheet.baseRow(row.row);
    const { person, at } = newest(row);
    const of = (kind: PastChange['kind'], cells: PastChange['cells']): readonly Difference[] => [
      { row: row.row, kind, cells, person, at, told: row },
    ];
    if (row.kind === 'insert') {
      if (!now) return [];
      return of(
        'take-out',
        sheet.definition.columns.map(({ name }) => ({ column: name, was: null, now: now[name] ?? null })),
      );
    }
    const cells = row.cells.flatMap(({ column: name, was }) => {
      const column = columns.get(name);
      const held = now?.[name] ?? null;
      return column && !(now && same(column, was, held)) ? [{ column: name, was, now: held }] : [];
    });
    if (!now) return of('bring-back', cells);
    return cells.length ? of('change', cells) : [];
  });
};

export const countsOf = (changes: readonly PastChange[]): PastCounts => {
  const of = (kind: PastChange['kind']): readonly PastChange[] =>
    changes.filter((each) => each.kind === kind);
  return {
    changed: of('change').length,
    broughtBack: of('bring-back').length,
    takenOut: of('take-out').length,
    cells: of('change').reduce((sum, { cells }) => sum + cells.length, 0),
  };
};

export interface RestoreWish {
  /** What is taken back is one batch: where others changed its cells since, that is theirs to keep. */
  readonly batch: boolean;
  readonly overChanged: boolean;
  readonly pending: ReadonlyMap<string, PendingRow>;
  readonly underReview: ReadonlySet<string>;
}

export interface RestorePlan {
  /** What can be restored, row by row, without what conflicts. */
  readonly changes: readonly PastChange[];
  readonly conflicts: readonly PastConflict[];
}

/** Splits differences into what this person can restore in this sheet now, and the named reasons for the rest. */
export const planRestore = (sheet: OpenSheet, told: readonly ToldRow[], wish: RestoreWish): RestorePlan => {
  const changes: PastChange[] = [];
  const conflicts: PastConflict[] = [...goneColumns(sheet, told)];
  const closed = refusalOfSheet(sheet);
  const differences = differencesOf(sheet, told);
  if (closed) return { changes, conflicts: differences.length ? [conflictOf(closed)] : [] };
  const columns = columnFacts(sheet);
  for (const found of differences) {
    // What triggers of the table fill they fill anew.
    const cells = found.cells.filter(
      ({ column }) => columns.get(column)?.column.readOnly?.cause !== 'derived',
    );
    if (found.kind === 'change' && cells.length === 0) continue;
    const difference = { ...found, cells };
    const whole = wholeRowConflict(sheet, columns, difference, wish) ?? [];
    if (whole.length) {
      conflicts.push(...whole);
      continue;
    }
    if (difference.kind !== 'change') {
      changes.push(withoutTold(difference));
      continue;
    }
    const kept = difference.cells.filter((cell) => {
      const conflict = cellConflict(sheet, columns, difference, cell, wish);
      if (conflict) conflicts.push(conflict);
      return !conflict;
    });
    if (kept.length) changes.push({ ...withoutTold(difference), cells: kept });
  }
  return { changes, conflicts };
};

const withoutTold = ({ told: _, ...change }: Difference): PastChange => change;

const conflictOf = (refusal: Refusal, row?: string, column?: string): PastConflict => ({
  kind: refusal.code === 'period-closed' ? 'period-closed' : 'no-right',
  message: refusal.message,
  ...(row === undefined ? {} : { row }),
  ...(column === undefined ? {} : { column }),
});

/** A column whose changes are told but which the sheet does not have any more; told once each. */
const goneColumns = (sheet: OpenSheet, told: readonly ToldRow[]): readonly PastConflict[] => {
  const known = new Set(sheet.definition.columns.map(({ name }) => name));
  const gone = new Set(
    told.flatMap(({ cells }) => cells.flatMap(({ column }) => (known.has(column) ? [] : [column]))),
  );
  return [...gone].map((column) => ({
    kind: 'column-gone',
    column,
    message: `The column "${column}" is not in the table any more; what it held stays in the history.`,
  }));
};

interface ColumnFact {
  readonly column: Column;
  readonly stored: Refusal | null;
  readonly fresh: Refusal | null;
}

const columnFacts = (sheet: OpenSheet): ReadonlyMap<string, ColumnFact> =>
  new Map(
    sheet.definition.columns.map((column) => [
      column.name,
      { column, stored: refusalOfColumn(sheet, column, false), fresh: refusalOfColumn(sheet, column, true) },
    ]),
  );

/** Why a row as a whole cannot be restored, or null. */
const wholeRowConflict = (
  sheet: OpenSheet,
  columns: ReadonlyMap<string, ColumnFact>,
  { row, kind, cells, told }: Difference,
  wish: RestoreWish,
): readonly PastConflict[] | null => {
  if (wish.underReview.has(row))
    return [{ kind: 'under-review', row, message: 'The row is part of a batch of yours under review.' }];
  if (wish.pending.has(row))
    return [{ kind: 'pending', row, message: 'The row has edits of yours that are not submitted yet.' }];
  if (kind === 'bring-back') return bringBackConflict(sheet, columns, { row, cells, told });
  if (wish.batch && told.kind === 'delete')
    return [{ kind: 'key-taken', row, message: 'A row with this key was entered again since.' }];
  if (kind === 'take-out') {
    const before = Object.fromEntries(cells.map(({ column, now }) => [column, now]));
    const refusal = refusalOfRow(sheet, { kind: 'delete', row, before });
    if (refusal) return [conflictOf(refusal, row)];
    return wish.batch && !wish.overChanged && changedSinceInsert(sheet, cells, told)
      ? [{ kind: 'changed-since', row, message: 'The row was changed after the batch had entered it.' }]
      : null;
  }
  const values = Object.fromEntries(
    cells.map(({ column, was, now }) => [column, { before: now, after: was }]),
  );
  const refusal = refusalOfRow(sheet, { kind: 'update', row, cells: values });
  return refusal ? [conflictOf(refusal, row)] : null;
};

const bringBackConflict = (
  sheet: OpenSheet,
  columns: ReadonlyMap<string, ColumnFact>,
  { row, cells, told }: Pick<Difference, 'row' | 'cells' | 'told'>,
): readonly PastConflict[] | null => {
  if (!told.whole) return [{ kind: 'row-deleted', row, message: 'The row was deleted since.' }];
  const values = Object.fromEntries(cells.map(({ column, was }) => [column, was]));
  const refusal = refusalOfRow(sheet, { kind: 'insert', row, values });
  if (refusal) return [conflictOf(refusal, row)];
  const refused = cells.flatMap(({ column, was }) => {
    const fact = columns.get(column);
    const why = fact?.fresh ?? (fact && was !== null ? brokenRule(sheet, fact.column, was) : null);
    return was !== null && why ? [conflictOf(why, row, column)] : [];
  });
  return refused.length ? refused : null;
};

const changedSinceInsert = (sheet: OpenSheet, cells: PastChange['cells'], told: ToldRow): boolean => {
  const last = new Map(told.cells.map((each) => [each.column, each.last]));
  return sheet.definition.columns.some((column) => {
    // What the table works out itself is not in the audit.
    if (column.readOnly?.cause === 'generated') return false;
    const now = cells.find((each) => each.column === column.name)?.now ?? null;
    return !same(column, now, last.get(column.name) ?? null);
  });
};

const brokenRule = (sheet: OpenSheet, column: Column, value: string): Refusal | null => {
  const problem = sheet.rules.cellChecker(column.name)(value);
  return problem?.severity === 'block' ? { code: 'invalid', message: problem.message } : null;
};

const cellConflict = (
  sheet: OpenSheet,
  columns: ReadonlyMap<string, ColumnFact>,
  { row, told }: Difference,
  { column: name, was, now }: PastChange['cells'][number],
  wish: RestoreWish,
): PastConflict | null => {
  const fact = columns.get(name);
  if (!fact) return null;
  const { column } = fact;
  if (fact.stored) return conflictOf(fact.stored, row, name);
  const locked = column.readOnlyWhen ? sheet.rules.readOnlyReason(name, sheet.baseRow(row) ?? {}) : null;
  if (locked !== null) return { kind: 'no-right', row, column: name, message: locked };
  const problem = sheet.rules.cellChecker(name)(was);
  if (problem?.severity === 'block') return { kind: 'invalid', row, column: name, message: problem.message };
  const last = told.cells.find((each) => each.column === name)?.last ?? null;
  if (wish.batch && !wish.overChanged && !same(column, now, last))
    return { kind: 'changed-since', row, column: name, message: 'The cell was changed after the batch.' };
  return null;
};

/** The edits that restore `changes`, as one step. `newRow` names rows that come back. */
export const restoreStep = (
  sheet: OpenSheet,
  changes: readonly PastChange[],
  stamp: {
    readonly id: string;
    readonly at: string;
    readonly reason: string | undefined;
    readonly newRow: () => string;
  },
): EditStep => {
  const columns = sheet.definition.columns.map(({ name }) => name);
  const place = new Map(columns.map((name, i) => [name, i]));
  const wantsReason = new Set(
    sheet.definition.columns.flatMap(({ name, reasonAbove }) => (reasonAbove === undefined ? [] : [name])),
  );
  const sets = {
    columns,
    rows: [] as string[],
    columnOf: [] as number[],
    before: [] as Cell[],
    after: [] as Cell[],
  };
  const reasons: Record<string, string> = {};
  const inserts: { row: string; values: Record<string, Cell> }[] = [];
  const deletes: { row: string; before: Record<string, Cell> }[] = [];
  for (const { row, kind, cells } of changes) {
    if (kind === 'take-out') deletes.push({ row, before: valuesOf(cells, 'now') });
    if (kind === 'bring-back') inserts.push({ row: stamp.newRow(), values: valuesOf(cells, 'was') });
    if (kind !== 'change') continue;
    for (const { column, was, now } of cells) {
      if (stamp.reason !== undefined && wantsReason.has(column))
        reasons[String(sets.rows.length)] = stamp.reason;
      sets.rows.push(row);
      sets.columnOf.push(place.get(column) ?? -1);
      sets.before.push(now);
      sets.after.push(was);
    }
  }
  if (sets.rows.length + inserts.length + deletes.length === 0)
    throw new AppError('invalid', 'nothing-to-restore', 'There is nothing to restore.');
  return {
    ...{ id: stamp.id, sheet: sheet.definition.id, at: stamp.at, label: 'Restore' },
    ...(sets.rows.length ? { sets: { ...sets, reasons } } : {}),
    ...(inserts.length ? { inserts } : {}),
    ...(deletes.length ? { deletes } : {}),
  };
};

const valuesOf = (cells: PastChange['cells'], side: 'was' | 'now'): Record<string, Cell> =>
  Object.fromEntries(
    cells.flatMap((cell) => (side === 'was' && cell.was === null ? [] : [[cell.column, cell[side]]])),
  );
