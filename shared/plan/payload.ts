import { z } from 'zod';
import type { PendingRow } from '../model/edit.ts';
import { AppError } from '../model/failure.ts';
import type { Source } from '../model/sheet.ts';

const cell = z.string().nullable();
const payload = z.tuple([
  z.literal(1),
  z.tuple([z.string(), z.string()]),
  z.array(z.string()),
  z.array(z.tuple([z.string(), z.array(z.tuple([z.string(), cell]))])),
  z.array(z.tuple([z.string(), z.array(z.tuple([z.string(), cell, cell, cell]))])),
  z.array(z.tuple([z.string(), z.array(z.tuple([z.string(), cell]))])),
]);

/** What a canonical payload says: the table, its key, and the rows as they were pending. */
export interface ReadPayload {
  readonly source: Source;
  readonly key: readonly string[];
  readonly rows: readonly PendingRow[];
}

/** Inverse of `canonicalPayload`; deletes first, then updates, then inserts. Throws AppError `conflict` on anything else. */
export const readPayload = (text: string): ReadPayload => {
  const parsed = payload.safeParse(parseJson(text));
  if (!parsed.success)
    throw new AppError('conflict', 'payload-unreadable', 'The batch is not in a form this version can read.');
  const [, [schema, table], key, deletes, updates, inserts] = parsed.data;
  return {
    source: { schema, table },
    key,
    rows: [
      ...deletes.map(([row, before]): PendingRow => ({ kind: 'delete', row, before: record(before) })),
      ...updates.map(([row, cells]): PendingRow => {
        const changes = cells.map(([column, before, after, reason]) => [
          column,
          reason === null ? { before, after } : { before, after, reason },
        ]);
        return { kind: 'update', row, cells: Object.fromEntries(changes) };
      }),
      ...inserts.map(([row, values]): PendingRow => ({ kind: 'insert', row, values: record(values) })),
    ],
  };
};

// fromEntries defines own properties: a column may be called "__proto__".
const record = (entries: readonly (readonly [string, string | null])[]): Record<string, string | null> =>
  Object.fromEntries(entries);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
