import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../electron/backend.ts';
import { governTable, grantUse, installGovernance } from '../../electron/governance/install.ts';
import type { Connection } from '../../shared/model/connection.ts';
import type { ClaimChoices } from '../../shared/model/sign-in.ts';
import { attachClient, setting, type TestClient } from '../support/backend-client.ts';
import { browse } from '../support/browser.ts';
import {
  claimsOf,
  forge,
  type IdentityProvider,
  startIdentityProvider,
} from '../support/identity-provider.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { testBackend } from '../support/test-backend.ts';
import { memoryKeychain } from '../unit/electron/identity/memory-keychain.ts';

const SOURCE = { schema: 'plan', table: 'line' };
const SHEET = JSON.stringify(['plan', 'line']);

let postgres: TestPostgres;
let admin: pg.Client;
let provider: IdentityProvider;
let folder: string;
let backend: Backend;
let client: TestClient;
const keychain = memoryKeychain();
const HOUR = 3_600_000;
/** How far this machine's clock is ahead, in milliseconds. */
let ahead = 0;

const start = (): Promise<Backend> =>
  testBackend(folder, {
    now: () => new Date(Date.now() + ahead),
    keychain,
    administratorFile: join(folder, 'administrator.json'),
    openBrowser: (url) => void browse(url),
  });
const restart = async (): Promise<void> => {
  await backend.close();
  backend = await start();
  client = attachClient(backend);
};

beforeAll(async () => {
  postgres = await startPostgres();
  admin = await postgres.client();
  await installGovernance(admin);
  // ann may take the role of planners, but has nothing of it before she does; readers she is without asking.
  await admin.query(`create role ann login; create role planners; create role readers; create role board;
    grant planners to ann with inherit false; grant readers to ann;
    create schema plan; grant usage on schema plan to planners, readers, board;
    create table plan.line (id int primary key, amount numeric not null); insert into plan.line values (1, 10), (2, 20);
    grant select on plan.line to readers; grant select, update on plan.line to planners, board`);
  await governTable(admin, { ...SOURCE, key: ['id'] });
  for (const role of ['planners', 'readers']) await grantUse(admin, role);
  provider = await startIdentityProvider();
  provider.onToken = async (token) => {
    await admin.query(`alter role ann password '${token}'`);
  };
});
afterAll(async () => {
  await provider.stop();
  await postgres.stop();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'writ-claims-'));
  provider.groups = ['fp-planners'];
  provider.tamper = null;
  ahead = 0;
  backend = await start();
  client = attachClient(backend);
});
afterEach(async () => {
  await backend.close();
  await rm(folder, { recursive: true, force: true });
});

const PLANNERS: ClaimChoices = {
  claim: 'groups',
  choices: [{ value: 'fp-planners', role: 'planners' }, { value: 'fp-readers' }],
};
const connectionTo = (id: string, byClaim?: ClaimChoices): Connection => ({
  ...{ id, name: id, kind: 'postgres', host: '127.0.0.1', port: postgres.port },
  ...{ database: 'postgres', tls: 'disable' },
  signIn: { ...provider.settings, ...(byClaim ? { byClaim } : {}) },
});
/** The administrator of the machine provides the connections. */
const provide = (...connections: readonly Connection[]): Promise<void> =>
  writeFile(join(folder, 'administrator.json'), JSON.stringify({ version: 1, connections }));
const signIn = async (connection: string, choose = false) => {
  const found = await client.call('session.browse', { task: randomUUID(), connection, choose });
  return client.call('session.open', { connection: found.connection.id, user: found.user });
};
const rightsNow = async () => (await client.call('sheets.open', { source: SOURCE })).rights;

