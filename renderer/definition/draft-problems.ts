import type { Column, ColumnRule, RowRule, SheetDefinition } from '../../shared/model/sheet.ts';
import { checkExpression } from '../../shared/rules/expression.ts';
import { ruleCheck } from '../../shared/rules/rule-check.ts';
import { typeCheck } from '../../shared/rules/type-check.ts';
import { compareValues } from '../../shared/values/compare.ts';
import { isDecimalText } from '../../shared/values/decimal.ts';

/** What keeps a draft from being saved, by field: `label`, `default`, `reason`, `lock`, `lock-reason`, or the kind of a rule. */
export type FieldProblems = ReadonlyMap<string, string>;

/** Checks what the definition itself says of a column; the warehouse's own part is taken as it is. */
export const columnProblems = (column: Column, definition: SheetDefinition): FieldProblems => {
  const found = new Map<string, string>();
  const note = (field: string, problem: string | null): void => {
    if (problem !== null) found.set(field, problem);
  };
  if (column.label.trim() === '') note('label', 'A label is needed.');
  if (column.defaultValue !== undefined) note('default', valueProblem(column, column.defaultValue));
  if (column.reasonAbove !== undefined && !/^\d+(\.\d+)?$/.test(column.reasonAbove))
    note('reason', 'Enter an amount in digits, with a point before decimals, for example 10000.50.');
  if (column.readOnlyWhen) {
    note('lock', checkExpression(column.readOnlyWhen.expression, definition));
    if (column.readOnlyWhen.reason.trim() === '') note('lock-reason', 'Say why the cell is read-only.');
  }
  for (const rule of column.rules)
    if (rule.origin === 'definition') note(rule.kind, ruleProblem(rule, column));
  return found;
};

/** Why a value of the definition does not fit the column's type; values are canonical text. */
const valueProblem = (column: Column, text: string): string | null => {
  const { kind } = column.type;
  if ((kind === 'decimal' || kind === 'float') && !isDecimalText(text))
    return `“${text}” is not a number in digits, with a point before decimals.`;
  return typeCheck(column.type)?.(text) ?? null;
};

const ruleProblem = (rule: ColumnRule, column: Column): string | null => {
  switch (rule.kind) {
    case 'list':
    case 'not-in': {
      if (rule.values.length === 0) return 'List at least one value.';
      for (const value of rule.values) {
        const problem = valueProblem(column, value);
        if (problem !== null) return problem;
      }
      return null;
    }
    case 'range': {
      const { min, max } = rule;
      if (min === undefined && max === undefined) return 'Give a least or a greatest value.';
      for (const bound of [min, max]) {
        const problem = bound === undefined ? null : valueProblem(column, bound);
        if (problem !== null) return problem;
      }
      return min !== undefined && max !== undefined && compareValues(column.type)(min, max) > 0
        ? 'The least value is above the greatest.'
        : null;
    }
    case 'length':
      if (rule.min === undefined && rule.max === undefined) return 'Give a fewest or a most.';
      return (rule.min ?? 0) > (rule.max ?? Number.POSITIVE_INFINITY)
        ? 'The fewest is above the most.'
        : null;
    case 'regex': {
      if (rule.pattern === '') return 'Enter a pattern.';
      const check = ruleCheck(rule, column);
      return typeof check === 'string' ? check : null;
    }
    case 'required':
    case 'unique':
    case 'decimals':
      return null;
  }
};

/** What keeps a rule over a row from being saved: `name`, `expression` or `message`. */
export const rowRuleProblems = (rule: RowRule, definition: SheetDefinition): FieldProblems => {
  const found = new Map<string, string>();
  if (rule.name.trim() === '') found.set('name', 'A name is needed.');
  const wrong =
    rule.expression.trim() === '' ? 'Enter an expression.' : checkExpression(rule.expression, definition);
  if (wrong !== null) found.set('expression', wrong);
  if (rule.message.trim() === '') found.set('message', 'Say what is wrong when the rule fails.');
  return found;
};

/**
 * Names of the columns with a problem; `rows` tells whether a rule over a row has one. Columns left as they are in
 * `before` are not judged: what the table itself says may be beyond the checks here.
 */
export const draftProblems = (
  draft: SheetDefinition,
  before: SheetDefinition,
): { readonly columns: ReadonlySet<string>; readonly rows: boolean } => {
  const untouched = new Set(before.columns);
  return {
    columns: new Set(
      draft.columns
        .filter((column) => !untouched.has(column) && columnProblems(column, draft).size > 0)
        .map(({ name }) => name),
    ),
    rows: draft.rules.some((rule) => rule.origin === 'definition' && rowRuleProblems(rule, draft).size > 0),
  };
};
