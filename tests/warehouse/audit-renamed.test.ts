import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { governTable } from '../../electron/governance/install.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { openTables, rowsOf, type TestTables } from './commit-table.ts';
import { closeMonth, openPeriods } from './period-table.ts';

let server: TestPostgres;
let t: TestTables;

beforeAll(async () => {
  server = await startPostgres();
});
afterEach(() => t.close());
afterAll(() => server.stop());

interface Change {
  readonly what: string;
  /** What happens to the table. */
  readonly change: string;
  /** What a person writes then, and what the audit keeps of it. */
  readonly write: string;
  readonly recorded: readonly unknown[];
}

const CHANGES: readonly Change[] = [
  {
    what: 'a column renamed',
    change: 'rename column n to amount',
    write: 'update fin.line set amount = 50 where id < 3',
    recorded: [
      ['update', '["1"]', 'amount', '1', '50'],
      ['update', '["2"]', 'amount', '2', '50'],
    ],
  },
  {
    what: 'two columns that changed their names',
    change:
      'rename column memo to x; alter table fin.line rename column code to memo; alter table fin.line rename column x to code',
    write: `update fin.line set memo = 'new' where id = 1`,
    recorded: [['update', '["1"]', 'memo', null, 'new']],
  },
  {
    what: 'a column removed',
    change: 'drop column memo',
    write:
      'update fin.line set n = 7 where id = 1; insert into fin.line (id, n) values (10, 1); delete from fin.line where id = 9',
    recorded: [
      ['update', '["1"]', 'n', '1', '7'],
      ['insert', '["10"]', 'id', null, '10'],
      ['insert', '["10"]', 'n', null, '1'],
      ['delete', '["9"]', 'id', '9', null],
      ['delete', '["9"]', 'n', '9', null],
      ['delete', '["9"]', 'due', '2026-01-31', null],
    ],
  },
  {
    what: 'a column removed and another one added',
    change: 'drop column memo, add column note text',
    write: `update fin.line set note = 'why', n = 2 where id = 1`,
    recorded: [
      ['update', '["1"]', 'n', '1', '2'],
      ['update', '["1"]', 'note', null, 'why'],
    ],
  },
  {
    what: 'a column of another type',
    change: 'alter column n type numeric(10,2)',
    write: 'update fin.line set n = 1.50 where id = 1',
    recorded: [['update', '["1"]', 'n', '1.00', '1.50']],
  },
  {
    what: 'a key renamed',
    change: 'rename column id to line_no',
    write: 'update fin.line set n = 7 where line_no = 1; update fin.line set line_no = 20 where line_no = 2',
    recorded: [
      ['update', '["1"]', 'n', '1', '7'],
      ['delete', '["2"]', 'line_no', '2', null],
      ['delete', '["2"]', 'n', '2', null],
      ['delete', '["2"]', 'memo', 'm2', null],
      ['delete', '["2"]', 'due', '2026-01-31', null],
      ['insert', '["20"]', 'line_no', null, '20'],
      ['insert', '["20"]', 'n', null, '2'],
      ['insert', '["20"]', 'memo', null, 'm2'],
      ['insert', '["20"]', 'due', null, '2026-01-31'],
    ],
  },
];

const LINE = `create table line (id int primary key, n int, memo text, due date, code text);
  insert into line (id, n, memo, due) select i, i, 'm' || i, '2026-01-31' from generate_series(1, 9) i`;

/** What a person's statements leave in the audit; they are taken back. */
const recordedOf = async (person: pg.Client, table: string, write: string): Promise<unknown[][]> => {
  await person.query('begin');
  try {
    await person.query(write.replaceAll('fin.line', `fin.${table}`));
    return await rowsOf(
      person,
      `select kind, row_key, column_name, before, after from writ.audit where target = (select id from writ.governed where relation = 'fin.${table}'::regclass) order by seq`,
    );
  } finally {
    await person.query('rollback');
  }
};

test('columns renamed, removed or replaced stop no write, and it is recorded under the names of now, in old sessions and new ones', async () => {
  const tables = CHANGES.map((_, i) => `line${i}`);
  t = await openTables(
    server,
    tables.map((name) => LINE.replaceAll('line (', `${name} (`)).join(';'),
    Object.fromEntries(tables.map((name) => [name, ['id']])),
  );
  const old = await t.raw('anna');
  for (const [i, { what, change, write, recorded }] of CHANGES.entries()) {
    const table = `line${i}`;
    // Often enough that its plans are kept.
    for (let n = 0; n < 7; n++)
      await recordedOf(
        old,
        table,
        'insert into fin.line values (100, 1); update fin.line set n = 5 where id < 3; update fin.line set n = 6 where id = 3; delete from fin.line where id = 100',
      );
    await t.admin.query(`alter table fin.${table} ${change}`.replaceAll('fin.line ', `fin.${table} `));
    const fresh = await t.raw('ben');
    expect(await recordedOf(old, table, write), what).toEqual(recorded);
    expect(await recordedOf(fresh, table, write), what).toEqual(recorded);
    await governTable(t.admin, { schema: 'fin', table, key: [what === 'a key renamed' ? 'line_no' : 'id'] });
    const sorted = (rows: readonly unknown[]): readonly string[] =>
      rows.map((row) => JSON.stringify(row)).sort();
    expect(sorted(await recordedOf(old, table, write)), what).toEqual(sorted(recorded));
    await fresh.end();
  }
});

