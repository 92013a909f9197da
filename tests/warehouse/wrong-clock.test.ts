import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { attachClient, setting, type TestClient } from '../support/backend-client.ts';
import { memoryKeychain } from '../unit/electron/identity/memory-keychain.ts';
import { openWorld, PASSWORD, rowsOf, SHEET, SOURCE, type World } from './backend-world.ts';

const HOUR = 3_600_000;

let world: World;
/** How far the clock of the machine is ahead, in milliseconds. */
let ahead = 0;
const clients: TestClient[] = [];

beforeAll(async () => {
  world = await openWorld(memoryKeychain(), undefined, [], () => new Date(Date.now() + ahead));
}, 60_000);

afterAll(() => world.close());

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  ahead = 0;
});

const enter = async (): Promise<TestClient> => {
  const client = attachClient(world.backend());
  clients.push(client);
  await client.call('session.open', { connection: 'direct', user: 'ann', password: PASSWORD });
  return client;
};

test('what is kept is read anew where it was read at a time that the clock says is still to come', async () => {
  const before = await enter();
  await before.call('offline.keep', { sheet: SHEET, kept: true });
  const readAt = async (client: TestClient) =>
    (await client.call('offline.list', {})).sheets.find(({ sheet }) => sheet === SHEET)?.readAt ?? '';
  await expect.poll(() => readAt(before), { timeout: 10_000 }).toMatch(/^20/);
  const first = await readAt(before);
  before.close();
  ahead = -5 * HOUR;
  await world.restart();
  const ann = await enter();
  await expect.poll(async () => (await readAt(ann)) < first, { timeout: 10_000 }).toBe(true);
}, 60_000);

test('a clock that is put forward or back while a batch waits changes neither what is sent nor what is decided', async () => {
  const ann = await enter();
  await ann.call('sheets.open', { source: SOURCE });
  await rowsOf(ann);
  await world.stopServer();
  await ann.heard('link.changed', ({ state }) => state !== 'online');
  const batches: string[] = [];
  for (const [month, clock] of [
    ['1', 30 * 24 * HOUR],
    ['2', -30 * 24 * HOUR],
    ['3', 0],
  ] as const) {
    ahead = clock;
    const key = `["C1","${month}"]`;
    await ann.call('edits.append', {
      step: setting(SHEET, 'amount', [[key, `${month}00.00`, `${month}11.00`]]),
    });
    const { sha256 } = await ann.call('batches.preview', { sheet: SHEET });
    const batch = randomUUID();
    await ann.call('outbox.queue', { sheet: SHEET, batch, sha256 });
    batches.push(batch);
  }
  ahead = 30 * 24 * HOUR;
  await world.startServer();
  await expect.poll(async () => (await ann.call('outbox.list', {})).batches, { timeout: 20_000 }).toEqual([]);
  const { rows } = await world.admin.query<{ id: string; late: boolean }>(
    `select id::text, submitted_at > now() + interval '1 hour' or submitted_at < now() - interval '1 hour' as late
       from writ.batch order by submitted_at`,
  );
  expect(rows).toEqual(batches.map((id) => ({ id, late: false })));
}, 60_000);
