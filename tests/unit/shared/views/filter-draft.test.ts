import { expect, test } from 'vitest';
import type { Column } from '../../../../shared/model/sheet.ts';
import type { ColumnFilter } from '../../../../shared/model/view.ts';
import { editText } from '../../../../shared/values/format.ts';
import { localeOf } from '../../../../shared/values/locale.ts';
import { parseInput } from '../../../../shared/values/parse.ts';
import { type Condition, draftOf, filterOf, kindsOf } from '../../../../shared/views/filter-draft.ts';

const column = (kind: 'text' | 'date'): Column =>
  ({ name: 'a', label: 'A', type: { kind } }) as unknown as Column;
const read = (text: string) => ({ value: text });

test.each<[string, Condition]>([
  ['contains', { kind: 'contains', column: 'a', text: 'x' }],
  ['does not contain', { kind: 'lacks', column: 'a', text: 'x' }],
  ['starts with', { kind: 'starts', column: 'a', text: 'x' }],
  ['ends with', { kind: 'ends', column: 'a', text: 'x' }],
  ['equals', { kind: 'equals', column: 'a', value: 'x' }],
  ['does not equal', { kind: 'differs', column: 'a', value: 'x' }],
  ['is before', { kind: 'range', column: 'a', max: '2026-01-01', open: true }],
  ['is on or before', { kind: 'range', column: 'a', max: '2026-01-01' }],
  ['is after', { kind: 'range', column: 'a', min: '2026-01-01', open: true }],
  ['is on or after', { kind: 'range', column: 'a', min: '2026-01-01' }],
  ['is between', { kind: 'range', column: 'a', min: '2026-01-01', max: '2026-02-01' }],
  ['has no value', { kind: 'blank', column: 'a', blank: true }],
  ['has a value', { kind: 'blank', column: 'a', blank: false }],
  ['has a pending change', { column: 'a', mark: 'pending' }],
  ['is not valid', { column: 'a', mark: 'invalid' }],
  ['has a conflict', { column: 'a', mark: 'conflict' }],
])('"%s" is offered, and shown again as it was chosen', (label, filter) => {
  const draft = draftOf(filter, column('date'), (value) => value);
  expect(kindsOf(column('date')).find(([kind]) => kind === draft.kind)?.[1]).toBe(label);
  expect(filterOf(draft, 'a', read)).toEqual(filter);
});

test('order is offered for numbers and dates only', () => {
  const labels = kindsOf(column('text')).map(([, label]) => label);
  expect(labels).toContain('does not equal');
  expect(labels).not.toContain('is between');
});

test('what is no value of the column is told instead of filtered by', () => {
  const draft = {
    ...draftOf(undefined, column('date'), (value) => value),
    kind: 'more',
    text: 'soon',
  } as const;
  expect(filterOf(draft, 'a', () => ({ message: 'Type a date.' }))).toEqual({ message: 'Type a date.' });
});

test('a bound is shown as it is typed, so that applying it again does not make another number of it', () => {
  const german = localeOf('de-DE');
  const quantity = { name: 'a', label: 'A', type: { kind: 'decimal', scale: 3 } } as unknown as Column;
  const filter: ColumnFilter = { kind: 'range', column: 'a', min: '1.234' };
  const draft = draftOf(filter, quantity, (value) => editText(value, quantity, german));
  expect(draft.text).toBe('1,234');
  const parse = (text: string) => {
    const parsed = parseInput(text, quantity, german, '2026-01-01');
    return parsed.kind === 'value' ? { value: parsed.value } : { message: parsed.kind };
  };
  expect(filterOf(draft, 'a', parse)).toEqual(filter);
});
