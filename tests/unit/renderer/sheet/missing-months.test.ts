import { expect, test } from 'vitest';
import { missingMonths, monthsOfYear } from '../../../../renderer/sheet/missing-months.ts';
import type { SheetModel } from '../../../../renderer/sheet/sheet-model.ts';
import type { SheetPeriods } from '../../../../shared/model/period.ts';
import { column, type SheetDefinition } from '../../../../shared/model/sheet.ts';
import { fullRights } from '../../electron/governance/loaded-sheet.ts';

const text = { kind: 'text' } as const;
const required = { kind: 'required' };
const definition: SheetDefinition = {
  version: 1,
  id: 'lines',
  name: 'Lines',
  source: { schema: 'plan', table: 'line' },
  sourceKind: 'table',
  key: ['account', 'period'],
  columns: [
    column.parse({ name: 'account', label: 'Account', type: text, sqlType: 'text', rules: [required] }),
    column.parse({ name: 'period', label: 'Period', type: text, sqlType: 'text', rules: [required] }),
    column.parse({ name: 'unit', label: 'Unit', type: text, sqlType: 'text', rules: [required] }),
    column.parse({
      ...{ name: 'currency', label: 'Currency', type: text, sqlType: 'text' },
      ...{ hasDefault: true, defaultValue: 'EUR', rules: [required] },
    }),
    column.parse({ name: 'memo', label: 'Memo', type: text, sqlType: 'text' }),
    column.parse({ name: 'kind', label: 'Kind', type: text, sqlType: 'text', defaultValue: 'plan' }),
    column.parse({
      ...{ name: 'owner', label: 'Owner', type: text, sqlType: 'text' },
      ...{ hasDefault: true, rules: [required] },
    }),
    column.parse({
      name: 'amount',
      label: 'Amount',
      type: { kind: 'decimal', scale: 2 },
      sqlType: 'numeric',
    }),
  ],
  rules: [],
};
const values: Readonly<Record<string, string>> = {
  unit: 't',
  currency: 'USD',
  memo: 'only March',
  owner: 'ann',
  amount: '7',
};

const asked = (rights: Partial<ReturnType<typeof fullRights>> & { periods?: SheetPeriods[] } = {}) => {
  const opened = { definition, rights: { ...fullRights(definition), ...rights } };
  const model = {
    getSnapshot: () => ({ opened }),
    value: (_row: unknown, { name }: { name: string }) => values[name] ?? null,
    rowCount: 10,
  } as unknown as SheetModel;
  const amount = definition.columns.at(-1);
  if (!amount) throw new Error('no amount');
  const row = { key: '["4010","2026-03"]', index: 2, page: null, at: 0, flags: 3 };
  let id = 0;
  return missingMonths(
    model,
    { row, column: amount, keyIn: (month) => ['4010', month] },
    ['2026-11', '2026-12'],
    new Date('2026-11-24T12:00:00Z'),
    () => String(++id),
  );
};

test('a new month begins with the key, the defaults and what the line must have, and with nothing that may hold for one month only', () => {
  const found = asked();
  expect(found?.refusal).toBeNull();
  expect(found?.months.map(({ month, row, values: begun }) => [month, row.key, begun])).toEqual([
    ['2026-11', 'new:1', { kind: 'plan', unit: 't', currency: 'USD', account: '4010', period: '2026-11' }],
    ['2026-12', 'new:2', { kind: 'plan', unit: 't', currency: 'USD', account: '4010', period: '2026-12' }],
  ]);
  expect(found?.copied.map(({ column: { name }, value }) => [name, value])).toEqual([
    ['unit', 't'],
    ['currency', 'USD'],
  ]);
});

test('who may not add rows, or give one of these columns a value, is told so and offered none', () => {
  expect(asked({ insert: false })).toMatchObject({
    months: [],
    refusal: expect.stringContaining('may not add rows'),
  });
  expect(asked({ insertColumns: ['account', 'period', 'amount'] })).toMatchObject({
    months: [],
    refusal: expect.stringContaining('Unit'),
  });
});

test('a closed month is not offered, and named', () => {
  const periods: SheetPeriods[] = [
    {
      ...{ calendar: 'Plan', style: 'text', columns: ['period'] },
      periods: [
        { period: '2026-11', label: 'November', state: 'closed', closingAt: null, by: null, reason: null },
      ],
    } as unknown as SheetPeriods,
  ];
  const found = asked({ periods });
  expect(found?.months.map(({ month }) => month)).toEqual(['2026-12']);
  expect(found?.refusal).toContain('November is closed');
});

test('months are written as the key writes them', () => {
  expect(monthsOfYear('2026', '2026-03').slice(0, 2)).toEqual(['2026-01', '2026-02']);
  expect(monthsOfYear('2026', '2026-03-01')[11]).toBe('2026-12-01');
});
