import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { commitPlan } from '../../electron/warehouse/postgres/commit.ts';
import { silentLoss } from '../../electron/warehouse/postgres/statement-values.ts';
import type { CommitOutcome } from '../../shared/model/batch.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { batchOf, insert, openTables, remove, rowsOf, type TestTables, update } from './commit-table.ts';

let server: TestPostgres;
let t: TestTables;

beforeAll(async () => {
  server = await startPostgres();
});
afterEach(() => t.close());
afterAll(() => server.stop());

type Refused = Extract<CommitOutcome, { kind: 'not-committed' }>;

/** Commits as anna and expects a refusal after which the table and the audit are as they were. */
const refusal = async (table: string, pending: readonly PendingRow[], user = 'anna'): Promise<Refused> => {
  const definition = await t.describe(table);
  const state = async () => [
    await rowsOf(t.admin, `select md5(string_agg(x::text, ',' order by x::text)) from fin.${table} x`),
    await rowsOf(t.admin, 'select count(*) from writ.audit where target > 0'),
    await rowsOf(t.admin, 'select count(*) from writ.batch'),
  ];
  const before = await state();
  const link = await t.link(user);
  const outcome = await commitPlan(link, batchOf(definition, pending), definition);
  expect(await state()).toEqual(before);
  // The connection is fit for the next one.
  expect((await link.query(`select current_setting('application_name')`)).rows).toEqual([['Writ/0.1.0']]);
  if (outcome.kind !== 'not-committed') throw new Error(`expected a refusal, got ${outcome.kind}`);
  return outcome;
};

const NUMBERS = `create table n (id int primary key, a numeric(12,2) constraint small check (a < 1000000), b int not null default 0, memo varchar(5), day date, at timestamp(3));
  insert into n select i, i, 0, null, null from generate_series(1, 12000) i`;

test('cells that changed meanwhile are named with base, mine and theirs, compared as the column compares', async () => {
  t = await openTables(server, NUMBERS, { n: ['id'] });
  await t.admin.query(
    `update fin.n set a = 7.5, memo = 'x' where id = 2; update fin.n set b = 9 where id = 3; delete from fin.n where id = 4`,
  );
  const outcome = await refusal('n', [
    update(['1'], { a: ['1', '5'] }),
    update(['2'], { a: ['2.00', '5'], memo: [null, 'y'] }),
    update(['3'], { b: ['0', '1'], a: ['3.00', '4'] }),
    update(['4'], { a: ['4.00', '1'] }),
    remove(['5'], { a: '5.00', b: '1', memo: null }),
  ]);
  expect(outcome.failure).toMatchObject({ kind: 'conflict', code: 'rows-changed' });
  expect([...outcome.conflicts].sort((a, b) => (a.row + a.column < b.row + b.column ? -1 : 1))).toEqual([
    { row: '["2"]', kind: 'changed', column: 'a', base: '2.00', mine: '5', theirs: '7.50' },
    { row: '["2"]', kind: 'changed', column: 'memo', base: null, mine: 'y', theirs: 'x' },
    { row: '["3"]', kind: 'changed', column: 'b', base: '0', mine: '1', theirs: '9' },
    { row: '["4"]', kind: 'missing' },
    { row: '["5"]', kind: 'changed', column: 'b', base: '1', theirs: '0' },
  ]);
});

test('the before-check takes null for a value like any other, in both directions', async () => {
  t = await openTables(server, NUMBERS, { n: ['id'] });
  await t.admin.query(`update fin.n set memo = 'x' where id = 1`);
  const outcome = await refusal('n', [
    update(['1'], { memo: [null, 'y'] }),
    update(['2'], { memo: ['x', 'y'] }),
  ]);
  expect(outcome.conflicts).toMatchObject([
    { row: '["1"]', base: null, theirs: 'x' },
    { row: '["2"]', base: 'x', theirs: null },
  ]);
});

test('letters that a collation holds for equal are a change', async () => {
  t = await openTables(
    server,
    `create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false); create table a (id int primary key, name text collate loose); insert into a values (1, 'ABC')`,
    { a: ['id'] },
  );
  expect((await refusal('a', [update(['1'], { name: ['abc', 'x'] })])).conflicts).toMatchObject([
    { theirs: 'ABC' },
  ]);
});

