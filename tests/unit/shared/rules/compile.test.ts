import { expect, test } from 'vitest';
import type { ColumnRule } from '../../../../shared/model/sheet.ts';
import { compileSheet } from '../../../../shared/rules/compile.ts';
import { checkSet } from '../../../../shared/rules/set.ts';
import { aColumn, aSheet } from '../../../support/columns.ts';

const rule = (given: Record<string, unknown>): ColumnRule =>
  aColumn({ type: { kind: 'text' }, rules: [given as ColumnRule] }).rules[0] as ColumnRule;
const money = (rules: Record<string, unknown>[]) =>
  aColumn({
    name: 'amount',
    label: 'Amount',
    type: { kind: 'decimal', precision: 18, scale: 2 },
    rules: rules.map(rule),
  });
const check = (column: ReturnType<typeof aColumn>) => compileSheet(aSheet([column])).cellChecker(column.name);

test.each([
  ['12.34', null],
  ['-0.10', null],
  ['9999999999999999.99', null],
  ['00012.340', null],
  ['10000000000000000', 'type'],
  ['1.234', 'type'],
  ['1e5', 'type'],
  ['NaN', 'type'],
  ['', 'type'],
  ['-', 'type'],
  ['1.', 'type'],
])('numeric(18,2) judges %s: %s', (value, code) => {
  expect(check(money([]))(value)?.code ?? null).toBe(code);
});

test('bounds are exact beyond the digits of a double', () => {
  const checker = check(
    aColumn({ type: { kind: 'decimal' }, rules: [rule({ kind: 'range', max: '90071992547409930.1' })] }),
  );
  expect(checker('90071992547409930.1')).toBeNull();
  expect(checker('90071992547409930.11')?.code).toBe('range');
});

test('an exclusive bound refuses the bound itself', () => {
  const checker = check(money([{ kind: 'range', min: '0', minExclusive: true }]));
  expect(checker('0.00')?.message).toBe('The value must be more than 0.');
  expect(checker('0.01')).toBeNull();
});

test('a list of numbers compares by value, a list of texts by letters', () => {
  expect(check(money([{ kind: 'list', values: ['1', '-1'] }]))('1.00')).toBeNull();
  expect(
    check(aColumn({ type: { kind: 'text' }, rules: [rule({ kind: 'list', values: ['A'] })] }))('a')?.code,
  ).toBe('list');
});

test('a blocking rule wins over a warning, and a warning is told when nothing blocks', () => {
  const checker = check(
    money([
      { kind: 'range', max: '100', severity: 'warn' },
      { kind: 'range', max: '1000' },
    ]),
  );
  expect(checker('5000')?.severity).toBe('block');
  expect(checker('500')?.severity).toBe('warn');
  expect(checker('50')).toBeNull();
});

test('required speaks for NULL only, the other rules never do', () => {
  expect(check(money([{ kind: 'required' }]))(null)?.code).toBe('required');
  expect(check(money([{ kind: 'range', min: '1' }]))(null)).toBeNull();
});

test('patterns, lengths in code points, decimals and forbidden values are checked', () => {
  const text = (given: Record<string, unknown>) =>
    check(aColumn({ type: { kind: 'text' }, rules: [rule(given)] }));
  expect(text({ kind: 'regex', pattern: '^CC[0-9]{4}$' })('CC12')?.code).toBe('regex');
  expect(text({ kind: 'regex', pattern: 'x', negate: true })('axb')?.code).toBe('regex');
  expect(text({ kind: 'length', max: 2 })('😀😀')).toBeNull();
  expect(text({ kind: 'length', min: 2 })('😀')?.code).toBe('length');
  expect(text({ kind: 'not-in', values: ['n/a'] })('n/a')?.code).toBe('not-in');
  expect(check(money([{ kind: 'decimals', max: 1 }]))('1.10')).toBeNull();
  expect(check(money([{ kind: 'decimals', max: 1 }]))('1.11')?.code).toBe('decimals');
});

test('a pattern that could take for ever, or is none, is reported and left out', () => {
  for (const pattern of ['(a+)+$', '(']) {
    const rules = compileSheet(
      aSheet([aColumn({ type: { kind: 'text' }, rules: [rule({ kind: 'regex', pattern })] })]),
    );
    expect(rules.definitionProblems).toHaveLength(1);
    expect(rules.cellChecker('value')('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')).toBeNull();
  }
});

