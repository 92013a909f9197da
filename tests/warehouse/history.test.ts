import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { commitPlan } from '../../electron/warehouse/postgres/commit.ts';
import { historyOf } from '../../electron/warehouse/postgres/history.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { batchOf, openTables, rowsOf, type TestTables, update } from './commit-table.ts';

let server: TestPostgres;
let t: TestTables;

beforeAll(async () => {
  server = await startPostgres();
});
afterEach(() => t.close());
afterAll(() => server.stop());

const PLANS = `create table assigned (login text, center text); insert into assigned values ('anna', 'C1'), ('ben', 'C2');
  create table plan (center text, month int, amount numeric(12,2), salary numeric(12,2), primary key (center, month));
  insert into plan select 'C' || c, m, 0, 1 from generate_series(1, 2) c, generate_series(1, 12) m;
  alter table plan enable row level security; create policy own on plan using (center in (select a.center from assigned a where a.login = session_user))`;

test('history tells who changed what, when, in which batch and why, newest first', async () => {
  t = await openTables(
    server,
    `create table line (id int primary key, n numeric(9,2), m text); insert into line values (1, 0, null), (2, 0, null)`,
    { line: ['id'] },
  );
  const definition = await t.describe('line');
  const link = await t.link('anna');
  const plan = batchOf(definition, [
    update(['1'], { n: ['0.00', '5.5', 'new offer'], m: [null, 'x'] }),
    update(['2'], { n: ['0.00', '1'] }),
  ]);
  await commitPlan(link, plan, definition);
  const raw = await t.raw('ben');
  await raw.query(`set application_name = 'psql'; update fin.line set n = 7 where id = 1`);
  const { entries, more, cursor } = await historyOf(link, { definition, limit: 10 });
  expect([more, cursor]).toEqual([false, null]);
  expect(
    entries.map(({ person, batch, row, column, before, after, reason, application }) => [
      person,
      batch,
      row,
      column,
      before,
      after,
      reason,
      application,
    ]),
  ).toEqual([
    ['ben', null, '["1"]', 'n', '5.50', '7.00', null, 'psql'],
    ['anna', plan.batch, '["2"]', 'n', '0.00', '1.00', null, 'Writ'],
    ['anna', plan.batch, '["1"]', 'm', null, 'x', 'new offer', 'Writ'],
    ['anna', plan.batch, '["1"]', 'n', '0.00', '5.50', 'new offer', 'Writ'],
  ]);
  for (const { at } of entries) expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  const cell = await historyOf(link, { definition, row: '["1"]', column: 'n', limit: 10 });
  expect(cell.entries.map(({ after }) => after)).toEqual(['7.00', '5.50']);
});

test('pages follow each other without gaps or repeats while others write', async () => {
  t = await openTables(
    server,
    `create table line (id int primary key, n int); insert into line select i, 0 from generate_series(1, 23) i`,
    { line: ['id'] },
  );
  const definition = await t.describe('line');
  const link = await t.link('anna');
  const raw = await t.raw('ben');
  await raw.query('update fin.line set n = id');
  const seen: (string | null)[] = [];
  let before: string | undefined;
  for (;;) {
    const page = await historyOf(link, { definition, limit: 5, ...(before ? { before } : {}) });
    seen.push(...page.entries.map(({ after }) => after));
    await raw.query('update fin.line set n = n + 100 where id = 1');
    if (!page.more) break;
    before = page.cursor ?? '';
  }
  expect(seen.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 23 }, (_, i) => i + 1));
  await expect(historyOf(link, { definition, limit: 5, before: "1'; drop table x" })).rejects.toMatchObject({
    code: 'cursor-invalid',
  });
});