test('one bad row among ten thousand is named with its column and nothing is written', async () => {
  t = await openTables(server, NUMBERS, { n: ['id'] });
  const rows = Array.from({ length: 10_000 }, (_, i) =>
    update([String(i + 1)], { a: [`${i + 1}.00`, i === 7_776 ? '1000000' : '1'], b: ['0', '1'] }),
  );
  const outcome = await refusal('n', rows);
  expect(outcome.failure).toMatchObject({
    kind: 'invalid',
    code: 'check-failed',
    details: { constraint: 'small' },
  });
  expect(outcome.problems).toMatchObject([
    { row: '["7777"]', column: 'a', severity: 'block', code: 'check-failed' },
  ]);
});

test('several bad rows with different faults of one statement are listed together', async () => {
  t = await openTables(server, NUMBERS, { n: ['id'] });
  const bad: Record<number, [string, string | null]> = {
    10: ['1', 'seventy'],
    2000: ['1000001', 'x'],
    4321: ['1', 'toolong'],
  };
  const outcome = await refusal(
    'n',
    Array.from({ length: 4_900 }, (_, i) =>
      update([String(i + 1)], {
        a: [`${i + 1}.00`, bad[i + 1]?.[0] ?? '1'],
        memo: [null, bad[i + 1]?.[1] ?? 'ok'],
      }),
    ),
  );
  expect(outcome.problems.map(({ row, column, code }) => [row, column, code]).sort()).toEqual([
    ['["10"]', 'memo', 'value-invalid'],
    ['["2000"]', 'a', 'check-failed'],
    ['["4321"]', 'memo', 'value-invalid'],
  ]);
});

test('every kind of refusal of the database names its row and column', async () => {
  t = await openTables(
    server,
    `create table parent (id int primary key); insert into parent values (1);
     create table c (id int primary key, p int references parent, need text not null, code text constraint code_once unique, n numeric(4,1), d date, pos int check (pos > 0));
     insert into c select i, 1, 'x', 'c' || i, 1, null, 1 from generate_series(1, 5) i`,
    { c: ['id'] },
  );
  const cases: [PendingRow, string | undefined, string][] = [
    [update(['1'], { p: ['1', '99'], d: [null, '2026-01-01'] }), 'p', 'reference-missing'],
    [update(['1'], { need: ['x', null], d: [null, '2026-01-01'] }), 'need', 'value-required'],
    [update(['1'], { code: ['c1', 'c2'], d: [null, '2026-01-01'] }), 'code', 'value-taken'],
    [update(['1'], { n: ['1.0', '1000'], d: [null, '2026-01-01'] }), 'n', 'value-invalid'],
    [update(['1'], { n: ['1.0', 'abc'], d: [null, '2026-01-01'] }), 'n', 'value-invalid'],
    [update(['1'], { pos: ['1', '1e309'], d: [null, '2026-01-01'] }), 'pos', 'value-invalid'],
    [update(['1'], { pos: ['1', '5'], d: [null, '31.02.'] }), 'd', 'value-invalid'],
    [insert({ id: '9', need: 'x', d: '2026-02-30' }), 'd', 'value-invalid'],
    [insert({ id: '9', code: 'x' }), 'need', 'value-required'],
    [insert({ id: '9', need: 'x', code: 'c1' }), 'code', 'value-taken'],
    [insert({ id: '9', need: 'x', pos: '0' }), 'pos', 'check-failed'],
  ];
  for (const [row, column, code] of cases) {
    const outcome = await refusal('c', [update(['5'], { pos: ['1', '2'] }), row]);
    expect(outcome.problems, JSON.stringify(row)).toMatchObject([{ row: row.row, column, code }]);
  }
});

test('a new row whose key is taken is a conflict that says so', async () => {
  t = await openTables(server, NUMBERS, { n: ['id'] });
  const [fine, taken] = [insert({ id: '50000' }), insert({ id: '7' })];
  const outcome = await refusal('n', [fine, taken]);
  expect(outcome.conflicts).toEqual([{ row: taken.row, kind: 'exists' }]);
  const twice = [insert({ id: '60000' }), insert({ id: '60000' })];
  const both = await refusal('n', twice);
  expect(twice.map(({ row }) => row)).toContain(both.problems[0]?.row);
});

