import { expect, test } from 'vitest';
import { readEmptied, readTyped } from '../../../../renderer/sheet/entry.ts';
import { replacedText } from '../../../../renderer/sheet/replace-found.ts';
import { localeOf } from '../../../../shared/values/locale.ts';
import { aColumn } from '../../../support/columns.ts';

const amount = aColumn({ name: 'amount', type: { kind: 'decimal', precision: 18, scale: 2 } });
const read = (text: string, current: string | null, tag = 'en-GB') =>
  readTyped(
    { text },
    amount,
    localeOf(tag),
    '2026-11-24',
    () => null,
    () => current,
  );

test('typed arithmetic is kept as its exact value, in the decimal separator of the person', () => {
  expect(read('=1200*1.05', null)).toMatchObject({ kind: 'value', value: '1260.00' });
  expect(read('+10%', '200.00')).toMatchObject({ kind: 'value', value: '220.00' });
  expect(read('=0,1+0,2', null, 'de-DE')).toMatchObject({ kind: 'value', value: '0.30' });
  expect(read('5k', null)).toMatchObject({ kind: 'value', value: '5000.00' });
});

test('a result with more decimals than the column keeps is offered rounded, not rounded silently', () => {
  const reading = read('=100/3', null);
  expect(reading).toMatchObject({ kind: 'refused', cell: { options: ['33.33'] } });
});

test('arithmetic that makes no sense says why', () => {
  expect(read('=1/0', null)).toMatchObject({
    kind: 'refused',
    cell: { message: expect.stringContaining('zero') },
  });
  expect(read('+10%', null)).toMatchObject({
    kind: 'refused',
    cell: { message: expect.stringContaining('empty') },
  });
});

test('Delete empties to NULL, or to an empty text where the column must have a value', () => {
  const emptied = (column: typeof amount, refuses: (value: string | null) => boolean) => {
    const check = (value: string | null) =>
      refuses(value) ? ({ severity: 'block', message: 'A value is needed here.' } as const) : null;
    const typed = { text: '', picked: null };
    const reading = readTyped(typed, column, localeOf('en-GB'), '2026-11-24', check);
    return reading.kind === 'refused' ? readEmptied(reading, column, check) : reading;
  };
  const memo = aColumn({ name: 'memo', type: { kind: 'text' } });
  expect(emptied(memo, () => false)).toMatchObject({ kind: 'value', value: null });
  expect(emptied(memo, (value) => value === null)).toMatchObject({ kind: 'value', value: '' });
  expect(emptied(memo, () => true)).toMatchObject({ kind: 'refused' });
  expect(emptied(amount, (value) => value === null)).toMatchObject({ kind: 'refused' });
});

test('replacing takes plain text literally and a pattern with its groups', () => {
  const how = { text: 'a.c', replacement: '$1', pattern: false, matchCase: false, whole: false };
  expect(replacedText('abc A.C', how)).toBe('abc $1');
  expect(replacedText('abc', { ...how, text: '(b)', replacement: '[$1]', pattern: true })).toBe('a[b]c');
  expect(replacedText('xabc', { ...how, text: 'abc', whole: true, replacement: 'y' })).toBe('xabc');
});
