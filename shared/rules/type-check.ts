import type { ColumnType } from '../model/sheet.ts';
import { compareDecimals } from '../values/decimal.ts';

/** Why a canonical text is no value of the type, or null. Messages are made only for bad values. */
export type TextCheck = (text: string) => string | null;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DATE = /^(?:(?:\d{4}|[1-9]\d{4,6})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?: BC)?|-?infinity)$/;
const STAMP =
  /^(?:\d{4,6}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]) (?:[01]\d|2[0-4]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:[+-]\d\d(?::?\d\d){0,2})?(?: BC)?|-?infinity)$/;
const TIME = /^(?:[01]\d|2[0-4]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:[+-]\d\d(?::?\d\d)?)?$/;
const SPECIAL_FLOAT = new Set(['NaN', 'Infinity', '-Infinity']);
const INTEGER_LIMITS = { 16: '32767', 32: '2147483647', 64: '9223372036854775807' } as const;

/** A checker for canonical texts of one type. */
export const typeCheck = (type: ColumnType): TextCheck | null => {
  switch (type.kind) {
    case 'decimal':
      return decimalCheck(type.precision, type.scale ?? 0);
    case 'integer':
      return integerCheck(type.bits);
    case 'float':
      return (text) =>
        SPECIAL_FLOAT.has(text) || (text !== '' && Number.isFinite(Number(text)))
          ? null
          : 'This is not a number the column can keep.';
    case 'boolean':
      return (text) => (text === 'true' || text === 'false' ? null : 'This is neither yes nor no.');
    case 'date':
      return (text) => (DATE.test(text) && dayExists(text) ? null : 'This is not a date.');
    case 'time':
      return (text) => (TIME.test(text) ? null : 'This is not a time of day.');
    case 'timestamp':
      return (text) => (STAMP.test(text) ? null : 'This is not a date and time.');
    case 'enum': {
      const values = new Set(type.values);
      return (text) =>
        values.has(text) ? null : `This is not in the list: ${type.values.slice(0, 12).join(', ')}.`;
    }
    case 'uuid':
      return (text) => (UUID.test(text) ? null : 'This is not a UUID.');
    case 'json':
      return (text) => (isJson(text) ? null : 'This is not valid JSON.');
    case 'text':
      return type.maxLength === undefined ? null : lengthCheck(type.maxLength);
    case 'other':
      return null;
  }
};

const ZERO = 48;
const NINE = 57;
const POINT = 46;
const MINUS = 45;

const decimalCheck = (precision: number | undefined, scale: number): TextCheck => {
  const room = precision === undefined ? Number.POSITIVE_INFINITY : Math.max(0, precision - scale);
  const places = precision === undefined ? Number.POSITIVE_INFINITY : scale;
  const slow = slowDecimal(precision, scale);
  return (text) => {
    const start = text.charCodeAt(0) === MINUS ? 1 : 0;
    const length = text.length;
    let i = start;
    for (; i < length; i++) {
      const c = text.charCodeAt(i);
      if (c < ZERO || c > NINE) break;
    }
    const whole = i - start;
    if (whole === 0) return 'This is not a number.';
    // Leading zeros count for nothing, but they are rare: the exact count is left to the slow path.
    if (i === length) return whole <= room && places >= 0 ? null : slow(text);
    if (text.charCodeAt(i) !== POINT) return 'This is not a number.';
    const fraction = length - i - 1;
    if (fraction === 0) return 'This is not a number.';
    for (i++; i < length; i++) {
      const c = text.charCodeAt(i);
      if (c < ZERO || c > NINE) return 'This is not a number.';
    }
    return whole <= room && fraction <= places ? null : slow(text);
  };
};

/** Exact words for what does not fit at first sight: superfluous zeros are forgiven, digits are not. */
const slowDecimal = (precision: number | undefined, scale: number): TextCheck => {
  if (precision === undefined) return () => null;
  return (text) => {
    const [whole = '', fraction = ''] = text.replace('-', '').split('.');
    const digits = whole.replace(/^0+/, '');
    const used = fraction.replace(/0+$/, '').length;
    if (used > Math.max(0, scale)) {
      return scale <= 0
        ? 'The column keeps whole numbers.'
        : `The number has ${used} decimal places; the column keeps ${scale}.`;
    }
    if (scale < 0 && !digits.endsWith('0'.repeat(-scale)) && digits !== '')
      return `The column keeps multiples of 1${'0'.repeat(-scale)}.`;
    const room = Math.max(0, precision - scale);
    return digits.length > room
      ? `The number is too large; the column keeps ${room} digits before the decimal separator.`
      : null;
  };
};

const integerCheck = (bits: 16 | 32 | 64): TextCheck => {
  const high = INTEGER_LIMITS[bits];
  const safe = high.length - 1;
  return (text) => {
    const start = text.charCodeAt(0) === MINUS ? 1 : 0;
    const length = text.length;
    if (length === start) return 'This is not a whole number.';
    for (let i = start; i < length; i++) {
      const c = text.charCodeAt(i);
      if (c < ZERO || c > NINE) return 'This is not a whole number.';
    }
    if (length - start <= safe) return null;
    const digits = text.slice(start);
    const over = compareDecimals(digits, high) > 0;
    const lowest = start === 1 && compareDecimals(digits, String(BigInt(high) + 1n)) === 0;
    return over && !lowest ? `The number is outside -${BigInt(high) + 1n} to ${high}.` : null;
  };
};

const lengthCheck =
  (most: number): TextCheck =>
  (text) => {
    if (text.length <= most) return null;
    const length = [...text].length;
    return length > most ? `The text has ${length} characters; the column keeps ${most}.` : null;
  };

/** The pattern lets 31 through in every month. */
const dayExists = (text: string): boolean => {
  const day = text.slice(-2);
  if (day <= '28' || text.endsWith('y') || text.endsWith('C')) return true;
  const [year = '0', month = '1'] = text.split('-');
  return Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
