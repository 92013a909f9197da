import type { PendingRow } from '../../shared/model/edit.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { ValueOf } from './matching.ts';
import type { RowStore } from './row-store.ts';

/** Reads stored rows with the pending edits over them. */
export const effectiveRows =
  (definition: SheetDefinition, store: RowStore, edited: ReadonlyMap<number, PendingRow>) =>
  (row: number): ValueOf => {
    const change = edited.get(row);
    if (change?.kind !== 'update') return (column) => store.value(row, column);
    return (column) => {
      const cell = own(change.cells, definition.columns[column]?.name);
      return cell ? cell.after : store.value(row, column);
    };
  };

/** Reads one stored row under a change; null when the change deletes it. */
export const pendingValues = (
  definition: SheetDefinition,
  store: RowStore,
  row: number,
  change: PendingRow | undefined,
): ValueOf | null =>
  change?.kind === 'delete'
    ? null
    : effectiveRows(definition, store, change ? new Map([[row, change]]) : NONE)(row);

const NONE: ReadonlyMap<number, PendingRow> = new Map();

/** Reads a row that is only in the journal. */
export const newRowValues =
  (definition: SheetDefinition, values: Readonly<Record<string, string | null>>): ValueOf =>
  (column) =>
    own(values, definition.columns[column]?.name) ?? null;

/** A column may be called "constructor"; only own properties are values. */
export const own = <T>(record: Readonly<Record<string, T>>, name: string | undefined): T | undefined =>
  name !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;

/** Pending changes of stored rows by row number. */
export const editedRows = (
  store: RowStore,
  pending: ReadonlyMap<RowKey, PendingRow>,
): ReadonlyMap<number, PendingRow> => {
  const edited = new Map<number, PendingRow>();
  for (const [key, row] of pending) {
    if (row.kind === 'insert') continue;
    const at = store.indexOf(key);
    if (at !== undefined) edited.set(at, row);
  }
  return edited;
};
