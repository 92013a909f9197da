import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { governTable, installGovernance, ungovernTable } from '../../electron/governance/install.ts';
import { SQL_FOLDER } from '../../electron/governance/migrations.ts';
import { commitPlan } from '../../electron/warehouse/postgres/commit.ts';
import { capabilitiesOf } from '../../electron/warehouse/postgres/outcome.ts';
import { rowKeyOf } from '../../shared/model/rows.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { batchOf, openTables, rowsOf, type TestTables, update } from './commit-table.ts';

let server: TestPostgres;
let t: TestTables;

beforeAll(async () => {
  server = await startPostgres();
});
afterEach(() => t.close());
afterAll(() => server.stop());

const LINES = `create table line (id int primary key, n numeric(12,2), memo text); insert into line select i, i, null from generate_series(1, 10) i`;
const shipped = async () =>
  (await readdir(SQL_FOLDER))
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => [Number(file.slice(0, 3)), file.slice(4, -'.sql'.length)]);
const audit = (columns = 'kind, row_key, column_name, before, after') =>
  rowsOf(t.admin, `select ${columns} from writ.audit where target > 0 order by seq`);

test('a second installation changes nothing, and capabilities tell what is there', async () => {
  t = await openTables(server, LINES, null);
  const link = await t.link('anna');
  expect(await capabilitiesOf(link)).toMatchObject({ governance: 'absent', outcomeProof: 'transaction-id' });
  await installGovernance(t.admin);
  const objects = () =>
    rowsOf(
      t.admin,
      `select oid, proname, prosrc from pg_proc where pronamespace = 'writ'::regnamespace order by 1`,
    );
  const before = await objects();
  await installGovernance(t.admin);
  expect(await objects()).toEqual(before);
  expect(await rowsOf(t.admin, 'select version, name from writ.migration order by 1')).toEqual(
    await shipped(),
  );
  expect(await capabilitiesOf(link)).toMatchObject({ governance: 'absent' });
  await t.admin.query(`select writ.grant_use('anna')`);
  expect(await capabilitiesOf(link)).toMatchObject({ governance: 'installed', outcomeProof: 'batch-id' });
});

test('writes from psql are audited with the person, without a batch', async () => {
  t = await openTables(server, LINES, { line: ['id'] });
  const anna = await t.raw('anna');
  await anna.query(`set application_name = 'psql'`);
  await anna.query('update fin.line set n = n + 1 where id in (1, 2)');
  await anna.query(`insert into fin.line values (11, 5, 'new')`);
  await anna.query('delete from fin.line where id = 3');
  // MERGE came with PostgreSQL 15.
  const merged =
    server.release < 15
      ? 'update fin.line set n = 9 where id = 4; insert into fin.line values (12, 9, null)'
      : `merge into fin.line t using (values (4, 9), (12, 9)) v(id, n) on t.id = v.id when matched then update set n = v.n when not matched then insert values (v.id, v.n, null)`;
  await anna.query(merged);
  expect(await audit('kind, row_key, column_name, before, after, person, batch, application')).toEqual(
    [
      ['update', '["1"]', 'n', '1.00', '2.00'],
      ['update', '["2"]', 'n', '2.00', '3.00'],
      ['insert', '["11"]', 'id', null, '11'],
      ['insert', '["11"]', 'n', null, '5.00'],
      ['insert', '["11"]', 'memo', null, 'new'],
      ['delete', '["3"]', 'id', '3', null],
      ['delete', '["3"]', 'n', '3.00', null],
      ['update', '["4"]', 'n', '4.00', '9.00'],
      ['insert', '["12"]', 'id', null, '12'],
      ['insert', '["12"]', 'n', null, '9.00'],
    ].map((row) => [...row, 'anna', null, 'psql']),
  );
});

test("a write through a role that was set is the login's, not the role's", async () => {
  t = await openTables(server, LINES, { line: ['id'] });
  await t.admin.query('grant ben to anna');
  const anna = await t.raw('anna');
  await anna.query('set role ben');
  await anna.query('update fin.line set n = 0 where id = 1');
  expect(await audit('person')).toEqual([['anna']]);
  await t.admin.query('revoke ben from anna');
});

test('an update that changes nothing is not audited; null and empty text are different', async () => {
  t = await openTables(server, LINES, { line: ['id'] });
  const anna = await t.raw('anna');
  await anna.query('update fin.line set n = n, memo = memo');
  expect(await audit()).toEqual([]);
  await anna.query(`update fin.line set memo = '' where id = 1`);
  expect(await audit()).toEqual([['update', '["1"]', 'memo', null, '']]);
});

