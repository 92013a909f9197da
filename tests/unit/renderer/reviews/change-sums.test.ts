import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bySize, dimensionValues, matching, sumsBy } from '../../../../renderer/reviews/change-sums.ts';
import type { ReviewChange } from '../../../../shared/model/review.ts';
import { rowKeyOf } from '../../../../shared/model/rows.ts';
import { fromUnits, toUnits } from '../../../../shared/values/units.ts';

const change = (row: readonly string[], before: string | null, after: string | null, column = 'amount') =>
  ({
    row: rowKeyOf([...row]),
    kind: 'update',
    column,
    before,
    after,
    delta: null,
    reason: null,
  }) satisfies ReviewChange;
const key = ['center', 'month'];

test('sums by a dimension are exact and the largest movement comes first', () => {
  const changes = [
    change(['C1', '01'], '0.10', '0.30'),
    change(['C1', '02'], null, '0.05'),
    change(['C2', '01'], '1000000.00', '1.005'),
    change(['C2', '01'], 'x', 'y', 'memo'),
  ];
  expect(sumsBy(changes, 'amount', dimensionValues(changes, { key }, 'center'))).toEqual([
    { value: 'C2', cells: 1, before: '1000000.000', after: '1.005', delta: '-999998.995' },
    { value: 'C1', cells: 2, before: '0.100', after: '0.350', delta: '0.250' },
  ]);
});

test('a new row is counted under the values it was given', () => {
  const fresh = (column: string, after: string): ReviewChange => ({
    ...change([], null, after, column),
    row: 'new:1',
    kind: 'insert',
  });
  const changes = [fresh('center', 'C9'), fresh('amount', '12')];
  expect(sumsBy(changes, 'amount', dimensionValues(changes, { key }, 'center'))[0]).toMatchObject({
    value: 'C9',
    delta: '12',
  });
});

test('whatever the dimension, the sums add up to the same', () => {
  const cell = fc.tuple(
    fc.constantFrom('C1', 'C2', 'C3'),
    fc.constantFrom('01', '02'),
    fc.bigInt(-(10n ** 20n), 10n ** 20n),
  );
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 30 }), (cells) => {
      const changes = cells.map(([center, month, units]) =>
        change([center, month], null, fromUnits(units, 4)),
      );
      const total = cells.reduce((sum, [, , units]) => sum + units, 0n);
      for (const dimension of key) {
        const sums = sumsBy(changes, 'amount', dimensionValues(changes, { key }, dimension));
        const added = sums.reduce((sum, { delta }) => sum + toUnits(delta, 4), 0n);
        expect(added).toBe(total);
      }
    }),
  );
});

test('the largest changes come first, and words narrow them', () => {
  const changes = [
    { ...change(['C1', '01'], '1', '2'), delta: '1' },
    { ...change(['C2', '01'], '1', '-9.5'), delta: '-10.5' },
    change(['C3', '01'], 'x', 'y', 'memo'),
  ];
  expect(bySize(changes).map(({ row }) => row)).toEqual(
    [changes[1], changes[0], changes[2]].map((c) => c?.row),
  );
  expect(matching(changes, 'c2 AMOUNT', (name) => name)).toHaveLength(1);
});
