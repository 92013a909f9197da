import { expect, test } from 'vitest';
import { summary } from '../../../../renderer/sheet/selection-stats.ts';

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
