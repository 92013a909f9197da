import type { PendingRow } from '../../shared/model/edit.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { RowChunk } from '../warehouse/adapter.ts';
import type { OpenSheet } from './open-sheet.ts';

/**
 * Makes a sheet show what a batch wrote where its rows cannot be read again: changed cells as they were sent, deleted rows gone.
 * What the warehouse made of them itself (defaults, triggers, rows whose key changed, new rows) comes with the next reading.
 */
export const showAsWritten = (sheet: OpenSheet, written: Iterable<PendingRow>): void => {
  const { key, columns } = sheet.definition;
  const keys: RowKey[] = [];
  const rows: (string | null)[][] = [];
  const flags: number[] = [];
  for (const pending of written) {
    const base = pending.kind === 'insert' ? null : sheet.baseRow(pending.row);
    if (!base || pending.kind === 'insert') continue;
    if (pending.kind === 'update') {
      const { cells } = pending;
      if (key.some((name) => Object.hasOwn(cells, name))) continue;
      rows.push(
        columns.map(({ name }) =>
          Object.hasOwn(cells, name) ? (cells[name]?.after ?? null) : (base[name] ?? null),
        ),
      );
      flags.push(sheet.flagsOf(pending.row) ?? 0);
    }
    keys.push(pending.row);
  }
  const chunk: RowChunk = { rows, flags: Uint8Array.from(flags) };
  if (keys.length > 0) sheet.take(keys, chunk);
};