test('row keys are the texts JSON.stringify makes, and values canonical whatever the session prints', async () => {
  t = await openTables(
    server,
    `create table k (a text, b date, c numeric(9,3), d char(4), e uuid, f timestamptz not null default '2026-01-02 03:04:05.000006+00', g float8, h interval, i bytea, j jsonb, primary key (a, b, c, d, e))`,
    { k: ['a', 'b', 'c', 'd', 'e'] },
  );
  const anna = await t.raw('anna');
  await anna.query(
    `set datestyle = 'German'; set timezone = 'Asia/Kathmandu'; set intervalstyle = 'iso_8601'; set extra_float_digits = 0; set bytea_output = 'escape'`,
  );
  const uuid = randomUUID();
  const texts = [
    'plain',
    'q"u\\o/te',
    'tab\t nl\n cr\r bs\b ff\f',
    '\u0001\u001f\u007f',
    'ä€😀\u2028\u2029',
    '',
    "'); drop",
    ' lead',
    '</script>',
  ];
  for (const text of texts)
    await anna.query(
      'insert into fin.k (a, b, c, d, e, g, h, i, j) values ($1, $2, 1.5, $3, $4, 0.1::float8 + 0.2, $5, $6, $7)',
      [text, '2026-02-28', 'x', uuid, '1 day 2 hours', '\\x00ff', '{"b":1, "a": [1.10]}'],
    );
  expect(await audit(`distinct row_key, max(seq)`).catch(() => [])).toEqual([]);
  const keys = await rowsOf(t.admin, `select row_key from writ.audit where column_name = 'a' order by seq`);
  expect(keys.map(([key]) => key)).toEqual(
    texts.map((text) => rowKeyOf([text, '2026-02-28', '1.500', 'x', uuid])),
  );
  const [first] = await rowsOf(
    t.admin,
    `select (select array_agg(after order by column_name) from writ.audit where row_key = $1 and column_name in ('b', 'f', 'g', 'h', 'i', 'j'))`,
    [keys[0]?.[0]],
  );
  expect(first?.[0]).toEqual([
    '2026-02-28',
    '2026-01-02 03:04:05.000006+00',
    '0.30000000000000004',
    '1 day 02:00:00',
    '\\x00ff',
    '{"a": [1.10], "b": 1}',
  ]);
});

test('a forged batch setting attributes nothing to anyone else', async () => {
  t = await openTables(server, LINES, { line: ['id'] });
  const definition = await t.describe('line');
  const plan = batchOf(definition, [update(['1'], { n: ['1.00', '2.00'] })]);
  await commitPlan(await t.link('anna'), plan, definition);
  for (const user of ['ben', 'anna'])
    for (const forged of [plan.batch, randomUUID(), 'x', "'; drop schema writ; --"]) {
      const raw = await t.raw(user);
      await raw.query('begin');
      await raw.query(`select set_config('writ.batch', $1, true)`, [forged]);
      await raw.query('update fin.line set n = n + 1 where id = 2');
      await raw.query('commit');
    }
  expect(
    await rowsOf(
      t.admin,
      `select person, batch, count(*)::int from writ.audit where row_key = '["2"]' group by 1, 2 order by 1`,
    ),
  ).toEqual([
    ['anna', null, 4],
    ['ben', null, 4],
  ]);
  // Nor can a batch of another person be looked up, or reasons be given for it.
  const ben = await t.raw('ben');
  expect(await rowsOf(ben, 'select writ.outcome($1)', [plan.batch])).toEqual([['not-committed']]);
  await ben.query('begin');
  await ben.query(`select set_config('writ.batch', $1, true)`, [plan.batch]);
  await expect(
    ben.query(`select writ.give_reasons('fin.line', array['["1"]'], array['mine'])`),
  ).rejects.toMatchObject({ code: '23502' });
  await ben.query('rollback');
});

test('the audit cannot be written, changed or emptied by people, nor changed by its owner by accident', async () => {
  t = await openTables(server, LINES, { line: ['id'] });
  const anna = await t.raw('anna');
  await anna.query('update fin.line set n = 0 where id = 1');
  for (const table of ['audit', 'batch', 'reason', 'governed', 'migration'])
    for (const sql of [
      `delete from writ.${table}`,
      `truncate writ.${table}`,
      `drop table writ.${table}`,
      `insert into writ.${table} default values`,
      `alter table writ.${table} disable trigger all`,
    ])
      await expect(anna.query(sql), sql).rejects.toMatchObject({ code: '42501' });
  await expect(anna.query(`update writ.audit set after = '9'`)).rejects.toMatchObject({ code: '42501' });
  for (const sql of [
    `update writ.audit set after = '9'`,
    'delete from writ.audit',
    'truncate writ.audit',
    'delete from writ.batch',
    'truncate writ.reason',
  ])
    await expect(t.admin.query(sql), sql).rejects.toMatchObject({ code: '42501' });
  for (const sql of [
    `select writ.govern('fin.line', '{id}')`,
    `select writ.ungovern('fin.line')`,
    `select writ.grant_use('anna')`,
    'alter table fin.line disable trigger all',
    'drop trigger writ_audit_update on fin.line',
    'truncate fin.line',
  ])
    await expect(anna.query(sql), sql).rejects.toMatchObject({ code: '42501' });
  await expect(t.admin.query('truncate fin.line')).rejects.toMatchObject({ code: '42501' });
  expect(await audit()).toEqual([['update', '["1"]', 'n', '1.00', '0.00']]);
});

