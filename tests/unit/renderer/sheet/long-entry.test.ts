import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SheetRow } from '../../../../renderer/grid/sheet-row.ts';
import type { Entered } from '../../../../renderer/sheet/sheet-entry.ts';
import type { SheetModel } from '../../../../renderer/sheet/sheet-model.ts';
import { breathe } from '../../../../renderer/ui/breathe.ts';
import { column, opened, rowAt } from './opened-model.ts';

const ROWS = 3_000;

// Every look at the clock is a millisecond later, so that the work is long on any machine.
beforeEach(() => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now++);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const filled = (rows: readonly SheetRow[], text: string): readonly Entered[] =>
  rows.map((row) => ({ row, column: column('amount'), typed: { text } }));

const writable = async (model: SheetModel): Promise<readonly SheetRow[]> =>
  (await model.rows(0, ROWS)).filter((row) => model.readOnlyReason(row, column('amount')) === null);

test('a long fill lets others go first, and its cells change together', async () => {
  const { model, backend } = await opened(ROWS);
  const rows = await writable(model);
  let done = false;
  const filling = model.enterAll(filled(rows, '7'), 'Fill').then((counts) => {
    done = true;
    return counts;
  });
  let turns = 0;
  for (; !done; turns++) {
    const changed = rows.filter((row) => model.value(row, column('amount')) === '7.00').length;
    expect([0, rows.length]).toContain(changed);
    await breathe();
  }
  expect(turns).toBeGreaterThan(3);
  expect(await filling).toMatchObject({ kept: rows.length, refused: 0 });
  await model.settled();
  expect(backend.calls.filter(({ name }) => name === 'edits.append')).toHaveLength(1);
  expect(model.getSnapshot().counts).toMatchObject({ updated: rows.length, undo: 'Fill' });
});

test('undo right after a long fill takes back the fill, not what came before it', async () => {
  const { model, backend } = await opened(ROWS);
  const rows = await writable(model);
  const [first, ...others] = rows;
  if (!first) throw new Error('There are no rows.');
  model.enter(first, column('amount'), { text: '5' });
  void model.enterAll(filled(others, '7'), 'Fill');
  await model.undo();
  expect(model.value(first, column('amount'))).toBe('5.00');
  expect(backend.pending.size).toBe(1);
  expect(model.getSnapshot().counts.redo).toBe('Fill');
});

test('of two long fills the later one stays', async () => {
  const { model } = await opened(ROWS);
  const rows = await writable(model);
  void model.enterAll(filled(rows, '7'), 'Fill');
  void model.enterAll(filled(rows, '8'), 'Fill again');
  await model.settled();
  expect(model.value(await rowAt(model, 0), column('amount'))).toBe('8.00');
  expect(model.getSnapshot().counts.undo).toBe('Fill again');
});
