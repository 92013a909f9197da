import Big from 'big.js';
import { fromUnits, scaleOf, toUnits } from './units.ts';

const PLAIN = /^-?\d+(\.\d+)?$/;
const SAFE_DIGITS = 15;

/** Whether the text is a plain decimal: digits, an optional point with digits, an optional minus. */
export const isDecimalText = (text: string): boolean => PLAIN.test(text);

/** Without a leading plus, superfluous leading zeros and a minus before zero; trailing zeros stay, they carry the scale. */
export const normalizeDecimal = (text: string): string => {
  const negative = text.startsWith('-');
  const body = text.replace(/^[+-]/, '').replace(/^0+(?=\d)/, '');
  const padded = body.startsWith('.') ? `0${body}` : body;
  return negative && /[1-9]/.test(padded) ? `-${padded}` : padded;
};

/** -1, 0 or 1; exact for any number of digits. Postgres orders NaN above everything, and infinities at the ends. */
export const compareDecimals = (a: string, b: string): number => {
  if (a === b) return 0;
  if (a.length <= SAFE_DIGITS && b.length <= SAFE_DIGITS) {
    const x = Number(a);
    const y = Number(b);
    if (!Number.isNaN(x) && !Number.isNaN(y)) return x < y ? -1 : x > y ? 1 : 0;
  }
  const x = rankOf(a);
  const y = rankOf(b);
  if (x !== 0 || y !== 0) return Math.sign(x - y);
  return compareLong(a, b);
};

const rankOf = (text: string): number =>
  text === 'NaN' ? 2 : text === 'Infinity' ? 1 : text === '-Infinity' ? -1 : 0;

/** Digit by digit, so that very long numbers cost what their length costs. */
const compareLong = (a: string, b: string): number => {
  const x = split(a);
  const y = split(b);
  if (x.sign !== y.sign) return x.sign < y.sign ? -1 : 1;
  const magnitude =
    x.whole.length !== y.whole.length
      ? Math.sign(x.whole.length - y.whole.length)
      : order(x.whole, y.whole) || order(x.fraction, y.fraction);
  return magnitude * x.sign || 0;
};

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const split = (text: string): { sign: number; whole: string; fraction: string } => {
  const negative = text.startsWith('-');
  const [whole = '', fraction = ''] = (negative ? text.slice(1) : text).split('.');
  const parts = { whole: whole.replace(/^0+/, ''), fraction: fraction.replace(/0+$/, '') };
  const zero = parts.whole === '' && parts.fraction === '';
  return { sign: zero ? 0 : negative ? -1 : 1, ...parts };
};

/** Exact difference; scale is the larger of the two. */
export const subtractDecimals = (a: string, b: string): string =>
  addDecimals(a, b.startsWith('-') ? b.slice(1) : `-${b}`);

/** Exact sum; scale is the larger of the two. */
export const addDecimals = (a: string, b: string): string => sumDecimals([a, b]);

/** Exact sum of plain decimal texts; the scale is the largest among them. An empty list gives `0`. */
export const sumDecimals = (values: readonly string[]): string => {
  let scale = 0;
  for (const value of values) scale = Math.max(scale, scaleOf(value));
  // Small amounts add up in a double without loss; the rest goes through whole numbers of any size.
  let total = 0n;
  let small = 0;
  const factor = 10 ** scale;
  for (const value of values) {
    if (value.length <= 12 && scale <= 4) {
      small += Math.round(Number(value) * factor);
      if (small > 4e15 || small < -4e15) {
        total += BigInt(small);
        small = 0;
      }
    } else total += toUnits(value, scale);
  }
  total += BigInt(small);
  return fromUnits(total, scale);
};

/** Absolute value. */
export const absoluteDecimal = (text: string): string => (text.startsWith('-') ? text.slice(1) : text);

/** Digits after the point, trailing zeros not counted: what must fit a column's scale. */
export const usedScale = (text: string): number => {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.slice(point + 1).replace(/0+$/, '').length;
};

/** Digits before the point, leading zeros not counted: what must fit precision minus scale. */
export const wholeDigits = (text: string): number => {
  const body = text.startsWith('-') ? text.slice(1) : text;
  const point = body.indexOf('.');
  return (point < 0 ? body : body.slice(0, point)).replace(/^0+/, '').length;
};

/** Rounded half away from zero to `places` decimals, for display only. */
export const roundForDisplay = (text: string, places: number): string => {
  const point = text.indexOf('.');
  if (point < 0) return places === 0 ? text : `${text}.${'0'.repeat(places)}`;
  if (text.length - point - 1 <= places) return text.padEnd(point + 1 + places, '0');
  return new Big(text).toFixed(places, Big.roundHalfUp);
};
