import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Warehouse } from '../../electron/warehouse/adapter.ts';
import { javascriptPattern, likePattern } from '../../electron/warehouse/postgres/checks-regex.ts';
import { openPostgres } from '../../electron/warehouse/postgres/postgres.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { wildSql } from './introspection-schema.ts';

let server: TestPostgres;
let warehouse: Warehouse;
let definition: SheetDefinition;
let admin: pg.Client;

beforeAll(async () => {
  server = await startPostgres();
  const database = await server.createDatabase();
  admin = await server.client(undefined, undefined, database);
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

describe('a translated pattern', () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      'B',
      '1',
      '.',
      '\\d',
      '\\w',
      '\\s',
      '\\D',
      '\\W',
      '\\.',
      '\\-',
      '[a-c]',
      '[^a]',
      '[]a]',
      '[^]a]',
      '[a-]',
      '[-a]',
    ],
    ...[
      '[[:alpha:]]',
      '[^[:digit:]_]',
      '[\\w.]',
      '[[:space:][:punct:]]',
      '(a|b)',
      '(?:ab)',
      '(?=a)',
      '(?!b)',
      'ä',
      '\\(',
      '[.*]',
      '\\n',
    ],
    ...['}', '{', '\\\\', '[\\]]', '[[:upper:]]', '@', '\\@', '#', '\\A', '\\Z'],
  );
  const pattern = fc
    .tuple(
      fc.constantFrom('', '^', '(?i)'),
      fc.array(fc.tuple(piece, fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '+?')), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.constantFrom('', '$'),
    )
    .map(([head, parts, tail]) => head + parts.map((part) => part.join('')).join('') + tail);
  const value = fc.string({
    unit: fc.constantFrom(
      ...[
        'a',
        'b',
        'B',
        'ä',
        'Ü',
        '1',
        '_',
        '-',
        '.',
        ' ',
        '\n',
        '(',
        ']',
        '\\',
        '}',
        '@',
        '#',
        '*',
        '😀',
        '٣',
        '²',
        'a\u0301',
        'ª',
        '\u00a0',
        '\u2003',
        'ǅ',
        'Ⅷ',
        'ⓐ',
        '‿',
        '\u0085',
        '日',
      ],
    ),
    maxLength: 5,
  });

  test('never refuses a text the database accepts', async () => {
    await fc.assert(
      fc.asyncProperty(
        pattern,
        fc.boolean(),
        fc.array(value, { minLength: 20, maxLength: 20 }),
        async (source, negate, values) => {
          const found = javascriptPattern(source, false, negate);
          if (!found) return;
          const own = new RegExp(found.pattern, found.ignoreCase ? 'iu' : 'u');
          let answer: pg.QueryResult<{ ok: boolean }>;
          try {
            answer = await admin.query(
              `select v ${negate ? '!~' : '~'} $1 as ok from unnest($2::text[]) with ordinality u(v, i) order by i`,
              [source, values],
            );
          } catch {
            // Not a pattern to the database either, so no constraint can hold it.
            return;
          }
          for (const [i, each] of values.entries())
            if (answer.rows[i]?.ok && own.test(each) === negate)
              throw new Error(`${source} as ${found.pattern} refuses ${JSON.stringify(each)}`);
        },
      ),
      { numRuns: 1_500 },
    );
  });

  test('of LIKE agrees with the database', async () => {
    const like = fc.string({
      unit: fc.constantFrom('a', 'b', '%', '_', '.', '(', '\\%', '\\_', '\\\\'),
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(like, fc.array(value, { minLength: 20, maxLength: 20 }), async (source, values) => {
        const own = new RegExp(likePattern(source), 'u');
        const { rows } = await admin.query(
          'select v like $1 as ok from unnest($2::text[]) with ordinality u(v, i) order by i',
          [source, values],
        );
        expect(values.map((each) => own.test(each))).toEqual(rows.map(({ ok }) => ok));
      }),
      { numRuns: 300 },
    );
  });
});
