import type { PendingRow } from '../../shared/model/edit.ts';
import { ROW_DELETABLE, ROW_UPDATABLE, type RowKey, rowKeyOf } from '../../shared/model/rows.ts';
import type { RowChunk } from '../warehouse/adapter.ts';
import type { OpenSheet } from './open-sheet.ts';

/**
 * Makes a sheet show what a batch wrote where its rows cannot be read again: changed cells and new rows as they were sent,
 * deleted rows gone. What the warehouse made of them itself (defaults, triggers, rows whose key changed, new rows whose key it
 * chose) comes with the next reading.
 */
export const showAsWritten = (sheet: OpenSheet, written: Iterable<PendingRow>): void => {
  const { key, columns } = sheet.definition;
  const keys: RowKey[] = [];
  const rows: (string | null)[][] = [];
  const flags: number[] = [];
  const show = (cellOf: (column: string) => string | null, rights: number): void => {
    rows.push(columns.map(({ name }) => cellOf(name)));
    flags.push(rights);
  };
  for (const pending of written) {
    if (pending.kind === 'insert') {
      const { values } = pending;
      const cellOf = (name: string): string | null =>
        Object.hasOwn(values, name) ? (values[name] ?? null) : null;
      const parts = key.map(cellOf);
      if (parts.length === 0 || parts.includes(null)) continue;
      keys.push(rowKeyOf(parts));
      show(cellOf, ROW_UPDATABLE | ROW_DELETABLE);
      continue;
    }
    const base = sheet.baseRow(pending.row);
    if (!base) continue;
    if (pending.kind === 'update') {
      const { cells } = pending;
      if (key.some((name) => Object.hasOwn(cells, name))) continue;
      show(
        (name) => (Object.hasOwn(cells, name) ? (cells[name]?.after ?? null) : (base[name] ?? null)),
        sheet.flagsOf(pending.row) ?? 0,
      );
    }
    keys.push(pending.row);
  }
  const chunk: RowChunk = { rows, flags: Uint8Array.from(flags) };
  if (keys.length > 0) sheet.take(keys, chunk);
};
