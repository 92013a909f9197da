import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Backend, createBackend } from '../../electron/backend.ts';
import { grantUse, installGovernance } from '../../electron/governance/install.ts';
import type { Connection, TestedStep } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import { attachClient, setting, type TestClient } from '../support/backend-client.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { memoryKeychain } from '../unit/electron/identity/memory-keychain.ts';

const SHEET = JSON.stringify(['public', 'line']);
const TASK = '00000000-0000-4000-8000-000000000001';

let postgres: TestPostgres;
let folder: string;
let backend: Backend;
let client: TestClient;
let keychain: ReturnType<typeof memoryKeychain> | ReturnType<typeof lockedKeychain>;
let plan: Connection;

const lockedKeychain = () => {
  const gone = () => Promise.reject(new AppError('unavailable', 'keychain-unavailable', 'It is locked.'));
  return { state: async () => ({ available: false, detail: 'Locked.' }), get: gone, set: gone, delete: gone };
};

const start = (): Promise<Backend> =>
  createBackend({
    dataFolder: folder,
    version: '0.0.0',
    host: 'web',
    platform: 'test',
    timeZone: 'UTC',
    now: () => new Date(),
    uuid: randomUUID,
    checkOutputs: true,
    keychain,
    administratorFile: join(folder, 'administrator.json'),
  });
const restart = async (): Promise<void> => {
  await backend.close();
  backend = await start();
  client = attachClient(backend);
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
  folder = await mkdtemp(join(tmpdir(), 'writ-connections-'));
  keychain = memoryKeychain();
  backend = await start();
  client = attachClient(backend);
  plan = {
    id: 'plan',
    name: 'Plan',
    kind: 'postgres',
    host: '127.0.0.1',
    port: postgres.port,
    database: 'postgres',
    tls: 'disable',
    user: 'ann',
  };
});
afterEach(async () => {
  await backend.close();
  await rm(folder, { recursive: true, force: true });
});

const ids = async () => (await client.call('connections.list', {})).connections.map(({ id }) => id);
const open = (remember = false) =>
  client.call('session.open', { connection: 'plan', user: 'ann', password: 'right', remember });
const edit = async (): Promise<void> => {
  await client.call('sheets.open', { source: { schema: 'public', table: 'line' } });
  await client.call('edits.append', {
    step: setting(SHEET, 'amount', [
      ['["1"]', '10', '11'],
      ['["2"]', '20', '21'],
    ]),
  });
};

