import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { defineCalendar, mapPeriods, type PeriodMap } from '../../electron/governance/periods.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { NO_PARAMETER_GRANTS, skipTest } from '../support/skipped.ts';
import { openTables, rowsOf, type TestTables } from './commit-table.ts';
import { closeMonth, LINES, openPeriods, pidOf, stateOf, whenWaiting } from './period-table.ts';

let server: TestPostgres;
let t: TestTables;

beforeAll(async () => {
  server = await startPostgres();
});
afterEach(() => t.close());
afterAll(() => server.stop());

const closed = async (sql = LINES): Promise<void> => {
  t = await openPeriods(server, sql);
  await closeMonth(await t.raw('ben'), '2026-01');
};
/** All of closed January, as it must stay. */
const january = () =>
  rowsOf(t.admin, `select id, n::text from fin.line where version = 'ACT' and month = '2026-01' order by id`);

/** Ways to write to January, each a whole transaction of anna; ids 3, 6 and 9 lie in it, 1 in February. */
const ATTACKS: Readonly<Record<string, string>> = {
  update: 'update fin.line set n = 0 where id = 3',
  insert: `insert into fin.line values (30, 'ACT', '2026-01', 1)`,
  delete: 'delete from fin.line where id = 3',
  'an update of many rows, one of them closed': 'update fin.line set n = 0',
  'moving a row out of the period': `update fin.line set month = '2026-02' where id = 3`,
  'moving a row into the period': `update fin.line set month = '2026-01' where id = 1`,
  'moving a row out of the scope': `update fin.line set version = 'FC1' where id = 3`,
  'moving a row into the scope': `update fin.line set version = 'ACT' where id = 20`,
  'a view': 'update fin.shown set n = 0 where id = 3',
  'a view with a check option': `insert into fin.shown values (31, 'ACT', '2026-01', 1)`,
  'merge, update': `merge into fin.line t using (values (3)) v(id) on t.id = v.id when matched then update set n = 0`,
  'merge, insert': `merge into fin.line t using (values (32)) v(id) on t.id = v.id when not matched then insert values (32, 'ACT', '2026-01', 1)`,
  'merge, delete': `merge into fin.line t using (values (3)) v(id) on t.id = v.id when matched then delete`,
  'insert on conflict': `insert into fin.line values (3, 'ACT', '2026-01', 0) on conflict (id) do update set n = 0`,
  'a data-modifying with': 'with w as (update fin.line set n = 0 where id = 3 returning id) select * from w',
  'a function of the person': 'select fin.reset()',
  'a foreign key cascade on delete': `delete from fin.month where month = '2026-01'`,
  'a foreign key cascade on update': `update fin.month set month = '2026-04' where month = '2026-01'`,
  'a search path of the person': `create schema if not exists mine; create function mine.clock_timestamp() returns timestamptz language sql as $$select 'epoch'::timestamptz$$; set local search_path = mine, pg_catalog, fin; update line set n = 0 where id = 3`,
  'temporary objects in the way': `create temporary table period (calendar int, period text, state text, closing_at timestamptz); create temporary table new_rows (id int); set local search_path = pg_temp, fin; update line set n = 0 where id = 3`,
  'a role that was set': 'set local role ben; update fin.line set n = 0 where id = 3',
  'constraints set immediate': 'set constraints all immediate; update fin.line set n = 0 where id = 3',
};
const WORLD = `${LINES};
  create table month (month char(7) primary key); insert into month select '2026-0' || i from generate_series(1, 3) i;
  alter table line add foreign key (month) references month on delete cascade on update cascade;
  create view shown as select * from line where n > -1 with check option;
  create function reset() returns void language sql security definer as 'update fin.line set n = 0 where id = 3';
  grant execute on function reset() to anna;
  do $$ begin execute format('grant create, temporary on database %I to anna', current_database()); end $$; grant ben to anna`;

