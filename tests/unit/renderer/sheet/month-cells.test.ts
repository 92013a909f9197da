import { expect, test } from 'vitest';
import { monthOfKey } from '../../../../renderer/sheet/month-cells.ts';

test('the month of a key is found whether it is a month or its first day, and other months take its place', () => {
  expect(monthOfKey(['FC1', 'CC1020', '2026-03'])?.with('2026-04')).toEqual(['FC1', 'CC1020', '2026-04']);
  expect(monthOfKey(['2026-03-01', 'x'])).toMatchObject({ place: 0, year: '2026' });
});

test('a key without a month, or with two, has no months to plan over', () => {
  expect(monthOfKey(['FC1', '2026-13', '2026-03-15'])).toBeNull();
  expect(monthOfKey(['2026-01', '2026-02'])).toBeNull();
});
