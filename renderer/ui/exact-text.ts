import { type Column, column } from '../../shared/model/sheet.ts';
import { isDecimalText, usedScale } from '../../shared/values/decimal.ts';
import { formatValue } from '../../shared/values/format.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';

const NUMERIC: ReadonlySet<string> = new Set(['decimal', 'integer', 'float']);

/** Whether values of the column stand at the right. */
export const isNumeric = (column: Column | undefined): boolean =>
  column !== undefined && NUMERIC.has(column.type.kind);

/**
 * A value in its column's format, but with every digit it has: what is about to be written must not look rounded. Digits
 * the format adds are kept.
 */
export const exactText = (value: string, column: Column, locale: LocaleConventions): string => {
  const { format } = column;
  if (format?.decimals === undefined || !isNumeric(column) || !isDecimalText(value))
    return formatValue(value, column, locale);
  const digits = Math.max(0, usedScale(value) - (format.percent ? 2 : 0));
  if (digits <= format.decimals) return formatValue(value, column, locale);
  return formatValue(value, { ...column, format: { ...format, decimals: digits } }, locale);
};

/** A difference with its sign, zero without. */
export const signedText = (delta: string, column: Column, locale: LocaleConventions): string =>
  `${/^-|^0*\.?0*$/.test(delta) ? '' : '+'}${exactText(delta, column, locale)}`;

const NUMBER = column.parse({
  ...{ name: 'number', label: 'Number', sqlType: 'numeric' },
  ...{ type: { kind: 'decimal' }, format: { grouping: true } },
});

/** A difference of a column that is known by its name alone: every digit, grouped as the locale does it. */
export const plainSignedText = (delta: string, locale: LocaleConventions): string =>
  signedText(delta, NUMBER, locale);