test('a person cannot give the audit functions other tables, operators or search paths', async () => {
  t = await openTables(server, LINES, { line: ['id'] });
  await t.admin.query(`grant create on database ${t.database} to anna`);
  const anna = await t.raw('anna');
  await anna.query(`create schema evil; create table evil.audit (like fin.line); create function evil.now() returns timestamptz language sql as $$ select timestamptz '2000-01-01' $$;
    create function evil.same(numeric, numeric) returns boolean language sql immutable as 'select true';
    create operator evil.= (leftarg = numeric, rightarg = numeric, procedure = evil.same);
    create temporary table old_rows (id int); create temporary table batch (id uuid); set search_path = evil, pg_temp, pg_catalog, fin`);
  await anna.query('update fin.line set n = 77 where id = 1');
  expect(await audit()).toEqual([['update', '["1"]', 'n', '1.00', '77.00']]);
  await anna.query('create table evil.mine (id int)');
  await expect(
    anna.query(
      'create trigger t after insert on evil.mine referencing new table as new_rows for each statement execute function writ.audit_1_insert()',
    ),
  ).rejects.toMatchObject({ code: '42501' });
});

test('many rows and many columns of one statement are told apart, a change of keys included', async () => {
  t = await openTables(
    server,
    `create table w (a int, b text, ${Array.from({ length: 40 }, (_, i) => `c${i} numeric(9,2) default 0`).join(', ')}, primary key (a, b)); insert into w (a, b) select i, 'x' from generate_series(1, 3000) i`,
    { w: ['a', 'b'] },
  );
  const anna = await t.raw('anna');
  await anna.query('update fin.w set c1 = a, c39 = case when a % 2 = 0 then 1 else c39 end');
  expect(
    await rowsOf(
      t.admin,
      `select column_name, count(*)::int, bool_and(after::numeric = case column_name when 'c1' then (row_key::json->>0)::numeric else 1 end) from writ.audit where target > 0 group by 1 order by 1`,
    ),
  ).toEqual([
    ['c1', 3000, true],
    ['c39', 1500, true],
  ]);
  await anna.query(`update fin.w set b = 'y', c0 = 5 where a <= 2`);
  expect(
    await rowsOf(
      t.admin,
      `select kind, row_key, count(*)::int from writ.audit where kind <> 'update' and target > 0 group by 1, 2 order by 1, 2`,
    ),
  ).toEqual([
    ['delete', '["1","x"]', 42],
    ['delete', '["2","x"]', 42],
    ['insert', '["1","y"]', 42],
    ['insert', '["2","y"]', 42],
  ]);
});

test('cascades, partitions and upserts are audited once', async () => {
  t = await openTables(
    server,
    `create table p (id int primary key); create table c (id int primary key, p int references p on delete cascade on update cascade); insert into p values (1), (2); insert into c values (10, 1), (20, 2);
     create table parts (id int, y int, n int, primary key (id, y)) partition by range (y); create table parts_a partition of parts for values from (0) to (10); create table parts_b partition of parts for values from (10) to (20);
     insert into parts values (1, 5, 0), (2, 15, 0)`,
    { p: ['id'], c: ['id'], parts: ['id', 'y'] },
  );
  const anna = await t.raw('anna');
  await anna.query('delete from fin.p where id = 1');
  await anna.query('update fin.p set id = 3 where id = 2');
  expect(
    await rowsOf(
      t.admin,
      `select g.relation::text, a.kind, a.row_key, a.column_name, a.before, a.after from writ.audit a join writ.governed g on g.id = a.target where g.relation = 'fin.c'::regclass order by seq`,
    ),
  ).toEqual([
    ['fin.c', 'delete', '["10"]', 'id', '10', null],
    ['fin.c', 'delete', '["10"]', 'p', '1', null],
    ['fin.c', 'update', '["20"]', 'p', '2', '3'],
  ]);
  await t.admin.query('grant update on fin.parts_a to anna');
  await anna.query('update fin.parts set n = 1');
  await anna.query('update fin.parts_a set n = 2');
  await anna.query('update fin.parts set y = 15 where id = 1');
  await anna.query(
    'insert into fin.parts values (2, 15, 9), (3, 3, 9) on conflict (id, y) do update set n = excluded.n',
  );
  expect(
    await rowsOf(
      t.admin,
      `select a.kind, a.row_key, a.column_name, a.before, a.after from writ.audit a join writ.governed g on g.id = a.target where g.relation = 'fin.parts'::regclass order by a.txid::text::bigint, a.kind, a.row_key, a.column_name`,
    ),
  ).toEqual([
    ['update', '["1","5"]', 'n', '0', '1'],
    ['update', '["2","15"]', 'n', '0', '1'],
    ['update', '["1","5"]', 'n', '1', '2'],
    ['delete', '["1","5"]', 'id', '1', null],
    ['delete', '["1","5"]', 'n', '2', null],
    ['delete', '["1","5"]', 'y', '5', null],
    ['insert', '["1","15"]', 'id', null, '1'],
    ['insert', '["1","15"]', 'n', null, '2'],
    ['insert', '["1","15"]', 'y', null, '15'],
    ['insert', '["3","3"]', 'id', null, '3'],
    ['insert', '["3","3"]', 'n', null, '9'],
    ['insert', '["3","3"]', 'y', null, '3'],
    ['update', '["2","15"]', 'n', '1', '9'],
  ]);
});

