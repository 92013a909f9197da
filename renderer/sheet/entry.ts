import { AppError } from '../../shared/model/failure.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { evaluateArithmetic, isArithmetic } from '../../shared/planning/arithmetic.ts';
import { isDecimalText, roundForDisplay, usedScale } from '../../shared/values/decimal.ts';
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

const NUMERIC: ReadonlySet<string> = new Set(['decimal', 'integer', 'float']);

/** Typed arithmetic (`=1200*1.05`, `+10%`, `5k`) as the text of its exact value; null where the text is none. */
const compute = (
  text: string,
  column: Column,
  locale: LocaleConventions,
  current: () => string | null,
): { readonly text: string } | { readonly message: string } | null => {
  if (!NUMERIC.has(column.type.kind) || column.lookup) return null;
  const plain = locale.decimal === '.' ? text : text.replaceAll(locale.decimal, '.');
  if (!isArithmetic(plain)) return null;
  try {
    return { text: evaluateArithmetic(plain, current()).replace('.', locale.decimal) };
  } catch (error) {
    return { message: AppError.wrap(error).message };
  }
};

/** What the column could keep of a computed result: offered, never taken by itself. */
const roundedResult = (text: string, { type }: Column, locale: LocaleConventions): string | null => {
  const scale = type.kind === 'decimal' ? type.scale : type.kind === 'integer' ? 0 : undefined;
  const exact = text.replace(locale.decimal, '.');
  if (scale === undefined || scale < 0 || !isDecimalText(exact) || usedScale(exact) <= scale) return null;
  return roundForDisplay(exact, scale);
};

/** Reads typed text by the column's type and locale, then by its checks. Warnings keep the value; `current` is what `+10%` acts on. */
export const readTyped = (
  typed: TypedCell,
  column: Column,
  locale: LocaleConventions,
  today: string,
  check: CheckValue,
  current: () => string | null = () => null,
): Reading => {
  let value: string | null;
  if (typed.picked !== undefined) value = typed.picked;
  else {
    const computed = compute(typed.text, column, locale, current);
    if (computed && 'message' in computed)
      return { kind: 'refused', cell: cellOf(typed.text, computed.message) };
    const parsed = parseInput(computed?.text ?? typed.text, column, locale, today);
    if (parsed.kind === 'invalid' && computed) {
      const rounded = roundedResult(computed.text, column, locale);
      const message = `${parsed.message} Choose the rounded result or type another.`;
      if (rounded !== null) return { kind: 'refused', cell: cellOf(typed.text, message, [rounded]) };
    }
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

/** Reads what empties a cell: to NULL, or to an empty text where the column is a text that must have a value and its rules allow that. */
export const readEmptied = (refused: Reading, { type, lookup }: Column, check: CheckValue): Reading =>
  type.kind === 'text' && !lookup && check(null)?.severity === 'block' && check('')?.severity !== 'block'
    ? { kind: 'value', value: '', picked: false }
    : refused;
