import type { Problem } from '../../../shared/model/batch.ts';
import type { Column } from '../../../shared/model/sheet.ts';
import type { Values } from '../../../shared/plan/commit-plan.ts';

/** Text form of a one-dimensional array (manual 8.15.2): every element quoted, so no value can be anything else. */
export const arrayLiteral = (values: Values, start: number, end: number): string => {
  const parts: string[] = new Array(end - start);
  for (let i = start; i < end; i++) {
    const value = values[i] ?? null;
    if (value === null) parts[i - start] = 'NULL';
    else parts[i - start] = `"${/["\\]/.test(value) ? value.replace(/["\\]/g, '\\$&') : value}"`;
  }
  return `{${parts.join(',')}}`;
};

const fraction = (value: string): number => (/\.(\d*?)0*(?:\D|$)/.exec(value)?.[1] ?? '').length;

const losesDigits = (scale: number, value: string): boolean => {
  const point = value.indexOf('.');
  // Most values have no more decimals than there is room for; the rest are looked at closely.
  if (scale >= 0 && (point < 0 || value.length - point - 1 <= scale) && !/e/i.test(value)) return false;
  if (/^[-+]?\d*\.?\d*e/i.test(value)) return true;
  if (scale >= 0) return fraction(value) > scale;
  return fraction(value) > 0 || !/^-?0*$/.test(value.replace(/\..*$/, '').slice(scale));
};

const tooLong = (max: number, value: string): boolean =>
  value.length > max && [...value].length > max && [...value].slice(max).every((each) => each === ' ');

/**
 * Why the database would keep something else than the value, or null. Only what it would do in silence: rounding to the
 * column's scale or to its fraction of a second, cutting blanks, replacing what is not Unicode.
 */
export const silentLoss = (column: Column, value: string): { code: string; message: string } | null => {
  if (/[\0\ud800-\udfff]/.test(value) && (value.includes('\0') || !value.isWellFormed()))
    return { code: 'not-storable', message: 'The value holds a character that cannot be stored.' };
  const { type } = column;
  if (type.kind === 'decimal' && type.scale !== undefined && losesDigits(type.scale, value))
    return { code: 'too-many-decimals', message: `The value has more than ${type.scale} decimals.` };
  if ((type.kind === 'time' || type.kind === 'timestamp') && fraction(value) > type.digits)
    return { code: 'too-many-decimals', message: `Seconds have more than ${type.digits} decimals.` };
  if (type.kind === 'text' && type.maxLength !== undefined && !/^(character|bpchar)\(/.test(column.sqlType))
    if (tooLong(type.maxLength, value))
      return { code: 'too-long', message: `The text is longer than ${type.maxLength} characters.` };
  return null;
};

/** `silentLoss` over one column of a group; at most `limit` problems. */
export const lossesOf = (
  column: Column,
  rows: readonly string[],
  values: Values,
  limit: number,
): Problem[] => {
  const found: Problem[] = [];
  for (let i = 0; i < values.length && found.length < limit; i++) {
    const value = values[i] ?? null;
    const loss = value === null ? null : silentLoss(column, value);
    if (loss) found.push({ row: rows[i] ?? '', column: column.name, severity: 'block', ...loss });
  }
  return found;
};