test('governing again follows new columns; ungoverning ends the audit and keeps what was recorded', async () => {
  t = await openTables(server, LINES, { line: ['id'] });
  const anna = await t.raw('anna');
  await t.admin.query('alter table fin.line add extra int, drop memo');
  await governTable(t.admin, { schema: 'fin', table: 'line', key: ['id'] });
  await anna.query('update fin.line set extra = 1 where id = 1');
  await t.admin.query('alter table fin.line rename to renamed');
  await anna.query('update fin.renamed set extra = 2 where id = 1');
  await ungovernTable(t.admin, { schema: 'fin', table: 'renamed' });
  await anna.query('update fin.renamed set extra = 3 where id = 1');
  expect(await audit()).toEqual([
    ['update', '["1"]', 'extra', null, '1'],
    ['update', '["1"]', 'extra', '1', '2'],
  ]);
  await expect(
    governTable(t.admin, { schema: 'fin', table: 'renamed', key: ['nope'] }),
  ).rejects.toMatchObject({ code: '42703' });
  await expect(governTable(t.admin, { schema: 'fin', table: 'renamed', key: [] })).rejects.toMatchObject({
    code: '42703',
  });
});

test('types without an equality of their own are compared by their text', async () => {
  t = await openTables(
    server,
    `create type pair as (a int, b text); create table x (id int primary key, j json, p point, q pair, m xml, e int[]); insert into x values (1, '{"a":1}', '(1,2)', '(1,x)', '<a/>', '{1}'), (2, '{}', '(0,0)', null, null, null)`,
    { x: ['id'] },
  );
  const anna = await t.raw('anna');
  await anna.query(
    `update fin.x set j = '{"a": 1}', p = '(1,3)', q = '(1,y)', m = '<b/>', e = '{1,2}' where id = 1`,
  );
  await anna.query('update fin.x set j = j, p = p, q = q, m = m, e = e');
  expect(await audit('column_name, before, after')).toEqual([
    ['j', '{"a":1}', '{"a": 1}'],
    ['p', '(1,2)', '(1,3)'],
    ['q', '(1,x)', '(1,y)'],
    ['m', '<a/>', '<b/>'],
    ['e', '{1}', '{1,2}'],
  ]);
});

test('a row changed alone is recorded as it is among others', async () => {
  t = await openTables(
    server,
    `create table r (id int, k text, n numeric(9,2), c char(4), t text, i interval, j json, z timestamptz, g int generated always as (id + 1) stored, gone int, primary key (id, k));
     alter table r drop column gone;
     insert into r select i, 'a"' || i, 1, 'ab', null, '1 mon', '{"a":1}', '2026-01-01' from generate_series(1, 6) i`,
    { r: ['id', 'k'] },
  );
  const anna = await t.raw('anna');
  await anna.query(`set datestyle = 'SQL, DMY'; set timezone = 'Asia/Tokyo'`);
  const changes = [
    `n = 1.00, c = 'ab ', t = ''`,
    `n = 2, t = 'x', i = '30 days', j = '{"a": 1}', z = z + interval '1 second'`,
    `n = null, c = null, i = null, j = null, z = null`,
    `id = id + 100, n = 7`,
  ];
  const recorded = async (where: readonly string[], change: string) => {
    await anna.query('begin');
    for (const each of where) await anna.query(`update fin.r set ${change} where ${each}`);
    const rows = await rowsOf(
      anna,
      'select kind, row_key, column_name, before, after from writ.audit order by row_key, kind, column_name',
    );
    await anna.query('rollback');
    return rows;
  };
  for (const change of changes) {
    const alone = await recorded(['id = 1', 'id = 2'], change);
    expect(alone.length, change).toBeGreaterThan(0);
    expect(alone, change).toEqual(await recorded(['id in (1, 2)'], change));
  }
});
