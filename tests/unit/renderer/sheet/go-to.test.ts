import { expect, test } from 'vitest';
import { readDestination } from '../../../../renderer/sheet/go-to.ts';
import { aColumn } from '../../../support/columns.ts';

const columns = [
  aColumn({ name: 'version', label: 'Version', type: { kind: 'text' } }),
  aColumn({ name: 'unit_price', label: 'Unit price', type: { kind: 'text' } }),
  aColumn({ name: 'price', label: 'Price', type: { kind: 'text' } }),
];
const key = ['version', 'period'];
const read = (text: string) => {
  const to = readDestination(text, columns, key);
  return typeof to === 'string' ? to : { ...to, column: to.column?.name };
};

test.each([
  ['120', { number: 120, column: undefined }],
  ['120 unit price', { number: 120, column: 'unit_price' }],
  ['price', { column: 'price' }],
  ['Unit Price', { column: 'unit_price' }],
  ['FC1 · 2026-03', { key: ['FC1', '2026-03'], column: undefined }],
  ['FC1 2026-03, Price', { key: ['FC1', '2026-03'], column: 'price' }],
  ['Plan A · 2026-03', { key: ['Plan A', '2026-03'], column: undefined }],
])('%s is a place', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test.each(['', 'FC1 2026 03 04', 'nonsense'])('%j is none, and says what one looks like', (text) => {
  expect(read(text)).toMatch(/Type a row number|A key has 2 values: version, period/);
});
