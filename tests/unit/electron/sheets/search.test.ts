import { expect, test } from 'vitest';
import { RowStore } from '../../../../electron/sheets/row-store.ts';
import { distinctValues, findCells, type Searched } from '../../../../electron/sheets/search.ts';
import type { PendingRow } from '../../../../shared/model/edit.ts';
import { rowKeyOf } from '../../../../shared/model/rows.ts';
import { aColumn, aSheet } from '../../../support/columns.ts';
import { plainView } from './sheet-fixture.ts';

const definition = aSheet(
  [
    aColumn({ name: 'id', type: { kind: 'text' } }),
    aColumn({ name: 'memo', type: { kind: 'text' } }),
    aColumn({ name: 'amount', type: { kind: 'decimal' } }),
  ],
  { key: ['id'] },
);

const searched = (): Searched => {
  const store = new RowStore([0]);
  store.append({
    rows: [
      ['a', 'Rent Ulm', '10'],
      ['b', 'rent Leeds', '20'],
      ['c', null, '10'],
      ['d', 'Travel', '10'],
    ],
    flags: new Uint8Array(4),
  });
  const pending = new Map<string, PendingRow>([
    [
      rowKeyOf(['d']),
      { kind: 'update', row: rowKeyOf(['d']), cells: { memo: { before: 'Travel', after: 'Rental car' } } },
    ],
    ['new:1', { kind: 'insert', row: 'new:1', values: { id: 'e', memo: 'Rent Wroclaw' } }],
  ]);
  return {
    view: plainView(definition, store, Uint32Array.of(3, 1, 0, 2), ['new:1']),
    definition,
    pending,
    breathe: async () => {},
  };
};
const how = { columns: ['id', 'memo'], pattern: false, matchCase: false, whole: false, limit: 100 };

test('finding goes over the whole view in its order, pending edits and new rows included', async () => {
  const { cells, total } = await findCells(searched(), { ...how, text: 'rent' });
  expect(total).toBe(4);
  expect(cells.map(({ place, value }) => [place, value])).toEqual([
    [0, 'Rental car'],
    [1, 'rent Leeds'],
    [2, 'Rent Ulm'],
    [4, 'Rent Wroclaw'],
  ]);
});

test('case, whole cells and patterns narrow the search, and everything is counted past the limit', async () => {
  expect((await findCells(searched(), { ...how, text: 'rent', matchCase: true })).total).toBe(1);
  expect((await findCells(searched(), { ...how, text: 'rent ulm', whole: true })).total).toBe(1);
  expect((await findCells(searched(), { ...how, text: '^rent (ulm|leeds)$', pattern: true })).total).toBe(2);
  const limited = await findCells(searched(), { ...how, text: 'rent', limit: 1 });
  expect([limited.cells.length, limited.total]).toEqual([1, 4]);
});

test.each(['(', '(a+)+$'])('the pattern %s is refused with the reason', async (text) => {
  await expect(findCells(searched(), { ...how, text, pattern: true })).rejects.toMatchObject({
    kind: 'invalid',
    code: 'pattern',
  });
});

test('distinct values are counted over effective values, the most frequent first, NULL among them', async () => {
  expect((await distinctValues(searched(), 'amount', '', 10)).values).toEqual([
    { value: '10', rows: 3 },
    { value: '20', rows: 1 },
    { value: null, rows: 1 },
  ]);
  expect(await distinctValues(searched(), 'memo', 'RENT', 2)).toMatchObject({ total: 4 });
});
