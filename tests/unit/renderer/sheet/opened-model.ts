import type { SheetRow } from '../../../../renderer/grid/sheet-row.ts';
import { SheetModel } from '../../../../renderer/sheet/sheet-model.ts';
import type { SheetPolicy } from '../../../../shared/model/review.ts';
import type { Column } from '../../../../shared/model/sheet.ts';
import { localeOf } from '../../../../shared/values/locale.ts';
import { LINES, MemoryBackend } from './memory-backend.ts';

/** A sheet model over the memory backend, open and with its first rows. */
export const opened = async (
  rows = 50,
  policy: SheetPolicy | null = null,
): Promise<{ model: SheetModel; backend: MemoryBackend }> => {
  const backend = new MemoryBackend(rows);
  backend.policy = policy;
  let id = 0;
  const model = new SheetModel({
    client: backend,
    source: LINES.source,
    locale: localeOf('en-GB'),
    now: () => new Date('2026-11-24T12:00:00Z'),
    newId: () => `00000000-0000-7000-8000-${String(++id).padStart(12, '0')}`,
    pages: { pageSize: 20, maxPages: 4 },
  });
  await model.open();
  return { model, backend };
};

export const column = (name: string): Column => {
  const found = LINES.columns.find((one) => one.name === name);
  if (!found) throw new Error(`no column ${name}`);
  return found;
};

export const rowAt = async (model: SheetModel, index: number): Promise<SheetRow> => {
  const [row] = await model.rows(index, index + 1);
  if (!row) throw new Error(`no row ${index}`);
  return row;
};

export const rowOf = async (model: SheetModel, i: number): Promise<SheetRow> => {
  const row = await model.bring(MemoryBackend.key(i));
  if (!row) throw new Error(`row ${i} not found`);
  return row;
};

export const marks = (model: SheetModel, row: SheetRow, name: string): string =>
  model.look(row, column(name)).marks;
