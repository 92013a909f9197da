import { expect, test } from 'vitest';
import { addedRule, newRule, withRowRules, withRule } from '../../../../renderer/definition/draft.ts';
import { aColumn, aSheet } from '../../../support/columns.ts';

const fromTable = {
  kind: 'range' as const,
  max: '100',
  minExclusive: false,
  maxExclusive: false,
  severity: 'block' as const,
  origin: 'warehouse' as const,
};

test('a rule of the warehouse is never replaced by one of the same kind', () => {
  const column = aColumn({ type: { kind: 'decimal' }, rules: [fromTable] });
  const tighter = withRule(column, 'range', { ...newRule('range'), max: '50' } as typeof fromTable);
  expect(tighter.rules).toHaveLength(2);
  expect(addedRule(tighter, 'range')).toMatchObject({ max: '50' });
  expect(withRule(tighter, 'range', null).rules).toEqual([fromTable]);
});

test('row rules of the warehouse stay in place when the definition changes its own', () => {
  const rule = { name: 'r', expression: 'true', message: '', columns: [], severity: 'block' as const };
  const sheet = aSheet([aColumn({ type: { kind: 'text' } })], {
    rules: [
      { ...rule, origin: 'warehouse' },
      { ...rule, origin: 'definition' },
    ],
  });
  expect(withRowRules(sheet, []).rules.map((each) => each.origin)).toEqual(['warehouse']);
});
