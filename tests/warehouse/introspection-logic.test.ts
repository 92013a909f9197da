import { evaluate } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Warehouse } from '../../electron/warehouse/adapter.ts';
import { openPostgres } from '../../electron/warehouse/postgres/postgres.ts';
import type { ColumnRule } from '../../shared/model/sheet.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
let warehouse: Warehouse;
let database: string;

beforeAll(async () => {
  server = await startPostgres();
  database = await server.createDatabase();
  warehouse = await openPostgres({
    ...{ host: server.host, port: server.port, database, ...server.superuser },
    ...{ tls: 'disable', timeZone: 'UTC', version: '0.0.0' },
  });
}, 60_000);

afterAll(async () => {
  await warehouse?.close();
  await server?.stop();
});

const CONSTRAINTS = 300;
const DOMAIN = [null, -1, 0, 1, 2] as const;

const name = fc.constantFrom('a', 'b', 'c');
const operator = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');
const constant = fc.integer({ min: -1, max: 2 }).map(String);
const { condition } = fc.letrec<{ condition: string; number: string }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 2 },
    name,
    constant,
    fc
      .tuple(tie('number'), fc.constantFrom('+', '-', '*'), tie('number'))
      .map(([l, o, r]) => `(${l} ${o} ${r})`),
    tie('number').map((of) => `(- ${of})`),
  ),
  condition: fc.oneof(
    { maxDepth: 4 },
    fc.tuple(name, operator, constant).map((parts) => parts.join(' ')),
    fc.tuple(tie('number'), operator, tie('number')).map((parts) => parts.join(' ')),
    fc.tuple(name, fc.constantFrom('is null', 'is not null')).map((parts) => parts.join(' ')),
    fc
      .tuple(
        name,
        fc.constantFrom('in', 'not in'),
        fc.array(fc.oneof(constant, constant, fc.constant('null')), { minLength: 1, maxLength: 3 }),
      )
      .map(([of, how, items]) => `${of} ${how} (${items.join(', ')})`),
    fc.tuple(name, constant, constant).map(([of, low, high]) => `${of} between ${low} and ${high}`),
    fc
      .tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition'))
      .map(([l, o, r]) => `((${l}) ${o} (${r}))`),
    tie('condition').map((of) => `(not (${of}))`),
  ),
}));

type Row = Readonly<Record<string, number | null>>;

/** What the rules of single columns mean, said once more in the plainest way. */
const holds = (rule: ColumnRule, value: number | null): boolean => {
  if (value === null) return rule.kind !== 'required';
  switch (rule.kind) {
    case 'required':
      return true;
    case 'list':
      return rule.values.includes(String(value));
    case 'not-in':
      return !rule.values.includes(String(value));
    case 'range': {
      const { min, max } = rule;
      const over = min === undefined || (rule.minExclusive ? value > Number(min) : value >= Number(min));
      const under = max === undefined || (rule.maxExclusive ? value < Number(max) : value <= Number(max));
      return over && under;
    }
    default:
      throw new Error(`unexpected ${rule.kind}`);
  }
};

test('rules read from CHECK constraints judge every row as the database does, null included', async () => {
  const seed = Math.trunc(Date.now() / 1_000);
  const conditions = fc.sample(condition, { numRuns: CONSTRAINTS, seed });
  const admin = await server.client(undefined, undefined, database);
  await admin.query(
    `create table logic (id integer primary key, a integer, b integer, c integer,
      ${conditions.map((sql, i) => `constraint k${i} check (${sql})`).join(', ')})`,
  );
  const grid = DOMAIN.flatMap((a) => DOMAIN.flatMap((b) => DOMAIN.map((c): Row => ({ a, b, c }))));
  const { rows } = await admin.query({
    text: `select ${conditions.map((sql) => `(${sql}) is not false`).join(', ')}
      from unnest($1::int[], $2::int[], $3::int[]) with ordinality as g(a, b, c, i) order by i`,
    values: [grid.map(({ a }) => a), grid.map(({ b }) => b), grid.map(({ c }) => c)],
    rowMode: 'array',
  });
  const { definition } = await warehouse.describe({ schema: 'public', table: 'logic' });
  let translated = 0;
  for (const [k, sql] of conditions.entries()) {
    const ofColumns = definition.columns.flatMap((column) =>
      column.rules.filter((rule) => rule.name === `k${k}`).map((rule) => ({ column: column.name, rule })),
    );
    const ofRow = definition.rules.filter((rule) => rule.name === `k${k}`);
    let exact = true;
    for (const [i, row] of grid.entries()) {
      const bound = Object.fromEntries(
        Object.entries(row).map(([key, value]) => [key, value === null ? null : BigInt(value)]),
      );
      const own =
        ofColumns.every(({ column, rule }) => holds(rule, row[column] ?? null)) &&
        ofRow.every(({ expression }) => evaluate(expression, bound) === true);
      const theirs = rows[i]?.[k] === true;
      exact &&= own === theirs;
      if (theirs && !own)
        throw new Error(
          `seed ${seed}: "${sql}" accepts ${JSON.stringify(row)}, ${JSON.stringify({ ofColumns, ofRow })} do not`,
        );
    }
    if (exact) translated++;
  }
  expect(translated, `seed ${seed}`).toBeGreaterThan(CONSTRAINTS * 0.95);
});
