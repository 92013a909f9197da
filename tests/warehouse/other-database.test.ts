import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inserting, setting, type TestClient } from '../support/backend-client.ts';
import { atTheSheet, openWorld, rowsOf, SHEET, SOURCE, submit, type World } from './backend-world.ts';

const KEY = '["C1","2"]';

let world: World;
const clients: TestClient[] = [];

beforeAll(async () => {
  world = await openWorld();
}, 60_000);

afterAll(async () => {
  for (const client of clients) client.close();
  await world.close();
});

const enter = async (): Promise<TestClient> => {
  const client = await atTheSheet(world);
  clients.push(client);
  return client;
};

/** Puts a copy of the database in its place, as a restore from a dump does; the server then knows it by another number. */
const restoreCopy = async (): Promise<void> => {
  const other = await world.adminIn('template1');
  await other.query(`alter database postgres with allow_connections false`);
  await other.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'postgres'`);
  await other.query(`create database copy template postgres`);
  await other.query(`alter database postgres rename to gone`);
  await other.query(`alter database copy rename to postgres`);
  await other.end();
};

test('what waits is not sent to another database at the same address: it is given back with the reason', async () => {
  const ann = await enter();
  await world.stopServer();
  await ann.heard('link.changed', ({ state }) => state !== 'online');
  await ann.call('edits.append', { step: setting(SHEET, 'amount', [[KEY, '200.00', '222.00']]) });
  await ann.call('edits.append', {
    step: inserting(SHEET, `new:${randomUUID()}`, { center: 'C2', month: '9', amount: '9.00' }),
  });
  const { sha256 } = await ann.call('batches.preview', { sheet: SHEET });
  const batch = randomUUID();
  await ann.call('outbox.queue', { sheet: SHEET, batch, sha256 });
  // A start without the server remembers which database it was.
  for (const client of clients.splice(0)) client.close();
  await world.restart();
  const again = await enter();
  await again.call('edits.append', { step: setting(SHEET, 'memo', [['["C1","3"]', null, 'x']]) });
  const second = await again.call('batches.preview', { sheet: SHEET });
  await again.call('outbox.queue', { sheet: SHEET, batch: randomUUID(), sha256: second.sha256 });
  for (const client of clients.splice(0)) client.close();
  await world.backend().close();
  await world.startServer();
  await restoreCopy();
  await world.restart();

  const ben = await enter();
  await expect
    .poll(
      async () =>
        (await ben.call('outbox.list', {})).batches.map(({ state, failure }) => [state, failure?.code]),
      {
        timeout: 20_000,
      },
    )
    .toEqual([
      ['refused', 'other-database'],
      ['refused', 'other-database'],
    ]);
  const { pending } = await ben.call('sheets.open', { source: SOURCE });
  expect(pending.counts).toMatchObject({ updated: 2, inserted: 1 });
  await rowsOf(ben);
  // Looked at by the person, they are written there.
  expect(await submit(ben)).toMatchObject({ kind: 'committed', rows: 3 });
}, 60_000);