const attack = async (sql: string): Promise<string> => {
  const anna = await t.raw('anna');
  const state = await stateOf(anna.query(`begin; ${sql}; commit`));
  await anna.query('rollback');
  return state;
};

describe('a closed period takes no write', () => {
  test.each(Object.entries(ATTACKS))('through %s', async (name, sql) => {
    await closed(WORLD);
    // MERGE came with PostgreSQL 15; before, it is no statement.
    if (server.release < 15 && name.startsWith('merge')) return expect(await attack(sql)).toBe('42601');
    const before = await january();
    expect(await attack(sql)).toBe('WR201');
    expect(await january()).toEqual(before);
    // The same write goes through where the guard is gone: it is the guard that refuses.
    for (const op of ['insert', 'update', 'delete'])
      await t.admin.query(`drop trigger writ_period_${op} on fin.line`);
    expect(await attack(sql)).toBe('ok');
    expect(await january()).not.toEqual(before);
    await t.admin.query('revoke ben from anna');
  });

  test('by copy', async () => {
    await closed();
    const anna = await t.raw('anna');
    const copy = async (): Promise<string> => {
      await anna.query('begin');
      await anna.query('create temporary table source as select * from fin.line where false');
      const state = await stateOf(
        anna.query(`do $$ begin execute 'copy fin.line (id, month, n) from program ''echo''' ; end $$`),
      );
      await anna.query('rollback');
      return state;
    };
    // Only a superuser may copy from a program; what COPY does to the table is the same for all.
    expect(await copy()).toBe('42501');
    expect(
      await stateOf(
        t.admin.query(`copy fin.line (id, month, n) from program 'printf "40\\t2026-01\\t1\\n"'`),
      ),
    ).toBe('WR201');
    await t.admin.query('drop trigger writ_period_insert on fin.line');
    expect(
      await stateOf(
        t.admin.query(`copy fin.line (id, month, n) from program 'printf "40\\t2026-01\\t1\\n"'`),
      ),
    ).toBe('ok');
  });

  test('by its owner or a superuser', async () => {
    await closed();
    expect(await stateOf(t.admin.query('update fin.line set n = 0 where id = 3'))).toBe('WR201');
  });

  test('with session_replication_role, where a person was granted it; mutant: an ordinary trigger is switched off', async (context) => {
    if (server.release < 15) skipTest(context, NO_PARAMETER_GRANTS);
    await closed();
    await t.admin.query('grant set on parameter session_replication_role to anna');
    const write = 'set local session_replication_role = replica; update fin.line set n = 0 where id = 3';
    expect(await attack(write)).toBe('WR201');
    await t.admin.query('alter table fin.line enable trigger writ_period_update');
    expect(await attack(write)).toBe('ok');
    await t.admin.query('revoke set on parameter session_replication_role from anna');
  });

  /** The same month in another writing: 1.0 is 1 to every report that sums it. */
  const spelled: readonly (readonly [Pick<PeriodMap, 'columns' | 'style'>, string])[] = [
    [{ columns: ['y', 'm'], style: 'year-month' }, `(30, 2026, 1.0, 1)`],
    [{ columns: ['y', 'm'], style: 'year-month' }, `(30, 2026.00, 1, 1)`],
    [{ columns: ['m'], style: 'text' }, `(30, 2026, 1.0, 1)`],
    // Grouped with another writing of itself, whichever the server keeps.
    [{ columns: ['m'], style: 'text' }, `(30, 2026, 1.0, 1), (31, 2026, 1, 1), (32, 2026, 1.00, 1)`],
  ];
  test.each(spelled)('with its number written differently (%o): %s', async (map, values) => {
    t = await openTables(server, 'create table line (id int primary key, y numeric, m numeric, n int)', {
      line: ['id'],
    });
    await t.admin.query(
      `do $$ begin if not exists (select from pg_roles where rolname = 'closer') then create role closer; end if; end $$; grant closer to ben`,
    );
    await defineCalendar(t.admin, 'Actuals', ['closer']);
    const place = { schema: 'fin', table: 'line', calendar: 'Actuals', ...map };
    await mapPeriods(t.admin, place);
    await closeMonth(await t.raw('ben'), map.style === 'text' ? '1' : '2026-01');
    expect(await attack(`insert into fin.line values ${values}`)).toBe('WR201');
    const { rows } = await t.admin.query(`select pg_get_functiondef('writ.period_sql'::regproc) as body`);
    const body = String(rows[0]?.body);
    const mutant = body.replaceAll(/trim_scale\((%s\.%I)\)/g, '$1');
    expect(mutant).not.toBe(body);
    await t.admin.query(mutant);
    await mapPeriods(t.admin, place);
    const alone = values.replace(/\), .*/, ')');
    expect(await attack(`insert into fin.line values ${alone}`)).toBe('ok');
  });

  test('through a partition', async () => {
    await closed(`
      create table line (id int, version text not null default 'ACT', month char(7) not null, n numeric(12,2), primary key (id)) partition by range (id);
      create table low partition of line for values from (0) to (100);
      insert into line select i, 'ACT', '2026-0' || (1 + i % 3), i from generate_series(1, 9) i`);
    expect(await attack('update fin.low set n = 0 where id = 3')).toBe('WR201');
    expect(await attack('update fin.line set n = 0 where id = 3')).toBe('WR201');
    expect(await attack('update fin.low set n = 0 where id = 1')).toBe('ok');
  });
});

