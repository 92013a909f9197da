import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { attachClient, deleting, inserting, setting, type TestClient } from '../support/backend-client.ts';
import { openWorld, PASSWORD, rowsOf, SHEET, SOURCE, type World } from './backend-world.ts';

const KEYS = { a: '["C1","1"]', b: '["C1","2"]', c: '["C2","1"]' } as const;

let world: World;
const clients: TestClient[] = [];

beforeAll(async () => {
  world = await openWorld();
}, 60_000);

afterAll(() => world.close());

beforeEach(async () => {
  world.proxy.arm(null);
  await world.admin.query('update plan.line set amount = month * 100');
});

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

const enter = async (user: string, connection = 'direct'): Promise<TestClient> => {
  const client = attachClient(world.backend());
  clients.push(client);
  await client.call('session.open', { connection, user, password: PASSWORD });
  await client.call('sheets.open', { source: SOURCE });
  await rowsOf(client);
  return client;
};

const edit = (client: TestClient, key: string, before: string, after: string) =>
  client.call('edits.append', { step: setting(SHEET, 'amount', [[key, before, after]]) });

const queue = async (client: TestClient, batch: string = randomUUID()): Promise<string> => {
  const { sha256 } = await client.call('batches.preview', { sheet: SHEET });
  await client.call('outbox.queue', { sheet: SHEET, batch, sha256, note: 'from the train' });
  return batch;
};

const amounts = async (): Promise<Record<string, string>> => {
  const { rows } = await world.admin.query(
    `select jsonb_build_array(center, month::text)::text as key, amount::text from plan.line`,
  );
  return Object.fromEntries(rows.map(({ key, amount }) => [String(key).replace(', ', ','), amount]));
};

const written = async (batch: string): Promise<number> =>
  (await world.admin.query('select count(*)::int as n from writ.batch where id = $1', [batch])).rows[0]?.n;

const isEmpty = async (client: TestClient): Promise<void> => {
  for (;;) {
    const since = client.said('outbox.changed').length;
    const { batches } = await client.call('outbox.list', {});
    if (batches.every(({ state }) => state === 'refused')) return;
    await client.heard('outbox.changed', (event) => client.said('outbox.changed').indexOf(event) >= since);
  }
};

test('batches submitted without the server wait, survive a restart, and are written in order when it is back', async () => {
  const before = await enter('ann');
  await world.stopServer();
  await before.heard('link.changed', ({ state }) => state !== 'online');
  await edit(before, KEYS.a, '100.00', '101.00');
  const first = await queue(before);
  expect(await before.call('outbox.list', {})).toMatchObject({
    batches: [{ batch: first, state: 'waiting', rows: 1, cells: 1, note: 'from the train' }],
  });
  const opened = await before.call('sheets.open', { source: SOURCE });
  expect(opened.pending.rows).toEqual([]);
  expect(opened.submitted).toMatchObject([{ batch: first, waiting: true, rows: [{ row: KEYS.a }] }]);
  expect(
    await before.refusal('edits.append', { step: setting(SHEET, 'amount', [[KEYS.a, '101.00', '1.00']]) }),
  ).toBe('conflict row-waiting');
  await edit(before, KEYS.b, '200.00', '202.00');
  const second = await queue(before);
  await before.call('outbox.cancel', { batch: second });
  expect((await before.call('sheets.open', { source: SOURCE })).pending.rows).toHaveLength(1);
  const third = await queue(before);
  before.close();
  await world.restart();
  await world.startServer();
  const ann = await enter('ann');
  await isEmpty(ann);
  expect(await amounts()).toMatchObject({ [KEYS.a]: '101.00', [KEYS.b]: '202.00' });
  expect([await written(first), await written(second), await written(third)]).toEqual([1, 0, 1]);
  const { entries } = await ann.call('history.list', { sheet: SHEET, row: KEYS.a, limit: 5 });
  expect(entries[0]).toMatchObject({ batch: first, after: '101.00', person: 'ann' });
}, 60_000);

test('rows that are new or deleted in a batch that waits are shown, found and added up as they will be', async () => {
  const ann = await enter('ann');
  await world.stopServer();
  await ann.heard('link.changed', ({ state }) => state !== 'online');
  const fresh = `new:${randomUUID()}`;
  await ann.call('edits.append', {
    step: inserting(SHEET, fresh, { center: 'C2', month: '7', amount: '707.00' }),
  });
  const stored = (await rowsOf(ann)).find(({ key }) => key === KEYS.c);
  const { key: _, ...before } = stored ?? {};
  await ann.call('edits.append', { step: deleting(SHEET, KEYS.c, before) });
  await edit(ann, KEYS.a, '100.00', '111.00');
  await queue(ann);

  const shown = await rowsOf(ann);
  expect(shown).toHaveLength(13);
  expect(shown.find(({ key }) => key === fresh)).toMatchObject({
    center: 'C2',
    month: '7',
    amount: '707.00',
  });
  const { submitted } = await ann.call('sheets.open', { source: SOURCE });
  expect(submitted?.[0]?.rows.map(({ row, kind }) => [row, kind])).toEqual([
    [fresh, 'insert'],
    [KEYS.c, 'delete'],
    [KEYS.a, 'update'],
  ]);
  const only = async (column: string, value: string) =>
    (await rowsOf(ann, { filters: [{ kind: 'equals', column, value }] })).map(({ key }) => key);
  expect(await only('amount', '707.00')).toEqual([fresh]);
  expect(await only('amount', '111.00')).toEqual([KEYS.a]);
  expect(await rowsOf(ann, { pendingOnly: true })).toEqual([]);

  ann.forget();
  await world.startServer();
  await isEmpty(ann);
  const { rows } = await world.admin.query(
    `select center, month, amount::text from plan.line where month = 7 or (center = 'C2' and month = 1)`,
  );
  expect(rows).toEqual([{ center: 'C2', month: 7, amount: '707.00' }]);
  await world.admin.query(
    `delete from plan.line where month = 7; insert into plan.line (center, month, amount) values ('C2', 1, 100)`,
  );
}, 60_000);

