import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Backend } from '../../electron/backend.ts';
import type { Keychain } from '../../electron/identity/keychain.ts';
import type { Connection } from '../../shared/model/connection.ts';
import { attachClient, setting, type TestClient } from '../support/backend-client.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { testBackend } from '../support/test-backend.ts';
import { memoryKeychain } from '../unit/electron/identity/memory-keychain.ts';

const SHEET = JSON.stringify(['public', 'line']);

/** One server for a file of tests; for each test a backend of a fresh folder with one client, and a connection to save. */
export interface ConnectionsWorld {
  readonly postgres: TestPostgres;
  readonly folder: string;
  readonly client: TestClient;
  readonly plan: Connection;
  readonly keychain: ReturnType<typeof memoryKeychain>;
  /** Over the same folder; with another keychain where one is given. */
  restart(keychain?: Keychain): Promise<void>;
  /** Over an empty folder. */
  elsewhere(): Promise<void>;
  ids(): Promise<readonly string[]>;
  open(remember?: boolean): ReturnType<typeof openAs>;
  /** Changes two rows. */
  edit(): Promise<void>;
}

const openAs = (client: TestClient, remember: boolean) =>
  client.call('session.open', { connection: 'plan', user: 'ann', password: 'right', remember });

/** Registers what a file of tests about connections needs. */
export const connectionsWorld = (): ConnectionsWorld => {
  let postgres: TestPostgres;
  let folder: string;
  let backend: Backend;
  let client: TestClient;
  let keychain: ReturnType<typeof memoryKeychain>;
  const start = async (using: Keychain = keychain): Promise<void> => {
    backend = await testBackend(folder, {
      keychain: using,
      administratorFile: join(folder, 'administrator.json'),
    });
    client = attachClient(backend);
  };
  const newFolder = async (): Promise<void> => {
    folder = await mkdtemp(join(tmpdir(), 'writ-connections-'));
  };
  beforeAll(async () => {
    postgres = await startPostgres();
    const admin = await postgres.client();
    await admin.query(`create role ann login password 'right'; create role nobody login password 'right';
      create role planners; grant planners to ann;
      create table line (id int primary key, amount numeric not null); insert into line values (1, 10), (2, 20);
      create table seen (id int primary key); grant select on seen to ann;
      grant select, update on line to planners`);
  });
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    await newFolder();
    keychain = memoryKeychain();
    await start();
  });
  afterEach(async () => {
    await backend.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get postgres() {
      return postgres;
    },
    get folder() {
      return folder;
    },
    get client() {
      return client;
    },
    get keychain() {
      return keychain;
    },
    get plan() {
      const place = {
        kind: 'postgres',
        host: '127.0.0.1',
        port: postgres.port,
        database: 'postgres',
      } as const;
      return { ...place, id: 'plan', name: 'Plan', tls: 'disable' as const, user: 'ann' };
    },
    restart: async (using) => {
      await backend.close();
      await start(using);
    },
    elsewhere: async () => {
      await backend.close();
      await rm(folder, { recursive: true });
      await newFolder();
      await start();
    },
    ids: async () => (await client.call('connections.list', {})).connections.map(({ id }) => id),
    open: (remember = false) => openAs(client, remember),
    edit: async () => {
      await client.call('sheets.open', { source: { schema: 'public', table: 'line' } });
      await client.call('edits.append', {
        step: setting(SHEET, 'amount', [
          ['["1"]', '10', '11'],
          ['["2"]', '20', '21'],
        ]),
      });
    },
  };
};
