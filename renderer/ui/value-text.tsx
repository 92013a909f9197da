import type { ReactNode } from 'react';
import type { Column } from '../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { exactText } from './exact-text.ts';

/** A count and its noun: "1 row", "1,200 rows". */
export const counted = (n: number, one: string, many: string, locale: LocaleConventions): string =>
  `${n.toLocaleString(locale.tag)} ${n === 1 ? one : many}`;

/** A value as its cell shows it; NULL is told from empty text. */
export const Value = ({
  value,
  column,
  locale,
}: {
  value: string | null;
  column: Column | undefined;
  locale: LocaleConventions;
}): ReactNode => {
  if (value === null) return <span className="quiet">empty</span>;
  if (value === '') return <span className="quiet">“”</span>;
  return <>{column ? exactText(value, column, locale) : value}</>;
};