test('a batch that meets a change of others is refused alone: its edits are pending again, later ones are written', async () => {
  const ann = await enter('ann');
  await world.stopServer();
  await ann.heard('link.changed', ({ state }) => state !== 'online');
  await edit(ann, KEYS.a, '100.00', '111.00');
  const refused = await queue(ann);
  await edit(ann, KEYS.c, '100.00', '333.00');
  const passed = await queue(ann);
  ann.forget();
  await world.startServer();
  await world.admin.query(`update plan.line set amount = 5 where center = 'C1' and month = 1`);
  await ann.heard('link.changed', ({ state }) => state === 'online');
  await isEmpty(ann);
  expect(await amounts()).toMatchObject({ [KEYS.a]: '5.00', [KEYS.c]: '333.00' });
  expect([await written(refused), await written(passed)]).toEqual([0, 1]);
  const { batches } = await ann.call('outbox.list', {});
  expect(batches).toMatchObject([
    { batch: refused, state: 'refused', rows: 1, failure: { kind: 'conflict' } },
  ]);
  const { pending } = await ann.call('sheets.open', { source: SOURCE });
  expect(pending.rows).toMatchObject([{ row: KEYS.a, cells: { amount: { after: '111.00' } } }]);
  await ann.call('outbox.dismiss', { batch: refused });
  expect(await ann.call('outbox.list', {})).toEqual({ batches: [] });
  await ann.call('edits.discard', { sheet: SHEET });
}, 60_000);

test('where the table needs approval the batch is sent for review, and comes back when it is returned', async () => {
  await world.admin.query('create role reviewer; grant reviewer to ben');
  const policy = (mode: string) =>
    mode === 'open'
      ? `select writ.set_policy('plan.line', 'open', '{}', '{}', null, null, '{}', '{}', null)`
      : `select writ.set_policy('plan.line', 'approval', '{reviewer}', '{1}', null, null, '{}', '{}', '3 days')`;
  const ann = await enter('ann');
  // Nobody here has heard of it when the link is lost.
  await world.admin.query(policy('approval'));
  await world.stopServer();
  await ann.heard('link.changed', ({ state }) => state !== 'online');
  await edit(ann, KEYS.b, '200.00', '260.00');
  const batch = await queue(ann);
  ann.forget();
  await world.startServer();
  await ann.heard('link.changed', ({ state }) => state === 'online');
  await isEmpty(ann);
  expect(await amounts()).toMatchObject({ [KEYS.b]: '200.00' });
  const { submitted } = await ann.call('sheets.open', { source: SOURCE });
  expect(submitted).toMatchObject([{ batch, rows: [{ row: KEYS.b }] }]);
  expect(submitted?.[0]?.waiting).toBeUndefined();
  const ben = await enter('ben');
  const { reviews } = await ben.call('reviews.list', { box: 'waiting', limit: 5 });
  expect(reviews).toMatchObject([{ batch, person: 'ann', note: 'from the train' }]);
  await ben.call('reviews.return', { batch, comment: 'Not yet' });
  await ann.heard('pending.changed', ({ delta }) => delta.rows.some(({ row }) => row === KEYS.b));
  await ann.call('edits.discard', { sheet: SHEET });
  await world.admin.query(policy('open'));
}, 60_000);

test('what one person submitted is never sent as another', async () => {
  const ann = await enter('ann');
  await world.stopServer();
  await ann.heard('link.changed', ({ state }) => state !== 'online');
  await edit(ann, KEYS.b, '200.00', '250.00');
  const batch = await queue(ann);
  ann.close();
  await world.restart();
  await world.startServer();
  const ben = await enter('ben');
  expect(await ben.call('outbox.list', {})).toEqual({ batches: [] });
  expect(await amounts()).toMatchObject({ [KEYS.b]: '200.00' });
  const again = await enter('ann');
  await isEmpty(again);
  const { entries } = await again.call('history.list', { sheet: SHEET, row: KEYS.b, limit: 1 });
  expect(entries[0]).toMatchObject({ batch, person: 'ann', after: '250.00' });
}, 60_000);

test('a link cut anywhere while a waiting batch is sent: it is written once, by its id', async () => {
  const ann = await enter('ann', 'test');
  let value = '100.00';
  for (const to of ['server', 'client'] as const) {
    for (let message = 0; message < 80; message += 7) {
      const next = value === '100.00' ? '150.00' : '100.00';
      await edit(ann, KEYS.a, value, next);
      const { sha256 } = await ann.call('batches.preview', { sheet: SHEET });
      const batch = randomUUID();
      ann.forget();
      world.proxy.arm({ to, message, when: message % 2 === 0 ? 'before' : 'after' });
      await ann.call('outbox.queue', { sheet: SHEET, batch, sha256 });
      await ann.heard('outbox.changed', () => world.proxy.wasCut() || ann.said('outbox.changed').length > 1);
      const cut = world.proxy.wasCut();
      world.proxy.arm(null);
      const left = async () => {
        await ann.call('link.retry', {});
        return (await ann.call('outbox.list', {})).batches;
      };
      await expect.poll(left, { timeout: 20_000, interval: 20 }).toEqual([]);
      expect((await amounts())[KEYS.a], `message ${message} to the ${to}`).toBe(next);
      expect(await written(batch)).toBe(1);
      await ann.call('rows.refresh', { sheet: SHEET });
      value = next;
      if (!cut) break;
    }
  }
}, 120_000);
