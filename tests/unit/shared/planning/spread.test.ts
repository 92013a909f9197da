import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SpreadCell, type SpreadMethod, spread } from '../../../../shared/planning/spread.ts';
import { fromUnits, toUnits } from '../../../../shared/values/units.ts';

const cells = (...values: readonly (string | null)[]): SpreadCell[] =>
  values.map((value) => ({ value, held: false }));
const sum = (values: readonly string[], scale: number): string =>
  fromUnits(
    values.reduce((a, v) => a + toUnits(v, scale), 0n),
    scale,
  );

test('an even spread gives the residual cents to the first cells', () => {
  expect(spread('100', cells(null, null, null), { kind: 'even' }, 2).values).toEqual([
    '33.34',
    '33.33',
    '33.33',
  ]);
  expect(spread('-100', cells(null, null, null), { kind: 'even' }, 2).values).toEqual([
    '-33.33',
    '-33.33',
    '-33.34',
  ]);
});

test('a proportional spread keeps the shape of the present values', () => {
  expect(spread('1000', cells('1', '2', '7'), { kind: 'proportional' }, 2).values).toEqual([
    '100.00',
    '200.00',
    '700.00',
  ]);
});

test('held cells keep their value and the others take the rest', () => {
  const held = [{ value: '40.00', held: true }, ...cells('1', '1')];
  expect(spread('100', held, { kind: 'proportional' }, 2).values).toEqual(['40.00', '30.00', '30.00']);
});

test('weights that add up to zero fall back to an even spread and say so', () => {
  const result = spread('10', cells('5', '-5'), { kind: 'proportional' }, 2);
  expect(result).toEqual({ values: ['5.00', '5.00'], fellBackToEven: true });
});

test('4-4-5 weighs the months of each quarter by their weeks', () => {
  const values = spread(
    '52',
    cells(...Array<null>(12).fill(null)),
    { kind: 'weeks', pattern: [4, 4, 5] },
    0,
  ).values;
  expect(values).toEqual(['4', '4', '5', '4', '4', '5', '4', '4', '5', '4', '4', '5']);
});

test('a total with more decimals than the column keeps is refused, not rounded', () => {
  expect(() => spread('1.005', cells(null), { kind: 'even' }, 2)).toThrow(/more than 2 decimal places/);
});

test('spreading over held cells only is refused', () => {
  expect(() => spread('1', [{ value: '1', held: true }], { kind: 'even' }, 2)).toThrow(/held/);
});

test('whatever the method, weights, holds and sign, the cells add up to the total exactly', () => {
  const amount = (scale: number) =>
    fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }).map((units) => fromUnits(units, scale));
  const method: fc.Arbitrary<SpreadMethod> = fc.oneof(
    fc.constant<SpreadMethod>({ kind: 'even' }),
    fc.constant<SpreadMethod>({ kind: 'proportional' }),
    fc.constant<SpreadMethod>({ kind: 'weeks', pattern: [4, 4, 5] }),
    fc
      .array(fc.option(amount(3)), { maxLength: 30 })
      .map((weights): SpreadMethod => ({ kind: 'like', weights })),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4 }).chain((scale) =>
        fc.record({
          scale: fc.constant(scale),
          total: amount(scale),
          cells: fc.array(fc.record({ value: fc.option(amount(scale)), held: fc.boolean() }), {
            minLength: 1,
            maxLength: 30,
          }),
          method,
        }),
      ),
      (input) => {
        fc.pre(input.cells.some((cell) => !cell.held));
        const { values } = spread(input.total, input.cells, input.method, input.scale);
        expect(sum(values, input.scale)).toBe(fromUnits(toUnits(input.total, input.scale), input.scale));
        input.cells.forEach((cell, i) => {
          if (cell.held)
            expect(toUnits(values[i] ?? '', input.scale)).toBe(toUnits(cell.value ?? '0', input.scale));
        });
      },
    ),
    { numRuns: 300 },
  );
});
