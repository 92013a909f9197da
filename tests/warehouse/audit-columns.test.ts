import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { governTable } from '../../electron/governance/install.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { openTables, rowsOf, type TestTables } from './commit-table.ts';

let server: TestPostgres;
let t: TestTables;

beforeAll(async () => {
  server = await startPostgres();
});
afterEach(() => t.close());
afterAll(() => server.stop());

const audit = (): Promise<unknown[][]> =>
  rowsOf(
    t.admin,
    'select kind, row_key, column_name, before, after from writ.audit where target > 0 order by seq',
  );
const behind = async (): Promise<unknown> =>
  (await rowsOf(t.admin, `select writ.audit_behind('fin.line')`))[0]?.[0] ?? null;

const CHANGED = 'Columns of fin.line changed after it was put under audit: ';
const TABLE = 'create table line (id int primary key, n int); insert into line values (1, 0), (2, 0)';
const ADDED = `alter table fin.line add column memo text default 'x', add column "due at" timestamptz, add column code text`;

describe('a column that came after its table was put under audit', () => {
  const everything = `insert into fin.line values (3, 5, 'new', '2026-01-02 03:04:05+00', null);
    update fin.line set memo = 'y', "due at" = '2026-05-06 00:00:00+00' where id = 1;
    update fin.line set id = 20, code = 'k' where id = 2; update fin.line set n = 1 where id = 1; delete from fin.line where id = 3`;
  const recorded = [
    ['insert', '["3"]', 'id', null, '3'],
    ['insert', '["3"]', 'n', null, '5'],
    ['insert', '["3"]', 'memo', null, 'new'],
    ['insert', '["3"]', 'due at', null, '2026-01-02 03:04:05+00'],
    ['update', '["1"]', 'memo', 'x', 'y'],
    ['update', '["1"]', 'due at', null, '2026-05-06 00:00:00+00'],
    ['delete', '["2"]', 'id', '2', null],
    ['delete', '["2"]', 'n', '0', null],
    ['insert', '["20"]', 'id', null, '20'],
    ['insert', '["20"]', 'n', null, '0'],
    ['delete', '["2"]', 'memo', 'x', null],
    ['insert', '["20"]', 'memo', null, 'x'],
    ['insert', '["20"]', 'code', null, 'k'],
    ['update', '["1"]', 'n', '0', '1'],
    ['delete', '["3"]', 'id', '3', null],
    ['delete', '["3"]', 'n', '5', null],
    ['delete', '["3"]', 'memo', 'new', null],
    ['delete', '["3"]', 'due at', '2026-01-02 03:04:05+00', null],
  ];
  const sorted = (rows: unknown[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();

  test('is recorded like any other, whatever the settings of who writes, and these stay', async () => {
    t = await openTables(server, TABLE, { line: ['id'] });
    await t.admin.query(ADDED);
    const anna = await t.raw('anna');
    await anna.query(`set timezone = 'Asia/Tokyo'; set datestyle = 'German'`);
    await anna.query(everything);
    expect(sorted(await audit())).toEqual(sorted(recorded));
    await anna.query('begin; update fin.line set n = 2 where id = 1');
    expect(await rowsOf(anna, `select current_setting('timezone'), current_setting('datestyle')`)).toEqual([
      ['Asia/Tokyo', 'German, DMY'],
    ]);
    await anna.query('rollback');
  });

  test('is named to the administrator until the table is put under audit again, which changes nothing of what is recorded', async () => {
    t = await openTables(server, TABLE, { line: ['id'] });
    expect(await behind()).toBeNull();
    await t.admin.query(ADDED);
    expect(await behind()).toBe(`${CHANGED}"memo" came later, "due at" came later, "code" came later.`);
    await governTable(t.admin, { schema: 'fin', table: 'line', key: ['id'] });
    expect(await behind()).toBeNull();
    await (await t.raw('anna')).query(everything);
    expect(sorted(await audit())).toEqual(sorted(recorded));
  });

  test('is recorded in a partition that is written itself', async () => {
    t = await openTables(
      server,
      `create table line (id int primary key, gone int, n int) partition by range (id); alter table line drop column gone;
       create table low (id int primary key, n int); alter table line attach partition low for values from (0) to (100)`,
      { line: ['id'] },
    );
    await t.admin.query('alter table fin.line add column memo text; grant all on fin.low to anna');
    const anna = await t.raw('anna');
    await anna.query(`insert into fin.low values (1, 2, 'a'); insert into fin.line values (2, 3, 'b')`);
    expect(await audit()).toEqual([
      ['insert', '["1"]', 'id', null, '1'],
      ['insert', '["1"]', 'n', null, '2'],
      ['insert', '["1"]', 'memo', null, 'a'],
      ['insert', '["2"]', 'id', null, '2'],
      ['insert', '["2"]', 'n', null, '3'],
      ['insert', '["2"]', 'memo', null, 'b'],
    ]);
  });

  test('mutant: without the look at the columns of now it would leave no record', async () => {
    t = await openTables(server, TABLE, { line: ['id'] });
    await t.admin.query(
      `create or replace function writ.has_shape(relation oid, shape jsonb) returns boolean language sql immutable as 'select true'`,
    );
    await t.admin.query(ADDED);
    await (await t.raw('anna')).query(`update fin.line set memo = 'y' where id = 1`);
    expect(await audit()).toEqual([]);
  });
});

test.each([
  ['renamed', 'alter table fin.line rename column n to amount', '"n" is "amount" now'],
  ['removed', 'alter table fin.line drop column n', '"n" was removed'],
  [
    'of another type',
    'alter table fin.line alter column n type timestamptz using now()',
    '"n" has another type',
  ],
  [
    'replaced by another',
    'alter table fin.line drop column n, add column m int',
    '"n" was removed, "m" came later',
  ],
])('a column that is %s since is told as well', async (_what, sql, told) => {
  t = await openTables(server, TABLE, { line: ['id'] });
  await t.admin.query(sql);
  expect(await behind()).toBe(`${CHANGED}${told}.`);
  await governTable(t.admin, { schema: 'fin', table: 'line', key: ['id'] });
  expect(await behind()).toBeNull();
});
