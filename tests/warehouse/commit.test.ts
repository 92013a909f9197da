import { afterAll, beforeAll, expect, test } from 'vitest';
import { commitPlan } from '../../electron/warehouse/postgres/commit.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { batchOf, insert, openTables, remove, rowsOf, type TestTables, update } from './commit-table.ts';

let server: TestPostgres;
const opened: TestTables[] = [];

beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(async () => {
  for (const each of opened) await each.close();
  await server.stop();
});

const tables = async (
  ...args: [sql: string, governed?: Parameters<typeof openTables>[2]]
): Promise<TestTables> => {
  const each = await openTables(server, ...args);
  opened.push(each);
  return each;
};

const LINES = `
  create domain sum as numeric(18,2);
  create type driver as enum ('manual', 'trend');
  create table line (id integer, center char(4), amount fin.sum, driver driver, memo varchar(60), at timestamptz, doc json, tags text[], ok boolean,
    primary key (id, center));
  insert into line select i, 'CC' || i % 3, i, 'manual', null, '2026-01-01 12:00:00.123456+01', '{"a": 1}', '{x}', true from generate_series(1, 20) i`;
const key = (id: number): string[] => [String(id), `CC${id % 3}`];

test('updates of different columns, deletes and inserts reach the table as one transaction', async () => {
  const t = await tables(LINES, { line: ['id', 'center'] });
  const link = await t.link('anna');
  const definition = await t.describe('line');
  const plan = batchOf(definition, [
    update(key(1), { amount: ['1.00', '10.50'], memo: [null, 'it\'s "quoted" \\ {x,y} NULL'] }),
    update(key(2), { driver: ['manual', 'trend'] }),
    update(key(3), { doc: ['{"a": 1}', '[1, 2]'], tags: ['{x}', '{"a b",c}'], ok: ['true', 'false'] }),
    update(key(4), {
      at: ['2026-01-01 12:00:00.123456+01', '2026-07-01 00:00:00+02'],
      amount: ['4.00', null],
    }),
    remove(key(5), { amount: '5.00', memo: null, doc: '{"a": 1}' }),
    insert({ id: '100', center: 'CC1', amount: '0.10' }),
    insert({ id: '101', center: 'CC1', memo: '' }),
  ]);
  const steps: string[] = [];
  const proofs: string[] = [];
  const outcome = await commitPlan(link, plan, definition, {
    onStep: (step) => void steps.push(step),
    onProof: (proof) => void proofs.push(proof),
  });
  expect(outcome).toMatchObject({ kind: 'committed', rows: 7, audited: true });
  expect(steps).toEqual(['begun', 'written', 'committing', 'committed']);
  expect(proofs).toHaveLength(1);
  expect(
    await rowsOf(
      t.admin,
      `select id, amount::text, driver::text, memo, doc::text, tags::text, ok from fin.line where id in (1, 2, 3, 4, 5, 100, 101) order by 1`,
    ),
  ).toEqual([
    [1, '10.50', 'manual', 'it\'s "quoted" \\ {x,y} NULL', '{"a": 1}', '{x}', true],
    [2, '2.00', 'trend', null, '{"a": 1}', '{x}', true],
    [3, '3.00', 'manual', null, '[1, 2]', '{"a b",c}', false],
    [4, null, 'manual', null, '{"a": 1}', '{x}', true],
    [100, '0.10', null, null, null, null, null],
    [101, null, null, '', null, null, null],
  ]);
  expect(
    await rowsOf(t.admin, 'select person, rows, cells, relation from writ.batch where id = $1', [plan.batch]),
  ).toEqual([['anna', 7, plan.cells, '"fin"."line"']]);
  expect(
    await rowsOf(t.admin, 'select count(distinct txid)::int from writ.audit where batch = $1', [plan.batch]),
  ).toEqual([[1]]);
});