test('a transaction that began before the columns changed is refused rather than recorded by what they were', async () => {
  t = await openTables(server, LINE, { line: ['id'] });
  const anna = await t.raw('anna');
  await anna.query('begin isolation level repeatable read; select from writ.governed');
  await t.admin.query('alter table fin.line add column extra text');
  await expect(anna.query(`update fin.line set extra = 'x' where id = 1`)).rejects.toMatchObject({
    code: '40001',
  });
  await anna.query('rollback');
  await anna.query(
    `begin isolation level serializable; update fin.line set extra = 'y' where id = 1; commit`,
  );
  await anna.query(`update fin.line set extra = 'z' where id = 1`);
  expect(
    await rowsOf(t.admin, 'select column_name, before, after from writ.audit where target > 0 order by seq'),
  ).toEqual([
    ['extra', null, 'y'],
    ['extra', 'y', 'z'],
  ]);
});

test('a partition that is written itself follows the names of its table', async () => {
  t = await openTables(
    server,
    `create table line (id int primary key, gone int, n int) partition by range (id); alter table line drop column gone;
     create table low partition of line for values from (0) to (100)`,
    { line: ['id'] },
  );
  const anna = await t.raw('anna');
  await anna.query('insert into fin.low values (1, 2)');
  await t.admin.query(
    'alter table fin.line rename column n to amount; alter table fin.line rename column id to no',
  );
  await anna.query('insert into fin.low values (2, 3); update fin.line set amount = 4 where no = 1');
  expect(
    await rowsOf(
      t.admin,
      'select kind, row_key, column_name, before, after from writ.audit where target > 0 order by seq',
    ),
  ).toEqual([
    ['insert', '["1"]', 'id', null, '1'],
    ['insert', '["1"]', 'n', null, '2'],
    ['insert', '["2"]', 'no', null, '2'],
    ['insert', '["2"]', 'amount', null, '3'],
    ['update', '["1"]', 'amount', '2', '4'],
  ]);
});

test('a removed column of the key is named with what to do, until the table is put under audit with another key', async () => {
  t = await openTables(server, 'create table line (id int primary key, code text not null unique, n int)', {
    line: ['id'],
  });
  await t.admin.query('alter table fin.line drop column id');
  const anna = await t.raw('anna');
  await expect(anna.query(`insert into fin.line values ('a', 1)`)).rejects.toMatchObject({
    code: 'WR301',
    message:
      'A column that names the rows of fin.line in its audit (id) was removed. An administrator has to put the table under audit again, with the key it has now.',
  });
  await governTable(t.admin, { schema: 'fin', table: 'line', key: ['code'] });
  await anna.query(`insert into fin.line values ('a', 1)`);
});

describe('the periods of a table', () => {
  const write = (client: pg.Client, month: string, column: string): Promise<unknown> =>
    client.query(`insert into fin.line (id, ${column}) select max(id) + 1, '${month}' from fin.line`);

  test.each([
    ['the column that tells them', 'rename column month to period', 'period'],
    ['the column of the scope', 'rename column version to scenario', 'month'],
    ['a column beside them', 'drop column n', 'month'],
  ])('stay closed when %s is changed, and open ones stay open', async (_what, change, column) => {
    t = await openPeriods(server);
    const anna = await t.raw('anna');
    for (let n = 0; n < 7; n++) await write(anna, '2026-02', 'month');
    await closeMonth(await t.raw('ben'), '2026-01');
    await t.admin.query(`alter table fin.line ${change}`);
    for (const step of ['before', 'after']) {
      for (const person of [anna, await t.raw('ben')]) {
        await write(person, '2026-02', column);
        await expect(write(person, '2026-01', column), step).rejects.toMatchObject({ code: 'WR201' });
      }
      await governTable(t.admin, { schema: 'fin', table: 'line', key: ['id'] });
    }
    expect((await rowsOf(t.admin, 'select columns, scope_column from writ.period_map'))[0]).toEqual([
      [column],
      change.includes('scenario') ? 'scenario' : 'version',
    ]);
  });

  const SWAPPED =
    'alter table fin.line rename column month to x; alter table fin.line rename column version to month; alter table fin.line rename column x to version';
  const CLOSED = `update fin.line set n = n + 1 where version = '2026-01'`;

  test('stay closed when two columns change their names; mutant: without the look at the columns of now they open', async () => {
    t = await openPeriods(server);
    await closeMonth(await t.raw('ben'), '2026-01');
    await t.admin.query(SWAPPED);
    await expect((await t.raw('anna')).query(CLOSED)).rejects.toMatchObject({ code: 'WR201' });
    await t.admin.query(
      `create or replace function writ.has_shape(relation oid, shape jsonb) returns boolean language sql immutable as 'select true'`,
    );
    await (await t.raw('anna')).query(CLOSED);
  });

  test('are no longer known when their column is removed: what to do is told, and nothing is written meanwhile', async () => {
    t = await openPeriods(server);
    await t.admin.query('alter table fin.line drop column month');
    await expect((await t.raw('anna')).query('update fin.line set n = 1 where id = 1')).rejects.toMatchObject(
      {
        code: 'WR301',
        message:
          'A column of fin.line that tells the period of its rows (month, version) was removed. An administrator has to map its periods anew.',
      },
    );
  });
});
