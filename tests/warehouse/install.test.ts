import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  governTable,
  grantPolicies,
  grantUse,
  installGovernance,
} from '../../electron/governance/install.ts';
import { installedVersions, readMigrations, SQL_FOLDER } from '../../electron/governance/migrations.ts';
import { defineCalendar, mapPeriods } from '../../electron/governance/periods.ts';
import { governanceState, planInstall, runInstall } from '../../electron/governance/plan-install.ts';
import { uninstallGovernance } from '../../electron/governance/uninstall.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { catalogState } from './catalog-state.ts';

let server: TestPostgres;
let admin: pg.Client;

beforeAll(async () => {
  server = await startPostgres();
  admin = await server.client();
  await admin.query(
    `create role fin_owner; create role planner; create role reviewer; create role clerk login password 'clerk' in role planner`,
  );
  await admin.end();
});
afterEach(() => admin.end());
afterAll(() => server.stop());

const TABLES = `
create schema fin authorization fin_owner; grant usage on schema fin to planner, reviewer;
create table fin.line (id int primary key, period text, n numeric(12,2), memo text);
insert into fin.line select i, '2026-01', i, null from generate_series(1, 20) i;
create table fin.split (id int primary key, n int) partition by range (id);
create table fin.split_1 partition of fin.split for values from (0) to (100);
create table fin.split_2 partition of fin.split for values from (100) to (200);
insert into fin.split select i, i from generate_series(0, 199) i;
alter table fin.line owner to fin_owner;
grant select, insert, update, delete, truncate on fin.line to planner with grant option;
grant select (id, n), update (n) on fin.line to reviewer; grant select, update on fin.split to planner;
alter table fin.line enable row level security; create policy all_rows on fin.line using (true);`;

const openDatabase = async (): Promise<void> => {
  const database = await server.createDatabase();
  admin = await server.client(undefined, undefined, database);
  await admin.query(TABLES);
};

const use = async (): Promise<void> => {
  await governTable(admin, { schema: 'fin', table: 'line', key: ['id'] });
  await governTable(admin, { schema: 'fin', table: 'split', key: ['id'] });
  await grantUse(admin, 'planner');
  await grantUse(admin, 'reviewer');
  await grantPolicies(admin, 'reviewer');
  await defineCalendar(admin, 'Plan', ['reviewer']);
  await mapPeriods(admin, {
    schema: 'fin',
    table: 'line',
    calendar: 'Plan',
    columns: ['period'],
    style: 'text',
  });
  for (const table of ['fin.line', 'fin.split'])
    await admin.query(
      `select writ.set_policy($1, 'approval', array['reviewer'], array[1], null, null, '{}', $2, '3 days')`,
      [table, table === 'fin.line' ? '{memo}' : '{n}'],
    );
};

const databaseOf = async (client: pg.Client): Promise<string> =>
  (await client.query<{ name: string }>('select current_database() as name')).rows[0]?.name ?? '';

const dataOf = async () =>
  (await admin.query('select * from fin.line order by id')).rows.concat(
    (await admin.query('select * from fin.split order by id')).rows,
  );

test('an uninstallation leaves every object, owner, grant, trigger and row as they were before the installation', async () => {
  await openDatabase();
  const before = await catalogState(admin);
  const data = await dataOf();
  await installGovernance(admin);
  await use();
  // A partition taken out keeps its triggers; a table dropped meanwhile leaves only its name.
  await admin.query(
    'alter table fin.split detach partition fin.split_2; create table fin.gone (id int primary key)',
  );
  await governTable(admin, { schema: 'fin', table: 'gone', key: ['id'] });
  await admin.query('drop table fin.gone');
  await admin.query('alter table fin.split attach partition fin.split_2 for values from (100) to (200)');
  expect(await catalogState(admin)).not.toEqual(before);
  expect(await uninstallGovernance(admin, { discardAudit: false })).toEqual({
    auditRows: 0,
    batches: 0,
    reviews: 0,
  });
  expect(await catalogState(admin)).toEqual(before);
  expect(await dataOf()).toEqual(data);
  expect(await uninstallGovernance(admin, { discardAudit: false })).toBeNull();
});

test('each version is undone by its own file, down to nothing', async () => {
  await openDatabase();
  const migrations = await readMigrations();
  const states: (readonly string[])[] = [];
  for (const { sql } of migrations) {
    states.push(await catalogState(admin));
    await admin.query(sql);
  }
  for (const { undo, name } of [...migrations].reverse()) {
    await admin.query(undo);
    expect(await catalogState(admin), name).toEqual(states.pop());
  }
});