test('a repeat of a committed batch answers committed and writes nothing again', async () => {
  const t = await tables(LINES, { line: ['id', 'center'] });
  const link = await t.link('anna');
  const definition = await t.describe('line');
  const plan = batchOf(definition, [
    update(key(1), { amount: ['1.00', '2.00'] }),
    insert({ id: '50', center: 'CC9' }),
  ]);
  const first = await commitPlan(link, plan, definition);
  const second = await commitPlan(link, plan, definition);
  expect([first.kind, second.kind]).toEqual(['committed', 'committed']);
  expect(await rowsOf(t.admin, 'select count(*)::int from fin.line')).toEqual([[21]]);
  expect(await rowsOf(t.admin, `select count(*)::int from writ.audit where column_name = 'amount'`)).toEqual([
    [1],
  ]);
});

test('a batch id with another payload, or of another person, is refused', async () => {
  const t = await tables(LINES, { line: ['id', 'center'] });
  const definition = await t.describe('line');
  const plan = batchOf(definition, [update(key(1), { amount: ['1.00', '2.00'] })]);
  await commitPlan(await t.link('anna'), plan, definition);
  const other = batchOf(definition, [update(key(2), { amount: ['2.00', '3.00'] })], plan.batch);
  for (const user of ['anna', 'ben'])
    expect(await commitPlan(await t.link(user), other, definition)).toMatchObject({
      kind: 'not-committed',
      failure: { kind: 'conflict', code: 'batch-id-taken' },
    });
  expect(await commitPlan(await t.link('ben'), plan, definition)).toMatchObject({ kind: 'not-committed' });
  expect(await rowsOf(t.admin, 'select amount::text from fin.line where id = 2')).toEqual([['2.00']]);
});

test('without schema writ the rows are written and the outcome says that nothing was audited', async () => {
  const t = await tables(LINES, null);
  const definition = await t.describe('line');
  const plan = batchOf(definition, [update(key(1), { amount: ['1.00', '2.00'] })]);
  expect(await commitPlan(await t.link('anna'), plan, definition)).toMatchObject({
    kind: 'committed',
    audited: false,
  });
  expect(await rowsOf(t.admin, 'select amount::text from fin.line where id = 1')).toEqual([['2.00']]);
});

test('a person without use of schema writ still writes with the own rights, audited without a batch', async () => {
  const t = await tables(LINES, { line: ['id', 'center'] });
  await t.admin.query('grant usage on schema fin to outsider; grant select, update on fin.line to outsider');
  const definition = await t.describe('line');
  const plan = batchOf(definition, [update(key(1), { amount: ['1.00', '2.00'] })]);
  expect(await commitPlan(await t.link('outsider'), plan, definition)).toMatchObject({
    kind: 'committed',
    audited: false,
  });
  expect(await rowsOf(t.admin, 'select person, batch from writ.audit where target > 0')).toEqual([
    ['outsider', null],
  ]);
});

test('CHECKs over two edited columns see both new values at once', async () => {
  const t = await tables(
    `create table span (id int primary key, low int, high int, check (low < high)); insert into span select i, 1, 2 from generate_series(1, 3) i`,
    { span: ['id'] },
  );
  const definition = await t.describe('span');
  const plan = batchOf(definition, [
    update(['1'], { low: ['1', '10'], high: ['2', '20'] }),
    update(['2'], { high: ['2', '30'] }),
    update(['3'], { low: ['1', '-5'] }),
  ]);
  expect(await commitPlan(await t.link('anna'), plan, definition)).toMatchObject({ kind: 'committed' });
  expect(await rowsOf(t.admin, 'select low, high from fin.span order by id')).toEqual([
    [10, 20],
    [1, 30],
    [-5, 2],
  ]);
});

test('a key can be edited: the old key finds the row, the audit tells the end of one row and the start of another', async () => {
  const t = await tables(
    `create table a (code text primary key, name text); insert into a values ('x', 'one'), ('y', 'two')`,
    { a: ['code'] },
  );
  const definition = await t.describe('a');
  const plan = batchOf(definition, [update(['x'], { code: ['x', 'z'], name: ['one', 'uno'] })]);
  expect(await commitPlan(await t.link('anna'), plan, definition)).toMatchObject({ kind: 'committed' });
  expect(await rowsOf(t.admin, 'select code, name from fin.a order by 1')).toEqual([
    ['y', 'two'],
    ['z', 'uno'],
  ]);
  expect(
    await rowsOf(
      t.admin,
      'select kind, row_key, column_name, before, after from writ.audit where target > 0 order by seq',
    ),
  ).toEqual([
    ['delete', '["x"]', 'code', 'x', null],
    ['delete', '["x"]', 'name', 'one', null],
    ['insert', '["z"]', 'code', null, 'z'],
    ['insert', '["z"]', 'name', null, 'uno'],
  ]);
});