describe('claims of a sign-in', () => {
  test('choose which of the provider\u2019s connections is opened, and the role to begin with', async () => {
    await provide(
      connectionTo('board', { claim: 'groups', choices: [{ value: 'fp-board', role: 'board' }] }),
      connectionTo('other'),
      connectionTo('planning', PLANNERS),
    );
    const session = await signIn('board', true);
    expect(session.connection.id).toBe('planning');
    expect(session.acting).toEqual({ role: 'planners', refused: false });
    expect(session.person.user).toBe('ann');
    expect((await rightsNow()).updateColumns).toContain('amount');

    const { proposed } = await client.call('connections.list', {});
    expect(proposed).toEqual({ planning: { user: 'ann', value: 'fp-planners', role: 'planners' } });
  });

  test('hold until the next sign-in, also without the browser after a restart', async () => {
    await provide(connectionTo('planning', PLANNERS));
    await signIn('planning');
    await restart();
    const session = await client.call('session.open', { connection: 'planning', user: 'ann' });
    expect(session.acting).toEqual({ role: 'planners', refused: false });

    provider.groups = [];
    await client.call('session.signout', {});
    expect((await client.call('connections.list', {})).proposed).toEqual({});
    expect((await signIn('planning')).acting).toBeUndefined();
    expect((await rightsNow()).updateColumns).toEqual([]);
  });

  test('that fit no connection open none, and one chosen by hand opens with the login\u2019s own rights', async () => {
    provider.groups = ['strangers'];
    await provide(connectionTo('other'), connectionTo('planning', PLANNERS));
    const chosen = client.refusal('session.browse', {
      task: randomUUID(),
      connection: 'other',
      choose: true,
    });
    expect(await chosen).toBe('denied not-proposed');
    expect((await signIn('planning')).acting).toBeUndefined();
    expect((await rightsNow()).updateColumns).toEqual([]);
  });

  test('take the first choice of the connection, whatever the order of the groups', async () => {
    provider.groups = ['fp-readers', 'fp-planners'];
    await provide(connectionTo('planning', PLANNERS));
    expect((await signIn('planning')).acting?.role).toBe('planners');
    await client.call('session.signout', {});
    provider.groups = ['fp-readers'];
    expect((await signIn('planning')).acting).toBeUndefined();
  });
});

describe('claims that come with renewed tokens', () => {
  /** The link breaks after the token has ended, so that the next one is opened with a renewed one. */
  const renew = async (): Promise<void> => {
    ahead += 2 * HOUR;
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ann'`);
  };
  const roleNow = async () => (await client.call('session.current', {})).session?.acting?.role ?? null;

  test('give the role of a group that was added, and take that of one that was left, while the sheet is open', async () => {
    provider.groups = [];
    await provide(connectionTo('planning', PLANNERS));
    await signIn('planning');
    await client.call('sheets.open', { source: SOURCE });
    expect(await roleNow()).toBe(null);

    provider.groups = ['fp-planners'];
    await renew();
    await client.heard('session.acting', ({ session }) => session.acting?.role === 'planners');
    await client.heard('sheet.reopen', ({ sheet }) => sheet === SHEET);
    expect((await rightsNow()).updateColumns).toContain('amount');

    provider.groups = [];
    client.forget();
    await renew();
    await client.heard('session.acting', ({ session }) => session.acting === undefined);
    expect((await rightsNow()).updateColumns).toEqual([]);
    expect((await client.call('connections.list', {})).proposed).toEqual({});
  });

  test('count at the next start, without the browser', async () => {
    await provide(connectionTo('planning', PLANNERS));
    await signIn('planning');
    provider.groups = ['fp-readers'];
    ahead = 2 * HOUR;
    await restart();
    expect(
      (await client.call('session.open', { connection: 'planning', user: 'ann' })).acting,
    ).toBeUndefined();
    expect(await roleNow()).toBe(null);
  });

  test('leave a role that the person chose', async () => {
    await provide(connectionTo('planning', PLANNERS));
    await signIn('planning');
    await client.call('session.act', { role: 'readers' });
    provider.groups = [];
    await renew();
    const listed = async () => (await client.call('connections.list', {})).proposed;
    await expect.poll(listed, { timeout: 20_000 }).toEqual({});
    await expect
      .poll(async () => (await client.call('link.get', {})).state, { timeout: 20_000 })
      .toBe('online');
    expect(await roleNow()).toBe('readers');
  });

  test('say nothing of groups where the ID token names nobody, or does not come', async () => {
    await provide(connectionTo('planning', PLANNERS));
    await signIn('planning');
    const proposed = async () => (await client.call('connections.list', {})).proposed;
    const before = await proposed();
    for (const less of [
      (token: string) => {
        const { groups: _, preferred_username: __, ...claims } = claimsOf(token);
        return forge(claims, provider.signingKey);
      },
      () => undefined,
    ]) {
      provider.tamper = (path, body) =>
        path === '/token' && typeof body.id_token === 'string'
          ? { ...body, id_token: less(body.id_token) }
          : { ...body };
      ahead += 2 * HOUR;
      await restart();
      const session = await client.call('session.open', { connection: 'planning', user: 'ann' });
      expect(session.acting).toEqual({ role: 'planners', refused: false });
      expect(await proposed()).toEqual(before);
    }
  });
});

