import type { ColumnType } from '../model/sheet.ts';
import { compareDecimals } from './decimal.ts';

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Postgres prints years past 9999 longer, and years before Christ with a suffix; both break plain text order. */
const compareDates = (a: string, b: string): number => {
  if (a === b) return 0;
  const x = dateKey(a);
  const y = dateKey(b);
  if (x.era !== y.era) return x.era - y.era;
  if (x.year !== y.year) return x.year - y.year;
  return order(x.rest, y.rest);
};

const dateKey = (text: string): { era: number; year: number; rest: string } => {
  if (text === 'infinity') return { era: 2, year: 0, rest: '' };
  if (text === '-infinity') return { era: -2, year: 0, rest: '' };
  const beforeChrist = text.endsWith(' BC');
  const dash = text.indexOf('-');
  const year = Number(text.slice(0, dash));
  return { era: 0, year: beforeChrist ? -year : year, rest: text.slice(dash) };
};

/** Timestamps with offsets are ordered by the instant; without, by the text. Microseconds decide ties. */
const compareZoned = (a: string, b: string): number => {
  const x = instant(a);
  const y = instant(b);
  if (x === null || y === null) return compareDates(a, b);
  return x.second - y.second || order(x.fraction, y.fraction);
};

const ZONED = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-]\d\d)(?::?(\d\d))?$/;

const instant = (text: string): { second: number; fraction: string } | null => {
  const match = ZONED.exec(text);
  if (!match) return null;
  const [, y, mo, d, h, mi, s, fraction = '', offsetHour = '+00', offsetMinute = '00'] = match;
  const sign = offsetHour.startsWith('-') ? -1 : 1;
  const offset = Number(offsetHour) * 3600 + sign * Number(offsetMinute) * 60;
  const second =
    Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s)) / 1000 - offset;
  return { second, fraction: fraction.padEnd(6, '0') };
};

/** Compares canonical texts of one type for sorting and ranges: below 0, 0 or above. Null is the caller's affair. */
export const compareValues = (type: ColumnType): ((a: string, b: string) => number) => {
  switch (type.kind) {
    case 'decimal':
    case 'integer':
      return compareDecimals;
    case 'float':
      return (a, b) => {
        const x = Number(a);
        const y = Number(b);
        if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
        return x < y ? -1 : x > y ? 1 : 0;
      };
    case 'date':
      return compareDates;
    case 'timestamp':
      return type.zoned ? compareZoned : compareDates;
    case 'enum': {
      // The declared order is the order people mean (draft before final), as in Postgres.
      const place = new Map(type.values.map((value, i) => [value, i]));
      return (a, b) =>
        (place.get(a) ?? Number.MAX_SAFE_INTEGER) - (place.get(b) ?? Number.MAX_SAFE_INTEGER) || order(a, b);
    }
    case 'boolean':
    case 'time':
    case 'uuid':
    case 'json':
    case 'other':
      return order;
    case 'text':
      return new Intl.Collator(undefined, { sensitivity: 'variant' }).compare;
  }
};
