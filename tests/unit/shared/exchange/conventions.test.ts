import { expect, test } from 'vitest';
import type { FileColumn } from '../../../../shared/contract/exchange.ts';
import {
  dateOrderOf,
  decideDateOrder,
  decideDecimal,
  decimalMarkOf,
  NO_DATES,
  NO_NUMBERS,
  readFileText,
} from '../../../../shared/exchange/conventions.ts';
import { aColumn } from '../../../support/columns.ts';

const column = (
  numbers: Partial<FileColumn['numbers']>,
  dates: Partial<FileColumn['dates']> = {},
): FileColumn => ({
  header: 'x',
  numbers: { ...NO_NUMBERS, ...numbers },
  dates: { ...NO_DATES, ...dates },
});
const DMY = { decimal: ',', dateOrder: 'dmy' } as const;
const MDY = { decimal: '.', dateOrder: 'mdy' } as const;
const today = '2026-11-24';

test.each([
  ['1.234,50', 'comma'],
  ['1,234.50', 'point'],
  ['1.234', 'either'],
  ['-1,234', 'either'],
  ['0.123', 'point'],
  ['1234.567', 'point'],
  ['1.234.567', 'comma'],
  ['12,5', 'comma'],
  ['(1.234,5) €', 'comma'],
  ['1234', null],
  ['24.11.2026', null],
  ['a.b', null],
])('%s speaks for %s', (text, mark) => {
  expect(decimalMarkOf(text)).toBe(mark);
});

test.each([
  ['24.11.2026', 'dmy'],
  ['11/24/2026', 'mdy'],
  ['03/04/2026', 'either'],
  ['03.04.26 14:30', 'either'],
  ['04/04/2026', null],
  ['2026-11-24', null],
  ['31/31/2026', null],
])('%s speaks for %s', (text, order) => {
  expect(dateOrderOf(text)).toBe(order);
});

test('one column that decides settles the file; columns that contradict each other, or decide nothing, ask', () => {
  expect(
    decideDecimal([column({ either: 3, example: '1.234' }), column({ comma: 1, example: '1,5' })]),
  ).toEqual({
    ...{ kind: 'settled', value: ',', example: '1,5' },
  });
  expect(
    decideDecimal([column({ point: 1, example: '1.5' }), column({ comma: 1, example: '1,5' })]).kind,
  ).toBe('ask');
  expect(decideDecimal([column({ point: 1, comma: 1, example: '1.5' })]).kind).toBe('ask');
  expect(decideDecimal([column({ either: 1, example: '1.234' })])).toEqual({ kind: 'ask', example: '1.234' });
  expect(decideDecimal([column({})]).kind).toBe('none');
  expect(decideDateOrder([column({}, { either: 2, example: '03/04/2026' })]).kind).toBe('ask');
  expect(decideDateOrder([column({}, { mdy: 1, either: 2, example: '11/24/2026' })])).toMatchObject({
    value: 'mdy',
  });
});

test('a text that contradicts the file or could be two values is refused, not read the other way', () => {
  const amount = aColumn({ type: { kind: 'decimal', precision: 18, scale: 2 } });
  const day = aColumn({ type: { kind: 'date' } });
  expect(readFileText('1.234,5', amount, DMY, today)).toMatchObject({ kind: 'value', value: '1234.50' });
  expect(readFileText('1.234', amount, DMY, today)).toMatchObject({ kind: 'value', value: '1234.00' });
  expect(readFileText('1.5', amount, DMY, today)).toMatchObject({
    message: '"1.5" does not fit the decimal comma of this file.',
  });
  expect(readFileText('5 %', amount, DMY, today)).toMatchObject({ kind: 'invalid' });
  expect(readFileText('03/04/2026', day, DMY, today)).toMatchObject({ value: '2026-04-03' });
  expect(readFileText('03.04.2026', day, MDY, today)).toMatchObject({ value: '2026-03-04' });
  expect(readFileText('24.11.2026', day, MDY, today)).toMatchObject({
    message: '"24.11.2026" does not fit the month-first dates of this file.',
  });
});
