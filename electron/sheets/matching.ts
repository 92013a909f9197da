import type { Column } from '../../shared/model/sheet.ts';
import type { ColumnFilter, ViewQuery } from '../../shared/model/view.ts';
import { compareValues } from '../../shared/values/compare.ts';

/** Reads a row's effective value by column place. */
export type ValueOf = (column: number) => string | null;

const folded = (text: string): string => text.toLocaleLowerCase();

const matcherOf = (filter: ColumnFilter, place: number, column: Column): ((value: ValueOf) => boolean) => {
  switch (filter.kind) {
    case 'contains': {
      const wanted = folded(filter.text);
      return (value) => folded(value(place) ?? '').includes(wanted);
    }
    case 'lacks': {
      const unwanted = folded(filter.text);
      return (value) => !folded(value(place) ?? '').includes(unwanted);
    }
    case 'starts': {
      const wanted = folded(filter.text);
      return (value) => folded(value(place) ?? '').startsWith(wanted);
    }
    case 'ends': {
      const wanted = folded(filter.text);
      return (value) => folded(value(place) ?? '').endsWith(wanted);
    }
    case 'equals':
      return (value) => same(column, value(place), filter.value);
    case 'differs':
      return (value) => !same(column, value(place), filter.value);
    case 'in': {
      const wanted = new Set(filter.values);
      return (value) => wanted.has(value(place));
    }
    case 'blank':
      return (value) => ((value(place) ?? '') === '') === filter.blank;
    case 'range': {
      const compare = compareValues(column.type);
      const { min, max, open } = filter;
      /** How far above the lower bound, or below the upper one, a value has to be. */
      const least = open ? 1 : 0;
      return (value) => {
        const actual = value(place);
        if (actual === null) return false;
        return (
          (min === undefined || Math.sign(compare(actual, min)) >= least) &&
          (max === undefined || -Math.sign(compare(actual, max)) >= least)
        );
      };
    }
  }
};

const same = (column: Column, a: string | null, b: string | null): boolean => {
  if (a === null || b === null) return a === b;
  return a === b || compareValues(column.type)(a, b) === 0;
};

/** Whether a row passes a view's filters and quick search; null when every row does. Filters on unknown columns match nothing. */
export const rowMatcher = (
  query: ViewQuery,
  columns: readonly Column[],
): ((value: ValueOf) => boolean) | null => {
  const words = folded(query.quick).split(/\s+/).filter(Boolean);
  const matchers = query.filters.map((filter) => {
    const place = columns.findIndex((column) => column.name === filter.column);
    const column = columns[place];
    return column ? matcherOf(filter, place, column) : () => false;
  });
  if (words.length > 0) {
    matchers.push((value) => {
      const text = columns.map((_, place) => value(place) ?? '').join('\u001f');
      const low = folded(text);
      return words.every((word) => low.includes(word));
    });
  }
  return matchers.length === 0 ? null : (value) => matchers.every((matches) => matches(value));
};