describe('testing a connection', () => {
  const tested = async (
    change: Partial<Connection> = {},
    who: object = { user: 'ann', password: 'right' },
  ) => {
    const { steps } = await client.call('connections.test', {
      task: TASK,
      connection: { ...plan, ...change },
      ...(who as { user: string }),
    });
    return Object.fromEntries(steps.map((step) => [step.name, step])) as Record<
      TestedStep['name'],
      TestedStep
    >;
  };
  const states = (steps: Record<string, TestedStep>) => Object.values(steps).map(({ state }) => state);

  test('names each step with what was found, and keeps nothing', async () => {
    const steps = await tested({ host: 'localhost' });
    expect(Object.keys(steps)).toEqual(['dns', 'network', 'tls', 'sign-in', 'role', 'governance']);
    expect(states(steps)).toEqual(['ok', 'ok', 'skipped', 'ok', 'ok', 'warning']);
    expect(steps.dns.message).toContain('127.0.0.1');
    expect(steps.role.message).toMatch(/^ann, member of planners on PostgreSQL \d+/);
    expect(steps.role.message).toContain('2 tables can be read, 1 of them written');
    expect(steps.governance.message).toMatch(/^Not installed/);
    expect(await ids()).toEqual(['demo']);
    expect((keychain as ReturnType<typeof memoryKeychain>).entries.size).toBe(0);
    expect(existsSync(join(folder, 'journals'))).toBe(false);
  });

  test('tells each step as it begins and ends', async () => {
    await tested();
    const said = client.said('connections.tested').map(({ step }) => `${step.name} ${step.state}`);
    expect(said.slice(0, 4)).toEqual(['dns running', 'dns skipped', 'network running', 'network ok']);
    expect(said).toHaveLength(12);
  });

  test('ends at the step that fails, with what to do', async () => {
    const unknown = await tested({ host: 'writ-no-such-host.invalid', tls: 'verify-full' });
    expect(states(unknown)).toEqual(['failed', 'skipped', 'skipped', 'skipped', 'skipped', 'skipped']);
    expect(unknown.dns.message).toMatch(/is not known to the network. Check its spelling/);

    const closed = await tested({ port: 1 });
    expect(states(closed)).toEqual(['skipped', 'failed', 'skipped', 'skipped', 'skipped', 'skipped']);

    const plain = await tested({ tls: 'require' });
    expect(states(plain)).toEqual(['skipped', 'ok', 'failed', 'skipped', 'skipped', 'skipped']);
    expect(plain.tls.message).toMatch(/offers no encryption/);

    const wrong = await tested({}, { user: 'ann', password: 'wrong' });
    expect(states(wrong)).toEqual(['skipped', 'ok', 'skipped', 'failed', 'skipped', 'skipped']);
    expect(wrong['sign-in'].message).toMatch(/refused/);
    expect((await tested({}, { user: 'ann' }))['sign-in'].message).toMatch(/Enter the password/);
  });

  test('says where a role may read nothing, and where governance is installed', async () => {
    expect((await tested({}, { user: 'nobody', password: 'right' })).role.state).toBe('warning');
    const database = await postgres.createDatabase();
    const admin = await postgres.client(undefined, undefined, database);
    await installGovernance(admin);
    await grantUse(admin, 'ann');
    await admin.end();
    expect((await tested({ database })).governance.state).toBe('ok');
  });

  test('uses the kept password of somebody who worked here before', async () => {
    await client.call('connections.save', { connection: plan });
    await open(true);
    await client.call('session.close', {});
    expect((await tested({}, { user: 'ann' }))['sign-in'].state).toBe('ok');
    await client.call('passwords.forget', { connection: 'plan', user: 'ann' });
    expect((await tested({}, { user: 'ann' }))['sign-in'].state).toBe('failed');
  });
});

describe('removing a connection', () => {
  beforeEach(async () => {
    await client.call('connections.save', { connection: plan });
    await open(true);
    await edit();
  });

  test('is refused while a window works with it', async () => {
    expect(await client.refusal('connections.remove', { id: 'plan' })).toBe('conflict connection-in-use');
    expect(await ids()).toContain('plan');
  });

  test('says what is held, forgets what signs in, and brings the edits back with the connection', async () => {
    expect((await client.call('connections.held', { id: 'plan' })).people).toEqual([
      { user: 'ann', rows: 2, sheets: 1, batches: 0 },
    ]);
    await client.call('session.close', {});
    expect((await client.call('connections.held', { id: 'plan' })).people).toEqual([
      { user: 'ann', rows: 2, sheets: 1, batches: 0 },
    ]);
    await client.call('connections.remove', { id: 'plan' });
    expect(await ids()).toEqual(['demo']);
    await restart();
    expect((await client.call('connections.list', {})).removed.map(({ id }) => id)).toEqual(['plan']);
    expect((await client.call('connections.held', { id: 'plan' })).people).toHaveLength(1);
    await client.call('connections.restore', { id: 'plan' });
    expect((await client.call('connections.list', {})).removed).toEqual([]);
    expect(await client.refusal('session.open', { connection: 'plan', user: 'ann' })).toBe(
      'denied password-needed',
    );
    await open();
    const { pending } = await client.call('sheets.open', { source: { schema: 'public', table: 'line' } });
    expect(pending.counts.cells).toBe(2);
  });

  test('where the journal cannot be opened says so instead of counting nothing', async () => {
    await backend.close();
    keychain = lockedKeychain();
    backend = await start();
    client = attachClient(backend);
    expect((await client.call('connections.held', { id: 'plan' })).people).toEqual([
      {
        user: 'ann',
        rows: null,
        sheets: 0,
        batches: 0,
        reason: expect.stringMatching(/Unlock the keychain/),
      },
    ]);
  });

  test('nobody has worked with leaves nothing behind', async () => {
    await client.call('connections.save', { connection: { ...plan, id: 'new' } });
    await client.call('connections.remove', { id: 'new' });
    expect((await client.call('connections.list', {})).removed).toEqual([]);
  });
});

