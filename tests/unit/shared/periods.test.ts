import { expect, test } from 'vitest';
import { closedReason, isClosed } from '../../../shared/lifecycle/periods.ts';
import type { Period, SheetPeriods } from '../../../shared/model/period.ts';

const HOUR = 3_600_000;
const CLOSES = '2026-03-01T00:00:00.000Z';
const closing: Period = {
  period: '2026-02',
  label: 'February',
  state: 'closing',
  closingAt: CLOSES,
  by: 'cfo',
  at: null,
  reason: null,
};
const calendar: SheetPeriods = {
  ...{ calendar: 'Months', columns: ['month'], style: 'text', scope: null },
  periods: [closing],
};
const before = (hours: number): Date => new Date(Date.parse(CLOSES) - hours * HOUR);

test.each([
  ['at the time itself', 0, 0, true],
  ['a moment earlier', 0.001, 0, false],
  ['on a machine three hours ahead', -2, -3 * HOUR, false],
  ['on a machine three hours behind', 2, 3 * HOUR, true],
])('a closing period is closed by the clock of the warehouse: %s', (_name, hours, ahead, closed) => {
  expect(isClosed(closing, { ahead }, before(hours))).toBe(closed);
  const reason = closedReason([{ ...calendar, ahead }], () => '2026-02', before(hours));
  expect(reason).toBe(closed ? 'February is closed (Months, by cfo).' : null);
});
