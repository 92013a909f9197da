import { type FileConventions, readFileText } from '../../shared/exchange/conventions.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { compareValues } from '../../shared/values/compare.ts';
import type { Parsed } from '../../shared/values/parsed.ts';
import { LOOKUP_LIMIT, type LookupTable } from '../sheets/lookups.ts';
import { cellText, type FileCell } from './read-file.ts';

/** A cell as a value of its column, or why it is none. */
export type ReadValue =
  | { readonly kind: 'value'; readonly value: string | null }
  | { readonly kind: 'refused'; readonly message: string };
export type ReadCell = (cell: FileCell) => ReadValue;

const TEXTS: ReadonlySet<string> = new Set(['text', 'other']);
const CANONICAL: FileConventions = { decimal: '.', dateOrder: 'dmy' };
const EMPTY: ReadValue = { kind: 'value', value: null };

/** Reads the cells of one file column as values of a sheet column: a lookup by value or, where that is none, by label. */
export const cellReader = (
  column: Column,
  conventions: FileConventions,
  today: string,
  lookup: LookupTable | null,
): ReadCell => {
  const plain: ReadCell = (cell) => {
    if (cell === null) return EMPTY;
    if (typeof cell !== 'string') return settled(readFileText(cell.text, column, CANONICAL, today));
    // Quoted and empty is a text of no characters; a number or date cannot be that.
    if (cell === '') return TEXTS.has(column.type.kind) ? { kind: 'value', value: '' } : EMPTY;
    return settled(readFileText(cell, column, conventions, today));
  };
  return lookup ? byList(column, plain, lookup) : plain;
};

const refused = (message: string): ReadValue => ({ kind: 'refused', message });

const settled = (parsed: Parsed): ReadValue => {
  if (parsed.kind === 'value') return parsed;
  return refused(parsed.kind === 'invalid' ? parsed.message : 'The text can be read in more than one way.');
};

const byList = (column: Column, plain: ReadCell, { labels }: LookupTable): ReadCell => {
  const named = new Map<string, string | null>();
  for (const [value, label] of labels) {
    const name = label?.trim().toLocaleLowerCase();
    // A label of two entries names neither.
    if (name) named.set(name, named.has(name) ? null : value);
  }
  // A list that was cut may lack the value; the warehouse then decides.
  const whole = labels.size < LOOKUP_LIMIT;
  return (cell) => {
    const parsed = plain(cell);
    if (parsed.kind === 'value' && (parsed.value === null || labels.has(parsed.value))) return parsed;
    const text = (cellText(cell) ?? '').trim();
    if (labels.has(text)) return { kind: 'value', value: text };
    const value = named.get(text.toLocaleLowerCase());
    if (value === null)
      return refused(`More than one entry of ${column.label} is called "${text}". Use its code.`);
    if (value !== undefined) return { kind: 'value', value };
    return whole ? refused(`There is no entry "${text.slice(0, 60)}" in ${column.label}.`) : parsed;
  };
};

const BY_VALUE: ReadonlySet<string> = new Set(['decimal', 'integer', 'float', 'timestamp', 'date']);

/** Whether two values of a column are the same: numbers and times by value, everything else by its letters. */
export const sameValue = (column: Column): ((a: string | null, b: string | null) => boolean) => {
  if (!BY_VALUE.has(column.type.kind)) return (a, b) => a === b;
  const compare = compareValues(column.type);
  return (a, b) => a === b || (a !== null && b !== null && compare(a, b) === 0);
};
