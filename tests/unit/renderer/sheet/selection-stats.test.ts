import fc from 'fast-check';
import { expect, test } from 'vitest';
import { summary, together } from '../../../../renderer/sheet/selection-stats.ts';
import { compareDecimals } from '../../../../shared/values/decimal.ts';
import { fromUnits } from '../../../../shared/values/units.ts';

test('sums, bounds and the average of a selection are exact', () => {
  expect(summary(['0.10', '0.20', '-5', '12345678901234567890.05'])).toEqual({
    numbers: 4,
    sum: '12345678901234567885.35',
    average: '3086419725308641971.3375',
    min: '-5',
    max: '12345678901234567890.05',
  });
  expect(summary(['1', '1', '2']).average).toBe('1.333333');
  expect(summary([])).toMatchObject({ numbers: 0, sum: null });
});

test('figures of slices are those of all numbers at once, to the last digit', () => {
  const number = fc
    .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(4))
    .map(([units, scale]) => fromUnits(units, scale));
  fc.assert(
    fc.property(fc.array(number), fc.array(number), (a, b) => {
      const all = summary([...a, ...b]);
      const joined = together(summary(a), summary(b));
      expect(joined.numbers).toBe(all.numbers);
      for (const figure of ['sum', 'average', 'min', 'max'] as const) {
        const [one, other] = [joined[figure], all[figure]];
        if (one === null || other === null) expect(one).toBe(other);
        else expect(compareDecimals(one, other)).toBe(0);
      }
    }),
  );
});
