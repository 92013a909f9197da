import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extendTo, type Selection, selectCell } from '../../../../../renderer/grid/ranges/selection.ts';
import { pasteTargets } from '../../../../../renderer/grid/ranges/tiling.ts';

const extent = { rows: 20, columns: 8 };
const range = (top: number, left: number, bottom: number, right: number): Selection =>
  extendTo(selectCell({ row: top, column: left }), { row: bottom, column: right });

test('one value fills every cell of the selected range', () => {
  expect(pasteTargets(range(2, 1, 5, 3), 1, 1, extent)[0]).toMatchObject({
    top: 2,
    left: 1,
    rows: 4,
    columns: 3,
  });
});

test('one row fills many rows, and a block tiles a whole multiple of itself', () => {
  expect(pasteTargets(range(0, 0, 4, 2), 1, 3, extent)[0]).toMatchObject({ rows: 5, columns: 3 });
  expect(pasteTargets(range(0, 0, 3, 3), 2, 2, extent)[0]).toMatchObject({ rows: 4, columns: 4 });
});

test('a row goes into every selected row where only their first cells are selected, and a column into every column', () => {
  expect(pasteTargets(range(0, 1, 4, 1), 1, 3, extent)[0]).toMatchObject({ rows: 5, columns: 3 });
  expect(pasteTargets(range(2, 0, 2, 3), 4, 1, extent)[0]).toMatchObject({ rows: 4, columns: 4 });
  expect(pasteTargets(range(0, 1, 4, 1), 2, 3, extent)[0]).toMatchObject({ rows: 2, columns: 3 });
});

test('a block that does not fit a whole number of times is written once from the top left cell', () => {
  expect(pasteTargets(range(0, 0, 2, 2), 2, 2, extent)[0]).toMatchObject({ rows: 2, columns: 2 });
  expect(pasteTargets(range(0, 0, 3, 2), 2, 2, extent)[0]).toMatchObject({ rows: 2, columns: 2 });
});

test('rows past the end become new rows, and columns past the border are counted, not written', () => {
  const [target] = pasteTargets(range(18, 6, 18, 6), 5, 4, extent);
  expect(target).toMatchObject({ rows: 5, columns: 2, newRows: 3, lostColumns: 2 });
});

test('every range of a selection takes the block', () => {
  const two: Selection = {
    ...range(0, 0, 0, 0),
    ranges: [...range(0, 0, 0, 0).ranges, ...range(5, 5, 5, 5).ranges],
  };
  expect(pasteTargets(two, 2, 2, extent).map((t) => [t.top, t.left])).toEqual([
    [0, 0],
    [5, 5],
  ]);
});

test('whatever the selection, a target never leaves the columns of the view and holds the block or a multiple of it', () => {
  const size = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(fc.nat(19), fc.nat(7), fc.nat(19), fc.nat(7), size, size, (r1, c1, r2, c2, height, width) => {
      for (const target of pasteTargets(range(r1, c1, r2, c2), height, width, extent)) {
        expect(target.left + target.columns).toBeLessThanOrEqual(extent.columns);
        expect(target.rows % height).toBe(0);
        expect((target.columns + target.lostColumns) % width).toBe(0);
        expect(target.newRows).toBe(Math.max(0, target.top + target.rows - extent.rows));
      }
    }),
  );
});
