import { normalizeDecimal } from './decimal.ts';
import type { LocaleConventions } from './locale.ts';

/** A number found in typed text: its plain decimal readings, usually one; `note` when the reading needs to be told. */
export type NumberReading =
  | { readonly kind: 'read'; readonly value: string; readonly percent: boolean; readonly note?: string }
  | { readonly kind: 'two'; readonly readings: readonly string[]; readonly percent: boolean }
  | { readonly kind: 'none'; readonly why: string };

/** Plain digits without leading zeros, and no minus zero. */
const CANONICAL = /^(?:-?[1-9]\d*|0)(?:\.\d+)?$/;
const SPACES = /[\s\u00a0\u202f\u2009]/g;
const ALWAYS_GROUP = /[\s\u00a0\u202f\u2009'’_]/g;
const CURRENCY = /^(?:\p{Sc}|[A-Z]{3}(?=[\s\d(-]))|(?:\p{Sc}|(?<=[\s\d)-])[A-Z]{3})$/gu;
const EXPONENT = /^(-?\d+(?:\.\d+)?)e([+-]?\d{1,5})$/i;
/** More digits than Postgres keeps before the point (131072), so that an exponent cannot fill the memory. */
const MAX_EXPONENT = 16_383;

/**
 * Reads a number as people type and paste it: group separators of any locale, decimal comma or point, accounting negatives
 * `(12)` and `12-`, a currency sign or code, `%`, exponents. What the locale settles is settled; a text that contradicts the
 * locale but has one reading is read and noted; one with two readings is given back with both.
 */
export const readNumber = (text: string, locale: LocaleConventions): NumberReading => {
  // What needs no reading is most of what is pasted.
  if (CANONICAL.test(text) && (locale.decimal === '.' || !text.includes('.')))
    return { kind: 'read', value: text, percent: false };
  const bare = unwrap(text);
  if (bare === null) return none(text);
  const { body, negative, percent } = bare;
  const signed = (digits: string): string => normalizeDecimal(negative ? `-${digits}` : digits);
  const scientific = EXPONENT.exec(body);
  if (scientific) {
    const value = expand(scientific[1] ?? '0', Number(scientific[2]));
    return value === null
      ? { kind: 'none', why: 'The exponent is too large.' }
      : { kind: 'read', value: signed(value), percent };
  }
  if (!/^[\d.,\s\u00a0\u202f\u2009'’_]+$/.test(body) || !/\d/.test(body)) return none(text);
  const result = separators(body, locale);
  if (result === null)
    return {
      kind: 'none',
      why: `"${text.trim().slice(0, 40)}" has its separators in unusual places. Type it without group separators.`,
    };
  const [first, second] = result.readings;
  if (first === undefined) return none(text);
  if (second !== undefined) return { kind: 'two', readings: [signed(first), signed(second)], percent };
  const value = signed(first);
  return result.noted
    ? { kind: 'read', value, percent, note: `${text.trim()} read as ${value}` }
    : { kind: 'read', value, percent };
};

const none = (text: string): NumberReading => ({
  kind: 'none',
  why: `"${text.trim().slice(0, 40)}" is not a number.`,
});

/** Takes sign, brackets, currency and percent off. */
const unwrap = (text: string): { body: string; negative: boolean; percent: boolean } | null => {
  let body = text
    .replace(/[\u2212\u2013\ufe63\uff0d]/g, '-')
    .trim()
    .replace(CURRENCY, '')
    .trim();
  let negative = false;
  let percent = false;
  if (body.endsWith('%')) {
    percent = true;
    body = body.slice(0, -1).trim();
  }
  if (body.startsWith('(') && body.endsWith(')')) {
    negative = true;
    body = body.slice(1, -1).trim().replace(CURRENCY, '').trim();
    if (body.endsWith('%') && !percent) {
      percent = true;
      body = body.slice(0, -1).trim();
    }
  } else if (/^[+-]/.test(body)) {
    negative = body.startsWith('-');
    body = body.slice(1).trim().replace(CURRENCY, '').trim();
  } else if (/\d\s*-$/.test(body)) {
    negative = true;
    body = body.slice(0, -1).trim();
  }
  if (body === '' || /[()]/.test(body)) return null;
  return { body, negative, percent };
};

interface Readings {
  /** Plain digits with an optional point; two when both readings are possible. */
  readonly readings: readonly string[];
  /** The text contradicts the locale. */
  readonly noted: boolean;
}

const separators = (body: string, locale: LocaleConventions): Readings | null => {
  const points = count(body, '.');
  const commas = count(body, ',');
  const spaced = /[\s\u00a0\u202f\u2009'’_]/.test(body);
  if (points === 0 && commas === 0)
    return grouped(body, null) ? { readings: [strip(body)], noted: false } : null;
  if (points > 0 && commas > 0) {
    const decimal = body.lastIndexOf('.') > body.lastIndexOf(',') ? '.' : ',';
    if (count(body, decimal) > 1 || spaced) return null;
    const [whole = '', fraction = ''] = body.split(decimal);
    return grouped(whole, decimal === '.' ? ',' : '.')
      ? { readings: [`${strip(whole)}.${fraction}`], noted: decimal !== locale.decimal }
      : null;
  }
  const mark = points > 0 ? '.' : ',';
  if (count(body, mark) > 1)
    return !spaced && grouped(body, mark)
      ? { readings: [strip(body)], noted: mark === locale.decimal }
      : null;
  const [whole = '', fraction = ''] = body.split(mark);
  if (/[^\d]/.test(fraction)) return null;
  const asDecimal = `${strip(whole) || '0'}${fraction === '' ? '' : `.${fraction}`}`;
  if (spaced) return grouped(whole, null) ? { readings: [asDecimal], noted: mark !== locale.decimal } : null;
  if (mark === locale.decimal) return { readings: [asDecimal], noted: false };
  const looksGrouped = fraction.length === 3 && /^[1-9]\d{0,2}$/.test(whole);
  if (!looksGrouped) return { readings: [asDecimal], noted: true };
  // The locale's own group separator settles it; a mark the locale does not use could be either.
  return mark === locale.group
    ? { readings: [whole + fraction], noted: false }
    : { readings: [whole + fraction, asDecimal], noted: true };
};

/** Groups of three, or of two before the last three as in India; without a separator any digits. */
const grouped = (text: string, mark: string | null): boolean => {
  const unified = text.replace(ALWAYS_GROUP, '_').replaceAll(mark ?? '_', '_');
  if (!unified.includes('_')) return /^\d*$/.test(unified);
  return /^\d{1,3}(?:_\d{3})+$/.test(unified) || /^\d{1,2}(?:_\d{2})*_\d{3}$/.test(unified);
};

const strip = (text: string): string => text.replace(ALWAYS_GROUP, '').replace(/[.,]/g, '');

const count = (text: string, mark: string): number => text.split(mark).length - 1;

const expand = (digits: string, exponent: number): string | null => {
  if (Math.abs(exponent) > MAX_EXPONENT) return null;
  const [whole = '', fraction = ''] = digits.replace(SPACES, '').split('.');
  const all = whole + fraction;
  const point = whole.length + exponent;
  if (point <= 0) return `0.${'0'.repeat(-point)}${all}`;
  return point >= all.length ? all.padEnd(point, '0') : `${all.slice(0, point)}.${all.slice(point)}`;
};
