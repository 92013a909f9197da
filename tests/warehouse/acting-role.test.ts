import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Warehouse } from '../../electron/warehouse/adapter.ts';
import { openPostgres } from '../../electron/warehouse/postgres/postgres.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { type ApprovalTables, openApproval, type Person, payloadOf, propose } from './approval-table.ts';
import { fromElsewhere } from './other-machine.ts';

let server: TestPostgres;
let t: ApprovalTables;
const opened: Warehouse[] = [];

beforeAll(async () => {
  server = await startPostgres();
  t = await openApproval(server);
  await appendFile(join(server.cluster.folder, 'pg_hba.conf'), 'host all all 127.0.0.0/8 scram-sha-256\n');
  await t.admin.query('select pg_reload_conf()');
});
afterEach(async () => {
  for (const warehouse of opened.splice(0)) await warehouse.close();
});
afterAll(async () => {
  await t.close();
  await server.stop();
});

const as = async (user: Person, role: string): Promise<Warehouse> => {
  const warehouse = await openPostgres({
    ...{ host: server.host, port: server.port, database: t.database, tls: 'disable' },
    ...{ user, password: user, role, timeZone: 'UTC', version: '0.1.0' },
  });
  opened.push(warehouse);
  return warehouse;
};

const SOURCE = { schema: 'fin', table: 'line' };
const RAISE = payloadOf([[1, 'n', '1.00', '2.00']]);

test('who proposed as one role does not approve as another: the login is the person', async () => {
  const mine = await propose(await t.as('mallory'), RAISE);
  const approver = await as('mallory', 'approver');
  expect(approver.identity).toMatchObject({ user: 'mallory', acting: { role: 'approver', refused: false } });
  const { rows } = await t.admin.query('select payload_sha256 from writ.proposal where id = $1', [mine]);
  await expect(approver.reviews.approve(mine, rows[0].payload_sha256, '')).rejects.toMatchObject({
    kind: 'denied',
    code: 'may-not-decide',
  });
  // The role alone, of somebody else, is one that may.
  const other = await as('alice', 'approver');
  await other.reviews.approve(mine, rows[0].payload_sha256, '');
});

test('under approval the table takes no more from a role than from the login', async () => {
  const planner = await as('paula', 'planner');
  const { rights } = await planner.describe(SOURCE);
  expect(rights.updateColumns).toContain('n');
  const client = await t.as('paula');
  await client.query('set role planner');
  await expect(client.query('update fin.line set n = 99 where id = 2')).rejects.toMatchObject({
    code: 'WR101',
  });
});

// Only Linux answers on all of 127.0.0.0/8 without being told to.
test.skipIf(process.platform !== 'linux')(
  'a login at work on two machines is seen as shared in whatever role it works',
  async () => {
    const alice = await as('alice', 'approver');
    expect(await alice.reviews.policy(SOURCE)).toMatchObject({ shared: null });
    const elsewhere = await fromElsewhere(server, t.database, 'alice', 'Writ/0.1.0');
    try {
      expect(await alice.reviews.policy(SOURCE)).toMatchObject({
        shared: expect.stringContaining('2 machines'),
      });
    } finally {
      await elsewhere.end();
    }
  },
);

test('what a role runs can still be cancelled, which the server grants the login alone', async () => {
  const planner = await as('paula', 'planner');
  await t.admin.query(`create function fin.slow(n numeric) returns boolean language sql volatile as 'select pg_sleep(60) is null';
    create view fin.slowly as select id, n from fin.line where fin.slow(n); alter view fin.slowly owner to fin_owner;
    grant select on fin.slowly to planner`);
  const { definition, rights } = await planner.describe({ schema: 'fin', table: 'slowly' });
  const cancel = new AbortController();
  const reading = planner.read({ definition, rights, limit: 100, signal: cancel.signal }, () => {});
  const runs = async () =>
    (
      await t.admin.query(
        `select count(*)::int as n from pg_stat_activity where usename = 'paula' and state = 'active' and query like '%slowly%'`,
      )
    ).rows[0].n;
  await expect.poll(runs).toBe(1);
  cancel.abort();
  await expect(reading).rejects.toMatchObject({ kind: 'cancelled' });
  await expect.poll(runs).toBe(0);
});