test('a person sees the history of rows seen now, and nothing across cost centres', async () => {
  t = await openTables(server, PLANS, { plan: ['center', 'month'] });
  await t.admin.query(
    `update fin.plan set amount = month; delete from fin.plan where center = 'C2' and month = 12`,
  );
  const definition = await t.describe('plan');
  for (const [user, center] of [
    ['anna', 'C1'],
    ['ben', 'C2'],
  ] as const) {
    const { entries } = await historyOf(await t.link(user), { definition, limit: 100 });
    expect(new Set(entries.map(({ row }) => (JSON.parse(row) as string[])[0]))).toEqual(new Set([center]));
    expect(entries).toHaveLength(center === 'C1' ? 12 : 11);
    // Asking past the program brings no more.
    const raw = await t.raw(user);
    expect(
      await rowsOf(raw, `select count(*)::int from writ.audit where row_key not like '["${center}"%'`),
    ).toEqual([[0]]);
    expect(await rowsOf(raw, `select count(*)::int from writ.audit`)).toEqual([[entries.length]]);
  }
  // An operator, function or cast of one's own must not open the policy's eyes.
  const raw = await t.raw('anna');
  await raw.query(
    `create function pg_temp.peek(text) returns boolean language plpgsql cost 0.0001 as $$ begin raise notice 'leak %', $1; return true; end $$`,
  );
  const notices: string[] = [];
  raw.on('notice', (notice) => notices.push(String(notice.message)));
  await raw.query(`select count(*) from writ.audit where pg_temp.peek(row_key || after)`);
  expect(notices.length).toBeGreaterThan(0);
  expect(notices.filter((notice) => notice.includes('C2'))).toEqual([]);
  // With the assignment goes the sight of the history.
  await t.admin.query(`update fin.assigned set center = 'C2' where login = 'anna'`);
  const moved = await historyOf(await t.link('anna'), { definition, limit: 100 });
  expect(new Set(moved.entries.map(({ row }) => (JSON.parse(row) as string[])[0]))).toEqual(new Set(['C2']));
});

test('columns and tables a person may not select have no history for that person, reasons included', async () => {
  t = await openTables(
    server,
    `create table pay (id int primary key, grade text, salary numeric(9,2)); insert into pay values (1, 'A', 10); create table other (id int primary key, n int); insert into other values (1, 1)`,
    { pay: ['id'], other: ['id'] },
  );
  const definition = await t.describe('pay');
  const link = await t.link('anna');
  await commitPlan(
    link,
    batchOf(definition, [
      update(['1'], { grade: ['A', 'B', 'promoted'], salary: ['10.00', '20', 'promoted'] }),
    ]),
    definition,
  );
  await t.admin.query(
    'revoke select on fin.pay, fin.other from ben; grant select (id, grade) on fin.pay to ben',
  );
  const ben = await t.link('ben');
  const { entries } = await historyOf(ben, { definition, limit: 10 });
  expect(entries.map(({ column, after, reason }) => [column, after, reason])).toEqual([
    ['grade', 'B', 'promoted'],
  ]);
  await t.admin.query('revoke select (id, grade) on fin.pay from ben; update fin.other set n = 2');
  expect(await historyOf(ben, { definition, limit: 10 })).toEqual({ entries: [], more: false, cursor: null });
  const raw = await t.raw('ben');
  expect(
    await rowsOf(
      raw,
      'select (select count(*)::int from writ.audit), (select count(*)::int from writ.reason), (select count(*)::int from writ.batch)',
    ),
  ).toEqual([[0, 0, 0]]);
});

test('without schema writ, or without use of it, the history is empty instead of an error', async () => {
  t = await openTables(server, `create table line (id int primary key, n int)`, null);
  const definition = await t.describe('line');
  expect(await historyOf(await t.link('anna'), { definition, limit: 10 })).toEqual({
    entries: [],
    more: false,
    cursor: null,
  });
  await t.close();
  t = await openTables(server, `create table line (id int primary key, n int)`, { line: ['id'] });
  const governed = await t.describe('line');
  await t.admin.query('grant usage on schema fin to outsider; grant select on fin.line to outsider');
  expect(await historyOf(await t.link('outsider'), { definition: governed, limit: 10 })).toEqual({
    entries: [],
    more: false,
    cursor: null,
  });
});

test('the history of one row among many is found without reading them all', async () => {
  t = await openTables(
    server,
    `create table line (id int primary key, n int); insert into line select i, 0 from generate_series(1, 60000) i`,
    { line: ['id'] },
  );
  await t.admin.query(`update fin.line set n = 1`);
  await t.admin.query(`update fin.line set n = 2 where id = 17`);
  await t.admin.query('vacuum analyze writ.audit');
  const definition = await t.describe('line');
  const link = await t.link('anna');
  const { entries } = await historyOf(link, { definition, row: '["17"]', limit: 50 });
  expect(entries.map(({ after }) => after)).toEqual(['2', '1']);
  const plan = await rowsOf(
    t.admin,
    `explain (analyze, format json) select * from writ.audit a where a.target = 1 and a.row_key = '["17"]' order by a.seq desc limit 51`,
  );
  const text = JSON.stringify(plan);
  expect(text).toContain('audit_row');
  expect(Number(/"Rows Removed by Index Recheck":(\d+)/.exec(text)?.[1])).toBeLessThan(10_000);
});
