import { expect, test } from 'vitest';
import { conflictingRows, decideAll, decided } from '../../../../renderer/review/decisions.ts';
import type { Conflict } from '../../../../shared/model/batch.ts';

const changed = (row: string, column: string): Conflict => ({
  row,
  kind: 'changed',
  column,
  base: '1',
  mine: '2',
  theirs: '3',
});
const rows = conflictingRows([
  changed('a', 'amount'),
  changed('b', 'amount'),
  { row: 'gone', kind: 'missing' },
  { row: 'new:1', kind: 'exists' },
  changed('a', 'memo'),
]);

test('cells of one row are decided together', () => {
  expect(rows.map(({ row, conflicts }) => [row, conflicts.length])).toEqual([
    ['a', 2],
    ['b', 1],
    ['gone', 1],
    ['new:1', 1],
  ]);
});

test('nothing is decided until it is chosen', () => {
  expect(decided(rows, new Map(), 'mine')).toEqual([]);
  expect(decided(rows, new Map(), 'theirs')).toEqual([]);
});

test('keeping all of mine discards nothing: rows that are gone or taken wait for a decision of their own', () => {
  const all = decideAll(rows, new Map(), 'mine');
  expect(decided(rows, all, 'mine')).toEqual(['a', 'b']);
  expect(decided(rows, all, 'theirs')).toEqual([]);
});

test('taking all of theirs decides every row', () => {
  const all = decideAll(rows, new Map([['a', 'mine']]), 'theirs');
  expect(decided(rows, all, 'theirs')).toEqual(['a', 'b', 'gone', 'new:1']);
});
