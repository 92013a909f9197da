import { expect, test } from 'vitest';
import {
  columnProblems,
  draftProblems,
  rowRuleProblems,
} from '../../../../renderer/definition/draft-problems.ts';
import type { Column, ColumnRule, RowRule } from '../../../../shared/model/sheet.ts';
import { aColumn, aSheet } from '../../../support/columns.ts';

const own = { severity: 'block', origin: 'definition' } as const;
const bounds = { minExclusive: false, maxExclusive: false, ...own } as const;
const amount = aColumn({ name: 'amount', label: 'Amount', type: { kind: 'decimal' } });
const fields = (column: Column): string[] => [...columnProblems(column, aSheet([column])).keys()];
const ruleFields = (rule: ColumnRule, type: Column['type'] = { kind: 'decimal' }): string[] =>
  fields(aColumn({ type, rules: [rule] }));

test('a column as the table has it can be saved', () => {
  expect(fields(amount)).toEqual([]);
});

test('bounds have to be values of the column, in order', () => {
  expect(ruleFields({ kind: 'range', ...bounds })).toEqual(['range']);
  expect(ruleFields({ kind: 'range', min: 'ten', ...bounds })).toEqual(['range']);
  expect(ruleFields({ kind: 'range', min: '10', max: '9', ...bounds })).toEqual(['range']);
  expect(ruleFields({ kind: 'range', min: '9', max: '10', ...bounds })).toEqual([]);
  expect(ruleFields({ kind: 'range', max: '31.02.2026', ...bounds }, { kind: 'date' })).toEqual(['range']);
  expect(ruleFields({ kind: 'range', max: '2026-02-28', ...bounds }, { kind: 'date' })).toEqual([]);
});

test('rules without content are pointed out at their kind', () => {
  const text = { kind: 'text' } as const;
  expect(ruleFields({ kind: 'list', values: [], ...own }, text)).toEqual(['list']);
  expect(ruleFields({ kind: 'length', ...own }, text)).toEqual(['length']);
  expect(ruleFields({ kind: 'length', min: 5, max: 2, ...own }, text)).toEqual(['length']);
  const regex = { kind: 'regex', ignoreCase: false, negate: false, ...own } as const;
  expect(ruleFields({ ...regex, pattern: '' }, text)).toEqual(['regex']);
  expect(ruleFields({ ...regex, pattern: '(' }, text)).toEqual(['regex']);
  expect(ruleFields({ ...regex, pattern: '^A' }, text)).toEqual([]);
});

test('rules of the warehouse are not judged here', () => {
  expect(ruleFields({ kind: 'range', min: 'ten', ...bounds, origin: 'warehouse' })).toEqual([]);
});

test('label, default, threshold and lock are checked at their fields', () => {
  const wrong = {
    ...amount,
    label: ' ',
    defaultValue: 'abc',
    reasonAbove: '-5',
    readOnlyWhen: { expression: 'amount >', reason: '' },
  };
  expect(fields(wrong)).toEqual(['label', 'default', 'reason', 'lock', 'lock-reason']);
});

test('a rule over a row needs a name, an expression that can be read, and a sentence', () => {
  const rule: RowRule = { name: '', expression: 'missing > 1', message: '', columns: [], ...own };
  const sheet = aSheet([amount], { rules: [rule] });
  expect([...rowRuleProblems(rule, sheet).keys()]).toEqual(['name', 'expression', 'message']);
  const good = { ...rule, name: 'small', expression: 'amount < 10', message: 'Too much' };
  expect([...rowRuleProblems(good, sheet).keys()]).toEqual([]);
});

test('the draft names the places that need a look, columns as they were left out', () => {
  const wrong = { ...amount, name: 'b', label: '' };
  const rule: RowRule = { name: 'r', expression: '', message: 'm', columns: [], ...own };
  const plain = aSheet([amount]);
  const draft = { ...plain, columns: [amount, wrong], rules: [rule] };
  expect(draftProblems(draft, plain)).toEqual({ columns: new Set(['b']), rows: true });
  expect(draftProblems(draft, { ...plain, columns: [wrong] }).columns).toEqual(new Set());
});
