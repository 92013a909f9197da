import { expect, test } from 'vitest';
import { brokenRows } from '../../../../electron/handlers/broken-rows.ts';
import { MOST_BROKEN_NAMED } from '../../../../shared/contract/broken-rows.ts';
import type { PendingRow } from '../../../../shared/model/edit.ts';
import { loadedSheet, ruledDefinition } from '../governance/loaded-sheet.ts';

const key = (id: number): string => JSON.stringify([String(id)]);

const definition = ruledDefinition('warn');

const low = (id: number, after: string): PendingRow => ({
  kind: 'update',
  row: key(id),
  cells: { low: { before: '1', after } },
});

test('rows that break a rule are named with their column, those that block first, deleted rows and good ones are not', async () => {
  const pending: readonly PendingRow[] = [
    { kind: 'insert', row: 'new:a', values: { id: '7', low: '1', high: '2' } },
    low(1, '9'),
    low(2, '2'),
    { kind: 'delete', row: key(3), before: { id: '3' } },
  ];
  const rows = [
    ['1', 'a', '1', '5'],
    ['2', 'b', '1', '5'],
    ['3', null, '9', '5'],
  ];
  const sheet = await loadedSheet({
    definition,
    rows,
    pending: new Map(pending.map((row) => [row.row, row])),
  });
  expect(await brokenRows(sheet, pending, async () => {})).toEqual({
    rows: [key(1), 'new:a'],
    columns: ['low', 'name'],
    blocks: [true, false],
    moreBlocked: 0,
    moreWarned: 0,
  });
});

test('where very many rows are broken the first are named and the others counted', async () => {
  const many = MOST_BROKEN_NAMED + 3;
  const pending = Array.from({ length: many }, (_, i) => low(i, '9'));
  const rows = pending.map((_, i) => [String(i), 'a', '1', '5']);
  const sheet = await loadedSheet({
    definition,
    rows,
    pending: new Map(pending.map((row) => [row.row, row])),
  });
  let pauses = 0;
  const found = await brokenRows(
    sheet,
    [...pending, { kind: 'insert', row: 'new:a', values: {} }],
    async () => {
      pauses++;
    },
  );
  expect(found.rows).toHaveLength(MOST_BROKEN_NAMED);
  expect(found).toMatchObject({ moreBlocked: 3, moreWarned: 1 });
  expect(pauses).toBeGreaterThan(10);
});
