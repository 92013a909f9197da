import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EmbeddedWarehouse, openEmbedded } from '../../electron/warehouse/embedded/embedded.ts';

const stages: string[] = [];
let folder = '';
const opened: EmbeddedWarehouse[] = [];

const open = async (): Promise<EmbeddedWarehouse> => {
  const warehouse = await openEmbedded({ folder, onProgress: (stage) => stages.push(stage) });
  opened.push(warehouse);
  return warehouse;
};

const as = async (warehouse: EmbeddedWarehouse, user: string, password?: string): Promise<pg.Client> => {
  const known = warehouse.people.find((person) => person.user === user);
  const client = new pg.Client({
    host: warehouse.host,
    port: warehouse.port,
    database: warehouse.database,
    user,
    password: password ?? known?.password,
  });
  client.on('error', () => {});
  await client.connect();
  return client;
};

const one = async (client: pg.Client, sql: string): Promise<unknown> =>
  (await client.query({ text: sql, rowMode: 'array' })).rows[0]?.[0];

const postmasterOf = async (): Promise<number> =>
  Number((await readFile(join(folder, 'demo', 'cluster', 'postmaster.pid'), 'utf8')).split('\n')[0]);

beforeEach(async () => {
  stages.length = 0;
  folder = join(await mkdtemp(join(tmpdir(), 'writ-demo-')), 'data');
  // The folder above is made for its owner only; the server's user must get through when the tests run as root.
  await chmod(join(folder, '..'), 0o711);
});

afterEach(async () => {
  for (const each of opened.splice(0)) await each.stop().catch(() => {});
  await rm(join(folder, '..'), { recursive: true, force: true });
});

test('the first start seeds a finance plan that four people see through their own rights', async () => {
  const warehouse = await open();
  expect(stages).toEqual(['prepare', 'create', 'start', 'seed', 'seed', 'ready']);
  const anna = await as(warehouse, 'anna.berg');
  const mei = await as(warehouse, 'mei.tan');
  const all = Number(await one(mei, 'select count(*) from plan.plan_line'));
  const hers = Number(await one(anna, 'select count(*) from plan.plan_line'));
  expect(all).toBeGreaterThan(20_000);
  expect(hers).toBeGreaterThan(1_000);
  expect(hers).toBeLessThan(all);
  expect(await one(anna, "select count(*) from plan.plan_line where cost_center like 'CC3%'")).toBe('0');
  await expect(anna.query('select monthly_salary from plan.headcount')).rejects.toMatchObject({
    code: '42501',
  });
  expect((await anna.query("update plan.plan_line set amount = 1 where version = 'ACT'")).rowCount).toBe(0);
  expect(Number(await one(mei, 'select count(*) from plan.account where posting'))).toBeGreaterThan(100);
  await Promise.all([anna.end(), mei.end()]);
});

test('the server listens on 127.0.0.1 alone, asks for scram passwords, and nothing of it is readable by others', async () => {
  const warehouse = await open();
  const admin = await as(warehouse, warehouse.superuser.user, warehouse.superuser.password);
  expect(await one(admin, 'show listen_addresses')).toBe('127.0.0.1');
  expect(await one(admin, 'show unix_socket_directories')).toBe('');
  expect(await one(admin, "select count(*) from pg_authid where rolpassword not like 'SCRAM-SHA-256%'")).toBe(
    '0',
  );
  const methods = await admin.query('select distinct auth_method from pg_hba_file_rules');
  expect(methods.rows).toEqual([{ auth_method: 'scram-sha-256' }]);
  await expect(as(warehouse, 'anna.berg', 'wrong')).rejects.toMatchObject({ code: '28P01' });
  for (const path of ['demo', 'demo/cluster', 'demo/secrets.json', 'demo/postgres.log']) {
    expect((await stat(join(folder, path))).mode & 0o077, path).toBe(0);
  }
  await admin.end();
});

test('a second start finds what the first one wrote, and a clean stop leaves no server behind', async () => {
  const first = await open();
  const anna = await as(first, 'anna.berg');
  await anna.query(
    "update plan.plan_line set memo = 'kept' where version = 'FC1' and cost_center = 'CC1010' and period = '2026-11'",
  );
  await anna.end();
  await first.stop();
  await expect(as(first, 'anna.berg')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  stages.length = 0;
  const again = await as(await open(), 'anna.berg');
  expect(stages).not.toContain('seed');
  expect(Number(await one(again, "select count(*) from plan.plan_line where memo = 'kept'"))).toBeGreaterThan(
    0,
  );
  await again.end();
});

test('a server killed with SIGKILL is recovered at the next start', async () => {
  const first = await open();
  const anna = await as(first, 'anna.berg');
  await anna.query(
    "update plan.plan_line set memo = 'committed' where version = 'FC1' and cost_center = 'CC1010' and period = '2026-12'",
  );
  process.kill(await postmasterOf(), 'SIGKILL');
  await new Promise((closed) => anna.once('end', closed));
  const again = await as(await open(), 'anna.berg');
  expect(
    Number(await one(again, "select count(*) from plan.plan_line where memo = 'committed'")),
  ).toBeGreaterThan(0);
  await again.end();
});

test('a server that outlived its application is adopted, and stopped only by the last one using it', async () => {
  const survivor = await open();
  const user = await as(survivor, 'anna.berg');
  const adopter = await open();
  expect(adopter.port).toBe(survivor.port);
  await adopter.stop();
  expect(await one(user, 'select 1')).toBe(1);
  const gone = new Promise((closed) => user.once('end', closed));
  await user.end();
  await gone;
  await survivor.stop();
  await expect(as(survivor, 'anna.berg')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a first start that was interrupted is begun again', async () => {
  const first = await open();
  await first.stop();
  const file = join(folder, 'demo', 'secrets.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('"seeded":true', '"seeded":false'));
  await rm(join(folder, 'demo', 'cluster', 'global'), { recursive: true });
  const again = await as(await open(), 'mei.tan');
  expect(Number(await one(again, 'select count(*) from plan.plan_line'))).toBeGreaterThan(20_000);
  await again.end();
});

test('a demo folder without its passwords is refused with what to do, and left as it is', async () => {
  const first = await open();
  await first.stop();
  await rm(join(folder, 'demo', 'secrets.json'));
  await expect(open()).rejects.toMatchObject({ kind: 'unavailable', code: 'demo-secrets-missing' });
  expect((await stat(join(folder, 'demo', 'cluster', 'PG_VERSION'))).isFile()).toBe(true);
});

test('a server that does not come to its end is ended, and what was written is there at the next start', async () => {
  const warehouse = await open();
  const mei = await as(warehouse, 'mei.tan');
  const pid = Number(await one(mei, 'select pg_backend_pid()'));
  const rows = await one(mei, 'select count(*) from plan.plan_line');
  // A session that hears nothing: a clean shutdown waits for it for ever.
  process.kill(pid, 'SIGSTOP');
  await warehouse.stop();
  await expect(as(warehouse, 'mei.tan')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  const again = await as(await open(), 'mei.tan');
  expect(await one(again, 'select count(*) from plan.plan_line')).toBe(rows);
  await again.end();
}, 90_000);
