import type { Column } from '../model/sheet.ts';
import { type CellMark, type ColumnFilter, cellMark, type MarkFilter } from '../model/view.ts';

/** A condition on a column: on its values, or on what is known of its cells. */
export type Condition = ColumnFilter | MarkFilter;

/** What can be asked of a column's cells apart from their values, in words. */
const MARKS: readonly (readonly [CellMark, string])[] = [
  ['pending', 'has a pending change'],
  ['invalid', 'is not valid'],
  ['conflict', 'has a conflict'],
];

const TEXT_KINDS = ['contains', 'lacks', 'starts', 'ends'] as const;
const VALUE_KINDS = ['equals', 'differs'] as const;
const BOUND_KINDS = ['less', 'most', 'more', 'least'] as const;

type TextKind = (typeof TEXT_KINDS)[number];
type ValueKind = (typeof VALUE_KINDS)[number];
type BoundKind = (typeof BOUND_KINDS)[number];

export type Kind = CellMark | 'in' | TextKind | ValueKind | BoundKind | 'range' | 'blank' | 'filled';

/** A condition as it is typed. */
export interface Draft {
  readonly kind: Kind;
  readonly text: string;
  readonly min: string;
  readonly max: string;
  readonly values: readonly (string | null)[];
}

/** What was typed, as a value of the column; null for no value; a message when it is none. */
export type ReadText = (text: string) => { value: string | null } | { message: string };

const isOf = <K extends Kind>(kinds: readonly K[], kind: string): kind is K =>
  kinds.some((each) => each === kind);

const ORDERED = new Set(['date', 'time', 'timestamp']);
const NUMERIC = new Set(['decimal', 'integer', 'float']);
/** Columns whose values repeat are mostly filtered by a few of them. */
const isListed = ({ type, lookup }: Column): boolean =>
  Boolean(lookup) || type.kind === 'enum' || type.kind === 'boolean';
const isOrdered = ({ type, lookup }: Column): boolean =>
  (NUMERIC.has(type.kind) && !lookup) || ORDERED.has(type.kind);

/** Whether a kind of condition takes one typed text. */
export const takesText = (kind: Kind): boolean =>
  isOf(TEXT_KINDS, kind) || isOf(VALUE_KINDS, kind) || isOf(BOUND_KINDS, kind);

/** The conditions a column can be filtered by, in words. */
export const kindsOf = (column: Column): readonly (readonly [Kind, string])[] => [
  ...valueKindsOf(column),
  ...MARKS,
];

/** Those of them that only its values decide. */
export const valueKindsOf = (column: Column): readonly (readonly [Kind, string])[] => {
  const time = ORDERED.has(column.type.kind);
  return [
    ['in', 'is one of'],
    ['contains', 'contains'],
    ['lacks', 'does not contain'],
    ['starts', 'starts with'],
    ['ends', 'ends with'],
    ['equals', 'equals'],
    ['differs', 'does not equal'],
    ...(isOrdered(column)
      ? ([
          ['less', time ? 'is before' : 'is less than'],
          ['most', time ? 'is on or before' : 'is at most'],
          ['more', time ? 'is after' : 'is more than'],
          ['least', time ? 'is on or after' : 'is at least'],
          ['range', 'is between'],
        ] as const)
      : []),
    ['blank', 'has no value'],
    ['filled', 'has a value'],
  ];
};

/**
 * What is shown for the condition a column has, or to begin with. `show` gives a value as it is typed (`editText`): in some locales the
 * canonical text of one number reads as another.
 */
export const draftOf = (
  filter: Condition | undefined,
  column: Column,
  show: (value: string) => string,
): Draft => {
  const empty: Draft = {
    kind: isListed(column) ? 'in' : isOrdered(column) ? 'range' : 'contains',
    text: '',
    min: '',
    max: '',
    values: [],
  };
  if (filter && 'mark' in filter) return { ...empty, kind: filter.mark };
  switch (filter?.kind) {
    case 'in':
      return { ...empty, kind: 'in', values: filter.values };
    case 'contains':
    case 'lacks':
    case 'starts':
    case 'ends':
      return { ...empty, kind: filter.kind, text: filter.text };
    case 'equals':
    case 'differs':
      return filter.value === null
        ? { ...empty, kind: filter.kind === 'equals' ? 'blank' : 'filled' }
        : { ...empty, kind: filter.kind, text: show(filter.value) };
    case 'range': {
      const { min, max, open } = filter;
      if (min !== undefined && max === undefined)
        return { ...empty, kind: open ? 'more' : 'least', text: show(min) };
      if (max !== undefined && min === undefined)
        return { ...empty, kind: open ? 'less' : 'most', text: show(max) };
      const shown = (bound: string | undefined): string => (bound === undefined ? '' : show(bound));
      return { ...empty, kind: 'range', min: shown(min), max: shown(max) };
    }
    case 'blank':
      return { ...empty, kind: filter.blank ? 'blank' : 'filled' };
    default:
      return empty;
  }
};

/** Whether nothing was chosen yet, so that nothing is filtered. */
export const isEmpty = ({ kind, text, min, max, values }: Draft): boolean => {
  if (kind === 'in') return values.length === 0;
  if (kind === 'range') return min.trim() === '' && max.trim() === '';
  if (isOf(TEXT_KINDS, kind)) return text === '';
  return takesText(kind) && text.trim() === '';
};

/** The condition a draft stands for; a message where what was typed is no value of the column. */
export const filterOf = (draft: Draft, column: string, read: ReadText): Condition | { message: string } => {
  const { kind, text } = draft;
  if (isOf(cellMark.options, kind)) return { column, mark: kind };
  if (kind === 'in') return { kind, column, values: [...draft.values] };
  if (kind === 'blank' || kind === 'filled') return { kind: 'blank', column, blank: kind === 'blank' };
  if (isOf(TEXT_KINDS, kind)) return { kind, column, text };
  if (isOf(VALUE_KINDS, kind)) {
    const value = read(text);
    return 'message' in value ? value : { kind, column, value: value.value };
  }
  const strict = kind === 'less' || kind === 'more';
  const from = kind === 'more' || kind === 'least' ? text : kind === 'range' ? draft.min : '';
  const to = kind === 'less' || kind === 'most' ? text : kind === 'range' ? draft.max : '';
  const bounds: { min?: string; max?: string } = {};
  for (const [side, typed] of [
    ['min', from],
    ['max', to],
  ] as const) {
    if (typed.trim() === '') continue;
    const bound = read(typed);
    if ('message' in bound) return bound;
    if (bound.value !== null) bounds[side] = bound.value;
  }
  return { kind: 'range', column, ...bounds, ...(strict ? { open: true } : {}) };
};
