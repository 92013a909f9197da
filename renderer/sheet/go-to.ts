import type { Column } from '../../shared/model/sheet.ts';

/** A place typed into "Go to": a row by number (from 1) or by the values of its key, a column, or both. */
export interface Destination {
  readonly number?: number;
  readonly key?: readonly string[];
  readonly column?: Column;
}

const ends = (text: string, name: string): boolean => {
  const low = text.toLocaleLowerCase();
  const wanted = name.toLocaleLowerCase();
  return low === wanted || (low.endsWith(wanted) && /[\s·,;]/.test(low.at(-wanted.length - 1) ?? ''));
};

/**
 * Reads "120", "120 amount", "amount" or "FC1 · CC1020 · 4010 · 2026-03": a number is a row number, several values are a key in its
 * order. A message where the text is neither.
 */
export const readDestination = (
  text: string,
  columns: readonly Column[],
  key: readonly string[],
): Destination | string => {
  const trimmed = text.trim();
  // The longest name that fits, as one label may end in another.
  const [named] = columns
    .flatMap((column) => [column.label, column.name].map((name) => ({ column, name })))
    .filter(({ name }) => name !== '' && ends(trimmed, name))
    .sort((a, b) => b.name.length - a.name.length);
  const rest = (named ? trimmed.slice(0, trimmed.length - named.name.length) : trimmed).replace(
    /[\s·,;]+$/,
    '',
  );
  const at = named ? { column: named.column } : {};
  if (rest === '') return named ? at : 'Type a row number, the key of a row, or a column.';
  if (/^#?\d{1,9}$/.test(rest)) return { number: Number(rest.replace('#', '')), ...at };
  const exact = rest.split(/\s*[·;,\t]\s*/);
  const values = exact.length === key.length ? exact : rest.split(/[\s·;,]+/);
  if (values.length === key.length) return { key: values, ...at };
  return key.length === 1
    ? `“${trimmed}” is neither a row number nor a column.`
    : `“${trimmed}” is no place in this sheet. A key has ${key.length} values: ${key.join(', ')}.`;
};
