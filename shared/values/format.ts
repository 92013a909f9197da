import type { Column } from '../model/sheet.ts';
import { roundForDisplay } from './decimal.ts';
import type { LocaleConventions } from './locale.ts';

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const STAMP = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d)(:\d\d(?:\.\d+)?)?(.*)$/;
const PLAIN = /^-?\d+(\.\d+)?$/;

/** How a cell shows a value: the locale's separators and the column's format. Display only; NULL is an empty text. */
export const formatValue = (value: string | null, column: Column, locale: LocaleConventions): string => {
  if (value === null) return '';
  switch (column.type.kind) {
    case 'decimal':
    case 'integer':
    case 'float':
      return PLAIN.test(value) ? formatNumber(value, column, locale) : value;
    case 'date':
      return formatDate(value, locale, column.format?.dates);
    case 'timestamp': {
      const match = STAMP.exec(value);
      if (!match) return value;
      const [, date = '', minutes = '', seconds = '', offset = ''] = match;
      return `${formatDate(date, locale, column.format?.dates)} ${minutes}${seconds === ':00' ? '' : seconds}${offset === '' ? '' : ` ${offset}`}`;
    }
    case 'boolean':
      return value === 'true' ? 'Yes' : value === 'false' ? 'No' : value;
    default:
      return value;
  }
};

const formatNumber = (value: string, { format = {} }: Column, locale: LocaleConventions): string => {
  const scaled = format.percent ? timesHundred(value) : value;
  const rounded = format.decimals === undefined ? scaled : roundForDisplay(scaled, format.decimals);
  const negative = rounded.startsWith('-');
  const [whole = '0', fraction] = (negative ? rounded.slice(1) : rounded).split('.');
  const digits =
    (format.grouping ? grouped(whole, locale.group) : whole) +
    (fraction === undefined ? '' : locale.decimal + fraction);
  const unit = `${format.percent ? '\u00a0%' : ''}${format.currency ? `\u00a0${format.currency}` : ''}`;
  if (!negative) return digits + unit;
  return format.negative === 'parentheses' ? `(${digits}${unit})` : `-${digits}${unit}`;
};

const grouped = (digits: string, separator: string): string => {
  if (digits.length <= 3) return digits;
  let text = digits.slice(-3);
  for (let end = digits.length - 3; end > 0; end -= 3)
    text = digits.slice(Math.max(0, end - 3), end) + separator + text;
  return text;
};

const timesHundred = (value: string): string => {
  const negative = value.startsWith('-');
  const [whole = '0', fraction = ''] = (negative ? value.slice(1) : value).split('.');
  const padded = fraction.padEnd(2, '0');
  const rest = padded.slice(2);
  const text = `${whole}${padded.slice(0, 2)}`.replace(/^0+(?=\d)/, '');
  return `${negative ? '-' : ''}${text}${rest === '' ? '' : `.${rest}`}`;
};

const formatDate = (value: string, locale: LocaleConventions, style?: 'iso' | 'long'): string => {
  const match = DATE.exec(value);
  if (!match || style === 'iso') return value;
  const { dateOrder, dateSeparator: s, months } = locale;
  const [, y, m, d] = match;
  if (style === 'long') return `${Number(d)} ${months?.[Number(m) - 1] ?? m} ${y}`;
  return dateOrder === 'dmy'
    ? `${d}${s}${m}${s}${y}`
    : dateOrder === 'mdy'
      ? `${m}${s}${d}${s}${y}`
      : `${y}${s}${m}${s}${d}`;
};

/** What an editor starts with: every digit, no grouping; `parseInput` reads it back as the same value. */
export const editText = (value: string | null, column: Column, locale: LocaleConventions): string => {
  if (value === null) return '';
  switch (column.type.kind) {
    case 'decimal':
    case 'integer':
    case 'float':
      if (!PLAIN.test(value)) return value;
      return column.format?.percent
        ? `${timesHundred(value).replace('.', locale.decimal)}%`
        : value.replace('.', locale.decimal);
    case 'date':
      return formatDate(value, locale);
    default:
      return value;
  }
};
