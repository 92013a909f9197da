import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import Big from 'big.js';
import type { Column, SheetDefinition } from '../model/sheet.ts';

/** A number of a row rule: exact, or unknown where the cell is empty. */
class Decimal {
  readonly value: Big | null;
  constructor(value: Big | null) {
    this.value = value;
  }
}

/** A date of a row rule as ISO text, or unknown. */
class Day {
  readonly text: string | null;
  constructor(text: string | null) {
    this.text = text;
  }
}

/** Thrown where SQL would give NULL; a rule that ends unknown holds, as a CHECK constraint does. */
class Unknown extends Error {}

const unknown = (): never => {
  throw new Unknown('unknown');
};

const numericKinds: ReadonlySet<string> = new Set(['decimal', 'integer', 'float']);

type Operand = Decimal | bigint | number;

const big = (operand: Operand): Big => {
  if (operand instanceof Decimal) return operand.value ?? unknown();
  // A literal such as 0.1 prints as it was written, so its decimal meaning is kept.
  return new Big(String(operand));
};

const ARITHMETIC: Readonly<Record<string, (a: Big, b: Big) => Big>> = {
  '+': (a, b) => a.plus(b),
  '-': (a, b) => a.minus(b),
  '*': (a, b) => a.times(b),
  '/': (a, b) => (b.eq('0') ? unknown() : a.div(b)),
};
const COMPARISON: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  '==': (order) => order === 0,
};

/** Numbers and dates as CEL types of their own; comparisons with NULL follow SQL. */
const environment = (columns: readonly Column[]): Environment => {
  const env = new Environment({ unlistedVariablesAreDyn: false })
    .registerType('Decimal', Decimal)
    .registerType('Day', Day)
    .registerFunction('date(string): Day', (text: string) => new Day(text))
    .registerFunction('decimal(string): Decimal', (text: string) => new Decimal(new Big(text)))
    .registerFunction('yearOf(Day): int', (day: Day) => BigInt((day.text ?? unknown()).slice(0, 4)))
    .registerFunction('monthOf(Day): int', (day: Day) => BigInt((day.text ?? unknown()).slice(5, 7)))
    .registerFunction(
      'abs(Decimal): Decimal',
      (value: Decimal) => new Decimal((value.value ?? unknown()).abs()),
    )
    .registerOperator('-Decimal', (value: Decimal) => new Decimal((value.value ?? unknown()).times('-1')))
    .registerOperator('Decimal == null', (value: Decimal) => value.value === null)
    .registerOperator('Day == null', (day: Day) => day.text === null);
  for (const [sign, apply] of Object.entries(ARITHMETIC)) {
    for (const [left, right] of [
      ['Decimal', 'Decimal'],
      ['Decimal', 'int'],
      ['int', 'Decimal'],
      ['Decimal', 'double'],
      ['double', 'Decimal'],
    ]) {
      env.registerOperator(
        `${left} ${sign} ${right}: Decimal`,
        (a: Operand, b: Operand) => new Decimal(apply(big(a), big(b))),
      );
    }
  }
  for (const [sign, holds] of Object.entries(COMPARISON)) {
    const pairs = [
      ['Decimal', 'Decimal'],
      ['Decimal', 'int'],
      ['Decimal', 'double'],
    ];
    // The library derives `int == Decimal` from `Decimal == int`, not so for the orders.
    if (sign !== '==') pairs.push(['int', 'Decimal'], ['double', 'Decimal']);
    for (const [left, right] of pairs)
      env.registerOperator(`${left} ${sign} ${right}: bool`, (a: Operand, b: Operand) =>
        holds(big(a).cmp(big(b))),
      );
    env.registerOperator(`Day ${sign} Day: bool`, (a: Day, b: Day) => {
      const x = a.text ?? unknown();
      const y = b.text ?? unknown();
      return holds(x < y ? -1 : x > y ? 1 : 0);
    });
  }
  for (const { name, type } of columns) {
    if (!isVariable(name)) continue;
    env.registerVariable(
      name,
      numericKinds.has(type.kind) ? 'Decimal' : type.kind === 'date' ? 'Day' : 'dyn',
    );
  }
  return env;
};

const RESERVED = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
  'date',
  'decimal',
  'abs',
]);

/** Whether a column can be named in an expression as it is. */
const isVariable = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !RESERVED.has(name);

const bound = (column: Column, value: string | null): unknown => {
  if (numericKinds.has(column.type.kind))
    return new Decimal(value === null || !/^-?\d/.test(value) ? null : new Big(value));
  if (column.type.kind === 'date') return new Day(value);
  if (column.type.kind === 'boolean') return value === null ? null : value === 'true';
  return value;
};

/** An expression ready to be asked about rows; `columns` are those it reads. */
export interface RowExpression {
  readonly columns: readonly string[];
  /** True, false, or null where SQL would say unknown. */
  evaluate(values: Readonly<Record<string, string | null>>): boolean | null;
}

/** Compiles a CEL expression over the columns of a sheet; a string is the message why it cannot be. */
export const compileExpression = (expression: string, columns: readonly Column[]): RowExpression | string => {
  const env = environment(columns);
  let parsed: ParseResult;
  try {
    const check = env.check(expression);
    if (!check.valid) return reason(check.error);
    if (check.type !== 'bool' && check.type !== 'dyn')
      return `The expression gives ${check.type}; a rule must be true or false.`;
    parsed = env.parse(expression);
  } catch (error) {
    return reason(error);
  }
  const used = columns.filter(({ name }) => isVariable(name) && new RegExp(`\\b${name}\\b`).test(expression));
  return {
    columns: used.map(({ name }) => name),
    evaluate: (values) => {
      const context: Record<string, unknown> = {};
      for (const column of used) context[column.name] = bound(column, values[column.name] ?? null);
      try {
        const result: unknown = parsed(context);
        return typeof result === 'boolean' ? result : null;
      } catch (error) {
        // Text functions on an empty cell fail in the library; that is unknown as well.
        if (error instanceof Unknown || used.some(({ name }) => (values[name] ?? null) === null)) return null;
        throw error;
      }
    },
  };
};

const reason = (error: unknown): string => {
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return first === '' ? 'The expression cannot be read.' : `${first}.`.replace(/\.\.$/, '.');
};

/** Why an expression cannot be used in a sheet, or null. */
export const checkExpression = (expression: string, definition: SheetDefinition): string | null => {
  const compiled = compileExpression(expression, definition.columns);
  return typeof compiled === 'string' ? compiled : null;
};
