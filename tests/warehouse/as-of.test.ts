import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Description } from '../../electron/warehouse/adapter.ts';
import { readAsOf } from '../../electron/warehouse/postgres/as-of.ts';
import { describeTable } from '../../electron/warehouse/postgres/catalog.ts';
import type { Link } from '../../electron/warehouse/postgres/connect.ts';
import { readRows } from '../../electron/warehouse/postgres/read.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { openTables, rowsOf, type TestTables } from './commit-table.ts';

let server: TestPostgres;
let t: TestTables;

beforeAll(async () => {
  server = await startPostgres();
});
afterEach(() => t.close());
afterAll(() => server.stop());

type Rows = readonly (readonly (string | null)[])[];
const request = ({ definition, rights }: Description) => ({
  ...{ definition, rights, limit: 100_000 },
  signal: new AbortController().signal,
});

const now = async (link: Link, described: Description): Promise<Rows> => {
  const rows: (readonly (string | null)[])[] = [];
  await readRows(link, request(described), (chunk) => rows.push(...chunk.rows));
  return rows;
};
const asOf = async (link: Link, described: Description, moment: string): Promise<Rows> => {
  const rows: (readonly (string | null)[])[] = [];
  await readAsOf(link, request(described), moment, (chunk) => rows.push(...chunk.rows));
  return rows;
};
const moment = async (client: pg.Client): Promise<string> =>
  String((await rowsOf(client, `select clock_timestamp()::text`))[0]?.[0]);

const KINDS = `create type mood as enum ('low', 'high');
  create table line (a text collate "C", b int, n numeric(12,2), d date, at timestamptz, j jsonb, tags text[], x bytea, f float8, o mood,
    doubled numeric generated always as (n * 2) stored, primary key (a, b))`;

/** One statement of somebody, on few rows so that they meet often; keys change, rows go and come back. */
const statement = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      b: fc.nat(4),
      n: fc.option(fc.integer({ min: -9, max: 9 })),
      what: fc.nat(5),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      b: fc.nat(4),
      n: fc.option(fc.nat(9)),
      what: fc.nat(1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      b: fc.nat(4),
      n: fc.constant(null),
      what: fc.nat(1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('move' as const), b: fc.nat(4), n: fc.nat(2), what: fc.nat(1) }),
  },
);
const CHANGED = [
  (n: string) => `n = ${n}`,
  () => `d = date '2026-01-01' + floor(random() * 300)::int, at = clock_timestamp()`,
  () => `j = case when random() < 0.5 then '{"k": [1, "é"]}'::jsonb end, tags = array['a,b', null, '"']`,
  () => `x = '\\x00ff'::bytea, f = random(), o = case when o = 'low' then 'high' else 'low' end::fin.mood`,
  (n: string) => `n = coalesce(n, 0) + ${n}, d = null`,
  () => `j = null, at = null`,
] as const;
const sqlOf = ({ kind, b, n, what }: { kind: string; b: number; n: number | null; what: number }): string => {
  const a = what % 2 ? `'x"y'` : `'é'`;
  switch (kind) {
    case 'set':
      return `update fin.line set ${(CHANGED[what] ?? CHANGED[0])(String(n ?? 'null'))} where b >= ${b}`;
    case 'add':
      return `insert into fin.line (a, b, n) values (${a}, ${b}, ${n ?? 'null'}) on conflict (a, b) do update set n = excluded.n`;
    case 'remove':
      return `delete from fin.line where b = ${b}`;
    default:
      // Moves every key at once: rows take each other's places.
      return `update fin.line set b = b + 100; update fin.line set b = (b - 100 + ${(n ?? 0) + 1}) % 7 where a = ${a}; delete from fin.line t where b >= 100
        and exists (select from fin.line o where o.a = t.a and o.b = t.b - 100); update fin.line set b = b - 100 where b >= 100`;
  }
};

