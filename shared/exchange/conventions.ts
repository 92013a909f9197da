import type { DateEvidence, FileColumn, NumberEvidence } from '../contract/exchange.ts';
import type { Column } from '../model/sheet.ts';
import type { LocaleConventions } from '../values/locale.ts';
import { parseInput } from '../values/parse.ts';
import { parseDate } from '../values/parse-date.ts';
import { invalid, type Parsed } from '../values/parsed.ts';
import { readNumber } from '../values/read-number.ts';

/** How a file writes numbers and dates. */
export interface FileConventions {
  readonly decimal: '.' | ',';
  readonly dateOrder: 'dmy' | 'mdy';
}

/** What the texts of a file say about one convention: nothing, one reading, or that the person has to decide. */
export type Decision<T> =
  | { readonly kind: 'none' }
  | { readonly kind: 'settled'; readonly value: T; readonly example: string }
  | { readonly kind: 'ask'; readonly example: string };

const NUMERIC: ReadonlySet<string> = new Set(['decimal', 'integer', 'float']);
const DATED: ReadonlySet<string> = new Set(['date', 'timestamp']);
const DATE = /^(\d{1,2})\s*[./\- ]\s*(\d{1,2})(?:\s*[./\- ]\s*(?:\d{4}|\d{2}))?\.?(?=\s|$)/;

export const NO_NUMBERS: NumberEvidence = { point: 0, comma: 0, either: 0, example: null };
export const NO_DATES: DateEvidence = { dmy: 0, mdy: 0, either: 0, example: null };

/** The locale in which a file with these conventions is read. */
const localeFor = ({ decimal, dateOrder }: FileConventions, dateSeparator = '.'): LocaleConventions => ({
  tag: 'und',
  decimal,
  group: decimal === '.' ? ',' : '.',
  dateOrder,
  dateSeparator,
});

const POINT = localeFor({ decimal: '.', dateOrder: 'dmy' });
const COMMA = localeFor({ decimal: ',', dateOrder: 'dmy' });

/** Which decimal marks a text can be read with; null when it says nothing (no mark, no number, the same either way). */
export const decimalMarkOf = (text: string): 'point' | 'comma' | 'either' | null => {
  if (!/[.,]/.test(text)) return null;
  const [point, comma] = [strictly(text, POINT), strictly(text, COMMA)];
  if (point === null) return comma === null ? null : 'comma';
  if (comma === null) return 'point';
  return point === comma ? null : 'either';
};

const strictly = (text: string, locale: LocaleConventions): string | null => {
  const reading = readNumber(text, locale);
  return reading.kind === 'read' && reading.note === undefined ? reading.value : null;
};

/** Which order of day and month a text can be read in; null when it says nothing. */
export const dateOrderOf = (text: string): 'dmy' | 'mdy' | 'either' | null => {
  const parts = DATE.exec(text.trim());
  if (!parts) return null;
  const [first, second] = [Number(parts[1]), Number(parts[2])];
  if (first > 12) return second > 12 ? null : 'dmy';
  if (second > 12) return 'mdy';
  return first === second ? null : 'either';
};

/** The decimal mark of a file, from its columns that are mapped to numbers. */
export const decideDecimal = (columns: readonly FileColumn[]): Decision<'.' | ','> => {
  const found = columns.map(({ numbers }) => numbers);
  const point = found.find((each) => each.point > 0 && each.comma === 0);
  const comma = found.find((each) => each.comma > 0 && each.point === 0);
  const torn = found.find((each) => each.comma > 0 && each.point > 0);
  const either = found.find((each) => each.either > 0);
  const unsure = torn ?? (point && comma ? comma : undefined);
  if (unsure?.example) return { kind: 'ask', example: unsure.example };
  const sure = point ?? comma;
  if (sure?.example) return { kind: 'settled', value: point ? '.' : ',', example: sure.example };
  return either?.example ? { kind: 'ask', example: either.example } : { kind: 'none' };
};

/** The order of day and month of a file, from its columns that are mapped to dates. */
export const decideDateOrder = (columns: readonly FileColumn[]): Decision<'dmy' | 'mdy'> => {
  const found = columns.map(({ dates }) => dates);
  const dmy = found.find((each) => each.dmy > 0);
  const mdy = found.find((each) => each.mdy > 0);
  const either = found.find((each) => each.either > 0);
  if (dmy?.example && mdy) return { kind: 'ask', example: dmy.example };
  const sure = dmy ?? mdy;
  if (sure?.example) return { kind: 'settled', value: dmy ? 'dmy' : 'mdy', example: sure.example };
  return either?.example ? { kind: 'ask', example: either.example } : { kind: 'none' };
};

/** The file's columns that are mapped to numbers and to dates; columns with a list of values are read by value or label. */
export const columnsThatDecide = (
  file: readonly FileColumn[],
  mapping: readonly (string | null)[],
  columns: readonly Column[],
): { readonly numbers: readonly FileColumn[]; readonly dates: readonly FileColumn[] } => {
  const kindOf = new Map(columns.map(({ name, type }) => [name, type.kind]));
  const ofKinds = (kinds: ReadonlySet<string>): FileColumn[] =>
    file.filter((_, i) => kinds.has(kindOf.get(mapping[i] ?? '') ?? ''));
  return { numbers: ofKinds(NUMERIC), dates: ofKinds(DATED) };
};

/**
 * A text of a file as a value of the column. Stricter than typing: a text that contradicts the file's conventions, or could be
 * two values, is refused, as nobody looks at every cell of a file.
 */
export const readFileText = (
  text: string,
  column: Column,
  conventions: FileConventions,
  today: string,
): Parsed => {
  const separator = DATED.has(column.type.kind) ? (/[./-]/.exec(text)?.[0] ?? ' ') : '.';
  const parsed = parseInput(text, column, localeFor(conventions, separator), today);
  const shown = text.trim().slice(0, 40);
  if (parsed.kind === 'ambiguous') {
    const readings = parsed.options.map(({ value }) => value).join(' or ');
    return invalid(`"${shown}" can be read as ${readings}. Write it so that one is meant.`);
  }
  if (parsed.kind === 'value' && parsed.note !== undefined) {
    return invalid(
      NUMERIC.has(column.type.kind)
        ? `"${shown}" does not fit the decimal ${conventions.decimal === '.' ? 'point' : 'comma'} of this file.`
        : `"${shown}" does not fit the ${conventions.dateOrder === 'dmy' ? 'day-first' : 'month-first'} dates of this file.`,
    );
  }
  return parsed;
};

/** How a number of the file is read with this decimal mark, for showing; null when it cannot be. */
export const exampleNumber = (text: string, decimal: '.' | ','): string | null =>
  strictly(text, decimal === '.' ? POINT : COMMA);

/** How a date of the file is read in this order, for showing; null when it cannot be. */
export const exampleDate = (text: string, dateOrder: 'dmy' | 'mdy', today: string): string | null => {
  const [day = ''] = text.trim().split(/\s+(?=\d{1,2}:)/);
  const parsed = parseDate(day, localeFor({ decimal: '.', dateOrder }, /[./-]/.exec(day)?.[0] ?? ' '), today);
  return parsed.kind === 'value' && parsed.note === undefined ? parsed.value : null;
};