describe('deleting a removed connection', () => {
  const held = async () => (await client.call('connections.held', { id: 'plan' })).people;
  const files = async (): Promise<string[]> => {
    const all = await readdir(folder, { recursive: true });
    return all.filter((name) => /journals\/|views\/|audit\/|\.keychain|\.vault|\.tokens/.test(name));
  };
  beforeEach(async () => {
    await client.call('connections.save', { connection: plan });
    await open(true);
    await edit();
    await client.call('session.close', {});
  });

  test('is for removed ones only, and only for what was shown', async () => {
    expect(await client.refusal('connections.erase', { id: 'plan', seen: [] })).toBe(
      'invalid connection-unknown',
    );
    await client.call('connections.remove', { id: 'plan' });
    expect(await client.refusal('connections.erase', { id: 'plan', seen: [] })).toBe(
      'conflict edits-changed',
    );
    expect(await held()).toHaveLength(1);
  });

  test('is preceded by a file of the edits, if wanted, and leaves nothing: neither files nor the key', async () => {
    await client.call('connections.remove', { id: 'plan' });
    const { file, unread } = await client.call('connections.heldFile', { id: 'plan' });
    expect(unread).toEqual([]);
    expect(new TextDecoder().decode(file.bytes).split('\r\n')).toEqual([
      'Person,Sheet,State,Change,Row,Column,Before,After,Reason',
      'ann,public.line,pending,changed,1,amount,10,11,',
      'ann,public.line,pending,changed,2,amount,20,21,',
      '',
    ]);
    expect(await files()).not.toEqual([]);
    await client.call('connections.erase', { id: 'plan', seen: await held() });
    expect(await files()).toEqual([]);
    expect((keychain as ReturnType<typeof memoryKeychain>).entries.size).toBe(0);
    expect((await client.call('connections.list', {})).removed).toEqual([]);
    // The same connection anew begins with nothing.
    await client.call('connections.save', { connection: plan });
    await open();
    const { pending } = await client.call('sheets.open', { source: { schema: 'public', table: 'line' } });
    expect(pending.counts.cells).toBe(0);
  });
});

describe('kept passwords', () => {
  test('are named by person and connection, and forgotten when told', async () => {
    await client.call('connections.save', { connection: plan });
    await open(true);
    const kept = async () => (await client.call('connections.list', {})).passwords;
    expect(await kept()).toEqual([{ connection: 'plan', user: 'ann' }]);
    await client.call('passwords.forget', { connection: 'plan', user: 'ann' });
    expect(await kept()).toEqual([]);
  });
});

describe('changing a connection', () => {
  test('to another database is refused while edits are held for the one it was', async () => {
    await client.call('connections.save', { connection: plan });
    const moved = { ...plan, database: 'other' };
    await open();
    expect(await client.refusal('connections.save', { connection: { ...plan, name: 'New name' } })).toBe(
      'no refusal',
    );
    await edit();
    expect(await client.refusal('connections.save', { connection: moved })).toBe('conflict edits-held');
    expect(await client.refusal('connections.save', { connection: moved, moved: true })).toBe('no refusal');
  });
});

