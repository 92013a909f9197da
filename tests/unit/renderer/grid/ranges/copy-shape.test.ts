import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copyShape } from '../../../../../renderer/grid/ranges/copy-shape.ts';
import { type CellRange, cellCount, rectangleOf } from '../../../../../renderer/grid/ranges/selection.ts';

const range = (top: number, left: number, bottom: number, right: number): CellRange => ({
  anchor: { row: top, column: left },
  head: { row: bottom, column: right },
});
const shapeOf = (...ranges: CellRange[]) => copyShape({ ranges, active: { row: 0, column: 0 } });

test('one range is copied as it is', () => {
  expect(shapeOf(range(2, 1, 4, 3))).toEqual({ bands: [{ top: 2, bottom: 4 }], columns: [1, 2, 3] });
});

test('ranges of the same rows stand side by side, of the same columns below each other, in the order of the sheet', () => {
  expect(shapeOf(range(2, 5, 4, 5), range(2, 1, 4, 2))).toEqual({
    bands: [{ top: 2, bottom: 4 }],
    columns: [1, 2, 5],
  });
  expect(shapeOf(range(7, 1, 8, 2), range(1, 1, 1, 2))).toEqual({
    bands: [
      { top: 1, bottom: 1 },
      { top: 7, bottom: 8 },
    ],
    columns: [1, 2],
  });
});

test('ranges that make no block cannot be copied', () => {
  expect(shapeOf(range(0, 0, 1, 1), range(3, 2, 4, 3))).toBeNull();
});

test('a block holds every selected cell once, however the ranges overlap', () => {
  const span = fc.tuple(fc.nat(9), fc.nat(9));
  fc.assert(
    fc.property(span, fc.array(span, { minLength: 1, maxLength: 5 }), fc.boolean(), (fixed, others, rows) => {
      const ranges = others.map(([from, to]) =>
        rows ? range(fixed[0], from, fixed[1], to) : range(from, fixed[0], to, fixed[1]),
      );
      const selection = { ranges, active: { row: 0, column: 0 } };
      const shape = copyShape(selection);
      if (!shape) throw new Error('these ranges make a block');
      const height = shape.bands.reduce((n, { top, bottom }) => n + bottom - top + 1, 0);
      expect(height * shape.columns.length).toBe(cellCount(selection));
      for (const { left, right } of ranges.map(rectangleOf))
        expect(shape.columns).toEqual(expect.arrayContaining([left, right]));
    }),
  );
});
