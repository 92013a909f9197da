import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256Of } from '../../electron/journal/payload-hash.ts';
import type { Warehouse } from '../../electron/warehouse/adapter.ts';
import { openPostgres } from '../../electron/warehouse/postgres/postgres.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { type ApprovalTables, openApproval, payloadOf, propose } from './approval-table.ts';
import { fromElsewhere } from './other-machine.ts';

let server: TestPostgres;
let t: ApprovalTables;
let alice: Warehouse;

beforeAll(async () => {
  server = await startPostgres();
  t = await openApproval(server);
  await appendFile(join(server.cluster.folder, 'pg_hba.conf'), 'host all all 127.0.0.0/8 scram-sha-256\n');
  await t.admin.query('select pg_reload_conf()');
  alice = await openPostgres({
    host: server.host,
    port: server.port,
    database: t.database,
    user: 'alice',
    password: 'alice',
    tls: 'disable',
    timeZone: 'UTC',
    version: '0.1.0',
  });
});
afterAll(async () => {
  await alice.close();
  await t.close();
  await server.stop();
});

const SOURCE = { schema: 'fin', table: 'line' };
const RAISE = payloadOf([[1, 'n', '1.00', '2.00']]);

// Only Linux answers on all of 127.0.0.0/8 without being told to.
test.skipIf(process.platform !== 'linux')(
  'a login that works from two machines at once is not offered four-eyes, until one of them is left',
  async () => {
    const batch = await propose(await t.as('paula'), RAISE);
    const listed = async () => (await alice.reviews.list({ box: 'waiting', limit: 10 }))[0];
    expect(await listed()).toMatchObject({ canDecide: true });
    expect(await alice.reviews.policy(SOURCE)).toMatchObject({ canReview: true, shared: null });

    // Another person elsewhere, and the same login in another program, say nothing.
    const others = [
      await fromElsewhere(server, t.database, 'albert', 'Writ/0.1.0'),
      await fromElsewhere(server, t.database, 'alice', 'psql'),
    ];
    expect(await listed()).toMatchObject({ canDecide: true });

    const heard: (string | null)[] = [];
    alice.reviews.onChanged((moved) => heard.push(moved));
    const listening = `select from pg_stat_activity where usename = 'alice' and query = 'listen writ_review'`;
    await expect.poll(async () => (await t.admin.query(listening)).rowCount).toBe(1);
    const elsewhere = await fromElsewhere(server, t.database, 'alice', 'Writ/0.1.0');
    // What a window does that finds its login at work elsewhere: the other one looks again.
    await alice.reviews.hint();
    await expect.poll(() => heard).toContain(null);
    expect(await listed()).toMatchObject({
      canDecide: false,
      refusal: expect.stringContaining('2 machines'),
    });
    expect(await alice.reviews.policy(SOURCE)).toMatchObject({
      canReview: false,
      shared: expect.stringContaining('2 machines'),
    });
    await expect(alice.reviews.approve(batch, sha256Of(RAISE), null)).rejects.toMatchObject({
      kind: 'denied',
      code: 'login-shared',
    });
    await elsewhere.end();
    await expect.poll(listed).toMatchObject({ canDecide: true });
    await alice.reviews.approve(batch, sha256Of(RAISE), null);
    for (const other of others) await other.end();
  },
);

test('a login that was declared as shared is told so', async () => {
  await t.admin.query(`select writ.declare_shared('alice', 'the night shift')`);
  expect(await alice.reviews.policy(SOURCE)).toMatchObject({
    canReview: false,
    shared: expect.stringContaining('the night shift'),
    advisory: true,
  });
  await t.admin.query(`select writ.declare_shared('alice', null)`);
});