test('every moment reads as the table was then, whatever was changed since', async () => {
  t = await openTables(server, KINDS, { line: ['a', 'b'] });
  const link = await t.link('anna');
  const described = await describeTable(link, { schema: 'fin', table: 'line' });
  const raw = await t.raw('ben');
  const seed = Date.now() % 2 ** 31;
  console.info(`seed ${seed}`);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 }),
      async (transactions) => {
        const snapshots: { at: string; rows: Rows }[] = [
          { at: await moment(raw), rows: await now(link, described) },
        ];
        for (const statements of transactions) {
          await raw.query(`begin; ${statements.map(sqlOf).join('; ')}; commit`);
          snapshots.push({ at: await moment(raw), rows: await now(link, described) });
        }
        for (const { at, rows } of snapshots) expect(await asOf(link, described, at)).toEqual(rows);
      },
    ),
    { seed, numRuns: 15 },
  );
});

test('a transaction belongs to a moment whole or not at all', async () => {
  t = await openTables(
    server,
    `create table line (id int primary key, n int); insert into line values (1, 0), (2, 0)`,
    { line: ['id'] },
  );
  const link = await t.link('anna');
  const described = await describeTable(link, { schema: 'fin', table: 'line' });
  const [one, two] = [await t.raw('anna'), await t.raw('ben')];
  await one.query('begin; update fin.line set n = 1 where id = 1');
  const between = await moment(two);
  await one.query('update fin.line set n = 1 where id = 2');
  // Not linked yet, and not committed: nothing of it is there.
  expect(await asOf(link, described, between)).toEqual([
    ['1', '0'],
    ['2', '0'],
  ]);
  await one.query('commit');
  expect(await asOf(link, described, between)).toEqual([
    ['1', '0'],
    ['2', '0'],
  ]);
  expect(await asOf(link, described, await moment(two))).toEqual([
    ['1', '1'],
    ['2', '1'],
  ]);
});

test('history shows nobody what row policies or column grants hide, of now or of then', async () => {
  t = await openTables(
    server,
    `create table assigned (login text, center text); insert into assigned values ('anna', 'C1'), ('ben', 'C2');
     create table plan (id int primary key, center text, amount int, salary int); insert into plan values (1, 'C1', 1, 9), (2, 'C2', 1, 9), (3, 'C1', 1, 9);
     alter table plan enable row level security; create policy own on plan using (center in (select a.center from assigned a where a.login = session_user))`,
    { plan: ['id'] },
  );
  await t.admin.query(
    'revoke select on fin.plan from ben; grant select (id, center, amount) on fin.plan to ben',
  );
  const start = await moment(t.admin);
  await t.admin.query(
    `update fin.plan set amount = 2, salary = 10; update fin.plan set center = 'C1' where id = 2; delete from fin.plan where id = 3`,
  );
  const views = await Promise.all(
    ['anna', 'ben'].map(async (user) => {
      const link = await t.link(user);
      return { link, described: await describeTable(link, { schema: 'fin', table: 'plan' }) };
    }),
  );
  const [anna, ben] = views;
  // Row 2 is hers now, but was another's then; row 3 is gone, and nobody can tell whose it would be.
  expect(anna && (await asOf(anna.link, anna.described, start))).toEqual([['1', 'C1', '1', '9']]);
  expect(ben && (await asOf(ben.link, ben.described, start))).toEqual([]);
  await t.admin.query(`update fin.plan set center = 'C2' where id = 2`);
  expect(ben && (await asOf(ben.link, ben.described, start))).toEqual([['2', 'C2', '1']]);
  await t.admin.query('revoke select (id, center, amount) on fin.plan from ben');
  await expect(ben && asOf(ben.link, ben.described, start)).rejects.toMatchObject({ kind: 'denied' });
});

test('a moment before the audit began, and a table without audit, are refused with the reason', async () => {
  t = await openTables(
    server,
    `create table line (id int primary key, n int); create table free (id int primary key)`,
    { line: ['id'] },
  );
  const link = await t.link('anna');
  const line = await describeTable(link, { schema: 'fin', table: 'line' });
  await expect(asOf(link, line, '2020-01-01T00:00:00Z')).rejects.toMatchObject({ code: 'before-audit' });
  const free = await describeTable(link, { schema: 'fin', table: 'free' });
  await expect(asOf(link, free, await moment(t.admin))).rejects.toMatchObject({ code: 'history-absent' });
  await expect(asOf(link, line, "'; drop table x")).rejects.toMatchObject({ kind: 'invalid' });
});