test('open periods, other scopes and rows without a period take writes; the message names the period', async () => {
  await closed();
  expect(await attack('update fin.line set n = 0 where id in (1, 2, 20)')).toBe('ok');
  const anna = await t.raw('anna');
  await expect(anna.query('update fin.line set n = 0 where id = 3')).rejects.toThrow(
    /^Period 2026-01 \(Actuals\) is closed since .* UTC by ben\.$/,
  );
});

describe('only members of a closing role close and reopen', () => {
  const close = `select writ.close_period('Actuals', '2026-02', 'x')`;
  test.each([
    ['anna, who is none', 'anna', close, 'WR202'],
    [
      'anna, as a role that was set',
      'anna',
      `grant ben to anna with inherit false; set role ben; ${close}`,
      'WR202',
    ],
    ['a superuser by decree', 'postgres', close, 'WR202'],
    ['someone without use of the schema', 'outsider', close, '42501'],
    ['ben', 'ben', close, 'ok'],
    [
      'ben, reopening without a reason',
      'ben',
      `select writ.reopen_period('Actuals', '2026-01', ' ')`,
      'WR203',
    ],
    ['ben, reopening', 'ben', `select writ.reopen_period('Actuals', '2026-01', 'late invoice')`, 'ok'],
    ['anna, in the table itself', 'anna', `update writ.period set state = 'open'`, '42501'],
    ['anna, taking a touch away', 'anna', 'delete from writ.period_touch', '42501'],
    ['anna, in the events', 'anna', 'delete from writ.period_event', '42501'],
    ['anna, around the triggers', 'anna', `select writ.hold_periods(1, array['x'])`, '42501'],
    ['the owner, in the events', 'postgres', 'update writ.period_event set person = $$x$$', '42501'],
    ['the owner, emptying the events', 'postgres', 'truncate writ.period_event', '42501'],
  ])('%s', async (_, who, sql, expected) => {
    await closed();
    const client = who === 'postgres' ? t.admin : await t.raw(who);
    // A membership is inherited or not since PostgreSQL 16; before, the login was.
    if (server.release < 16 && sql.includes('inherit false'))
      return expect(await stateOf(t.admin.query(sql))).toBe('42601');
    const [grant, rest] = sql.startsWith('grant')
      ? [sql.split(';')[0], sql.slice(sql.indexOf(';') + 1)]
      : [null, sql];
    if (grant) await t.admin.query(grant);
    expect(await stateOf(client.query(rest))).toBe(expected);
    if (grant) await t.admin.query('revoke ben from anna');
  });

  test('not even in a transaction that began while the role was held', async () => {
    t = await openPeriods(server);
    const ben = await t.raw('ben');
    await ben.query('begin');
    // Twice: by then the server has every lock and plan it needs, and looks nothing up anew.
    for (const _ of [1, 2])
      await ben.query(`select writ.close_period('Actuals', '2026-02', 'x', '2999-01-01')`);
    await t.admin.query('revoke closer from ben');
    expect(await stateOf(ben.query(close))).toBe('WR202');
    await ben.query('rollback');
    await t.admin.query('grant closer to ben');
  });

  test('every step is recorded with person and reason', async () => {
    await closed();
    const ben = await t.raw('ben');
    await ben.query(`select writ.reopen_period('Actuals', '2026-01', 'late invoice')`);
    await closeMonth(ben, '2026-01', '2999-01-01');
    await ben.query(`select writ.reopen_period('Actuals', '2026-01', 'not yet')`);
    expect(await rowsOf(t.admin, 'select kind, person, reason from writ.period_event order by seq')).toEqual([
      ['closed', 'ben', 'done'],
      ['reopened', 'ben', 'late invoice'],
      ['scheduled', 'ben', 'done'],
      ['cancelled', 'ben', 'not yet'],
    ]);
  });
});

