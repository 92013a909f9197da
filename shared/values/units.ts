import { AppError } from '../model/failure.ts';

const PLAIN = /^-?\d+(\.\d+)?$/;

/** Decimal places of a plain decimal text, trailing zeros included. */
export const scaleOf = (text: string): number => {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
};

/** A plain decimal text as a whole number of units of 10^-scale; exact. Throws AppError `invalid` when digits would be lost. */
export const toUnits = (text: string, scale: number): bigint => {
  if (!PLAIN.test(text)) throw new AppError('invalid', 'not-a-decimal', 'A plain decimal number is needed.');
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = (negative ? text.slice(1) : text).split('.');
  const lost = fraction.slice(scale);
  if (/[1-9]/.test(lost)) {
    throw new AppError(
      'invalid',
      'scale',
      `The number has more than ${scale} decimal places; the column keeps ${scale}.`,
    );
  }
  const units = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  return negative ? -units : units;
};

/** Inverse of `toUnits`: always exactly `scale` decimal places. */
export const fromUnits = (units: bigint, scale: number): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return units < 0n ? `-${text}` : text;
};
