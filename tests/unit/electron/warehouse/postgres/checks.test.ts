import { describe, expect, test } from 'vitest';
import { labelsOf } from '../../../../../electron/warehouse/postgres/catalog-types.ts';
import { targetOrigins } from '../../../../../electron/warehouse/postgres/catalog-views.ts';
import { rulesOfChecks } from '../../../../../electron/warehouse/postgres/checks.ts';
import { javascriptPattern, likePattern } from '../../../../../electron/warehouse/postgres/checks-regex.ts';
import { parseTree } from '../../../../../electron/warehouse/postgres/checks-tree.ts';
import type { ColumnType } from '../../../../../shared/model/sheet.ts';
import { humanise } from '../../../../../shared/values/humanise.ts';

const types: Readonly<Record<string, ColumnType>> = {
  n: { kind: 'decimal' },
  i: { kind: 'integer', bits: 32 },
  f: { kind: 'float', bits: 64 },
  t: { kind: 'text' },
  d: { kind: 'date' },
  ts: { kind: 'timestamp', zoned: false, digits: 6 },
  ok: { kind: 'boolean' },
  'odd name': { kind: 'decimal' },
};
const rules = (sql: string) =>
  rulesOfChecks(
    [{ name: 'c', sql, comment: null }],
    (name) => types[name],
    (name) => name,
  );

describe('a deparsed constraint', () => {
  test.each([
    ["(t = ANY ('{a,b}'::text[]))", 't', { kind: 'list', values: ['a', 'b'] }],
    ["(n >= '-1.50'::numeric)", 'n', { kind: 'range', min: '-1.50' }],
    ['(0 < i)', 'i', { kind: 'range', min: '0', minExclusive: true }],
    ['((i)::numeric <= 2.5)', 'i', { kind: 'range', max: '2.5' }],
    ["(NOT (t ~ '^x'::text))", 't', { kind: 'regex', pattern: '^x', negate: true }],
    ["(NOT (t = ANY (ARRAY['a'::text, 'b'::text])))", 't', { kind: 'not-in', values: ['a', 'b'] }],
    ["((t)::text = E'a\\\\b'::text)", 't', { kind: 'list', values: ['a\\b'] }],
    [
      "(ts < '2030-01-01 00:00:00'::timestamp without time zone)",
      'ts',
      { kind: 'range', max: '2030-01-01 00:00:00' },
    ],
    ['(NOT ok)', 'ok', { kind: 'list', values: ['false'] }],
  ])('%s is a rule of its column', (sql, column, rule) => {
    expect(rules(sql).columns.get(column)).toMatchObject([rule]);
  });

  test.each([
    "(t = ANY (ARRAY['a'::text, NULL::text]))",
    '(n > NULL::numeric)',
    "(d >= 'now'::text::date)",
    "((ts)::date > '2020-01-01'::date)",
    "(t > 'm'::text)",
    '((n)::integer > 3)',
    "(n <> 'NaN'::numeric)",
    "(t OPERATOR(public.=) 'x'::public.citext)",
    '(t ~ t)',
    '(d > CURRENT_DATE)',
    '(CASE WHEN ok THEN (n > 1) ELSE true END)',
    'select 1',
    '((((((',
    "(t = 'unterminated",
    '',
  ])('%s gives no rule, for it says nothing or nothing certain', (sql) => {
    const found = rules(sql);
    expect([...found.columns.values()].flat()).toEqual([]);
    expect(found.rows).toEqual([]);
  });

  test('is not translated over a name that is no variable', () => {
    expect(rules('("odd name" <= n)').rows).toEqual([]);
  });

  test('over a column that is not shown leaves its other parts', () => {
    const found = rulesOfChecks(
      [{ name: 'c', sql: '((hidden > 1) AND (n > 1))', comment: null }],
      (name) => types[name],
      (name) => (name === 'hidden' ? undefined : name),
    );
    expect([...found.columns.keys()]).toEqual(['n']);
  });

  test('never throws, whatever is cut from it', () => {
    const sql = `((n >= '-1.5'::numeric(3,1)) AND ((t)::text ~ E'^\\\\d''"$'::text) OR (NOT ("odd name" = ANY (ARRAY[1.0, 2]))) AND (length(btrim(t)) > 0))`;
    for (let from = 0; from < sql.length; from++)
      for (let to = from; to <= sql.length; to += 3) expect(() => rules(sql.slice(from, to))).not.toThrow();
  });
});

