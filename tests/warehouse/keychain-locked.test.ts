import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Keychain } from '../../electron/identity/keychain.ts';
import { AppError } from '../../shared/model/failure.ts';
import { attachClient, setting, type TestClient } from '../support/backend-client.ts';
import { memoryKeychain } from '../unit/electron/identity/memory-keychain.ts';
import { openWorld, PASSWORD, rowsOf, SHEET, SOURCE, type World } from './backend-world.ts';

let locked = false;

/** As a keychain that is locked by a timeout or by the person, in which nothing can be asked for until it is unlocked. */
const lockable = (keychain: Keychain): Keychain => {
  const unlessLocked = async (): Promise<void> => {
    if (locked) throw new AppError('unavailable', 'keychain-unavailable', 'The keychain does not answer.');
  };
  return {
    state: async () => ({ available: !locked, detail: 'Lockable.' }),
    get: (account) => unlessLocked().then(() => keychain.get(account)),
    set: (account, secret) => unlessLocked().then(() => keychain.set(account, secret)),
    delete: (account) => unlessLocked().then(() => keychain.delete(account)),
  };
};

let world: World;
const clients: TestClient[] = [];

beforeAll(async () => {
  world = await openWorld(lockable(memoryKeychain()));
}, 60_000);

afterAll(() => world.close());

afterEach(() => {
  locked = false;
  for (const client of clients.splice(0)) client.close();
});

const attach = (): TestClient => {
  const client = attachClient(world.backend());
  clients.push(client);
  return client;
};
const ann = { connection: 'direct', user: 'ann', password: PASSWORD };

test('a keychain that is locked in the middle of the work stops nothing that is open, and no second key is made', async () => {
  const open = attach();
  await open.call('session.open', { ...ann, remember: true });
  await open.call('sheets.open', { source: SOURCE });
  await rowsOf(open);
  locked = true;

  const edit = (key: string, to: string) =>
    open.call('edits.append', { step: setting(SHEET, 'memo', [[key, null, to]]) });
  await edit('["C1","1"]', 'a');
  await world.stopServer();
  await open.heard('link.changed', ({ state }) => state !== 'online');
  await edit('["C1","2"]', 'b');
  const { sha256 } = await open.call('batches.preview', { sheet: SHEET });
  await open.call('outbox.queue', { sheet: SHEET, batch: randomUUID(), sha256 });
  await world.startServer();
  await expect
    .poll(async () => (await open.call('outbox.list', {})).batches, { timeout: 20_000 })
    .toEqual([]);
  await edit('["C1","3"]', 'c');
  // The same window signs in again with the key it has; another needs the keychain, whatever passphrase it offers.
  await open.call('session.open', ann);
  const other = attach();
  expect(await other.refusal('session.open', ann)).toBe('denied keychain-locked');
  expect(await other.refusal('session.open', { ...ann, passphrase: 'a long passphrase' })).toBe(
    'denied keychain-locked',
  );
  for (const client of clients.splice(0)) client.close();
  await world.restart();
  expect(await attach().refusal('session.open', ann)).toBe('denied keychain-locked');

  locked = false;
  const back = attach();
  await back.call('session.open', { connection: 'direct', user: 'ann' });
  const { pending } = await back.call('sheets.open', { source: SOURCE });
  expect(pending.rows).toMatchObject([{ row: '["C1","3"]', cells: { memo: { after: 'c' } } }]);
}, 60_000);
