import { expect, test } from 'vitest';
import { stepFound } from '../../../../renderer/sheet/find-step.ts';

const columns = ['b', 'a'];
const cells = [
  { place: 2, row: 'r2', column: 'b' },
  { place: 2, row: 'r2', column: 'a' },
  { place: -1, row: 'closed', column: 'a' },
  { place: 7, row: 'r7', column: 'a' },
];

test('a search goes on from the cell the person is at, in reading order and around the end', () => {
  const from = (place: number, column: string) => ({ place, row: `r${place}`, column });
  expect(stepFound(cells, columns, -1, null, 1)).toBe(0);
  expect(stepFound(cells, columns, -1, null, -1)).toBe(3);
  expect(stepFound(cells, columns, -1, from(0, 'a'), 1)).toBe(0);
  expect(stepFound(cells, columns, -1, from(2, 'b'), 1)).toBe(1);
  expect(stepFound(cells, columns, -1, from(3, 'b'), 1)).toBe(3);
  expect(stepFound(cells, columns, -1, from(9, 'b'), 1)).toBe(0);
  expect(stepFound(cells, columns, -1, from(3, 'b'), -1)).toBe(1);
  expect(stepFound(cells, columns, -1, from(0, 'b'), -1)).toBe(3);
  expect(stepFound([], columns, -1, from(0, 'b'), 1)).toBe(-1);
});

test('from where the last step led, the next in the list follows, shown or not', () => {
  expect(stepFound(cells, columns, 1, { place: 2, row: 'r2', column: 'a' }, 1)).toBe(2);
  expect(stepFound(cells, columns, 3, { place: 7, row: 'r7', column: 'a' }, 1)).toBe(0);
  // The person went elsewhere meanwhile.
  expect(stepFound(cells, columns, 3, { place: 2, row: 'r2', column: 'b' }, 1)).toBe(1);
});