test('a deferred constraint that fails at COMMIT is told like any other', async () => {
  t = await openTables(
    server,
    `create table parent (id int primary key); insert into parent values (1);
     create table c (id int primary key, p int references parent deferrable initially deferred); insert into c select i, 1 from generate_series(1, 100) i`,
    { c: ['id'] },
  );
  const outcome = await refusal(
    'c',
    Array.from({ length: 100 }, (_, i) => update([String(i + 1)], { p: ['1', i === 41 ? '2' : null] })),
  );
  expect(outcome).toMatchObject({
    failure: { kind: 'invalid', code: 'reference-missing' },
    problems: [{ row: '["42"]', column: 'p', code: 'reference-missing' }],
  });
});

test('rows out of reach of the person are missing, rows the policy refuses are named', async () => {
  t = await openTables(
    server,
    `create table p (id int primary key, owner text, seen text, n int); insert into p values (1, 'anna', 'anna', 0), (2, 'ben', 'ben', 0), (3, 'ben', 'anna', 0);
     alter table p enable row level security; create policy r on p for select using (seen = session_user or owner = session_user);
     create policy w on p for update using (owner = session_user) with check (owner = session_user and n < 100); create policy i on p for insert with check (owner = session_user)`,
    { p: ['id'] },
  );
  await t.admin.query(`insert into fin.p values (4, 'anna', 'anna', 0)`);
  const definition = { ...(await t.describe('p')) };
  expect(definition.key).toEqual(['id']);
  const hidden = await refusal('p', [update(['1'], { n: ['0', '1'] }), update(['2'], { n: ['0', '1'] })]);
  expect(hidden.conflicts).toEqual([{ row: '["2"]', kind: 'missing' }]);
  const refused = await refusal('p', [update(['1'], { n: ['0', '1'] }), update(['3'], { n: ['0', '1'] })]);
  expect(refused).toMatchObject({
    failure: { kind: 'denied', code: 'row-refused' },
    conflicts: [],
    problems: [{ row: '["3"]', code: 'row-refused' }],
  });
  const checked = await refusal('p', [update(['4'], { n: ['0', '1'] }), update(['1'], { n: ['0', '100'] })]);
  expect(checked).toMatchObject({
    failure: { kind: 'denied', code: 'not-permitted' },
    problems: [{ row: '["1"]', code: 'not-permitted' }],
  });
  const other = insert({ id: '9', owner: 'ben' });
  expect((await refusal('p', [insert({ id: '8', owner: 'anna' }), other])).problems).toMatchObject([
    { row: other.row, code: 'not-permitted' },
  ]);
});

test('a trigger that passes a row over is not taken for success', async () => {
  t = await openTables(
    server,
    `create table a (id int primary key, n int); insert into a select i, 0 from generate_series(1, 50) i;
     create function skip() returns trigger language plpgsql as 'begin if new.id in (13, 113) then return null; end if; return new; end';
     create trigger skip before insert or update on a for each row execute function skip()`,
    { a: ['id'] },
  );
  const updates = await refusal(
    'a',
    Array.from({ length: 50 }, (_, i) => update([String(i + 1)], { n: ['0', '1'] })),
  );
  expect(updates.problems).toMatchObject([{ row: '["13"]', code: 'row-refused' }]);
  const inserts = Array.from({ length: 20 }, (_, i) => insert({ id: String(i + 101) }));
  const skipped = await refusal('a', inserts);
  expect(skipped.problems).toMatchObject([{ row: inserts[12]?.row, code: 'row-refused' }]);
});

test('a sentence raised by a trigger reaches the person', async () => {
  t = await openTables(
    server,
    `create table a (id int primary key, n int); insert into a values (1, 0), (2, 0);
     create function no() returns trigger language plpgsql as $$ begin if new.n > 10 then raise exception 'The budget of % is closed.', new.id; end if; return new; end $$;
     create trigger no before update on a for each row execute function no()`,
    { a: ['id'] },
  );
  const outcome = await refusal('a', [update(['1'], { n: ['0', '1'] }), update(['2'], { n: ['0', '11'] })]);
  expect(outcome.problems).toMatchObject([
    {
      row: '["2"]',
      code: 'refused-by-database',
      message: expect.stringContaining('The budget of 2 is closed.'),
    },
  ]);
});

