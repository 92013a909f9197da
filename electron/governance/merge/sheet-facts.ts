import { closedReason } from '../../../shared/lifecycle/periods.ts';
import {
  type Cell,
  type MergeColumn,
  type MergeFacts,
  sameIn,
  type Theirs,
} from '../../../shared/merge/facts.ts';
import type { PendingRow } from '../../../shared/model/edit.ts';
import { ROW_DELETABLE, ROW_UPDATABLE, type RowKey } from '../../../shared/model/rows.ts';
import type { OpenSheet } from '../../sheets/open-sheet.ts';
import { keyText } from '../../sheets/packing.ts';
import { refusalOfColumn } from '../check-rights.ts';

type Sheet = Pick<
  OpenSheet,
  'definition' | 'rights' | 'rules' | 'store' | 'paged' | 'knowsAllRows' | 'baseRow' | 'flagsOf'
>;

/** The present of an open sheet as a merge asks about it: rows as last read, today's definition, rights and periods. */
export const factsOfSheet = (
  sheet: Sheet,
  pending: ReadonlyMap<RowKey, PendingRow>,
  now: Date,
): MergeFacts => {
  const { definition, rights } = sheet;
  const periods = rights.periods?.some((each) => each.periods.length > 0) ? rights.periods : undefined;
  return {
    columns: new Map(definition.columns.map(({ name }) => [name, columnOf(sheet, name)])),
    theirs: theirsOf(sheet),
    keyOf: (values) => keyOfNew(sheet, pending, values),
    insertRefusal: rights.insert ? null : 'You may add no rows here now.',
    closed: periods ? (value) => closedReason(periods, value, now) : () => null,
  };
};

const columnOf = (sheet: Sheet, name: string): MergeColumn => {
  const column = sheet.definition.columns.find((each) => each.name === name);
  const stored = column ? refusalOfColumn(sheet, column, false) : null;
  const fresh = column ? refusalOfColumn(sheet, column, true) : null;
  const judge = sheet.rules.cellChecker(name);
  return {
    same: sameIn(sheet.definition, name),
    refusal: (isNew) => (isNew ? fresh : stored)?.message ?? null,
    check: (value) => {
      const problem = judge(value);
      return problem?.severity === 'block' ? problem.message : null;
    },
  };
};

/** One lookup in the index of keys a row; values are cut out of the columns when they are asked for. */
const theirsOf = (sheet: Sheet): MergeFacts['theirs'] => {
  const places = new Map(sheet.definition.columns.map(({ name }, place) => [name, place]));
  const found = (value: (column: string) => Cell, flags: number): Theirs => {
    return {
      kind: 'row',
      value,
      updatable: (flags & ROW_UPDATABLE) !== 0,
      deletable: (flags & ROW_DELETABLE) !== 0,
    };
  };
  if (sheet.paged) {
    return (row) => {
      const base = sheet.baseRow(row);
      return base ? found((column) => base[column] ?? null, sheet.flagsOf(row) ?? 0) : { kind: 'gone' };
    };
  }
  const { store } = sheet;
  return (row) => {
    const at = store.indexOf(row);
    if (at === undefined) return { kind: sheet.knowsAllRows ? 'gone' : 'unknown' };
    const value = (column: string): Cell => {
      const place = places.get(column);
      return place === undefined ? null : store.value(at, place);
    };
    return found(value, store.flags(at));
  };
};

/** The key a new row will have; null while it is not known, and for one that this person's own edits free before. */
export const keyOfNew = (
  { definition: { key } }: Pick<OpenSheet, 'definition'>,
  pending: ReadonlyMap<RowKey, PendingRow>,
  values: Readonly<Record<string, Cell>>,
): RowKey | null => {
  if (key.length === 0) return null;
  const parts = key.map((column) => (Object.hasOwn(values, column) ? (values[column] ?? null) : null));
  if (parts.includes(null)) return null;
  const row = keyText(parts);
  const mine = pending.get(row);
  if (mine?.kind === 'delete') return null;
  if (mine?.kind === 'update' && key.some((column) => Object.hasOwn(mine.cells, column))) return null;
  return row;
};
