import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addByMove,
  addRange,
  type CellPlace,
  type CellRange,
  cellCount,
  clampSelection,
  contains,
  disjoint,
  edge,
  extendTo,
  isWholeColumns,
  isWholeRows,
  nextInside,
  pressColumn,
  pressRow,
  rectangleOf,
  selectAll,
  selectCell,
  selectColumns,
  selectRows,
} from '../../../../../renderer/grid/ranges/selection.ts';

const at = (row: number, column: number): CellPlace => ({ row, column });
const place = fc.record({ row: fc.nat(12), column: fc.nat(12) });
const ranges: fc.Arbitrary<CellRange[]> = fc.array(fc.record({ anchor: place, head: place }), {
  minLength: 1,
  maxLength: 6,
});

test('extending keeps the anchor and the active cell, in every direction', () => {
  const grown = extendTo(selectCell(at(3, 3)), at(1, 5));
  expect(grown.active).toEqual(at(3, 3));
  expect(rectangleOf(grown.ranges[0] as CellRange)).toEqual({ top: 1, left: 3, bottom: 3, right: 5 });
  expect(cellCount(grown)).toBe(9);
});

test('a second range is added without losing the first; a cell in both counts once', () => {
  const two = extendTo(addRange(extendTo(selectCell(at(0, 0)), at(1, 1)), at(1, 1)), at(2, 2));
  expect(two.ranges).toHaveLength(2);
  expect(cellCount(two)).toBe(7);
});

test('moves while ranges are added keep those before and those grown since, and drop a cell only passed', () => {
  const kept = extendTo(selectCell(at(0, 0)), at(1, 0));
  const passed = addByMove(addByMove(kept, 1, at(5, 1)), 1, at(6, 1));
  expect(passed.ranges.map(rectangleOf)).toEqual([
    { top: 0, left: 0, bottom: 1, right: 0 },
    { top: 6, left: 1, bottom: 6, right: 1 },
  ]);
  const grown = addByMove(extendTo(passed, at(7, 1)), 1, at(9, 1));
  expect(grown.ranges).toHaveLength(3);
  expect(grown.active).toEqual(at(9, 1));
  expect(cellCount(grown)).toBe(5);
});

test('whole rows, whole columns and everything reach the borders of the view', () => {
  const extent = { rows: 10, columns: 4 };
  expect(cellCount(selectRows(2, 3, extent))).toBe(8);
  expect(cellCount(selectColumns(1, 1, extent))).toBe(10);
  expect(cellCount(selectAll(selectCell(at(5, 2)), extent))).toBe(40);
});

test('row numbers select whole rows: alone, grown with shift from where they began, one more with ctrl', () => {
  const extent = { rows: 10, columns: 4 };
  const one = pressRow(selectCell(at(8, 2)), 3, 'only', extent, 1);
  expect(one).toMatchObject({ active: at(3, 1) });
  expect(one.ranges.map(rectangleOf)).toEqual([{ top: 3, left: 0, bottom: 3, right: 3 }]);
  const grown = pressRow(one, 1, 'extend', extent, 0);
  expect(grown.active).toEqual(at(3, 1));
  expect(cellCount(grown)).toBe(12);
  const two = pressRow(grown, 9, 'add', extent, 0);
  expect(two.ranges.map(rectangleOf).filter((each) => isWholeRows(each, extent))).toHaveLength(2);
  expect(cellCount(two)).toBe(16);
});

test('headers select whole columns likewise', () => {
  const extent = { rows: 10, columns: 4 };
  const three = pressColumn(pressColumn(null, 2, 'only', extent, 5), 0, 'extend', extent, 7);
  expect(three.active).toEqual(at(5, 2));
  expect(cellCount(three)).toBe(30);
  expect(three.ranges.map(rectangleOf).every((each) => isWholeColumns(each, extent))).toBe(true);
  expect(pressColumn(three, 3, 'add', extent, 7)).toMatchObject({ active: at(7, 3) });
});

test('disjoint rectangles cover exactly the cells of the ranges, none of them twice', () => {
  fc.assert(
    fc.property(ranges, (given) => {
      const rectangles = disjoint(given);
      for (let row = 0; row <= 12; row++) {
        for (let column = 0; column <= 12; column++) {
          const inside = given.some((range) => contains(rectangleOf(range), row, column)) ? 1 : 0;
          expect(rectangles.filter((r) => contains(r, row, column))).toHaveLength(inside);
        }
      }
    }),
  );
});

test('Tab and Enter visit every cell of a selection once before they come back', () => {
  fc.assert(
    fc.property(
      place,
      place,
      fc.constantFrom('row' as const, 'column' as const),
      fc.boolean(),
      (anchor, head, by, backwards) => {
        let selection = extendTo(selectCell(anchor), head);
        const total = cellCount(selection);
        fc.pre(total > 1);
        const seen = new Set<string>();
        for (let i = 0; i < total; i++) {
          const next = nextInside(selection, by, backwards);
          if (!next) throw new Error('the selection has several cells');
          seen.add(`${next.row}:${next.column}`);
          selection = { ...selection, active: next };
        }
        expect(seen.size).toBe(total);
      },
    ),
  );
});

test('a single cell has no next cell inside', () => {
  expect(nextInside(selectCell(at(1, 1)), 'row', false)).toBeNull();
});

test('ctrl+arrow stops at the end of a filled run, then at the next run, then at the border', () => {
  const filled = [true, true, true, false, false, true, false];
  const go = (row: number) => edge(at(row, 0), 'down', { rows: 7, columns: 1 }, (p) => filled[p.row]).row;
  expect([go(0), go(2), go(3), go(5), go(6)]).toEqual([2, 5, 5, 6, 6]);
});

test('a jump into rows that are not loaded stops at the first of them', () => {
  const target = edge(at(0, 0), 'down', { rows: 100, columns: 1 }, (p) => (p.row < 5 ? true : undefined));
  expect(target.row).toBe(5);
});

test('a selection is pulled into a smaller view, and is gone with the last row', () => {
  const selection = extendTo(selectCell(at(8, 3)), at(9, 9));
  expect(clampSelection(selection, { rows: 5, columns: 4 })?.ranges[0]).toEqual({
    anchor: at(4, 3),
    head: at(4, 3),
  });
  expect(clampSelection(selection, { rows: 0, columns: 4 })).toBeNull();
});
