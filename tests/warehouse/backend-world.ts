import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import type { Backend } from '../../electron/backend.ts';
import { governTable, grantUse, installGovernance } from '../../electron/governance/install.ts';
import type { Keychain } from '../../electron/identity/keychain.ts';
import { runningPort, startCluster, stopCluster } from '../../electron/warehouse/embedded/cluster.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import type { CommitOutcome } from '../../shared/model/batch.ts';
import { AppError } from '../../shared/model/failure.ts';
import { unpackColumn } from '../../shared/model/rows.ts';
import { PLAIN_QUERY, type ViewQuery } from '../../shared/model/view.ts';
import { attachClient, type TestClient } from '../support/backend-client.ts';
import { type CutProxy, startCutProxy } from '../support/cut-proxy.ts';
import { startPostgres } from '../support/postgres.ts';
import { testBackend } from '../support/test-backend.ts';
import { memoryKeychain } from '../unit/electron/identity/memory-keychain.ts';

export const SOURCE = { schema: 'plan', table: 'line' };
export const SHEET = JSON.stringify([SOURCE.schema, SOURCE.table]);
export const PASSWORD = 'secret';

const SCHEMA = `
create role ann login password '${PASSWORD}'; create role ben login password '${PASSWORD}';
create role cal login password '${PASSWORD}';
create schema plan; grant usage on schema plan to ann, ben, cal;
create table plan.center (code text primary key, name text not null);
insert into plan.center values ('C1', 'Berlin'), ('C2', 'Paris');
create table plan.line (
  center text references plan.center, month int check (month between 1 and 12), amount numeric(18,2) not null,
  memo varchar(20), doubled numeric generated always as (amount * 2) stored, owner text default 'ann',
  primary key (center, month));
insert into plan.line (center, month, amount, memo) select c, m, m * 100, null from unnest(array['C1', 'C2']) c, generate_series(1, 6) m;
create table plan.note (id bigint generated always as identity primary key, text text not null);
grant select, insert, update, delete on plan.line, plan.note to ann, ben, cal; grant select on plan.center to ann, ben, cal;`;

/**
 * A database with three people, and a backend of one data folder in front of it: connection `test` leads through a link that can be
 * cut, `direct` past it.
 */
export interface World {
  readonly admin: pg.Client;
  readonly proxy: CutProxy;
  /** The data folder. */
  readonly folder: string;
  backend(): Backend;
  /** The administrator in a database of the server. */
  adminIn(database: string): Promise<pg.Client>;
  /** A client signed in as a person. */
  signedIn(user: string): Promise<TestClient>;
  /** A new backend over the same data folder, as after a restart of the program. */
  restart(): Promise<void>;
  stopServer(): Promise<void>;
  /** As a crash: no checkpoint, recovery from the log at the next start. */
  crashServer(): Promise<void>;
  /** On the same port as before. */
  startServer(): Promise<void>;
  close(): Promise<void>;
}

/** Ann before the rows of the sheet, past the link that can be cut. */
export const atTheSheet = async (world: World): Promise<TestClient> => {
  const client = attachClient(world.backend());
  await client.call('session.open', { connection: 'direct', user: 'ann', password: PASSWORD });
  await client.call('sheets.open', { source: SOURCE });
  await rowsOf(client);
  return client;
};

/** `settings` are the server's, as `name=value`; `now` is the clock of the machine. */
export const openWorld = async (
  keychain: Keychain = memoryKeychain(),
  rowLimit?: number,
  settings: readonly string[] = [],
  now: () => Date = () => new Date(),
): Promise<World> => {
  const postgres = await startPostgres(settings);
  const proxy = await startCutProxy(postgres.host, postgres.port);
  let admin = await postgres.client();
  await installGovernance(admin);
  await admin.query(SCHEMA);
  await governTable(admin, { schema: 'plan', table: 'line', key: ['center', 'month'] });
  for (const person of ['ann', 'ben', 'cal']) await grantUse(admin, person);
  const folder = await mkdtemp(join(tmpdir(), 'writ-backend-'));
  const start = (): Promise<Backend> =>
    testBackend(folder, {
      now,
      keychain,
      rowLimit,
    });
  let backend = await start();
  const first = attachClient(backend);
  const place = { kind: 'postgres', host: '127.0.0.1', database: 'postgres', tls: 'disable' } as const;
  for (const connection of [
    { ...place, id: 'test', name: 'Test', port: proxy.port },
    { ...place, id: 'direct', name: 'Direct', port: postgres.port },
  ])
    await first.call('connections.save', { connection });
  first.close();
  return {
    get admin() {
      return admin;
    },
    proxy,
    folder,
    backend: () => backend,
    adminIn: (database) => postgres.client(postgres.superuser.user, postgres.superuser.password, database),
    signedIn: async (user) => {
      const client = attachClient(backend);
      await client.call('session.open', { connection: 'test', user, password: PASSWORD });
      return client;
    },
    restart: async () => {
      await backend.close();
      backend = await start();
    },
    stopServer: () => stopCluster(postgres.cluster),
    crashServer: async () => {
      const lock = await readFile(join(postgres.cluster.folder, 'postmaster.pid'), 'utf8');
      // Immediate shutdown (manual 18.5).
      process.kill(Number(lock.split('\n')[0]), 'SIGQUIT');
      while (await runningPort(postgres.cluster));
    },
    startServer: async () => {
      await startCluster({ ...postgres.cluster, settings: [`port=${postgres.port}`] });
      admin = await postgres.client();
    },
    close: async () => {
      await backend.close();
      await proxy.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** All rows of a view as objects, once they are loaded. */
export const rowsOf = async (
  client: TestClient,
  query: Partial<ViewQuery> = {},
  sheet = SHEET,
): Promise<readonly Record<string, string | null>[]> => {
  const asked = await client.call('rows.view', { sheet, query: { ...PLAIN_QUERY, ...query } });
  let count = asked.rows;
  if (asked.loading) {
    const done = await client.heard('rows.progress', (e) => e.view === asked.view && !e.loading);
    if (done.failure) throw new AppError('unavailable', 'reading-failed', done.failure);
    count = done.rows;
  }
  const { definition } = await opened(client, sheet);
  const rows: Record<string, string | null>[] = [];
  for (let start = 0; start < count; start += PAGE) {
    const here = start === 0 && asked.first?.count === Math.min(PAGE, count) ? asked.first : null;
    const page = here ?? (await client.call('rows.page', { sheet, view: asked.view, start, count: PAGE }));
    const keys = unpackColumn(page.keys);
    const columns = page.columns.map(unpackColumn);
    for (const [i, key] of keys.entries())
      rows.push({
        key,
        ...Object.fromEntries(definition.columns.map(({ name }, c) => [name, columns[c]?.[i] ?? null])),
      });
  }
  return rows;
};

const PAGE = 10_000;

/** What `sheets.export` says the sheet is; opening it again would close its view. */
const opened = async (
  client: TestClient,
  sheet: string,
): Promise<{ definition: OutputOf<'sheets.open'>['definition'] }> => ({
  definition: JSON.parse((await client.call('sheets.export', { sheet })).json),
});

/** Previews and commits what is pending. */
export const submit = async (
  client: TestClient,
  sheet = SHEET,
  batch: string = randomUUID(),
): Promise<CommitOutcome> => {
  const { sha256 } = await client.call('batches.preview', { sheet });
  return client.call('batches.commit', { sheet, batch, sha256 });
};
