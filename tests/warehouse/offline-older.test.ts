import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { setting, type TestClient } from '../support/backend-client.ts';
import { atTheSheet, openWorld, SHEET, type World } from './backend-world.ts';

const KEYS = { a: '["C1","1"]', b: '["C1","2"]' } as const;

let world: World;
let clients: TestClient[] = [];

beforeAll(async () => {
  world = await openWorld();
}, 60_000);

afterAll(() => world.close());

afterEach(() => {
  for (const client of clients) client.close();
  clients = [];
});

const enter = async (): Promise<TestClient> => {
  const client = await atTheSheet(world);
  clients.push(client);
  return client;
};

/** Waits until the rows are on this machine as they are read now. */
const enterAndKeep = async (): Promise<TestClient> => {
  const client = await enter();
  await client.heard('offline.changed');
  return client;
};

const edit = (client: TestClient, key: string, before: string, after: string) =>
  client.call('edits.append', { step: setting(SHEET, 'amount', [[key, before, after]]) });

const undecided = async (client: TestClient): Promise<readonly string[]> =>
  (await client.call('merge.state', { sheet: SHEET })).conflicts.map(({ row }) => row);

/** The files of kept rows are copied between the data folder and a folder beside it. */
const copyKept = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(to).filter((each) => each.includes('.snapshots'))) rmSync(join(to, name));
  for (const name of readdirSync(from).filter((each) => each.includes('.snapshots')))
    copyFileSync(join(from, name), join(to, name));
};

const amounts = async (): Promise<readonly string[]> => {
  const { rows } = await world.admin.query<{ amount: string }>(
    `select amount::text from plan.line where center = 'C1' and month <= 2 order by month`,
  );
  return rows.map(({ amount }) => amount);
};

/** Opens the sheet without the server, after a restart; `aside`: with the rows kept there. */
const enterOffline = async (aside?: string): Promise<TestClient> => {
  for (const client of clients.splice(0)) client.close();
  await world.stopServer();
  await world.backend().close();
  if (aside) copyKept(aside, join(world.folder, 'journals'));
  await world.restart();
  const ann = await enter();
  await ann.call('rows.refresh', { sheet: SHEET });
  return ann;
};

const sendAll = async (client: TestClient): Promise<readonly string[]> => {
  for (;;) {
    await client.call('link.retry', {});
    const { batches } = await client.call('outbox.list', {});
    if (batches.every(({ state }) => state === 'refused')) return batches.map(({ batch }) => batch);
    await client.heard('outbox.changed');
    client.forget();
  }
};

test('kept rows that are older than an edit raise no conflict: it is queued with the others and written', async () => {
  const aside = join(world.folder, 'aside');
  await enterAndKeep();
  for (const client of clients.splice(0)) client.close();
  await world.restart();
  copyKept(join(world.folder, 'journals'), aside);
  await world.admin.query(`update plan.line set amount = 500 where center = 'C1' and month = 1`);
  const before = await enterAndKeep();
  await edit(before, KEYS.a, '500.00', '510.00');
  await edit(before, KEYS.b, '200.00', '210.00');
  expect(await undecided(before)).toEqual([]);

  // As where the program was killed before what is kept had followed.
  const ann = await enterOffline(aside);
  expect(await undecided(ann)).toEqual([]);
  const { sha256, undecided: left } = await ann.call('batches.preview', { sheet: SHEET });
  expect(left).toBe(0);
  await ann.call('outbox.queue', { sheet: SHEET, batch: randomUUID(), sha256 });
  expect(await ann.call('outbox.list', {})).toMatchObject({ batches: [{ rows: 2 }] });
  await world.startServer();
  expect(await sendAll(ann)).toEqual([]);
  expect(await amounts()).toEqual(['510.00', '210.00']);
}, 60_000);

test('kept rows that were read after an edit go on raising what others changed, whatever was edited since', async () => {
  const before = await enterAndKeep();
  await edit(before, KEYS.a, '510.00', '511.00');
  await edit(before, KEYS.b, '210.00', '211.00');
  await world.admin.query(`update plan.line set amount = 5 where center = 'C1' and month = 1`);
  before.forget();
  await before.call('rows.refresh', { sheet: SHEET });
  await before.heard('merge.changed', ({ rows }) => rows === 1);
  await before.heard('offline.changed');
  await before.call('edits.append', { step: setting(SHEET, 'memo', [[KEYS.a, null, 'mine']]) });
  const ann = await enterOffline();
  expect(await undecided(ann)).toEqual([KEYS.a]);
  await ann.call('edits.undo', { sheet: SHEET });
  await ann.call('edits.redo', { sheet: SHEET });
  expect(await undecided(ann)).toEqual([KEYS.a]);
  const { sha256 } = await ann.call('batches.preview', { sheet: SHEET });
  await ann.call('outbox.queue', { sheet: SHEET, batch: randomUUID(), sha256 });
  await world.startServer();
  expect(await sendAll(ann)).toEqual([]);
  expect(await amounts()).toEqual(['5.00', '211.00']);
  await ann.call('merge.decide', { sheet: SHEET, where: {}, decision: { kind: 'theirs' } });
}, 60_000);