describe('a file of connections', () => {
  test('holds no users and no secrets, and gives the same connections on another machine', async () => {
    await client.call('connections.save', { connection: plan });
    await open(true);
    const { json } = await client.call('connections.export', {});
    expect(json).not.toMatch(/ann|right/);
    const { user: _, ...bare } = plan;
    expect(JSON.parse(json)).toEqual({ writ: 'connections', version: 1, connections: [bare] });
    await client.call('session.close', {});

    await backend.close();
    await rm(folder, { recursive: true });
    folder = await mkdtemp(join(tmpdir(), 'writ-connections-'));
    backend = await start();
    client = attachClient(backend);
    expect(await client.call('connections.import', { json })).toEqual({ added: [bare], known: [] });
    expect(await client.call('connections.import', { json })).toEqual({ added: [], known: ['Plan'] });
    expect(await ids()).toEqual(['demo', 'plan']);
  });

  test('never changes a connection that is there: a differing one comes in beside it', async () => {
    await client.call('connections.save', { connection: plan });
    const { json } = await client.call('connections.export', {});
    const { added } = await client.call('connections.import', {
      json: json.replace('127.0.0.1', 'localhost'),
    });
    expect(added).toHaveLength(1);
    expect(added[0]?.id).not.toBe('plan');
    expect((await client.call('connections.list', {})).connections).toContainEqual(plan);
  });

  test.each([
    ['{', 'invalid connections-file'],
    ['{"writ":"connections","version":2,"connections":[]}', 'invalid connections-file'],
    [
      '{"writ":"connections","version":1,"connections":[{"id":"x","name":"x","kind":"postgres","host":"db.example.com","port":5432,"database":"d","tls":"disable"}]}',
      'denied tls-needed',
    ],
  ])('that is something else is refused whole: %s', async (json, code) => {
    expect(await client.refusal('connections.import', { json })).toBe(code);
    expect(await ids()).toEqual(['demo']);
  });
});

describe('connections of the administrator', () => {
  const lay = (content: object): Promise<void> =>
    writeFile(join(folder, 'administrator.json'), JSON.stringify({ version: 1, ...content }));
  const central = () => {
    const { user: _, ...bare } = plan;
    return { ...bare, id: 'central', name: 'Central' };
  };

  test('are there for everybody, cannot be changed, and remember who worked with them', async () => {
    await lay({ connections: [central()] });
    const { managed, connections } = await client.call('connections.list', {});
    expect(managed).toEqual(['central']);
    expect(connections).toContainEqual(central());
    const change = { connection: { ...central(), host: 'localhost' } };
    expect(await client.refusal('connections.save', change)).toBe('denied administrator-locked');
    await client.call('connections.remove', { id: 'central' });
    await client.call('session.open', { connection: 'central', user: 'ann', password: 'right' });
    expect((await client.call('connections.list', {})).connections).toContainEqual({
      ...central(),
      user: 'ann',
    });
  });

  test('may be the only ones: nothing can be added, imported or opened beside them', async () => {
    await client.call('connections.save', { connection: plan });
    const { json } = await client.call('connections.export', {});
    await lay({ connections: [central()], allow: { ownConnections: false, demo: false } });
    expect(await ids()).toEqual(['central']);
    const locked = 'denied administrator-locked';
    expect(await client.refusal('connections.save', { connection: { ...plan, id: 'x' } })).toBe(locked);
    expect(await client.refusal('connections.import', { json: json.replace('"plan"', '"y"') })).toBe(locked);
    expect(await client.refusal('session.open', { connection: 'demo', user: 'x' })).toBe(locked);
    const own = { connection: 'plan', user: 'ann', password: 'right' };
    expect(await client.refusal('session.open', own)).toBe('invalid connection-unknown');
    await rm(join(folder, 'administrator.json'));
    expect(await ids()).toEqual(['demo', 'plan']);
  });

  test('may forbid keeping passwords', async () => {
    await lay({ connections: [central()], allow: { keepPasswords: false } });
    await client.call('session.open', {
      connection: 'central',
      user: 'ann',
      password: 'right',
      remember: true,
    });
    await client.call('session.close', {});
    expect(await client.refusal('session.open', { connection: 'central', user: 'ann' })).toBe(
      'denied password-needed',
    );
  });

  test('in a file that cannot be followed are told, and own connections still open', async () => {
    await client.call('connections.save', { connection: plan });
    await writeFile(join(folder, 'administrator.json'), '{');
    const { problems } = await client.call('connections.list', {});
    expect(problems).toEqual([expect.stringMatching(/cannot be followed: it is no JSON/)]);
    expect((await open()).person.user).toBe('ann');
    expect(await client.refusal('connections.save', { connection: { ...plan, id: 'x' } })).toBe(
      'denied administrator-locked',
    );
    expect(await readFile(join(folder, 'administrator.json'), 'utf8')).toBe('{');
  });
});
