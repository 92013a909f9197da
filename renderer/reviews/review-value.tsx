import type { ReactNode } from 'react';
import type { Column, SheetDefinition } from '../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { exactText } from '../ui/exact-text.ts';
import { visibleText } from './visible-text.ts';

export const columnOf = (definition: SheetDefinition | null, name: string): Column | undefined =>
  definition?.columns.find((column) => column.name === name);

export const labelIn = (definition: SheetDefinition | null, name: string): string =>
  columnOf(definition, name)?.label ?? name;

/** A value with every digit, and with every character that would hide or reorder text shown by its code. */
export const ReviewValue = ({
  value,
  column,
  locale,
}: {
  readonly value: string | null;
  readonly column: Column | undefined;
  readonly locale: LocaleConventions;
}): ReactNode => {
  if (value === null) return <span className="quiet">empty</span>;
  if (value === '') return <span className="quiet">“”</span>;
  const plain = column && column.type.kind !== 'text' ? exactText(value, column, locale) : value;
  // Formatting writes no-break spaces of its own; only what the value itself holds is made visible.
  if (plain !== value) return plain;
  return visibleText(value).map(({ text, hidden }, i) =>
    hidden === null ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other name and never move
      <bdi key={i}>{text}</bdi>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other name and never move
      <mark key={i} className="reviews-hidden" title={hidden}>
        {text}
      </mark>
    ),
  );
};
