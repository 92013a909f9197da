import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Warehouse } from '../../electron/warehouse/adapter.ts';
import { openPostgres } from '../../electron/warehouse/postgres/postgres.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { wildSql } from './introspection-schema.ts';

let server: TestPostgres;
let warehouse: Warehouse;
let definition: SheetDefinition;

beforeAll(async () => {
  server = await startPostgres();
  const database = await server.createDatabase();
  const admin = await server.client(undefined, undefined, database);
  await admin.query(wildSql);
  warehouse = await openPostgres({
    ...{ host: server.host, port: server.port, database, ...server.superuser },
    ...{ tls: 'disable', timeZone: 'Europe/Berlin', version: '0.0.0' },
  });
  definition = (await warehouse.describe({ schema: 'w', table: 'checks' })).definition;
}, 60_000);

afterAll(async () => {
  await warehouse?.close();
  await server?.stop();
});

const rulesOf = (name: string) => definition.columns.find((column) => column.name === name)?.rules;
const rowRule = (name: string) => definition.rules.find((rule) => rule.name === name);

describe('a CHECK on one column', () => {
  test.each([
    ['pct', [{ kind: 'range', min: '0', max: '100', minExclusive: false, maxExclusive: false }]],
    [
      'gt',
      [
        {
          kind: 'range',
          min: '0.5',
          max: '12345678901234567890.123456789',
          minExclusive: true,
          maxExclusive: true,
        },
      ],
    ],
    ['grade', [{ kind: 'list', values: ['A', 'B', "it's"], name: 'grade_list', origin: 'warehouse' }]],
    ['kind', [{ kind: 'list', values: ['ABC', 'XYZ'] }]],
    ['level', [{ kind: 'list', values: ['1', '2', '3'] }]],
    [
      'not_x',
      [
        { kind: 'not-in', values: ['x'] },
        { kind: 'not-in', values: ['y', 'z'] },
      ],
    ],
    ['rx', [{ kind: 'regex', pattern: '^[A-Z]{2}-[\\p{Nd}]+$', ignoreCase: false, negate: false }]],
    [
      'rxi',
      [
        { kind: 'regex', pattern: '^ab', ignoreCase: true, negate: false },
        { kind: 'regex', pattern: 'c[^]d', ignoreCase: false, negate: true },
      ],
    ],
    ['lk', [{ kind: 'regex', pattern: '^A[^]c[^]*$' }]],
    ['len', [{ kind: 'length', min: 2, max: 5 }]],
    ['filled', [{ kind: 'regex', pattern: '[^ ]' }]],
    ['must', [{ kind: 'required', name: 'must_be_there' }]],
    ['day', [{ kind: 'range', min: '2020-01-01' }]],
    ['either', [{ kind: 'list', values: ['a', 'b'] }]],
    ['flag', [{ kind: 'list', values: ['true'] }]],
    ['mood', [{ kind: 'not-in', values: ['zebra'] }]],
    ['qty', [{ kind: 'range', min: '0', name: 'half' }]],
  ])('on %s is read as rules', (name, rules) => {
    expect(rulesOf(name)).toMatchObject(rules);
    expect(rulesOf(name)).toHaveLength(rules.length);
  });
});

describe('a CHECK on several columns', () => {
  test.each([
    ['ordered', '(a == null || b == null || a <= b)', ['a', 'b']],
    [
      'product',
      '(total == null || qty == null || price == null || total == (qty * price))',
      ['total', 'qty', 'price'],
    ],
    ['one_of', '(!(a == null) || !(b == null))', ['a', 'b']],
  ])('%s becomes an expression that null does not break', (name, expression, columns) => {
    expect(rowRule(name)).toMatchObject({ expression, columns, origin: 'warehouse', severity: 'block' });
  });

  test('keeps three-valued logic under NOT', () => {
    expect(rowRule('when_priced')?.expression).toBe(
      '(price == null || !(((qty != null && qty > 10) && (price != null && price < 5))))',
    );
  });

  test('speaks with its comment where it has one', () => {
    expect(rowRule('ordered')?.message).toBe('A comes before B.');
  });

  test('is left to the database when a part is not understood, without losing its other parts', () => {
    expect(rowRule('opaque')).toBeUndefined();
    expect(rowRule('volatile_year')).toBeUndefined();
    expect(rowRule('half')).toBeUndefined();
    expect(rulesOf('qty')).toMatchObject([{ kind: 'range', name: 'half' }]);
  });
});
