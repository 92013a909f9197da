import { expect, test } from 'vitest';
import { destinationFrom, scrollSpeed } from '../../../../../renderer/grid/ranges/navigation.ts';
import { rangeKey } from '../../../../../renderer/grid/ranges/range-keys.ts';

const extent = { rows: 100, columns: 12 };
const page = { rows: 21, columns: 5 };
const from = { row: 50, column: 6 };
const go = (to: Parameters<typeof destinationFrom>[1]) => destinationFrom(from, to, extent, page);

test('Home and End stay in the row, with Ctrl they go to the ends of the sheet', () => {
  expect(go('row-start')).toEqual({ row: 50, column: 0 });
  expect(go('row-end')).toEqual({ row: 50, column: 11 });
  expect(go('first')).toEqual({ row: 0, column: 0 });
  expect(go('last')).toEqual({ row: 99, column: 11 });
});

test('a page leaves one row in sight and stops at the borders', () => {
  expect(go('page-down')).toEqual({ row: 70, column: 6 });
  expect(go('page-up')).toEqual({ row: 30, column: 6 });
  expect(go('page-right')).toEqual({ row: 50, column: 10 });
  expect(destinationFrom({ row: 95, column: 1 }, 'page-down', extent, page).row).toBe(99);
  expect(destinationFrom({ row: 5, column: 1 }, 'page-left', extent, page).column).toBe(0);
});

const key = (name: string, ...held: ('ctrl' | 'shift' | 'alt')[]) =>
  rangeKey({
    key: name,
    ctrlKey: held.includes('ctrl'),
    metaKey: false,
    shiftKey: held.includes('shift'),
    altKey: held.includes('alt'),
  });

test('the keys of a spreadsheet lead there, and Shift takes the range along', () => {
  expect(key('Home')).toEqual({ kind: 'go', to: 'row-start', extend: false });
  expect(key('End', 'ctrl', 'shift')).toEqual({ kind: 'go', to: 'last', extend: true });
  expect(key('PageDown', 'shift')).toEqual({ kind: 'go', to: 'page-down', extend: true });
  expect(key('PageUp', 'alt')).toEqual({ kind: 'go', to: 'page-left', extend: false });
  expect(key(' ', 'shift')).toEqual({ kind: 'rows' });
  expect(key(' ', 'ctrl')).toEqual({ kind: 'columns' });
  expect(key(' ', 'ctrl', 'shift')).toEqual({ kind: 'all' });
  expect(key('Backspace', 'ctrl')).toEqual({ kind: 'show' });
  expect(key(' ')).toBeNull();
  expect(key('PageDown', 'ctrl')).toBeNull();
});

test('a drag scrolls slowly at the border and ever faster outside it', () => {
  const speeds = [0, 10, 40, 120, 400].map(scrollSpeed);
  expect(speeds).toEqual(speeds.toSorted((a, b) => a - b));
  expect(speeds[0]).toBeLessThan(20);
  expect(speeds.at(-1)).toBe(2_000);
});
