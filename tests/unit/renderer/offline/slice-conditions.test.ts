import { expect, test } from 'vitest';
import {
  conditionOn,
  conditionsOf,
  readConditions,
  type Slice,
  sliceText,
} from '../../../../renderer/offline/slice-conditions.ts';
import { column } from '../../../../shared/model/sheet.ts';
import { localeOf } from '../../../../shared/values/locale.ts';

const GERMAN = localeOf('de-DE');
const TODAY = '2026-11-28';
const columns = [
  column.parse({ name: 'center', label: 'Center', sqlType: 'text', type: { kind: 'text' } }),
  column.parse({
    ...{ name: 'amount', label: 'Amount', sqlType: 'numeric(10,2)' },
    type: { kind: 'decimal', precision: 10, scale: 2 },
  }),
  column.parse({ name: 'day', label: 'Day', sqlType: 'date', type: { kind: 'date' } }),
];
const read = (slice: Slice) => readConditions(conditionsOf(slice, columns, GERMAN), columns, GERMAN, TODAY);

test.each<[string, Slice]>([
  ['Center is one of C1, C2', [{ kind: 'in', column: 'center', values: ['C1', 'C2'] }]],
  ['Center does not contain x', [{ kind: 'lacks', column: 'center', text: 'x' }]],
  ['Center starts with C', [{ kind: 'starts', column: 'center', text: 'C' }]],
  ['Amount is at least 1000,50', [{ kind: 'range', column: 'amount', min: '1000.50' }]],
  ['Amount is less than 5,00', [{ kind: 'range', column: 'amount', max: '5.00', open: true }]],
  [
    'Day is between 01.01.2026 and 31.01.2026',
    [{ kind: 'range', column: 'day', min: '2026-01-01', max: '2026-01-31' }],
  ],
  ['Day has no value', [{ kind: 'blank', column: 'day', blank: true }]],
  [
    'Center has a value and Amount equals 3,00',
    [
      { kind: 'blank', column: 'center', blank: false },
      { kind: 'equals', column: 'amount', value: '3.00' },
    ],
  ],
  ['All rows', []],
])('"%s" is said of the rows, and stays what it is when it is looked at', (words, slice) => {
  expect(sliceText(slice, columns, GERMAN)).toBe(words);
  expect(read(slice)).toEqual({ slice });
});

test('what is typed is read by type and locale; what is no value is told at its condition', () => {
  const [center, amount] = columns;
  if (!center || !amount) throw new Error('no columns');
  const list = { ...conditionOn(1, center), draft: { ...conditionOn(1, center).draft, kind: 'in' as const } };
  const range = conditionOn(2, amount);
  const typed = (min: string) => [
    { ...list, list: ' C1 ,, C2' },
    { ...range, draft: { ...range.draft, kind: 'range' as const, min } },
  ];
  expect(readConditions(typed('1.234,5'), columns, GERMAN, TODAY)).toEqual({
    slice: [
      { kind: 'in', column: 'center', values: ['C1', 'C2'] },
      { kind: 'range', column: 'amount', min: '1234.50' },
    ],
  });
  expect(readConditions(typed('many'), columns, GERMAN, TODAY)).toMatchObject({ wrong: 2 });
  expect(readConditions(typed(' '), columns, GERMAN, TODAY)).toEqual({
    slice: [{ kind: 'in', column: 'center', values: ['C1', 'C2'] }],
  });
});
