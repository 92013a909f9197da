import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../../electron/backend.ts';
import type { Connection } from '../../../shared/model/connection.ts';
import { AppError } from '../../../shared/model/failure.ts';
import { attachClient, type TestClient } from '../../support/backend-client.ts';
import { testBackend } from '../../support/test-backend.ts';
import { memoryKeychain } from './identity/memory-keychain.ts';

const CONNECTION: Connection = {
  id: 'plan',
  name: 'Plan',
  kind: 'postgres',
  host: '127.0.0.1',
  port: 1,
  database: 'plan',
  tls: 'disable',
};
let folder: string;
let backend: Backend;
let client: TestClient;

const start = (more: object = {}): Promise<Backend> =>
  testBackend(folder, { version: '1.2.3', keychain: memoryKeychain(), ...more });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'writ-backend-'));
  backend = await start();
  client = attachClient(backend);
});
afterEach(async () => {
  await backend.close();
  await rm(folder, { recursive: true, force: true });
});

describe('calls', () => {
  test('are checked by name and by schema before anything else', async () => {
    const raw = backend.attach(() => {});
    await expect(raw.call('toString', {})).rejects.toMatchObject({ kind: 'bug', code: 'operation-unknown' });
    await expect(raw.call('settings.set', { theme: 'purple' })).rejects.toMatchObject({
      kind: 'invalid',
      code: 'bad-input',
      message: expect.stringContaining('theme'),
    });
    await expect(raw.call('settings.get', null)).rejects.toMatchObject({ code: 'bad-input' });
  });

  test.each([
    ['catalog.tables', {}],
    ['sheets.open', { source: { schema: 's', table: 't' } }],
    ['rows.view', { sheet: 's', query: {} }],
    ['edits.undo', { sheet: 's' }],
    ['batches.preview', { sheet: 's' }],
    ['history.list', { sheet: 's', limit: 1 }],
  ] as const)('%s needs a session', async (name, input) => {
    expect(await client.refusal(name, input as never)).toBe('denied no-session');
  });

  test('end with the client and with the backend', async () => {
    client.close();
    expect(await client.refusal('settings.get', {})).toBe('unavailable closing');
    const other = attachClient(backend);
    await Promise.all([backend.close(), backend.close()]);
    expect(await other.refusal('settings.get', {})).toBe('unavailable closing');
  });

  test('that break the contract with their answer are found in development', async () => {
    const lying = { ...memoryKeychain(), state: async () => ({ available: 'yes', detail: 1 }) };
    const other = await start({ keychain: lying });
    expect(await attachClient(other).refusal('app.info', {})).toBe('bug bad-output');
    await other.close();
  });
});

describe('connections', () => {
  test('begin with the demo and its people, which start nothing', async () => {
    const { connections, people } = await client.call('connections.list', {});
    expect(connections).toMatchObject([{ id: 'demo', name: 'Demo workspace', kind: 'embedded' }]);
    expect(people.map(({ user }) => user)).toContain('anna.berg');
    expect(client.said('start.progress')).toEqual([]);
  });

  test('are saved, changed in place and removed, and are there after a restart', async () => {
    await client.call('connections.save', { connection: CONNECTION });
    await client.call('connections.save', { connection: { ...CONNECTION, id: 'other' } });
    await client.call('connections.save', { connection: { ...CONNECTION, name: 'Renamed' } });
    await backend.close();
    backend = await start();
    client = attachClient(backend);
    const names = async () => (await client.call('connections.list', {})).connections.map(({ name }) => name);
    expect(await names()).toEqual(['Demo workspace', 'Renamed', 'Plan']);
    await client.call('connections.remove', { id: 'plan' });
    expect(await names()).toEqual(['Demo workspace', 'Plan']);
    const demo = { ...CONNECTION, id: 'demo' };
    expect(await client.refusal('connections.save', { connection: demo })).toBe('invalid demo-connection');
  });

  test('that cannot be reached, or are not there, say so and leave no session', async () => {
    await client.call('connections.save', { connection: CONNECTION });
    const person = { connection: 'plan', user: 'ann' };
    expect(await client.refusal('session.open', person)).toBe('denied password-needed');
    expect(await client.refusal('session.open', { ...person, password: 'x' })).toBe(
      'unavailable connection-lost',
    );
    expect(await client.refusal('session.open', { ...person, connection: 'none' })).toBe(
      'invalid connection-unknown',
    );
    expect((await client.call('session.current', {})).session).toBeNull();
  });

  test('need a passphrase where there is no keychain', { timeout: 60_000 }, async () => {
    const absent = () => Promise.reject(new AppError('unavailable', 'keychain-unavailable', 'None.'));
    const state = async () => ({ available: false, detail: 'None.' });
    const keychain = { ...memoryKeychain(), state, get: absent, set: absent };
    const other = await start({ keychain });
    const locked = attachClient(other);
    await locked.call('connections.save', { connection: CONNECTION });
    const person = { connection: 'plan', user: 'ann', password: 'x' };
    expect(await locked.refusal('session.open', person)).toBe('denied keychain-absent');
    expect(await locked.refusal('session.open', { ...person, passphrase: 'correct horse' })).toBe(
      'unavailable connection-lost',
    );
    expect(await locked.refusal('session.open', { ...person, passphrase: 'wrong horse' })).toMatch(
      /^denied /,
    );
    await other.close();
  });
});

describe('closing', () => {
  let silent: Server;
  const sockets = new Set<Socket>();
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  test('does not wait for a server that never answers', async () => {
    silent = createServer((socket) => sockets.add(socket));
    const connected = new Promise((done) => silent.once('connection', done));
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await client.call('connections.save', { connection: { ...CONNECTION, port } });
    const opening = client.refusal('session.open', { connection: 'plan', user: 'ann', password: 'x' });
    await connected;
    const start = performance.now();
    await backend.close();
    expect(performance.now() - start).toBeLessThan(10_000);
    for (const socket of sockets) socket.destroy();
    expect(await opening).toMatch(/^(unavailable|cancelled) /);
  }, 30_000);
});

test('choices are given back as they were set', async () => {
  await client.call('settings.set', { theme: 'dark', locale: 'de-DE' });
  expect(await client.call('settings.get', {})).toEqual({
    theme: 'dark',
    locale: 'de-DE',
    density: 'compact',
  });
  expect(await client.call('app.info', {})).toMatchObject({ version: '1.2.3', dataFolder: folder });
});