describe('a close that races a commit', () => {
  for (const isolation of ['read committed', 'repeatable read', 'serializable'])
    test(`waits for the writer that came first (${isolation})`, async () => {
      t = await openPeriods(server);
      const [anna, ben] = [await t.raw('anna'), await t.raw('ben')];
      const pid = await pidOf(ben);
      await anna.query(`begin isolation level ${isolation}`);
      await anna.query('update fin.line set n = 100 where id = 3');
      const closing = closeMonth(ben, '2026-01');
      await whenWaiting(t.admin, pid);
      await anna.query('commit');
      await closing;
      expect(await january()).toContainEqual([3, '100.00']);
      expect(await attack('update fin.line set n = 0 where id = 3')).toBe('WR201');
    });

  for (const [isolation, expected] of [
    ['read committed', 'WR201'],
    ['repeatable read', '40001'],
    ['serializable', '40001'],
  ] as const)
    test(`refuses the writer that came second, whose snapshot is older (${isolation})`, async () => {
      t = await openPeriods(server);
      const [anna, ben] = [await t.raw('anna'), await t.raw('ben')];
      const pid = await pidOf(anna);
      await anna.query(`begin isolation level ${isolation}`);
      await anna.query('select * from writ.period');
      await ben.query('begin');
      await closeMonth(ben, '2026-01');
      const writing = stateOf(anna.query('update fin.line set n = 100 where id = 3'));
      await whenWaiting(t.admin, pid);
      await ben.query('commit');
      expect(await writing).toBe(expected);
      await anna.query('rollback');
      expect(await january()).not.toContainEqual([3, '100.00']);
    });

  test('lets writes after it happen where the lock is gone', async () => {
    t = await openPeriods(server);
    // One period is held by the trigger itself, several are by the function it calls.
    const { rows } = await t.admin.query(
      `select replace(pg_get_functiondef(oid), ' for share', '') as sql from pg_proc where pronamespace = 'writ'::regnamespace and proname ~ '^(hold_periods|period_[0-9]+_update)$'`,
    );
    for (const { sql } of rows) await t.admin.query(sql);
    const [anna, ben] = [await t.raw('anna'), await t.raw('ben')];
    await anna.query('begin');
    await anna.query('update fin.line set n = 100 where id = 3');
    await closeMonth(ben, '2026-01');
    await anna.query('commit');
    expect(await january()).toContainEqual([3, '100.00']);
  });

  test('counts for a period that nobody had listed', async () => {
    t = await openPeriods(server);
    const [anna, ben] = [await t.raw('anna'), await t.raw('ben')];
    const pid = await pidOf(ben);
    await anna.query('begin');
    await anna.query(`insert into fin.line values (50, 'ACT', '2027-01', 1)`);
    const closing = stateOf(closeMonth(ben, '2027-01'));
    await whenWaiting(t.admin, pid);
    await anna.query('commit');
    expect(await closing).toBe('ok');
    expect(await attack('delete from fin.line where id = 50')).toBe('WR201');
  });
});

