import { expect, test } from 'vitest';
import { withInvalidRows } from '../../../../electron/handlers/invalid-rows.ts';
import type { PendingRow } from '../../../../shared/model/edit.ts';
import { viewQuery } from '../../../../shared/model/view.ts';
import { loadedSheet, ruledDefinition } from '../governance/loaded-sheet.ts';

const key = (id: number): string => JSON.stringify([String(id)]);

const definition = ruledDefinition('block');

test('rows that break a rule are found where they break it, beside those the window names; warnings and other columns are not', async () => {
  const pending = new Map<string, PendingRow>([
    [key(1), { kind: 'update', row: key(1), cells: { low: { before: '1', after: '9' } } }],
    [key(2), { kind: 'update', row: key(2), cells: { low: { before: '1', after: '2' } } }],
    ['new:a', { kind: 'insert', row: 'new:a', values: { id: '7', low: '1', high: '2' } }],
    [key(3), { kind: 'delete', row: key(3), before: { id: '3' } }],
  ]);
  const rows = [
    ['1', 'a', '1', '5'],
    ['2', 'b', '1', '5'],
    ['3', null, '1', '5'],
  ];
  const sheet = await loadedSheet({ definition, rows, pending });
  const found = async (name: string, given?: string[]) => {
    const marks = [{ column: name, mark: 'invalid' as const, ...(given ? { rows: given } : {}) }];
    const query = await withInvalidRows(sheet, viewQuery.parse({ marks }), pending, async () => {});
    return query.marks?.[0]?.rows;
  };
  expect(await found('low')).toEqual([key(1)]);
  expect(await found('high', [key(2)])).toEqual([key(2), key(1)]);
  expect(await found('name')).toEqual(['new:a']);
  const other = viewQuery.parse({ marks: [{ column: 'low', mark: 'pending' }] });
  expect(await withInvalidRows(sheet, other, pending, async () => {})).toBe(other);
});
