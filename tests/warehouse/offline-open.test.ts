import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attachClient, setting, type TestClient } from '../support/backend-client.ts';
import { openWorld, PASSWORD, rowsOf, SHEET, SOURCE, submit, type World } from './backend-world.ts';

const KEY = '["C1","2"]';

let world: World;

beforeAll(async () => {
  world = await openWorld();
}, 60_000);

afterAll(() => world.close());

/** Signs in as a restart of the program would, without or with the password. */
const enter = async (user: string, password?: string): Promise<TestClient> => {
  const client = attachClient(world.backend());
  await client.call('session.open', { connection: 'direct', user, ...(password ? { password } : {}) });
  return client;
};

const amountOf = async (client: TestClient, key: string): Promise<string | null | undefined> =>
  (await rowsOf(client)).find((row) => row.key === key)?.amount;

const kept = (client: TestClient): Promise<unknown> =>
  client.heard('offline.changed').then(() => client.call('offline.list', {}));

test('a sheet read once opens with the server down after a restart, is edited, and is read again when it is back', async () => {
  const before = await enter('ann', PASSWORD);
  await before.call('sheets.open', { source: SOURCE });
  await rowsOf(before);
  await before.call('catalog.tables', {});
  expect(await kept(before)).toMatchObject({ sheets: [{ sheet: SHEET, rows: 12, kept: false }] });
  await before.call('edits.append', { step: setting(SHEET, 'amount', [[KEY, '200.00', '222.00']]) });
  expect(await submit(before)).toMatchObject({ kind: 'committed' });
  before.close();
  await world.stopServer();
  await world.restart();

  const started = performance.now();
  const ann = await enter('ann');
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(await ann.call('link.get', {})).toMatchObject({ state: 'offline' });
  const { tables } = await ann.call('catalog.tables', {});
  expect(tables.find(({ source }) => source.table === 'line')?.keptAt).toMatch(/^20/);
  expect(tables.find(({ source }) => source.table === 'note')?.keptAt).toBeNull();
  const opened = await ann.call('sheets.open', { source: SOURCE });
  expect(opened.keptAt).toMatch(/^20/);
  expect(opened.rights.updateColumns).toContain('amount');
  // What was written since the reading is part of what is kept.
  expect(await amountOf(ann, KEY)).toBe('222.00');
  expect(await ann.refusal('sheets.open', { source: { schema: 'plan', table: 'note' } })).toBe(
    'unavailable not-offline',
  );

  // Rules, lookups, find, filters and undo work as ever.
  expect(
    await ann.refusal('edits.append', { step: setting(SHEET, 'memo', [[KEY, null, 'x'.repeat(21)]]) }),
  ).toContain('invalid');
  const found = await ann.call('lookups.search', { sheet: SHEET, column: 'center', text: 'par', limit: 5 });
  expect(found.matches.map(({ value }) => value)).toEqual(['C2']);
  await ann.call('edits.append', { step: setting(SHEET, 'amount', [['["C1","3"]', '300.00', '301.00']]) });
  const narrowed = await rowsOf(ann, { filters: [{ kind: 'equals', column: 'amount', value: '301' }] });
  expect(narrowed.map(({ key }) => key)).toEqual(['["C1","3"]']);
  await ann.call('edits.undo', { sheet: SHEET });
  await ann.call('edits.append', { step: setting(SHEET, 'amount', [['["C1","3"]', '300.00', '303.00']]) });
  await ann.call('rows.refresh', { sheet: SHEET });
  expect((await ann.heard('rows.progress', ({ failure }) => failure !== null)).failure).toContain('reached');

  ann.forget();
  await world.startServer();
  await world.admin.query(`update plan.line set amount = 999 where center = 'C2' and month = 1`);
  // Nobody gave a password, so only the person can go on from here.
  expect(await ann.call('link.retry', {})).toMatchObject({ state: 'signed-out' });
  const again = await enter('ann', PASSWORD);
  expect(await ann.call('link.get', {})).toMatchObject({ state: 'online' });
  await ann.heard('sheet.age', ({ age }) => age === null);
  expect(await amountOf(ann, '["C2","1"]')).toBe('999.00');
  expect((await ann.call('sheets.open', { source: SOURCE })).keptAt).toBeUndefined();
  expect(await submit(ann)).toMatchObject({ kind: 'committed', rows: 1 });
  again.close();
  ann.close();
}, 60_000);