describe('precedence', () => {
  test('puts AND over OR and comparison over both', () => {
    expect(parseTree('a OR b AND NOT c = 1')).toMatchObject({
      kind: 'or',
      items: [
        { kind: 'column' },
        { kind: 'and', items: [{ kind: 'column' }, { kind: 'not', of: { kind: 'operator' } }] },
      ],
    });
    expect(parseTree('1 + 2 * 3 - 4')).toMatchObject({
      name: '-',
      left: { name: '+', right: { name: '*' } },
    });
  });
});

describe('a regular expression', () => {
  test.each([
    ['^[[:alpha:]_-]+$', 'Müller-x', true],
    ['^[]a]+$', 'a]a', true],
    ['^\\w+$', 'größe', true],
    ['^[^\\d]$', '5', false],
    ['^a.b$', 'a\nb', true],
    ['(?i)^abc$', 'ABC', true],
    ['^a{2,3}$', 'aaaa', false],
    ['^[A-Z]{2}\\@\\.x$', 'AB@.x', true],
    ['^.$', '😀', true],
  ])('%s judges %j as PostgreSQL does', (source, value, matches) => {
    const found = javascriptPattern(source, false);
    expect(found && new RegExp(found.pattern, found.ignoreCase ? 'iu' : 'u').test(value)).toBe(matches);
  });

  test.each(['***=a.b', '\\ya', '\\mfoo', '[[.a.]]', '(?x) a', 'a\\', '[a', '(', '\\x41'])(
    '%s is left to the database',
    (source) => {
      expect(javascriptPattern(source, false)).toBeNull();
    },
  );

  test('of LIKE treats only its own wildcards as such', () => {
    expect(new RegExp(likePattern('a.%\\%_'), 'u').test('a.xyz%q')).toBe(true);
    expect(new RegExp(likePattern('a.%'), 'u').test('abc')).toBe(false);
  });
});

describe('labels', () => {
  test.each([
    ['cost_center_id', 'Cost center'],
    ['id', 'ID'],
    ['unitPrice', 'Unit price'],
    ['IBAN', 'IBAN'],
    ['日本', '日本'],
    ['__', '__'],
    ['fx_rate_2', 'Fx rate 2'],
  ])('of %s is %s', (name, label) => {
    expect(humanise(name)).toBe(label);
  });

  test('are told apart by full names when they would be the same', () => {
    expect(labelsOf(['region', 'region_id'])).toEqual(['Region', 'Region ID']);
    expect(labelsOf(['a b', 'a_b'])).toEqual(['a b', 'a_b']);
  });
});

describe('the origins of a view', () => {
  test('are those of its outermost query alone', () => {
    const entry = (no: number, table: number, column: number, name = 'x') =>
      `{TARGETENTRY :expr {VAR :varno 1} :resno ${no} :resname ${name} :ressortgroupref 0 :resorigtbl ${table} :resorigcol ${column} :resjunk false}`;
    const tree = `({QUERY :cteList ({COMMONTABLEEXPR :ctequery {QUERY :targetList (${entry(9, 7, 7)})}}) :targetList (${entry(1, 42, 3)} ${entry(2, 0, 0)} ${entry(3, 42, 5, 'odd\\ \\{name\\}')})})`;
    expect([...targetOrigins(tree)]).toEqual([
      [1, { table: '42', column: 3 }],
      [3, { table: '42', column: 5 }],
    ]);
  });
});
