import type { Column, ColumnRule } from '../model/sheet.ts';
import { compareValues } from '../values/compare.ts';
import { usedScale } from '../values/decimal.ts';

/** A compiled rule: whether a value (never NULL, except for `required`) passes, and the sentence when it does not. */
export interface RuleCheck {
  readonly passes: (text: string) => boolean;
  readonly message: () => string;
}

/** Longest text a pattern is tried on here; the warehouse checks longer ones. */
const PATTERN_LENGTH = 10_000;
/** A repeated group that itself ends in a repetition can take exponential time; such a pattern is left to the warehouse. */
const NESTED_REPEAT = /[+*}]\)[+*{]/;

/**
 * Compiles one rule of a column. Null: nothing to check per value (uniqueness is a matter of the whole set). A string: why
 * the rule cannot be used.
 */
export const ruleCheck = (rule: ColumnRule, column: Column): RuleCheck | null | string => {
  const compare = compareValues(column.type);
  const text = (standard: () => string) => () => rule.message ?? standard();
  switch (rule.kind) {
    case 'required':
      return { passes: () => true, message: text(() => 'A value is needed here.') };
    case 'unique':
      return null;
    case 'list': {
      const values = listed(rule.values, column);
      return {
        passes: (value) => values(value),
        message: text(() => `The value must be one of ${enumerate(rule.values)}.`),
      };
    }
    case 'not-in': {
      const values = listed(rule.values, column);
      return {
        passes: (value) => !values(value),
        message: text(() => `The value must not be ${enumerate(rule.values)}.`),
      };
    }
    case 'range':
      return { passes: inRange(rule, column, compare), message: text(() => rangeText(rule)) };
    case 'decimals':
      return {
        passes: (value) => usedScale(value) <= rule.max,
        message: text(() => `At most ${rule.max} decimal places are allowed.`),
      };
    case 'length': {
      const min = rule.min ?? 0;
      const max = rule.max ?? Number.POSITIVE_INFINITY;
      return {
        passes: (value) => {
          const length = value.length <= max && value.length >= 2 * min ? value.length : [...value].length;
          return length >= min && length <= max;
        },
        message: text(() => `The text must have ${lengthText(rule.min, rule.max)} characters.`),
      };
    }
    case 'regex': {
      const pattern = compilePattern(rule.pattern, rule.ignoreCase);
      if (pattern instanceof RegExp) {
        return {
          passes: (value) => value.length > PATTERN_LENGTH || pattern.test(value) !== rule.negate,
          message: text(
            () => `The value must ${rule.negate ? 'not ' : ''}match the pattern ${rule.pattern}.`,
          ),
        };
      }
      // The warehouse keeps checking its own pattern; one added here would be a rule nobody checks.
      return rule.origin === 'warehouse'
        ? null
        : `The pattern of "${column.label}" cannot be used: ${pattern}`;
    }
  }
};

const compilePattern = (pattern: string, ignoreCase: boolean): RegExp | string => {
  if (NESTED_REPEAT.test(pattern)) return 'a repeated group inside a repetition can take for ever.';
  try {
    return new RegExp(pattern, ignoreCase ? 'iu' : 'u');
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}.`;
  }
};

const numericKinds: ReadonlySet<string> = new Set(['decimal', 'integer', 'float']);

/** Numbers are equal by value (1 and 1.00), texts by their letters. */
const listed = (values: readonly string[], column: Column): ((value: string) => boolean) => {
  const set = new Set(values);
  if (!numericKinds.has(column.type.kind)) return (value) => set.has(value);
  const compare = compareValues(column.type);
  return (value) => set.has(value) || values.some((each) => compare(each, value) === 0);
};

type Range = Extract<ColumnRule, { kind: 'range' }>;

const inRange = (
  rule: Range,
  column: Column,
  compare: (a: string, b: string) => number,
): ((value: string) => boolean) => {
  const { min, max, minExclusive, maxExclusive } = rule;
  const exact = (value: string): boolean => {
    if (min !== undefined) {
      const order = compare(value, min);
      if (order < 0 || (minExclusive && order === 0)) return false;
    }
    if (max !== undefined) {
      const order = compare(value, max);
      if (order > 0 || (maxExclusive && order === 0)) return false;
    }
    return true;
  };
  if (!numericKinds.has(column.type.kind)) return exact;
  const low = min === undefined ? Number.NEGATIVE_INFINITY : Number(min);
  const high = max === undefined ? Number.POSITIVE_INFINITY : Number(max);
  // A double decides what is clearly inside; anything at or beyond a bound, or long, is decided exactly.
  return (value) => {
    if (value.length <= 15) {
      const number = +value;
      if (number > low && number < high) return true;
    }
    return exact(value);
  };
};

const rangeText = ({ min, max, minExclusive, maxExclusive }: Range): string => {
  if (min !== undefined && max !== undefined && !minExclusive && !maxExclusive)
    return `The value must be between ${min} and ${max}.`;
  const parts = [
    min === undefined ? '' : `${minExclusive ? 'more than' : 'at least'} ${min}`,
    max === undefined ? '' : `${maxExclusive ? 'less than' : 'at most'} ${max}`,
  ].filter(Boolean);
  return `The value must be ${parts.join(' and ')}.`;
};

const lengthText = (min: number | undefined, max: number | undefined): string => {
  if (min !== undefined && max !== undefined) return min === max ? String(min) : `${min} to ${max}`;
  return min === undefined ? `at most ${max}` : `at least ${min}`;
};

const enumerate = (values: readonly string[]): string =>
  values.length > 12 ? `${values.slice(0, 12).join(', ')}, …` : values.join(', ');