test('values the database would round or cut in silence never reach it', async () => {
  t = await openTables(server, NUMBERS, { n: ['id'] });
  const outcome = await refusal('n', [
    update(['1'], { a: ['1.00', '0.005'] }),
    update(['2'], { at: [null, '2026-01-01 00:00:00.1234'] }),
    update(['3'], { memo: [null, 'abcde '] }),
    update(['4'], { memo: [null, 'a\u0000b'] }),
    update(['5'], { memo: [null, '\ud800'] }),
    update(['6'], { a: ['6.00', '1e-3'] }),
    update(['7'], { a: ['7.00', '1.5000'] }),
  ]);
  expect(outcome.failure).toMatchObject({ kind: 'invalid', code: 'value-invalid' });
  expect(outcome.problems.map(({ row, column, code }) => [row, column, code]).sort()).toEqual([
    ['["1"]', 'a', 'too-many-decimals'],
    ['["2"]', 'at', 'too-many-decimals'],
    ['["3"]', 'memo', 'too-long'],
    ['["4"]', 'memo', 'not-storable'],
    ['["5"]', 'memo', 'not-storable'],
    ['["6"]', 'a', 'too-many-decimals'],
  ]);
});

test('a column that lost decimals after the sheet was opened refuses instead of rounding', async () => {
  t = await openTables(
    server,
    `create domain money2 as numeric(12,2); create table a (id int primary key, x numeric(12,2), y money2); insert into a values (1, 0, 0)`,
    { a: ['id'] },
  );
  const definition = await t.describe('a');
  await t.admin.query('alter table fin.a alter x type numeric(12,1)');
  const outcome = await commitPlan(
    await t.link('anna'),
    batchOf(definition, [update(['1'], { x: ['0.00', '1.25'] })]),
    definition,
  );
  expect(outcome).toMatchObject({
    kind: 'not-committed',
    failure: { kind: 'conflict', code: 'definition-outdated' },
  });
  await t.admin.query('alter table fin.a alter y type numeric(12,0)');
  const other = await commitPlan(
    await t.link('anna'),
    batchOf(definition, [update(['1'], { y: ['0.00', '1.25'] })]),
    definition,
  );
  expect(other).toMatchObject({ kind: 'not-committed', failure: { code: 'definition-outdated' } });
  expect(await rowsOf(t.admin, 'select x::text, y::text from fin.a')).toEqual([['0.0', '0']]);
});

test('scales below zero and values at the edge of the scale are judged exactly', () => {
  const column = (scale: number): Column => ({
    name: 'x',
    label: 'x',
    type: { kind: 'decimal', precision: 9, scale },
    sqlType: `numeric(9,${scale})`,
    hasDefault: false,
    rules: [],
  });
  const loses = (scale: number, value: string): boolean => silentLoss(column(scale), value) !== null;
  expect(['1.25', '1.250', '-0.010', '100', '.5', 'NaN', 'Infinity'].map((value) => loses(2, value))).toEqual(
    Array(7).fill(false),
  );
  expect(['1.255', '0.001', '1e-3', '1E-3'].map((value) => loses(2, value))).toEqual(Array(4).fill(true));
  expect(['1200', '-300', '0'].map((value) => loses(-2, value))).toEqual(Array(3).fill(false));
  expect(['1250', '50', '1200.5'].map((value) => loses(-2, value))).toEqual(Array(3).fill(true));
});

test('a vanished table, a dropped column and a missing right are told as such', async () => {
  t = await openTables(server, `${NUMBERS}; create table m (id int primary key, x int)`, { n: ['id'] });
  const definition = await t.describe('n');
  const link = await t.link('anna');
  await t.admin.query('alter table fin.n drop column memo');
  expect(
    await commitPlan(link, batchOf(definition, [update(['1'], { memo: [null, 'x'] })]), definition),
  ).toMatchObject({ kind: 'not-committed', failure: { kind: 'conflict', code: 'column-missing' } });
  await t.admin.query('revoke update on fin.n from anna');
  expect(
    await commitPlan(link, batchOf(definition, [update(['1'], { a: ['1.00', '2'] })]), definition),
  ).toMatchObject({ kind: 'not-committed', failure: { kind: 'denied', code: 'not-permitted' } });
  await t.admin.query('drop table fin.n');
  expect(
    await commitPlan(link, batchOf(definition, [update(['1'], { a: ['1.00', '2'] })]), definition),
  ).toMatchObject({ kind: 'not-committed', failure: { kind: 'conflict', code: 'table-missing' } });
});
