import { parseTsv, splitTsv } from '../../../shared/exchange/tsv.ts';
import type { DateOrder, DecimalMark } from '../../../shared/values/conventions.ts';
import { withDecimalMark } from '../../../shared/values/conventions.ts';
import { absoluteDecimal, compareDecimals, subtractDecimals } from '../../../shared/values/decimal.ts';
import { localeOf } from '../../../shared/values/locale.ts';
import { readNumber } from '../../../shared/values/read-number.ts';
import type { HtmlTable } from './clipboard-html.ts';

/** How a text is written, said by the program that copied it; `example` is a text that it settles. */
export interface Said<T> {
  readonly value: T;
  readonly example: string;
}

/** What the clipboard holds: texts row by row, and how they are written as far as the program that copied them says so. */
export interface ClipboardTable {
  readonly rows: readonly (readonly string[])[];
  readonly mark: Said<DecimalMark> | null;
  readonly order: Said<DateOrder> | null;
}

/**
 * Clipboard text as a table. The HTML beside it, where it is the same table, gives back line breaks the text has lost (LibreOffice) and
 * the values behind the texts, which settle what could be read in two ways, as does the mark Excel says it shows; alone it stands for
 * the text.
 */
export const clipboardTable = (text: string, html: HtmlTable | null): ClipboardTable => {
  const rows =
    text === '' && html ? html.rows.map((row) => row.map((cell) => cell.text)) : rowsLike(text, html?.rows);
  if (!html || !sameShape(rows, html.rows)) return { rows, mark: saidMark(rows, html), order: null };
  const pairs = html.rows.flatMap((row, r) =>
    row.flatMap((cell, c) => (cell.value === null ? [] : [[rows[r]?.[c] ?? '', cell.value] as const])),
  );
  return {
    rows: rows.map((row, r) => row.map((cell, c) => withBreaks(cell, html.rows[r]?.[c]?.text ?? cell))),
    mark: markBehind(pairs) ?? saidMark(rows, html),
    order: orderBehind(pairs),
  };
};

type Shape = readonly { readonly length: number }[];

/** The text as rows; where it can be taken in more than one way, in the way that has the shape of the HTML beside it. */
const rowsLike = (text: string, html: HtmlTable['rows'] | undefined): readonly (readonly string[])[] => {
  const rows = parseTsv(text);
  if (!html || sameShape(rows, html)) return rows;
  // A cell that begins with a quote may be a quoted one or plain.
  const plain = splitTsv(text);
  if (sameShape(plain, html)) return plain;
  // Google Sheets does not end the last row, so that an empty last cell looks like the end of the row before.
  const ended = [...rows, ['']];
  return html.at(-1)?.[0]?.text === '' && sameShape(ended, html) ? ended : rows;
};

const sameShape = (rows: Shape, html: Shape): boolean =>
  rows.length === html.length && rows.every((row, r) => row.length === html[r]?.length);

/** The mark Excel says, unless a text of the block is written with the other one. */
const saidMark = (rows: readonly (readonly string[])[], html: HtmlTable | null): Said<DecimalMark> | null => {
  if (!html?.mark) return null;
  const { mark } = html;
  const [own, other] = mark === '.' ? ['\\.', ','] : [',', '\\.'];
  const against = new RegExp(`^\\D*\\d{1,3}(?:\\d*|(?:${own}\\d{3})*)${other}(?:\\d{1,2}|\\d{4,})\\D*$`);
  let example: string | null = null;
  for (const row of rows) {
    for (const text of row) {
      if (against.test(text)) return null;
      if (example === null && /\d[.,]\d/.test(text)) example = text.trim();
    }
  }
  return example === null ? null : { value: mark, example };
};

const squeezed = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** The text with the breaks its HTML has, if that is all they differ in. */
const withBreaks = (text: string, html: string): string =>
  html.includes('\n') && !text.includes('\n') && squeezed(text) === squeezed(html) ? html : text;

type Pairs = readonly (readonly [text: string, value: string])[];

const PLAIN = localeOf('en-GB');

/** The decimal mark with which the texts are the values behind them; null where both or neither would do. */
const markBehind = (pairs: Pairs): Said<DecimalMark> | null => {
  const fits = (mark: DecimalMark): boolean =>
    pairs.every(([text, value]) => {
      if (!/[.,]/.test(text)) return true;
      const reading = readNumber(text, withDecimalMark(PLAIN, mark));
      // A cell may show fewer digits than it has, and a percentage or a date another number altogether.
      if (reading.kind !== 'read' || reading.percent) return true;
      return reading.note === undefined && near(reading.value, value);
    });
  const [point, comma] = [fits('.'), fits(',')];
  if (point === comma) return null;
  const example = pairs.find(([text]) => /[.,]/.test(text))?.[0].trim() ?? '';
  return { value: point ? '.' : ',', example };
};

/** Within half a unit of the last digit shown, and the last digits of a double. */
const near = (shown: string, value: string): boolean => {
  const places = (shown.split('.')[1] ?? '').length;
  const difference = absoluteDecimal(subtractDecimals(shown, value));
  return compareDecimals(difference, `0.${'0'.repeat(places)}51`) <= 0;
};

const DATE = /^\s*(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*\d{2,4}\s*$/;
const DAY_MS = 86_400_000;

/** The order of day and month in which the texts are the serial dates behind them. */
const orderBehind = (pairs: Pairs): Said<DateOrder> | null => {
  const found = new Map<DateOrder, string>();
  for (const [text, value] of pairs) {
    const [, first = '', second = ''] = DATE.exec(text) ?? [];
    const serial = Number(value.split('.')[0]);
    if (first === '' || serial < 1 || serial > 2_958_465) continue;
    // Serial 60 is the day Excel has too many; from then on day 1 is 31 December 1899.
    const date = new Date(Date.UTC(1899, 11, 30) + serial * DAY_MS);
    const [day, month] = [date.getUTCDate(), date.getUTCMonth() + 1];
    const [a, b] = [Number(first), Number(second)];
    if (a === b) continue;
    if (a === day && b === month) found.set('dmy', text.trim());
    else if (a === month && b === day) found.set('mdy', text.trim());
  }
  const [only, ...more] = found;
  return only && more.length === 0 ? { value: only[0], example: only[1] } : null;
};