describe('a closing time', () => {
  /** Closing in the past of the commit but not of the write: the pause is in the transaction itself. */
  const soon = async (): Promise<void> => {
    t = await openPeriods(server);
    const at = new Date(Date.now() + 700).toISOString();
    await closeMonth(await t.raw('ben'), '2026-01', at);
  };
  const write = 'update fin.line set n = 100 where id = 3';
  const wait = `select pg_sleep(greatest(0, extract(epoch from (select max(closing_at) from writ.period) - clock_timestamp()) + 0.05))`;

  test.each([
    ['a commit after it', []],
    ['constraints made immediate before it', ['set constraints all immediate']],
    ['one constraint made immediate', ['set constraints writ.look_at_commit immediate']],
    ['constraints made immediate twice', ['set constraints all immediate', 'set constraints all immediate']],
    [
      'a block of code that makes constraints immediate',
      [`do $$ begin execute 'set cons' || 'traints all immediate'; end $$`],
    ],
    ['a savepoint', ['savepoint a', 'release a']],
  ])('refuses %s', async (_, between) => {
    await soon();
    const anna = await t.raw('anna');
    for (const sql of ['begin', write, ...between, wait]) await anna.query(sql);
    expect(await stateOf(anna.query('commit'))).toBe('WR201');
    expect(await january()).not.toContainEqual([3, '100.00']);
  });

  test('refuses to be put off in a prepared transaction', async () => {
    await soon();
    const anna = await t.raw('anna');
    for (const sql of ['begin', write]) await anna.query(sql);
    expect(await stateOf(anna.query(`prepare transaction 'later'`))).toBe('WR204');
  });

  test('refuses a block of code that waits inside', async () => {
    await soon();
    const anna = await t.raw('anna');
    const block = `do $$ begin ${write}; execute 'set cons' || 'traints all immediate'; perform ${wait.slice(7)}; end $$`;
    expect(await stateOf(anna.query(block))).toBe('WR201');
  });

  test('refuses writes that begin after it, and is recorded as closed', async () => {
    await soon();
    const anna = await t.raw('anna');
    await anna.query(wait);
    expect(await stateOf(anna.query(write))).toBe('WR201');
    await anna.query('select writ.settle_periods()');
    expect(
      await rowsOf(t.admin, `select state, closing_at from writ.period where period = '2026-01'`),
    ).toEqual([['closed', null]]);
  });

  test('lets through what commits before it, with or without a transaction block', async () => {
    t = await openPeriods(server);
    await closeMonth(await t.raw('ben'), '2026-01', '2999-01-01');
    const anna = await t.raw('anna');
    expect(await stateOf(anna.query(write))).toBe('ok');
    await anna.query('begin');
    await anna.query('update fin.line set n = 101 where id = 3');
    await anna.query('set constraints all immediate');
    expect(await stateOf(anna.query('commit'))).toBe('ok');
    expect(await january()).toContainEqual([3, '101.00']);
    expect(await rowsOf(t.admin, 'select * from writ.period_touch')).toEqual([]);
  });

  test('lets a late commit happen where the look at the end is gone', async () => {
    await soon();
    await t.admin.query('alter table writ.period_touch disable trigger look_at_commit');
    const anna = await t.raw('anna');
    await anna.query('begin');
    await anna.query(write);
    await anna.query(wait);
    expect(await stateOf(anna.query('commit'))).toBe('ok');
  });
});