const row = aSheet(
  [
    aColumn({ name: 'amount', type: { kind: 'decimal' } }),
    aColumn({ name: 'cap', type: { kind: 'decimal' } }),
    aColumn({ name: 'valid_from', type: { kind: 'date' } }),
    aColumn({ name: 'valid_to', type: { kind: 'date' } }),
    aColumn({ name: 'memo', type: { kind: 'text' } }),
    aColumn({ name: 'locked', type: { kind: 'boolean' } }),
  ],
  {},
);
const holds = (expression: string, values: Record<string, string | null>): boolean => {
  const rules = compileSheet({
    ...row,
    rules: [
      { name: 'r', expression, message: 'broken', columns: [], severity: 'block', origin: 'definition' },
    ],
  });
  expect(rules.definitionProblems).toEqual([]);
  return rules.checkRow(values).length === 0;
};

test('row rules compute exactly: 0.1 + 0.2 is 0.3', () => {
  expect(holds('amount + cap == 0.3', { amount: '0.1', cap: '0.2' })).toBe(true);
  expect(holds('amount * 3 == 0.3', { amount: '0.1' })).toBe(true);
  expect(holds('amount <= cap', { amount: '12345678901234567890.02', cap: '12345678901234567890.01' })).toBe(
    false,
  );
  expect(holds('1000 >= amount', { amount: '1000.01' })).toBe(false);
});

test('an empty cell makes a comparison unknown, and unknown holds, as in SQL', () => {
  expect(holds('amount > 5', { amount: null })).toBe(true);
  expect(holds('amount != null && amount > 5', { amount: null })).toBe(false);
  expect(holds('amount == null || amount > 5', { amount: null })).toBe(true);
  expect(holds('amount > 5 && cap > 5', { amount: null, cap: '1' })).toBe(false);
  expect(holds('memo.startsWith("x")', { memo: null })).toBe(true);
});

test('dates, texts and switches can be compared', () => {
  expect(holds('valid_to >= valid_from', { valid_from: '2026-02-01', valid_to: '2026-01-31' })).toBe(false);
  expect(holds('valid_from >= date("2026-01-01")', { valid_from: '2026-01-01' })).toBe(true);
  expect(holds('monthOf(valid_from) == 2', { valid_from: '2026-02-01' })).toBe(true);
  expect(holds('memo in ["a", "b"]', { memo: 'c' })).toBe(false);
  expect(holds('!locked', { locked: 'true' })).toBe(false);
});

test.each(['amount >', 'nothing > 1', 'amount + 1', 'amount > memo'])(
  'the expression %s is refused when the sheet is compiled, not when a cell is typed',
  (expression) => {
    const rules = compileSheet({
      ...row,
      rules: [{ name: 'r', expression, message: 'm', columns: [], severity: 'block', origin: 'definition' }],
    });
    if (expression !== 'amount > memo') expect(rules.definitionProblems).toHaveLength(1);
    expect(rules.checkRow({ amount: '1', memo: 'x' })).toEqual([]);
  },
);

test('a condition locks a cell, and a large change asks for a reason', () => {
  const rules = compileSheet(
    aSheet([
      aColumn({
        name: 'amount',
        type: { kind: 'decimal' },
        reasonAbove: '1000',
        readOnlyWhen: { expression: 'status == "posted"', reason: 'Posted lines are final.' },
      }),
      aColumn({ name: 'status', type: { kind: 'text' } }),
    ]),
  );
  expect(rules.readOnlyReason('amount', { status: 'posted' })).toBe('Posted lines are final.');
  expect(rules.readOnlyReason('amount', { status: 'open' })).toBeNull();
  expect(rules.readOnlyReason('amount', { status: null })).toBeNull();
  expect(rules.needsReason('amount', '100', '1100.00')).toBe(false);
  expect(rules.needsReason('amount', '100', '1100.01')).toBe(true);
  expect(rules.needsReason('amount', null, '-1000.5')).toBe(true);
});

test('a value entered twice in a unique column, or a key entered twice, is found in the set', () => {
  const sheet = aSheet(
    [
      aColumn({ name: 'code', label: 'Code', type: { kind: 'text' }, rules: [rule({ kind: 'unique' })] }),
      aColumn({ name: 'id', type: { kind: 'text' } }),
    ],
    { key: ['id'] },
  );
  const found = checkSet(sheet, [
    { row: 'a', values: { id: '1', code: 'X' } },
    { row: 'b', values: { id: '1', code: 'Y' } },
    { row: 'c', values: { id: '2', code: 'X' } },
    { row: 'd', values: { id: null, code: null } },
  ]);
  expect(found.map(({ row: at, code }) => [at, code])).toEqual([
    ['b', 'key'],
    ['c', 'unique'],
  ]);
});
