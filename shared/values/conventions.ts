import type { LocaleConventions, PercentReading } from './locale.ts';
import { readNumber } from './read-number.ts';

/** What stands before the fraction of a number. */
export type DecimalMark = '.' | ',';
/** Which part of a date such as 03/04/2026 comes first. */
export type DateOrder = 'dmy' | 'mdy';

/**
 * How a block of texts is to be read: `value` null leaves it to the locale. `ask` when the texts allow two readings and only the
 * person can tell; then `value` is what the other texts suggest. `example` is a text that shows the question or the finding.
 */
export interface Finding<T> {
  readonly value: T | null;
  readonly ask: boolean;
  readonly example: string | null;
}

const NOTHING: Finding<never> = { value: null, ask: false, example: null };
const MARKS = /[.,]/g;

/** The decimal mark a text proves, `open` where its only mark could be either, null where it says nothing. */
const markOf = (text: string): DecimalMark | 'open' | null => {
  const quick = quickMark(text);
  return quick === undefined ? slowMark(text) : quick;
};

/** The same for digits with at most one mark that is no group's, which is most of what is pasted; undefined for anything else. */
const quickMark = (text: string): DecimalMark | null | undefined => {
  let at = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) continue;
    if ((code !== 46 && code !== 44) || at >= 0) return undefined;
    at = i;
  }
  if (at < 0) return null;
  if (text.length === 1 || text.length - at === 4) return undefined;
  return text.charCodeAt(at) === 46 ? '.' : ',';
};

const slowMark = (text: string): DecimalMark | 'open' | null => {
  const marks = text.match(MARKS);
  if (!marks || !/\d/.test(text)) return null;
  const last = marks.at(-1) === '.' ? '.' : ',';
  const other = last === '.' ? ',' : '.';
  if (marks.length > 1) return marks.every((mark) => mark === last) ? other : last;
  const [whole = '', fraction = ''] = text.replace(/[^\d.,]/g, '').split(last);
  return fraction.length === 3 && /^[1-9]\d{0,2}$/.test(whole) ? 'open' : last;
};

/** Conventions with this decimal mark and the other mark for groups. */
export const withDecimalMark = (locale: LocaleConventions, mark: DecimalMark): LocaleConventions => ({
  ...locale,
  decimal: mark,
  group: mark === '.' ? ',' : '.',
});

/**
 * How the numbers of a block are written. One text that has only one reading speaks for the whole block: beside 1.234,50 a
 * 1.234 is a thousand, whatever the locale. What stays open is asked, never guessed.
 */
export const findDecimalMark = (texts: Iterable<string>, locale: LocaleConventions): Finding<DecimalMark> => {
  const proof = new Map<DecimalMark | 'open', string>();
  let unsettled: string | null = null;
  for (const text of texts) {
    const mark = markOf(text);
    if (mark === null || (proof.has(mark) && (mark !== 'open' || unsettled !== null))) continue;
    const { kind } = readNumber(text, locale);
    if (kind === 'none') continue;
    if (!proof.has(mark)) proof.set(mark, text);
    if (mark === 'open' && kind === 'two') unsettled ??= text;
  }
  const own: DecimalMark = locale.decimal === ',' ? ',' : '.';
  const other: DecimalMark = own === '.' ? ',' : '.';
  const open = proof.get('open') ?? null;
  const against = proof.get(other) ?? null;
  if (against !== null && proof.has(own))
    return { value: null, ask: open !== null, example: open ?? against };
  if (against !== null) return { value: other, ask: open !== null, example: open ?? against };
  if (proof.has(own)) return { ...NOTHING, value: own };
  return { value: null, ask: unsettled !== null, example: unsettled };
};

const PERCENT = /\d\s*%\s*\)?\s*$/;

/** Whether a block for columns that are not shown as percent has percentages, which can be numbers or hundredths: the person is asked once. */
export const findPercent = (texts: Iterable<string>): Finding<PercentReading> => {
  for (const text of texts)
    if (text.includes('%') && PERCENT.test(text)) return { value: null, ask: true, example: text.trim() };
  return NOTHING;
};

const DATE = /^\s*(\d{1,2})\s*([./-])\s*(\d{1,2})\s*[./-]\s*\d{2,4}\b/;

/** Which part of the dates of a block comes first, found and asked like the decimal mark. */
export const findDateOrder = (texts: Iterable<string>, locale: LocaleConventions): Finding<DateOrder> => {
  const proof = new Map<DateOrder | 'open', string>();
  let unsettled: string | null = null;
  for (const text of texts) {
    const [, first = '', separator = '', second = ''] = DATE.exec(text) ?? [];
    if (separator === '') continue;
    const a = Number(first);
    const b = Number(second);
    if (a === b || a < 1 || b < 1 || (a > 12 && b > 12)) continue;
    const order = a > 12 ? 'dmy' : b > 12 ? 'mdy' : 'open';
    if (!proof.has(order)) proof.set(order, text.trim());
    if (order === 'open' && separator !== locale.dateSeparator) unsettled ??= text.trim();
  }
  const own: DateOrder = locale.dateOrder === 'mdy' ? 'mdy' : 'dmy';
  const other: DateOrder = own === 'dmy' ? 'mdy' : 'dmy';
  const open = proof.get('open') ?? null;
  const against = proof.get(other) ?? null;
  if (against !== null && proof.has(own))
    return { value: null, ask: open !== null, example: open ?? against };
  if (against !== null) return { value: other, ask: open !== null, example: open ?? against };
  if (proof.has(own)) return { ...NOTHING, value: own };
  return { value: null, ask: unsettled !== null, example: unsettled };
};

/** Conventions with this order of dates, for texts with the separator of `example`. */
export const withDateOrder = (
  locale: LocaleConventions,
  order: DateOrder,
  example: string | null,
): LocaleConventions => ({
  ...locale,
  dateOrder: order,
  dateSeparator: DATE.exec(example ?? '')?.[2] ?? locale.dateSeparator,
});
