import Big from 'big.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareValues } from '../../../../shared/values/compare.ts';
import {
  addDecimals,
  compareDecimals,
  normalizeDecimal,
  roundForDisplay,
  subtractDecimals,
  sumDecimals,
} from '../../../../shared/values/decimal.ts';

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: 0, max: 20 }))
  .map(([units, scale]) => {
    const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
    const text = scale ? `${digits.slice(0, -scale)}.${digits.slice(-scale)}` : digits;
    return units < 0n ? `-${text}` : text;
  });
const small = fc
  .tuple(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.integer({ min: 0, max: 4 }))
  .map(([n, scale]) => (n / 10 ** scale).toFixed(scale));
const any = fc.oneof(decimal, small);

test('sums and differences agree with an independent arithmetic, whatever the size', () => {
  fc.assert(
    fc.property(fc.array(any, { minLength: 1, maxLength: 30 }), (values) => {
      const wanted = values.reduce((sum, value) => sum.plus(value), new Big(0));
      expect(new Big(sumDecimals(values)).eq(wanted)).toBe(true);
    }),
  );
  fc.assert(
    fc.property(any, any, (a, b) => {
      expect(new Big(subtractDecimals(a, b)).eq(new Big(a).minus(b))).toBe(true);
      expect(new Big(addDecimals(a, b)).eq(new Big(a).plus(b))).toBe(true);
    }),
  );
});

test('comparison agrees with an independent arithmetic', () => {
  fc.assert(
    fc.property(any, any, (a, b) => {
      expect(compareDecimals(a, b)).toBe(new Big(a).cmp(b));
    }),
  );
});

test('a sum of cents over a million rows is exact', () => {
  expect(sumDecimals(Array<string>(1_000_000).fill('0.10'))).toBe('100000.00');
});

test('scale is kept, zero has no sign', () => {
  expect(sumDecimals(['1.10', '2'])).toBe('3.10');
  expect(subtractDecimals('1.00', '1.00')).toBe('0.00');
  expect(normalizeDecimal('-000.00')).toBe('0.00');
  expect(normalizeDecimal('+007')).toBe('7');
});

test('display rounding is half away from zero and never touches short values', () => {
  expect(roundForDisplay('1.005', 2)).toBe('1.01');
  expect(roundForDisplay('-1.005', 2)).toBe('-1.01');
  expect(roundForDisplay('2', 2)).toBe('2.00');
});

test('values sort as their type means: dates before Christ first, instants by their offset, enums in declared order', () => {
  const date = compareValues({ kind: 'date' });
  expect(['2026-01-01', '0044-03-15 BC', 'infinity', '10000-01-01', '-infinity'].sort(date)).toEqual([
    '-infinity',
    '0044-03-15 BC',
    '2026-01-01',
    '10000-01-01',
    'infinity',
  ]);
  const zoned = compareValues({ kind: 'timestamp', zoned: true, digits: 6 });
  expect(zoned('2026-01-01 12:00:00+02', '2026-01-01 11:00:00+00')).toBeLessThan(0);
  expect(zoned('2026-01-01 12:00:00.000001+00', '2026-01-01 12:00:00+00')).toBeGreaterThan(0);
  const status = compareValues({ kind: 'enum', values: ['draft', 'approved'] });
  expect(status('draft', 'approved')).toBeLessThan(0);
});
