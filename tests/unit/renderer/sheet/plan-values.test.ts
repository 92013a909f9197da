import { expect, test } from 'vitest';
import { planValues, totalOf } from '../../../../renderer/sheet/plan-values.ts';

const base = { values: ['10.00', '20.00', null], held: [false, false, false], scale: 2 };

test('a spread total adds up to the cent, held cells included', () => {
  const { values } = planValues({ ...base, method: 'even', amount: '100' });
  expect(values).toEqual(['33.34', '33.33', '33.33']);
  const held = planValues({ ...base, held: [true, false, false], method: 'proportional', amount: '100' });
  expect(held.values).toEqual(['10.00', '90.00', '0.00']);
  expect(totalOf(held.values, 2)).toBe('100.00');
});

test('growth works on each cell, rounds to the column, and leaves empty and held cells', () => {
  const { values } = planValues({ ...base, held: [false, true, false], method: 'grow', amount: '2.5' });
  expect(values).toEqual(['10.25', '20.00', '0']);
  expect(planValues({ ...base, method: 'grow', amount: '-10' }).values[0]).toBe('9.00');
});

test('copying forward repeats the first cell', () => {
  expect(planValues({ ...base, method: 'copy', amount: '0' }).values).toEqual(['10.00', '10.00', '10.00']);
});

test('a total follows the proportions of other cells, and is divided evenly where those are zero', () => {
  const like = planValues({ ...base, method: 'like', amount: '100', weights: ['1', '1', '2'] });
  expect(like).toEqual({ values: ['25.00', '25.00', '50.00'], note: null });
  expect(planValues({ ...base, method: 'like', amount: '9', weights: [null, '0', '0'] })).toMatchObject({
    values: ['3.00', '3.00', '3.00'],
    note: expect.stringContaining('divided evenly'),
  });
});

test('weeks and copying go from month to month: down the rows of a range, or across where it has one row', () => {
  const two = { values: ['1', '2', null, '5', '3', '4'], held: Array(6).fill(false), scale: 0, width: 2 };
  expect(planValues({ ...two, method: 'copy', amount: '0' }).values).toEqual(['1', '2', '1', '2', '1', '2']);
  expect(planValues({ ...two, method: '4-4-5', amount: '26' }).values).toEqual([
    '4',
    '4',
    '4',
    '4',
    '5',
    '5',
  ]);
  const row = { ...two, width: 6 };
  expect(planValues({ ...row, method: '5-4-4', amount: '26' }).values).toEqual([
    '5',
    '4',
    '4',
    '5',
    '4',
    '4',
  ]);
  expect(planValues({ ...row, method: 'copy', amount: '0' }).values).toEqual(Array(6).fill('1'));
});

test('weeks belong to the months they are of, though the first months of the year are missing', () => {
  const request = { values: [null, null, null], held: [false, false, false], scale: 0, width: 1 };
  const planned = planValues({ ...request, method: '4-4-5', amount: '13', months: [1, 2, 3] });
  expect(planned.values).toEqual(['4', '5', '4']);
});
