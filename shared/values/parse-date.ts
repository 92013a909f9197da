import type { ColumnType } from '../model/sheet.ts';
import type { LocaleConventions } from './locale.ts';
import { invalid, type Parsed, readAs, shown } from './parsed.ts';

/** Two-digit years from here on are of the last century (POSIX strptime: 69 is 1969, 68 is 2068). */
const PIVOT = 69;
const CANONICAL = /^\d{4,}-\d\d-\d\d( BC)?$|^-?infinity$/;
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const daysIn = (year: number, month: number): number =>
  [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
const two = (n: number): string => String(n).padStart(2, '0');

/** A date as typed: ISO, the locale's order with any of `. / -`, month names, a missing year (that of `today`). */
export const parseDate = (text: string, locale: LocaleConventions, today: string): Parsed => {
  const trimmed = text.trim();
  if (CANONICAL.test(trimmed))
    return trimmed.length > 10 || trimmed.includes('inf')
      ? readAs(trimmed)
      : checked(trimmed, ...isoParts(trimmed));
  const compact = /^(\d{4})(\d\d)(\d\d)$/.exec(trimmed);
  if (compact) return checked(trimmed, Number(compact[1]), Number(compact[2]), Number(compact[3]));
  const named = withMonthName(trimmed, today);
  if (named) return checked(trimmed, ...named);
  const parts = /^(\d{1,4})\s*[./\- ]\s*(\d{1,2})(?:\s*[./\- ]\s*(\d{1,4}))?\.?$/.exec(trimmed);
  if (!parts)
    return invalid(`"${shown(trimmed)}" is not a date. Type it as ${example(locale)} or 2026-11-24.`);
  const [, a = '', b = '', c] = parts;
  if (a.length > 2)
    return c === undefined
      ? invalid(`"${shown(trimmed)}" has no day.`)
      : checked(trimmed, Number(a), Number(b), Number(c));
  const year = c === undefined ? Number(today.slice(0, 4)) : fullYear(c);
  if (year === null)
    return invalid(`"${shown(trimmed)}" has a year of ${c?.length} digits; type two or four.`);
  const dayFirst = locale.dateOrder === 'dmy' || (locale.dateOrder === 'ymd' && c !== undefined);
  const own = dayFirst
    ? checked(trimmed, year, Number(b), Number(a))
    : checked(trimmed, year, Number(a), Number(b));
  const other = dayFirst
    ? checked(trimmed, year, Number(a), Number(b))
    : checked(trimmed, year, Number(b), Number(a));
  const month = Number(dayFirst ? b : a);
  // Neither order is a date: the one with a month that exists explains why.
  if (other.kind !== 'value' || other.value === null)
    return month > 12 && own.kind === 'invalid' ? other : own;
  // Only one of the two orders is a date, so there is nothing to ask; but only where the locale's own has no such month.
  if (own.kind !== 'value') return month > 12 ? { ...other, note: `${trimmed} read as ${other.value}` } : own;
  if (own.value === null || own.value === other.value || trimmed.includes(locale.dateSeparator)) return own;
  // 1.12.2026 typed where dates are written 12/1/2026: the points speak for the other order, so the person decides.
  return {
    kind: 'ambiguous',
    options: [own.value, other.value].map((value) => ({ value, label: `${trimmed} as ${value}` })),
  };
};

const isoParts = (text: string): [number, number, number] => [
  Number(text.slice(0, 4)),
  Number(text.slice(5, 7)),
  Number(text.slice(8, 10)),
];

const fullYear = (text: string): number | null => {
  const year = Number(text);
  if (text.length === 4) return year;
  if (text.length !== 2) return null;
  return year < PIVOT ? 2000 + year : 1900 + year;
};

const withMonthName = (text: string, today: string): [number, number, number] | null => {
  const match =
    /^(\d{1,2})\.?[\s-]*([a-z]{3,9})\.?[\s,-]*(\d{4}|\d{2})?$/i.exec(text) ??
    swapNamed(/^([a-z]{3,9})\.?\s+(\d{1,2})(?:,?\s+(\d{4}))?$/i.exec(text));
  if (!match) return null;
  const name = (match[2] ?? '').toLowerCase();
  const month = MONTHS.findIndex((each) => each.toLowerCase().startsWith(name)) + 1;
  const year = match[3] === undefined ? Number(today.slice(0, 4)) : fullYear(match[3]);
  return month > 0 && year !== null ? [year, month, Number(match[1])] : null;
};

const swapNamed = (match: RegExpExecArray | null): readonly (string | undefined)[] | null =>
  match ? [match[0], match[2], match[1], match[3]] : null;

const checked = (text: string, year: number, month: number, day: number): Parsed => {
  if (month < 1 || month > 12) return invalid(`"${shown(text)}" is not a date: there is no month ${month}.`);
  const last = daysIn(year, month);
  if (day < 1 || day > last)
    return invalid(`"${shown(text)}" is not a date: ${MONTHS[month - 1]} ${year} has ${last} days.`);
  if (year < 1) return invalid(`"${shown(text)}" is not a date: there is no year 0.`);
  return readAs(`${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`);
};

const example = ({ dateOrder, dateSeparator: s }: LocaleConventions): string =>
  dateOrder === 'dmy' ? `24${s}11${s}2026` : dateOrder === 'mdy' ? `11${s}24${s}2026` : `2026${s}11${s}24`;

const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?$/;

/** A time of day; fraction digits beyond the column's are refused, not rounded. */
export const parseTime = (text: string, digits: number): Parsed => {
  const match = TIME.exec(text.trim());
  if (!match) return invalid(`"${shown(text.trim())}" is not a time. Type it as 14:30 or 14:30:05.`);
  const [, h = '0', m = '0', s = '0', fraction = ''] = match;
  const significant = fraction.replace(/0+$/, '');
  if (Number(h) > 23 || Number(m) > 59 || Number(s) > 59)
    return invalid(`"${shown(text.trim())}" is not a time of day.`);
  if (significant.length > digits)
    return invalid(
      `The column keeps ${digits} digits of a second; "${shown(text.trim())}" has ${significant.length}.`,
    );
  return readAs(`${two(Number(h))}:${m}:${two(Number(s))}${significant === '' ? '' : `.${significant}`}`);
};

const OFFSET = /\s*(Z|[+-]\d{2}(?::?\d{2})?)$/;

/** Date, time and, where the column keeps an instant, an offset; without one the local zone's offset is written out. */
export const parseTimestamp = (
  text: string,
  type: Extract<ColumnType, { kind: 'timestamp' }>,
  locale: LocaleConventions,
  today: string,
): Parsed => {
  const trimmed = text.trim().replace(/(?<=\d)T(?=\d)/, ' ');
  if (/^-?infinity$/.test(trimmed) || trimmed.endsWith(' BC')) return readAs(trimmed);
  const offset = /\d:\d/.test(trimmed) ? OFFSET.exec(trimmed) : null;
  const bare = offset ? trimmed.slice(0, offset.index) : trimmed;
  if (offset && !type.zoned)
    return invalid('This column keeps no time zone; type the time without an offset.');
  const cut = /\s+(?=\d{1,2}:)/.exec(bare);
  const date = parseDate(cut ? bare.slice(0, cut.index) : bare, locale, today);
  if (date.kind !== 'value' || date.value === null) return date;
  const time = parseTime(cut ? bare.slice(cut.index) : '00:00:00', type.digits);
  if (time.kind !== 'value') return time;
  const local = `${date.value} ${time.value}`;
  if (!type.zoned) return readAs(local, date.note);
  const written = offset ? canonicalOffset(offset[1] ?? 'Z') : localOffset(local);
  return readAs(`${local}${written}`, date.note);
};

const canonicalOffset = (text: string): string => {
  if (text === 'Z') return '+00';
  const hours = text.slice(0, 3);
  const minutes = text.slice(3).replace(':', '');
  return minutes === '' || minutes === '00' ? hours : `${hours}:${minutes}`;
};

/** The machine's own offset at that local time, as Postgres prints it. */
const localOffset = (local: string): string => {
  const minutes = -new Date(local.replace(' ', 'T').replace(/(\.\d{3})\d+$/, '$1')).getTimezoneOffset();
  const sign = minutes < 0 ? '-' : '+';
  const total = Math.abs(minutes);
  return `${sign}${two(Math.floor(total / 60))}${total % 60 === 0 ? '' : `:${two(total % 60)}`}`;
};
