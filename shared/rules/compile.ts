import type { Column, RowRule, Severity, SheetDefinition } from '../model/sheet.ts';
import { absoluteDecimal, compareDecimals, isDecimalText, subtractDecimals } from '../values/decimal.ts';
import { unstorable } from '../values/parse.ts';
import { compileExpression, type RowExpression } from './expression.ts';
import { ruleCheck } from './rule-check.ts';
import { typeCheck } from './type-check.ts';

/** What a check found at one value. */
export interface CellProblem {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
}

/** What a rule over several columns found in a row. */
export interface RowProblem extends CellProblem {
  readonly name: string;
  readonly columns: readonly string[];
}

export type CellChecker = (value: string | null) => CellProblem | null;
type RowValues = Readonly<Record<string, string | null>>;

/** A definition compiled to checks; the same code runs in the window and behind it. */
export interface SheetRules {
  /** The hot path: one closure per column over canonical values. Blocking problems win over warnings. */
  cellChecker(column: string): CellChecker;
  checkRow(values: RowValues): readonly RowProblem[];
  /** Why the cell is read-only in this row, by the definition's condition; null when it is not. */
  readOnlyReason(column: string, values: RowValues): string | null;
  /** Whether the change is large enough to need a reason. */
  needsReason(column: string, before: string | null, after: string | null): boolean;
  /** Sentences on rules that cannot be used; those rules are left out. */
  readonly definitionProblems: readonly string[];
}

const passes: CellChecker = () => null;

/** Compiles a definition. Nothing throws later because of it: what is wrong with it stands in `definitionProblems`. */
export const compileSheet = (definition: SheetDefinition): SheetRules => {
  const problems: string[] = [];
  const checkers = new Map(
    definition.columns.map((column) => [column.name, compileColumn(column, problems)]),
  );
  const rows = definition.rules.flatMap((rule) => compileRow(rule, definition, problems));
  const locks = new Map<string, { expression: RowExpression; reason: string }>();
  const thresholds = new Map<string, string>();
  for (const column of definition.columns) {
    if (column.readOnlyWhen) {
      const expression = compileExpression(column.readOnlyWhen.expression, definition.columns);
      if (typeof expression === 'string')
        problems.push(`The read-only condition of "${column.label}" cannot be used: ${expression}`);
      else locks.set(column.name, { expression, reason: column.readOnlyWhen.reason });
    }
    if (column.reasonAbove !== undefined) {
      if (isDecimalText(column.reasonAbove)) thresholds.set(column.name, column.reasonAbove);
      else problems.push(`The threshold for reasons of "${column.label}" is not a number.`);
    }
  }
  return {
    cellChecker: (column) => checkers.get(column) ?? passes,
    checkRow: (values) => rows.flatMap((check) => check(values)),
    readOnlyReason: (column, values) => {
      const lock = locks.get(column);
      return lock && evaluateQuietly(lock.expression, values) === true ? lock.reason : null;
    },
    needsReason: (column, before, after) => {
      const threshold = thresholds.get(column);
      if (threshold === undefined) return false;
      const [from, to] = [before ?? '0', after ?? '0'];
      if (!isDecimalText(from) || !isDecimalText(to)) return false;
      return compareDecimals(absoluteDecimal(subtractDecimals(to, from)), threshold) > 0;
    },
    definitionProblems: problems,
  };
};

const compileColumn = (column: Column, problems: string[]): CellChecker => {
  const type = typeCheck(column.type);
  const anyText = column.type.kind === 'text' || column.type.kind === 'json' || column.type.kind === 'other';
  const required = column.rules.find((rule) => rule.kind === 'required');
  const missing: CellProblem | null = required
    ? {
        severity: required.severity,
        code: 'required',
        message: required.message ?? 'A value is needed here.',
      }
    : null;
  const checks = column.rules.flatMap((rule) => {
    if (rule.kind === 'required') return [];
    const check = ruleCheck(rule, column);
    if (typeof check === 'string') problems.push(check);
    if (check === null || typeof check === 'string') return [];
    return [{ ...check, severity: rule.severity, code: rule.kind }];
  });
  // Blocking rules first, so that the first failure found is the one that counts.
  const ordered = [
    ...checks.filter((check) => check.severity === 'block'),
    ...checks.filter((check) => check.severity !== 'block'),
  ];
  const [first, second] = ordered;
  const failed = ({ severity, code, message }: (typeof ordered)[number]): CellProblem => ({
    severity,
    code,
    message: message(),
  });
  const wrong = (message: string): CellProblem => ({ severity: 'block', code: 'type', message });
  const judge: CellChecker = (value) => {
    if (value === null) return missing;
    for (const check of ordered) if (!check.passes(value)) return failed(check);
    return null;
  };
  // Function literals of their own for the common shapes: each site then calls one kind of check, which the engine inlines.
  if (anyText) {
    const length = type ?? (() => null);
    return (value) => {
      if (value === null) return missing;
      const refused = unstorable(value);
      if (refused !== null) return { severity: 'block', code: 'unstorable', message: refused };
      const long = length(value);
      if (long !== null) return wrong(long);
      if (first === undefined) return null;
      if (!first.passes(value)) return failed(first);
      return second === undefined ? null : judge(value);
    };
  }
  if (type === null) return judge;
  if (first === undefined) {
    return (value) => {
      if (value === null) return missing;
      const message = type(value);
      return message === null ? null : wrong(message);
    };
  }
  return (value) => {
    if (value === null) return missing;
    const message = type(value);
    if (message !== null) return wrong(message);
    if (!first.passes(value)) return failed(first);
    return second === undefined ? null : judge(value);
  };
};

const compileRow = (
  rule: RowRule,
  definition: SheetDefinition,
  problems: string[],
): ((values: RowValues) => readonly RowProblem[])[] => {
  const expression = compileExpression(rule.expression, definition.columns);
  if (typeof expression === 'string') {
    // A constraint the warehouse keeps is checked there in any case.
    if (rule.origin === 'definition') problems.push(`The rule "${rule.name}" cannot be used: ${expression}`);
    return [];
  }
  const problem: RowProblem = {
    severity: rule.severity,
    code: 'row-rule',
    message: rule.message,
    name: rule.name,
    columns: rule.columns.length > 0 ? rule.columns : expression.columns,
  };
  return [(values) => (evaluateQuietly(expression, values) === false ? [problem] : [])];
};

/** An expression that fails on odd data (a text function on a number) neither blocks nor unlocks anything. */
const evaluateQuietly = (expression: RowExpression, values: RowValues): boolean | null => {
  try {
    return expression.evaluate(values);
  } catch {
    return null;
  }
};
