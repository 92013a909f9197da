import { MAX_CELL_CHARACTERS } from '../model/edit.ts';
import type { Column } from '../model/sheet.ts';
import type { LocaleConventions } from './locale.ts';
import { parseDate, parseTime, parseTimestamp } from './parse-date.ts';
import { parseNumber } from './parse-number.ts';
import { invalid, type Parsed, readAs, shown } from './parsed.ts';

export type { Parsed } from './parsed.ts';

const YES = new Set(['true', 't', 'yes', 'y', '1', 'on', 'x', '✓']);
const NO = new Set(['false', 'f', 'no', 'n', '0', 'off']);
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** Codes are cheaper to look at one by one than to search for, up to about this length. */
const SHORT = 16;

/** Why a text cannot be stored in any column, or null: NUL and half surrogate pairs have no place in a database's text. */
export const unstorable = (text: string): string | null => {
  const length = text.length;
  if (length <= SHORT) {
    let i = 0;
    for (; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code === 0 || (code & 0xf800) === 0xd800) break;
    }
    if (i === length) return null;
  }
  if (length > MAX_CELL_CHARACTERS) {
    return `The text has ${length} characters; a cell keeps at most ${MAX_CELL_CHARACTERS}.`;
  }
  if (text.includes('\0')) return 'The text contains a NUL character, which no database text can hold.';
  if (!text.isWellFormed()) {
    return 'The text contains half of a character (a lone surrogate). Type or copy it again.';
  }
  return null;
};

/**
 * Reads typed or pasted text as a value of the column: canonical text, NULL for empty text (in every type), a question when
 * there are two readings, or why it is refused. `today` is the local date (ISO) for dates without a year.
 */
export const parseInput = (
  text: string,
  column: Column,
  locale: LocaleConventions,
  today: string,
): Parsed => {
  if (text === '') return readAs(null);
  const refused = unstorable(text);
  if (refused !== null) return invalid(refused);
  const { type } = column;
  if (type.kind !== 'text' && text.trim() === '') return readAs(null);
  switch (type.kind) {
    case 'text':
      return parseText(text, type.maxLength);
    case 'decimal':
    case 'integer':
    case 'float':
      return parseNumber(text, type, column.format, locale);
    case 'boolean':
      return parseBoolean(text.trim());
    case 'date':
      return parseDate(text, locale, today);
    case 'time':
      return parseTime(text, type.digits);
    case 'timestamp':
      return parseTimestamp(text, type, locale, today);
    case 'enum':
      return parseEnum(text, type.values);
    case 'uuid':
      return parseUuid(text.trim());
    case 'json':
      return parseJson(text);
    case 'other':
      return readAs(text);
  }
};

const parseText = (text: string, maxLength: number | undefined): Parsed => {
  if (maxLength !== undefined && text.length > maxLength) {
    // Postgres counts code points, a JavaScript string counts UTF-16 units.
    const length = [...text].length;
    if (length > maxLength)
      return invalid(`The text has ${length} characters; the column keeps ${maxLength}.`);
  }
  return readAs(text);
};

const parseBoolean = (text: string): Parsed => {
  const low = text.toLowerCase();
  if (YES.has(low)) return readAs('true');
  if (NO.has(low)) return readAs('false');
  return invalid(`"${shown(text)}" is neither yes nor no.`);
};

const parseEnum = (text: string, values: readonly string[]): Parsed => {
  if (values.includes(text)) return readAs(text);
  const low = text.trim().toLowerCase();
  const matches = values.filter((value) => value.toLowerCase() === low);
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return readAs(only);
  return invalid(`"${shown(text)}" is not in the list: ${shown(values.join(', '))}.`);
};

const parseUuid = (text: string): Parsed => {
  if (!UUID.test(text)) return invalid(`"${shown(text)}" is not a UUID.`);
  const digits = text.replaceAll('-', '').toLowerCase();
  return readAs(
    [
      digits.slice(0, 8),
      digits.slice(8, 12),
      digits.slice(12, 16),
      digits.slice(16, 20),
      digits.slice(20),
    ].join('-'),
  );
};

const parseJson = (text: string): Parsed => {
  try {
    JSON.parse(text);
    return readAs(text);
  } catch {
    return invalid('The text is not valid JSON.');
  }
};
