import { expect, test } from 'vitest';
import { exactText, plainSignedText, signedText } from '../../../../renderer/ui/exact-text.ts';
import { localeOf } from '../../../../shared/values/locale.ts';
import { aColumn } from '../../../support/columns.ts';

const locale = localeOf('de-DE');
const amount = aColumn({ type: { kind: 'decimal' }, format: { decimals: 2, grouping: true } });

test('digits the format would round away are shown, digits it adds are kept', () => {
  expect(exactText('1234.5678', amount, locale)).toBe('1.234,5678');
  expect(exactText('1234', amount, locale)).toBe('1.234,00');
  expect(exactText('0.10000000000000000001', amount, locale)).toBe('0,10000000000000000001');
});

test('a percentage counts its digits after the shift', () => {
  const share = aColumn({ type: { kind: 'decimal' }, format: { decimals: 0, percent: true } });
  expect(exactText('0.25', share, locale)).toBe('25\u00a0%');
  expect(exactText('0.2505', share, locale)).toBe('25,05\u00a0%');
});

test('what is no plain number is shown as it is', () => {
  expect(exactText('NaN', amount, locale)).toBe('NaN');
  expect(exactText('2026-11-24', aColumn({ type: { kind: 'date' } }), locale)).toBe('24.11.2026');
});

test('a difference has its sign, and none when there is no difference', () => {
  expect(signedText('1.5', amount, locale)).toBe('+1,50');
  expect(signedText('-0.001', amount, locale)).toBe('-0,001');
  expect(signedText('0.00', amount, locale)).toBe('0,00');
});

test('a difference of a column known by its name alone keeps every digit, grouped', () => {
  expect(plainSignedText('-3947881719.67', locale)).toBe('-3.947.881.719,67');
  expect(plainSignedText('1000', locale)).toBe('+1.000');
  expect(plainSignedText('0', locale)).toBe('0');
});
