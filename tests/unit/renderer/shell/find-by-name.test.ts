import { expect, test } from 'vitest';
import { findByName } from '../../../../renderer/shell/find-by-name.ts';

const entries = [
  { name: 'Expand all groups', refusal: 'The rows are not grouped' },
  { name: 'Show all rows', refusal: null },
  { name: 'Show only rows with pending changes', refusal: null },
  { name: 'Plan line plan.plan_line', refusal: null },
];
const found = (text: string): readonly string[] => findByName(entries, text).map(({ name }) => name);

test('every word must be in the name, in any order and case', () => {
  expect(found('ROWS show')).toEqual(['Show all rows', 'Show only rows with pending changes']);
  expect(found('plan.plan')).toEqual(['Plan line plan.plan_line']);
  expect(found('nothing')).toEqual([]);
});

test('why something cannot be chosen is not what it is found by', () => {
  expect(found('all rows')).toEqual(['Show all rows']);
});

test('what cannot be chosen comes last', () => {
  expect(found('all')).toEqual(['Show all rows', 'Expand all groups']);
  expect(found('')).toHaveLength(entries.length);
});