describe('a proposed role decides nothing:', () => {
  const BOARD: ClaimChoices = { claim: 'groups', choices: [{ value: 'fp-planners', role: 'board' }] };

  test('one the login is no member of is refused by the database, told, and the own rights count', async () => {
    await provide(connectionTo('planning', BOARD));
    const session = await signIn('planning');
    expect(session.acting).toEqual({ role: 'board', refused: true });
    expect((await rightsNow()).updateColumns).toEqual([]);
    const { steps } = await client.call('connections.test', {
      task: randomUUID(),
      connection: connectionTo('planning', BOARD),
      user: 'ann',
    });
    expect(steps.find(({ name }) => name === 'role')).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('proposes the role board, which the database does not let ann take'),
    });
  });

  test('so is one that does not exist', async () => {
    await provide(
      connectionTo('planning', {
        claim: 'groups',
        choices: [{ value: 'fp-planners', role: 'no"such; drop role' }],
      }),
    );
    expect((await signIn('planning')).acting).toMatchObject({ refused: true });
  });

  test('another can be chosen as far as the database lets, and no further', async () => {
    await provide(connectionTo('planning', PLANNERS));
    await signIn('planning');
    await client.call('sheets.open', { source: SOURCE });
    expect(await client.refusal('session.act', { role: 'board' })).toBe('denied role-refused');
    expect((await client.call('session.current', {})).session?.acting?.role).toBe('planners');

    const { session } = await client.call('session.act', { role: null });
    expect(session.acting).toBeUndefined();
    await client.heard('sheet.reopen');
    expect((await rightsNow()).updateColumns).toEqual([]);
    expect((await client.call('session.act', { role: 'planners' })).session.acting?.role).toBe('planners');
    expect((await rightsNow()).updateColumns).toContain('amount');
  });

  test('one taken away meanwhile opens no further connection, and coming back is told', async () => {
    await provide(connectionTo('planning', PLANNERS));
    await signIn('planning');
    await admin.query('revoke planners from ann');
    try {
      await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ann'`);
      const refused = () => client.refusal('catalog.tables', {});
      await expect.poll(refused, { timeout: 10_000 }).toBe('denied role-refused');
      await client.call('session.close', {});
      const again = await client.call('session.open', { connection: 'planning', user: 'ann' });
      expect(again.acting).toEqual({ role: 'planners', refused: true });
    } finally {
      await admin.query('grant planners to ann with inherit false');
    }
  });

  test('the person of a batch and of its history stays the login', async () => {
    await provide(connectionTo('planning', PLANNERS));
    await signIn('planning');
    await client.call('sheets.open', { source: SOURCE });
    await client.call('edits.append', { step: setting(SHEET, 'amount', [['["1"]', '10', '11']]) });
    const batch = randomUUID();
    const { sha256 } = await client.call('batches.preview', { sheet: SHEET });
    expect(await client.call('batches.commit', { sheet: SHEET, batch, sha256 })).toMatchObject({
      kind: 'committed',
    });
    const { rows } = await admin.query('select person from writ.batch where id = $1', [batch]);
    const audited = await admin.query('select distinct person from writ.audit where batch = $1', [batch]);
    expect([rows, audited.rows]).toEqual([[{ person: 'ann' }], [{ person: 'ann' }]]);
  });
});
