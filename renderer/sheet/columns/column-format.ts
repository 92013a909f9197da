import type { Column, ValueFormat } from '../../../shared/model/sheet.ts';
import { isNumeric } from '../../grid/columns.ts';

const DATED: ReadonlySet<string> = new Set(['date', 'timestamp']);

export const isDated = (column: Column): boolean => DATED.has(column.type.kind) && !column.lookup;

export const isFormattable = (column: Column): boolean => isNumeric(column) || isDated(column);

/** A value that shows what a format does. */
export const sampleOf = ({ type }: Column): string => {
  if (type.kind === 'date') return '2026-11-24';
  if (type.kind === 'timestamp') return '2026-11-24 09:30:00';
  if (type.kind === 'integer') return '-1234567';
  return `-1234.${'5678'.slice(0, type.kind === 'decimal' ? Math.min(4, type.scale ?? 2) : 2).padEnd(1, '5')}`;
};

/** A format without what is off, so that equal looks are equal formats. */
export const plainFormat = (format: ValueFormat): ValueFormat => {
  const { decimals, grouping, percent, currency, negative, dates } = format;
  return {
    ...(decimals === undefined ? {} : { decimals }),
    ...(grouping ? { grouping } : {}),
    ...(percent ? { percent } : {}),
    ...(currency ? { currency } : {}),
    ...(negative === 'parentheses' ? { negative } : {}),
    ...(dates ? { dates } : {}),
  };
};
