import type { OfflineSheet } from '../../shared/contract/offline.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { editText, formatValue } from '../../shared/values/format.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { parseInput } from '../../shared/values/parse.ts';
import {
  type Draft,
  draftOf,
  filterOf,
  isEmpty,
  type Kind,
  kindsOf,
  type ReadText,
} from '../../shared/views/filter-draft.ts';

export type Slice = OfflineSheet['slice'];

/** A condition as it is typed; `list` holds the values of "is one of", separated by commas. */
export interface Condition {
  readonly id: number;
  readonly column: string;
  readonly draft: Draft;
  readonly list: string;
}

/** What typed conditions stand for, or what is wrong with which of them. */
export type ReadConditions = { readonly slice: Slice } | { readonly wrong: number; readonly message: string };

/** The conditions of a choice of rows, as they are typed in a locale. */
export const conditionsOf = (
  slice: Slice,
  columns: readonly Column[],
  locale: LocaleConventions,
): readonly Condition[] =>
  slice.flatMap((filter, id) => {
    const column = columns.find(({ name }) => name === filter.column);
    if (!column) return [];
    const show = (value: string | null): string => editText(value, column, locale);
    const draft = draftOf(filter, column, show);
    return [{ id, column: filter.column, draft, list: draft.values.map(show).join(', ') }];
  });

/** An empty condition on a column. */
export const conditionOn = (id: number, column: Column): Condition => ({
  id,
  column: column.name,
  draft: draftOf(undefined, column, (value) => value),
  list: '',
});

/** Reads what was typed by the columns' types and the locale; conditions without anything typed are left out. */
export const readConditions = (
  conditions: readonly Condition[],
  columns: readonly Column[],
  locale: LocaleConventions,
  today: string,
): ReadConditions => {
  const slice: Slice = [];
  for (const { id, column: name, draft, list } of conditions) {
    const column = columns.find((each) => each.name === name);
    if (!column) continue;
    const read: ReadText = (text) => {
      const parsed = parseInput(text.trim(), column, locale, today);
      if (parsed.kind === 'value') return { value: parsed.value };
      if (parsed.kind === 'invalid') return { message: parsed.message };
      return { message: `It can be read as ${parsed.options.map(({ label }) => label).join(' or ')}.` };
    };
    const values: (string | null)[] = [];
    for (const text of draft.kind === 'in' ? list.split(',') : []) {
      if (text.trim() === '') continue;
      const value = read(text);
      if ('message' in value) return { wrong: id, message: value.message };
      values.push(value.value);
    }
    const typed = draft.kind === 'in' ? { ...draft, values } : draft;
    if (isEmpty(typed)) continue;
    const filter = filterOf(typed, name, read);
    if ('message' in filter) return { wrong: id, message: filter.message };
    if (!('mark' in filter)) slice.push(filter);
  }
  return { slice };
};

/** Which rows are kept, in words. */
export const sliceText = (slice: Slice, columns: readonly Column[], locale: LocaleConventions): string =>
  slice.length === 0
    ? 'All rows'
    : slice.map((filter) => conditionText(filter, columns, locale)).join(' and ');

const conditionText = (
  filter: Slice[number],
  columns: readonly Column[],
  locale: LocaleConventions,
): string => {
  const column = columns.find(({ name }) => name === filter.column);
  if (!column) return filter.column;
  const shown = (text: string): string => formatValue(text, column, locale);
  const draft = draftOf(filter, column, shown);
  const words = wordsOf(draft.kind, column);
  if (draft.kind === 'in')
    return `${column.label} ${words} ${draft.values.map((value) => (value === null ? 'empty' : shown(value))).join(', ')}`;
  if (draft.kind === 'range') return `${column.label} ${words} ${draft.min || '…'} and ${draft.max || '…'}`;
  return `${column.label} ${words}${draft.text === '' ? '' : ` ${draft.text}`}`;
};

const wordsOf = (kind: Kind, column: Column): string =>
  kindsOf(column).find(([each]) => each === kind)?.[1] ?? kind;
