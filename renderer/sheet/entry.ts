import type { Column } from '../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { parseInput } from '../../shared/values/parse.ts';
import type { TypedCell } from '../grid/grid-model.ts';
import type { RefusedCell } from './overlay.ts';

/** Typed text as a value of its column, or as what is held at the cell until it is one. */
export type Reading =
  | { readonly kind: 'value'; readonly value: string | null; readonly picked: boolean }
  | { readonly kind: 'refused'; readonly cell: RefusedCell };

/** What the column's checks say about a value; null when nothing. */
export type CheckValue = (
  value: string | null,
) => { readonly severity: 'block' | 'warn'; readonly message: string } | null;

// A megabyte of refused text is kept to be corrected, but a tooltip shows its beginning only.
const cellOf = (text: string, message: string, options?: readonly string[]): RefusedCell =>
  options ? { text, message, options } : { text, message };

/** Reads typed text by the column's type and locale, then by its checks. Warnings keep the value. */
export const readTyped = (
  typed: TypedCell,
  column: Column,
  locale: LocaleConventions,
  today: string,
  check: CheckValue,
): Reading => {
  let value: string | null;
  if (typed.picked !== undefined) value = typed.picked;
  else {
    const parsed = parseInput(typed.text, column, locale, today);
    if (parsed.kind === 'invalid') return { kind: 'refused', cell: cellOf(typed.text, parsed.message) };
    if (parsed.kind === 'ambiguous') {
      const options = parsed.options.map((option) => option.value);
      const message = `It can be read as ${options.join(' or ')}. Edit the cell and choose one.`;
      return { kind: 'refused', cell: cellOf(typed.text, message, options) };
    }
    value = parsed.value;
  }
  const problem = check(value);
  if (problem?.severity === 'block') {
    return { kind: 'refused', cell: cellOf(typed.text, problem.message) };
  }
  return { kind: 'value', value, picked: typed.picked !== undefined };
};