test('hostile names of tables, columns and types stay names', async () => {
  const bad = `a"; drop table fin.victim; --'$x$`;
  const name = `"${bad.replaceAll('"', '""')}"`;
  const t = await tables(
    `create table victim (id int); create type "t${name.slice(1)} as enum ('o''n', 'off'); create table ${name} (${name} int primary key, "n.o" "t${name.slice(1)}, "$body$ end" text);
     insert into ${name} values (1, 'off', 'x')`,
    { [bad]: [bad] },
  );
  const definition = await t.describe(bad);
  const plan = batchOf(definition, [
    update(['1'], { 'n.o': ['off', "o'n"], '$body$ end': ['x', "'); drop table fin.victim; --"] }),
    insert({ [bad]: '2', 'n.o': 'off' }),
  ]);
  expect(await commitPlan(await t.link('anna'), plan, definition)).toMatchObject({
    kind: 'committed',
    audited: true,
  });
  expect(await rowsOf(t.admin, `select * from fin.${name} order by 1`)).toEqual([
    [1, "o'n", "'); drop table fin.victim; --"],
    [2, 'off', null],
  ]);
  expect(await rowsOf(t.admin, 'select count(*)::int from fin.victim')).toEqual([[0]]);
  const forged = {
    ...definition,
    columns: definition.columns.map((c) =>
      c.name === 'n.o' ? { ...c, sqlType: 'text[]); drop table fin.victim; --' } : c,
    ),
  };
  const refused = await commitPlan(await t.link('anna'), { ...plan, batch: crypto.randomUUID() }, forged);
  expect(refused).toMatchObject({ kind: 'not-committed', failure: { code: 'type-unreadable' } });
});

test('ten thousand edits keep to the index and arrive whole; two overlapping commits do not deadlock', async () => {
  const t = await tables(
    `create table big (id int primary key, n numeric(12,2), m int); insert into big select i, i, 0 from generate_series(1, 30000) i; analyze big`,
    {
      big: ['id'],
    },
  );
  const definition = await t.describe('big');
  const [anna, ben] = [await t.link('anna'), await t.link('ben')];
  const rows = (column: 'n' | 'm', from: number) =>
    Array.from({ length: 10_000 }, (_, i) =>
      update([String(from + i)], column === 'n' ? { n: [`${from + i}.00`, '7.25'] } : { m: ['0', '1'] }),
    );
  // Different columns of rows that overlap: each must wait for the other, never both.
  const [first, second] = await Promise.all([
    commitPlan(anna, batchOf(definition, rows('n', 1)), definition),
    commitPlan(ben, batchOf(definition, rows('m', 5_000).reverse()), definition),
  ]);
  expect([first.kind, second.kind]).toEqual(['committed', 'committed']);
  expect(
    await rowsOf(t.admin, 'select count(*) filter (where n = 7.25)::int, sum(m)::int from fin.big'),
  ).toEqual([[10_000, 10_000]]);
  expect(
    await rowsOf(
      t.admin,
      'select column_name, count(*)::int from writ.audit where target > 0 group by 1 order by 1',
    ),
  ).toEqual([
    ['m', 10_000],
    ['n', 10_000],
  ]);
  expect(
    await rowsOf(t.admin, `select deadlocks::int from pg_stat_database where datname = current_database()`),
  ).toEqual([[0]]);
});

test('a trigger that rewrites a value is let be, and the audit tells what was written', async () => {
  const t = await tables(
    `create table a (id int primary key, name text); insert into a values (1, 'x');
     create function up() returns trigger language plpgsql as 'begin new.name := upper(new.name); return new; end';
     create trigger up before update on a for each row execute function up()`,
    { a: ['id'] },
  );
  const definition = await t.describe('a');
  expect(
    await commitPlan(
      await t.link('anna'),
      batchOf(definition, [update(['1'], { name: ['x', 'new'] })]),
      definition,
    ),
  ).toMatchObject({ kind: 'committed' });
  expect(await rowsOf(t.admin, 'select before, after from writ.audit where target > 0')).toEqual([
    ['x', 'NEW'],
  ]);
});

