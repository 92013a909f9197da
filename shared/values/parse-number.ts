import type { ColumnType, ValueFormat } from '../model/sheet.ts';
import { compareDecimals, usedScale, wholeDigits } from './decimal.ts';
import type { LocaleConventions, PercentReading } from './locale.ts';
import { invalid, type Parsed, readAs, shown } from './parsed.ts';
import { readNumber } from './read-number.ts';

type NumberType = Extract<ColumnType, { kind: 'decimal' | 'integer' | 'float' }>;

const LIMITS: Readonly<Record<16 | 32 | 64, readonly [string, string]>> = {
  16: ['-32768', '32767'],
  32: ['-2147483648', '2147483647'],
  64: ['-9223372036854775808', '9223372036854775807'],
};

/** Reads a number for a column; nothing is ever rounded: what the column cannot keep is refused with the reason. */
export const parseNumber = (
  text: string,
  type: NumberType,
  format: ValueFormat | undefined,
  locale: LocaleConventions,
): Parsed => {
  if (type.kind === 'float' && /^(NaN|-?Infinity)$/.test(text.trim())) return readAs(text.trim());
  const reading = readNumber(text, locale);
  if (reading.kind === 'none') return invalid(reading.why);
  if (reading.kind === 'read' && !reading.percent) {
    const fitted = fitNumber(reading.value, type);
    return fitted.kind === 'value' && reading.note !== undefined
      ? readAs(fitted.value, reading.note)
      : fitted;
  }
  const values = (reading.kind === 'two' ? reading.readings : [reading.value]).flatMap((value) =>
    percentages(value, reading.percent, format, locale.percent),
  );
  const checked = values.map((value) => fitNumber(value, type));
  const fitting = checked.flatMap((result) =>
    result.kind === 'value' && result.value !== null ? [result.value] : [],
  );
  const [only] = fitting;
  if (only === undefined) return checked[0] ?? invalid(`"${shown(text)}" is not a number.`);
  if (values.length > 1)
    return {
      kind: 'ambiguous',
      options: fitting.map((value) => ({ value, label: `${text.trim()} as ${value}` })),
    };
  return readAs(only, reading.kind === 'read' ? reading.note : undefined);
};

/** `5 %` is 0.05 in a column shown as percent, or could be either in one that is not. */
const percentages = (
  value: string,
  percent: boolean,
  format: ValueFormat | undefined,
  answered: PercentReading | undefined,
): readonly string[] => {
  if (!percent) return [value];
  const hundredth = shiftPoint(value);
  if (format?.percent || answered === 'hundredth') return [hundredth];
  return answered === 'number' ? [value] : [value, hundredth];
};

const shiftPoint = (value: string): string => {
  const negative = value.startsWith('-');
  const [whole = '0', fraction = ''] = (negative ? value.slice(1) : value).split('.');
  const padded = whole.padStart(3, '0');
  const text = `${padded.slice(0, -2)}.${padded.slice(-2)}${fraction}`.replace(/0+$/, '').replace(/\.$/, '');
  return negative && /[1-9]/.test(text) ? `-${text}` : text;
};

/** The value in the canonical form of the column's type, or why the column cannot keep it. */
export const fitNumber = (value: string, type: NumberType): Parsed => {
  switch (type.kind) {
    case 'integer': {
      const [low, high] = LIMITS[type.bits];
      if (usedScale(value) > 0) return invalid(`${shown(value)} is not a whole number.`);
      const whole = value.split('.')[0] ?? value;
      if (compareDecimals(whole, low) < 0 || compareDecimals(whole, high) > 0)
        return invalid(`${shown(value)} is outside ${low} to ${high}.`);
      return readAs(whole);
    }
    case 'float': {
      const double = type.bits === 32 ? Math.fround(Number(value)) : Number(value);
      if (!Number.isFinite(double)) return invalid(`${shown(value)} is too large for this column.`);
      return readAs(String(Number(value)));
    }
    case 'decimal':
      return fitDecimal(value, type.precision, type.scale);
  }
};

/** A number that fits with every digit it has: most of what is pasted, and nothing of it has to be taken apart. */
const fitShort = (value: string, room: number, places: number): string | null => {
  if (places <= 0) return null;
  const point = value.indexOf('.');
  const whole = (point < 0 ? value.length : point) - (value.startsWith('-') ? 1 : 0);
  const fraction = point < 0 ? 0 : value.length - point - 1;
  if (whole > room || fraction > places) return null;
  if (fraction === places) return value;
  return point < 0 ? `${value}.${'0'.repeat(places)}` : value.padEnd(point + 1 + places, '0');
};

const fitDecimal = (value: string, precision: number | undefined, scale: number | undefined): Parsed => {
  if (precision === undefined) return readAs(value);
  const places = scale ?? 0;
  const short = fitShort(value, precision - places, places);
  if (short !== null) return readAs(short);
  if (places < 0) {
    if (usedScale(value) > 0 || !new RegExp(`(^0$|0{${-places}}$)`).test(value.split('.')[0] ?? '')) {
      return invalid(
        `The column keeps multiples of 1${'0'.repeat(-places)}; ${shown(value)} would be rounded.`,
      );
    }
  } else if (usedScale(value) > places) {
    return invalid(
      places === 0
        ? `${shown(value)} has decimals; the column keeps whole numbers.`
        : `${shown(value)} has ${usedScale(value)} decimal places; the column keeps ${places}.`,
    );
  }
  const room = precision - places;
  if (wholeDigits(value) > Math.max(0, room))
    return invalid(
      `${shown(value)} is too large; the column keeps ${Math.max(0, room)} digits before the decimal separator.`,
    );
  if (places <= 0) return readAs(value.split('.')[0] ?? value);
  const [whole = '0', fraction = ''] = value.split('.');
  return readAs(`${whole}.${fraction.slice(0, places).padEnd(places, '0')}`);
};
