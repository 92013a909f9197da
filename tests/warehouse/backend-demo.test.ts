import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Backend } from '../../electron/backend.ts';
import { attachClient, setting, type TestClient } from '../support/backend-client.ts';
import { testBackend } from '../support/test-backend.ts';
import { memoryKeychain } from '../unit/electron/identity/memory-keychain.ts';
import { rowsOf, submit } from './backend-world.ts';

const SOURCE = { schema: 'plan', table: 'plan_line' };
let folder: string;
let backend: Backend;
let anna: TestClient;
let mei: TestClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'writ-demo-'));
  await chmod(folder, 0o711);
  backend = await testBackend(folder, {
    keychain: memoryKeychain(),
  });
  anna = attachClient(backend);
  mei = attachClient(backend);
  await Promise.all([
    anna.call('session.open', { connection: 'demo', user: 'anna.berg' }),
    mei.call('session.open', { connection: 'demo', user: 'mei.tan' }),
  ]);
}, 120_000);
afterAll(async () => {
  await backend.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

test('two windows that sign in at once share one start, and each is told how it goes', async () => {
  for (const client of [anna, mei]) expect(client.said('start.progress').at(-1)?.stage).toBe('ready');
  expect((await anna.call('session.current', {})).session).toMatchObject({
    person: { user: 'anna.berg', name: 'Anna Berg' },
    journalKey: 'demo-file',
  });
});

test('each person sees and may change what the warehouse says', async () => {
  const [mine, all] = await Promise.all(
    [anna, mei].map(async (client) => {
      const { definition, rights } = await client.call('sheets.open', { source: SOURCE });
      return { definition, rights, rows: await rowsOf(client, {}, definition.id) };
    }),
  );
  expect(mine?.rows.length).toBeGreaterThan(0);
  expect(all?.rows.length).toBeGreaterThan(20_000 - 1);
  expect(mine?.rows.length ?? 0).toBeLessThan(all?.rows.length ?? 0);
  expect(mine?.rights.rowPolicies).toBe(true);
});

test('an amount planned by one is written in one batch and shown to the other', async () => {
  const { definition } = await anna.call('sheets.open', { source: SOURCE });
  await mei.call('sheets.open', { source: SOURCE });
  const query = { filters: [{ kind: 'equals', column: 'version', value: 'BUD' } as const] };
  const rows = await rowsOf(anna, query, definition.id);
  const row = rows.find(({ amount }) => amount !== null);
  const key = String(row?.key);
  const step = setting(definition.id, 'amount', [[key, row?.amount ?? null, '4242.42']]);
  await anna.call('edits.append', { step });
  mei.forget();
  expect(await submit(anna, definition.id)).toMatchObject({ kind: 'committed', audited: true });
  await mei.heard('sheet.changed', (event) => event.sheet === definition.id);
  const seen = await rowsOf(mei, query, definition.id);
  expect(seen.find((each) => each.key === key)?.amount).toBe('4242.42');
});

test('lookups offer values with labels, and say which are known', async () => {
  const { definition } = await anna.call('sheets.open', { source: SOURCE });
  const sheet = definition.id;
  const { matches } = await anna.call('lookups.search', { sheet, column: 'account', text: '4', limit: 5 });
  expect(matches[0]?.label).toBeTruthy();
  const values = [matches[0]?.value ?? '', 'none'];
  expect(await anna.call('lookups.labels', { sheet, column: 'account', values })).toEqual({
    labels: [matches[0]?.label, null],
    known: [true, false],
  });
  expect(await anna.refusal('lookups.search', { sheet, column: 'amount', text: '', limit: 5 })).toBe(
    'invalid no-lookup',
  );
});

test('every table of the demo opens as a usable sheet for every person', async () => {
  const { people } = await anna.call('connections.list', {});
  for (const { user } of people) {
    const client = attachClient(backend);
    await client.call('session.open', { connection: 'demo', user });
    for (const { source } of (await client.call('catalog.tables', {})).tables) {
      const { definition, drift } = await client.call('sheets.open', { source });
      expect(drift).toEqual([]);
      const rows = await rowsOf(client, {}, definition.id);
      expect(rows.length, `${user} ${definition.id}`).toBeGreaterThanOrEqual(0);
      if (definition.key.length === 0) expect(definition.keyReason).toBeTruthy();
    }
    client.close();
  }
}, 60_000);
