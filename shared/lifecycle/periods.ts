import type { Period, PeriodMap, SheetPeriods } from '../model/period.ts';

/** A row's values by column. */
export type ValueOf = (column: string) => string | null | undefined;

const DATE = /^(\d{4,})-(\d{2})-\d{2}/;
const WITH_OFFSET = /^\d{4,}-\d{2}-\d{2} .*[+-]\d{2}(:?\d{2})*$/;

/** The period a row belongs to by a map, as the warehouse works it out; null where it has none or is out of scope. */
export const periodOf = ({ columns, style, scope }: PeriodMap, value: ValueOf): string | null => {
  if (scope) {
    const scoped = value(scope.column);
    if (scoped === null || scoped === undefined || !scope.values.includes(scoped)) return null;
  }
  const [first, second] = columns.map((column) => value(column) ?? null);
  if (first === null || first === undefined) return null;
  if (style === 'text') return first;
  // As lpad does: never shorter, cut at two.
  if (style === 'year-month')
    return second === null || second === undefined ? null : `${first}-${second.padStart(2, '0').slice(0, 2)}`;
  const [, year, month] = DATE.exec(inUtc(first)) ?? [];
  if (year === undefined || month === undefined) return null;
  if (style === 'year') return year;
  return style === 'month' ? `${year}-${month}` : `${year}-Q${Math.ceil(Number(month) / 3)}`;
};

/** Instants are counted in UTC, like in the warehouse. */
const inUtc = (text: string): string => {
  if (!WITH_OFFSET.test(text)) return text;
  const offset = /[+-]\d{2}$/.test(text) ? `${text}:00` : text;
  const at = new Date(offset.replace(' ', 'T'));
  return Number.isNaN(at.getTime()) ? text : at.toISOString();
};

/** Why a row takes no writes now, naming the period; null when its periods are open. */
export const closedReason = (
  calendars: readonly SheetPeriods[] | undefined,
  value: ValueOf,
  now: Date,
): string | null => {
  for (const calendar of calendars ?? []) {
    if (calendar.periods.length === 0) continue;
    const name = periodOf(calendar, value);
    const known = name === null ? undefined : calendar.periods.find((each) => each.period === name);
    if (known && isClosed(known, now)) return closedSentence(calendar.calendar, known);
  }
  return null;
};

/** A closing period is closed from its time on, whether or not the warehouse has noted it. */
export const isClosed = ({ state, closingAt }: Period, now: Date): boolean =>
  state === 'closed' || (closingAt !== null && new Date(closingAt).getTime() <= now.getTime());

const closedSentence = (calendar: string, { label, by, reason }: Period): string =>
  `${label} is closed (${calendar}${by === null ? '' : `, by ${by}`}${reason === null ? '' : `: ${reason}`}).`;