test('the settings of a commit end with it', async () => {
  const t = await tables(LINES, { line: ['id', 'center'] });
  const link = await t.link('anna');
  const definition = await t.describe('line');
  await link.query('set synchronous_commit = off');
  await commitPlan(link, batchOf(definition, [update(key(1), { amount: ['1.00', '2.00'] })]), definition);
  const { rows } = await link.query(
    `select current_setting('writ.batch', true), current_setting('application_name'), current_setting('enable_hashjoin'), current_setting('synchronous_commit')`,
  );
  expect(rows).toEqual([['', 'Writ/0.1.0', 'on', 'off']]);
});

test('reasons are kept with the rows of their batch', async () => {
  const t = await tables(LINES, { line: ['id', 'center'] });
  const definition = await t.describe('line');
  const plan = batchOf(definition, [
    update(key(1), { amount: ['1.00', '2.00', 'typo in the offer'] }),
    update(key(2), { amount: ['2.00', '3.00'] }),
  ]);
  await commitPlan(await t.link('anna'), plan, definition);
  expect(await rowsOf(t.admin, 'select batch, row_key, reason from writ.reason')).toEqual([
    [plan.batch, '["1","CC1"]', 'typo in the offer'],
  ]);
});

test('a commit can be cancelled until COMMIT is sent', async () => {
  const t = await tables(
    `${LINES}; create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(20); return null; end';
    create trigger slow after update on line for each statement execute function slow()`,
    { line: ['id', 'center'] },
  );
  const definition = await t.describe('line');
  const plan = batchOf(definition, [update(key(1), { amount: ['1.00', '2.00'] })]);
  const link = await t.link('anna');
  const stop = new AbortController();
  const running = commitPlan(link, plan, definition, { signal: stop.signal });
  for (;;) {
    const active = await rowsOf(
      t.admin,
      `select count(*)::int from pg_stat_activity where wait_event = 'PgSleep' and usename = 'anna' and datname = current_database()`,
    );
    if (active[0]?.[0] === 1) break;
  }
  stop.abort();
  expect(await running).toMatchObject({ kind: 'not-committed', failure: { kind: 'cancelled' } });
  const late = new AbortController();
  await t.admin.query('drop trigger slow on fin.line');
  const stopped = commitPlan(link, plan, definition, {
    signal: late.signal,
    onStep: (step) => {
      if (step === 'committing') late.abort();
    },
  });
  expect(await stopped).toMatchObject({ kind: 'not-committed', failure: { kind: 'cancelled' } });
  expect(await rowsOf(t.admin, 'select amount::text from fin.line where id = 1')).toEqual([['1.00']]);
});

test('commits that lock each other out are tried again, and both arrive', async () => {
  const t = await tables(
    `create table a (id int primary key, x int, y int); insert into a values (1, 0, 0), (2, 0, 0);
     create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(0.2); return new; end';
     create trigger slow after update on a for each row execute function slow()`,
    { a: ['id'] },
  );
  const definition = await t.describe('a');
  // Different columns are different statements, so the order of keys alone cannot keep these two apart.
  const crossed = (first: string, second: string) =>
    batchOf(definition, [update([first], { x: ['0', '1'] }), update([second], { y: ['0', '1'] })]);
  const [anna, ben] = [await t.link('anna'), await t.link('ben')];
  const outcomes = await Promise.all([
    commitPlan(anna, crossed('1', '2'), definition),
    commitPlan(ben, crossed('2', '1'), definition),
  ]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['committed', 'committed']);
  expect(await rowsOf(t.admin, 'select x, y from fin.a')).toEqual([
    [1, 1],
    [1, 1],
  ]);
  expect(await rowsOf(t.admin, 'select count(*)::int from writ.audit where target > 0')).toEqual([[4]]);
});