test('a link that comes back is used by itself, with the password of the sign-in', async () => {
  const ann = await enter('ann', PASSWORD);
  await ann.call('sheets.open', { source: SOURCE });
  await rowsOf(ann);
  await kept(ann);
  await world.stopServer();
  expect((await ann.heard('link.changed', ({ state }) => state !== 'online')).message).not.toBe('');
  expect((await ann.call('sheets.open', { source: SOURCE })).keptAt).toMatch(/^20/);
  ann.forget();
  await world.startServer();
  await ann.heard('link.changed', ({ state }) => state === 'online');
  await ann.heard('sheet.changed');
  expect(await amountOf(ann, KEY)).toBe('222.00');
  ann.close();
}, 60_000);

test('nobody works without the warehouse who was not there before, and nobody as somebody else', async () => {
  const ann = await enter('ann', PASSWORD);
  await ann.call('sheets.open', { source: SOURCE });
  await rowsOf(ann);
  await ann.call('edits.append', { step: setting(SHEET, 'amount', [[KEY, '222.00', '1.00']]) });
  ann.close();
  await world.stopServer();
  const stranger = attachClient(world.backend());
  expect(
    await stranger.refusal('session.open', { connection: 'direct', user: 'cal', password: PASSWORD }),
  ).toBe('unavailable connection-lost');
  stranger.close();
  await world.startServer();
  const ben = await enter('ben', PASSWORD);
  expect((await ben.call('sheets.open', { source: SOURCE })).pending.rows).toEqual([]);
  ben.close();
  const back = await enter('ann', PASSWORD);
  expect((await back.call('sheets.open', { source: SOURCE })).pending.rows).toHaveLength(1);
  await back.call('edits.discard', { sheet: SHEET });
  back.close();
}, 60_000);

test('a damaged file of kept rows is put aside and told, and the sheet is read from the warehouse', async () => {
  const ann = await enter('ann', PASSWORD);
  await ann.call('sheets.open', { source: SOURCE });
  await rowsOf(ann);
  await kept(ann);
  ann.close();
  await world.restart();
  const folder = join(world.folder, 'journals');
  const files = readdirSync(folder).filter((name) => name.endsWith('.snapshots'));
  for (const name of files)
    writeFileSync(join(folder, name), Buffer.alloc(statSync(join(folder, name)).size, 7));
  const again = await enter('ann', PASSWORD);
  const { notices } = await again.call('offline.list', {});
  expect(notices).toEqual([expect.stringContaining('moved to')]);
  await again.call('sheets.open', { source: SOURCE });
  expect(await rowsOf(again)).toHaveLength(12);
  expect(readdirSync(folder).some((name) => name.includes('.damaged-'))).toBe(true);
  again.close();
}, 60_000);

test('sheets and parts of them chosen to be kept are read behind the work and are there without the server', async () => {
  const ann = await enter('ann', PASSWORD);
  const NOTE = { schema: 'plan', table: 'note' };
  const note = JSON.stringify([NOTE.schema, NOTE.table]);
  const kept = () => ann.call('offline.list', {});
  const keptRows = (sheet: string) => async () =>
    (await kept()).sheets.find((each) => each.sheet === sheet && !each.reading && each.readAt !== null)?.rows;
  await ann.call('offline.keep', { sheet: note, kept: true });
  await expect.poll(keptRows(note), { timeout: 10_000 }).toBe(0);
  const slice = [{ kind: 'in' as const, column: 'center', values: ['C1'] }];
  await ann.call('offline.keep', { sheet: SHEET, kept: true, slice });
  await expect.poll(keptRows(SHEET), { timeout: 10_000 }).toBe(6);
  expect((await kept()).bytes).toBeGreaterThan(0);
  await world.stopServer();
  await ann.heard('link.changed', ({ state }) => state !== 'online');
  expect((await ann.call('sheets.open', { source: NOTE })).keptAt).toMatch(/^20/);
  ann.forget();
  await ann.call('sheets.open', { source: SOURCE });
  const { age } = await ann.heard('sheet.age', ({ sheet }) => sheet === SHEET);
  expect(age).toMatchObject({ sliced: true });
  expect((await rowsOf(ann)).map(({ center }) => center)).toEqual(Array(6).fill('C1'));
  await ann.call('offline.remove', { sheet: note });
  expect((await kept()).sheets.map(({ sheet }) => sheet)).toEqual([SHEET]);
  await world.startServer();
  ann.close();
}, 60_000);