test('what was recorded is not thrown away unless that is said', async () => {
  await openDatabase();
  await installGovernance(admin);
  await governTable(admin, { schema: 'fin', table: 'line', key: ['id'] });
  await admin.query('update fin.line set n = n + 1 where id < 4');
  const before = await catalogState(admin);
  await expect(uninstallGovernance(admin, { discardAudit: false })).rejects.toMatchObject({
    kind: 'denied',
    code: 'audit-kept',
    details: { auditRows: 3 },
  });
  expect(await catalogState(admin)).toEqual(before);
  expect(await uninstallGovernance(admin, { discardAudit: true })).toMatchObject({ auditRows: 3 });
  expect((await installedVersions(admin)).length).toBe(0);
});

test('whatever else lies in the schema stops the uninstallation as a whole', async () => {
  await openDatabase();
  await installGovernance(admin);
  await admin.query('create view public.seen as select * from writ.audit; create table writ.extra (id int)');
  const before = await catalogState(admin);
  await expect(uninstallGovernance(admin, { discardAudit: true })).rejects.toMatchObject({ code: '2BP01' });
  await admin.query('drop view public.seen');
  await expect(uninstallGovernance(admin, { discardAudit: true })).rejects.toMatchObject({ code: '2BP01' });
  await admin.query('create view public.seen as select * from writ.audit');
  expect(await catalogState(admin)).toEqual(before);
});

test('an older installation is brought up to date by what was shown: records stay, and who took part goes on', async () => {
  await openDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'writ-sql-'));
  await cp(fileURLToPath(SQL_FOLDER), folder, { recursive: true });
  for (const file of await readdir(folder)) if (/^0(0[4-9]|[1-9])/.test(file)) await rm(join(folder, file));
  await installGovernance(admin, pathToFileURL(`${folder}/`));
  await rm(folder, { recursive: true });
  await admin.query(`select writ.govern('fin.line', array['id']); select writ.grant_use('planner');
    update fin.line set n = n + 1 where id = 1`);
  expect(await governanceState(admin)).toEqual({ state: 'outdated', mayInstall: true, refusal: null });
  const plan = await planInstall(admin, { tables: [], users: [], administrators: [] });
  expect(plan.versions[0]).toEqual({ version: 4, name: 'approval-tables' });
  await runInstall(admin, plan.wish, plan.sha256);
  expect(await governanceState(admin)).toMatchObject({ state: 'installed' });
  expect(
    (await admin.query('select person, before, after from writ.audit where target > 0')).rows,
  ).toHaveLength(1);
  const clerk = await server.client('clerk', 'clerk', await databaseOf(admin));
  expect((await clerk.query(`select writ.policy_of('fin.line')->>'mode' as mode`)).rows).toEqual([
    { mode: 'open' },
  ]);
  expect((await clerk.query('select count(*)::int as n from writ.comment')).rows).toEqual([{ n: 0 }]);
  // A second look finds nothing to do.
  const { versions } = await planInstall(admin, { tables: [], users: [], administrators: [] });
  expect(versions).toEqual([]);
});

test('a version that was run is never taken for another one, and a schema of that name is left alone', async () => {
  await openDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'writ-sql-'));
  await cp(fileURLToPath(SQL_FOLDER), folder, { recursive: true });
  const url = pathToFileURL(`${folder}/`);
  await installGovernance(admin, url);
  const file = join(folder, '002-govern.sql');
  const text = await readFile(file, 'utf8');
  // The same file with the line ends of another checkout is the same version.
  await writeFile(file, text.replaceAll('\n', '\r\n'));
  await installGovernance(admin, url);
  await writeFile(file, `${text}\nselect 1;\n`);
  await expect(installGovernance(admin, url)).rejects.toMatchObject({ code: 'schema-differs' });
  await rm(file);
  await expect(installGovernance(admin, url)).rejects.toMatchObject({ code: 'schema-newer' });
  await rm(folder, { recursive: true });
  await uninstallGovernance(admin, { discardAudit: true });
  await admin.query('create schema writ; create table writ.migration (version integer)');
  await expect(installGovernance(admin)).rejects.toMatchObject({ code: 'schema-not-ours' });
});
