import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { grantUse, installGovernance } from '../../electron/governance/install.ts';
import type { Connection, TestedStep } from '../../shared/model/connection.ts';
import { connectionsWorld } from './connections-world.ts';

const TASK = '00000000-0000-4000-8000-000000000001';

const world = connectionsWorld();

describe('testing a connection', () => {
  const tested = async (
    change: Partial<Connection> = {},
    who: object = { user: 'ann', password: 'right' },
  ) => {
    const { steps } = await world.client.call('connections.test', {
      task: TASK,
      connection: { ...world.plan, ...change },
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
    expect(await world.ids()).toEqual(['demo']);
    expect(world.keychain.entries.size).toBe(0);
    expect(existsSync(join(world.folder, 'journals'))).toBe(false);
  });

  test('tells each step as it begins and ends', async () => {
    await tested();
    const said = world.client.said('connections.tested').map(({ step }) => `${step.name} ${step.state}`);
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
    const database = await world.postgres.createDatabase();
    const admin = await world.postgres.client(undefined, undefined, database);
    await installGovernance(admin);
    await grantUse(admin, 'ann');
    await admin.end();
    expect((await tested({ database })).governance.state).toBe('ok');
  });

  test('uses the kept password of somebody who worked here before', async () => {
    await world.client.call('connections.save', { connection: world.plan });
    await world.open(true);
    await world.client.call('session.close', {});
    expect((await tested({}, { user: 'ann' }))['sign-in'].state).toBe('ok');
    await world.client.call('passwords.forget', { connection: 'plan', user: 'ann' });
    expect((await tested({}, { user: 'ann' }))['sign-in'].state).toBe('failed');
  });
});

describe('changing a connection', () => {
  test('to another database is refused while edits are held for the one it was', async () => {
    await world.client.call('connections.save', { connection: world.plan });
    const moved = { ...world.plan, database: 'other' };
    await world.open();
    expect(
      await world.client.refusal('connections.save', { connection: { ...world.plan, name: 'New name' } }),
    ).toBe('no refusal');
    await world.edit();
    expect(await world.client.refusal('connections.save', { connection: moved })).toBe('conflict edits-held');
    expect(await world.client.refusal('connections.save', { connection: moved, moved: true })).toBe(
      'no refusal',
    );
  });
});

describe('a file of connections', () => {
  test('holds no users and no secrets, and gives the same connections on another machine', async () => {
    await world.client.call('connections.save', { connection: world.plan });
    await world.open(true);
    const { json } = await world.client.call('connections.export', {});
    expect(json).not.toMatch(/ann|right/);
    const { user: _, ...bare } = world.plan;
    expect(JSON.parse(json)).toEqual({ writ: 'connections', version: 1, connections: [bare] });
    await world.client.call('session.close', {});

    await world.elsewhere();
    expect(await world.client.call('connections.import', { json })).toEqual({ added: [bare], known: [] });
    expect(await world.client.call('connections.import', { json })).toEqual({ added: [], known: ['Plan'] });
    expect(await world.ids()).toEqual(['demo', 'plan']);
  });

  test('never changes a connection that is there: a differing one comes in beside it', async () => {
    await world.client.call('connections.save', { connection: world.plan });
    const { json } = await world.client.call('connections.export', {});
    const { added } = await world.client.call('connections.import', {
      json: json.replace('127.0.0.1', 'localhost'),
    });
    expect(added).toHaveLength(1);
    expect(added[0]?.id).not.toBe('plan');
    expect((await world.client.call('connections.list', {})).connections).toContainEqual(world.plan);
  });

  test.each([
    ['{', 'invalid connections-file'],
    ['{"writ":"connections","version":2,"connections":[]}', 'invalid connections-file'],
    [
      '{"writ":"connections","version":1,"connections":[{"id":"x","name":"x","kind":"postgres","host":"db.example.com","port":5432,"database":"d","tls":"disable"}]}',
      'denied tls-needed',
    ],
  ])('that is something else is refused whole: %s', async (json, code) => {
    expect(await world.client.refusal('connections.import', { json })).toBe(code);
    expect(await world.ids()).toEqual(['demo']);
  });
});

describe('connections of the administrator', () => {
  const lay = (content: object): Promise<void> =>
    writeFile(join(world.folder, 'administrator.json'), JSON.stringify({ version: 1, ...content }));
  const central = () => {
    const { user: _, ...bare } = world.plan;
    return { ...bare, id: 'central', name: 'Central' };
  };

  test('are there for everybody, cannot be changed, and remember who worked with them', async () => {
    await lay({ connections: [central()] });
    const { managed, connections } = await world.client.call('connections.list', {});
    expect(managed).toEqual(['central']);
    expect(connections).toContainEqual(central());
    const change = { connection: { ...central(), host: 'localhost' } };
    expect(await world.client.refusal('connections.save', change)).toBe('denied administrator-locked');
    await world.client.call('connections.remove', { id: 'central' });
    await world.client.call('session.open', { connection: 'central', user: 'ann', password: 'right' });
    expect((await world.client.call('connections.list', {})).connections).toContainEqual({
      ...central(),
      user: 'ann',
    });
  });

  test('may be the only ones: nothing can be added, imported or opened beside them', async () => {
    await world.client.call('connections.save', { connection: world.plan });
    const { json } = await world.client.call('connections.export', {});
    await lay({ connections: [central()], allow: { ownConnections: false, demo: false } });
    expect(await world.ids()).toEqual(['central']);
    const locked = 'denied administrator-locked';
    expect(await world.client.refusal('connections.save', { connection: { ...world.plan, id: 'x' } })).toBe(
      locked,
    );
    expect(await world.client.refusal('connections.import', { json: json.replace('"plan"', '"y"') })).toBe(
      locked,
    );
    expect(await world.client.refusal('session.open', { connection: 'demo', user: 'x' })).toBe(locked);
    const own = { connection: 'plan', user: 'ann', password: 'right' };
    expect(await world.client.refusal('session.open', own)).toBe('invalid connection-unknown');
    await rm(join(world.folder, 'administrator.json'));
    expect(await world.ids()).toEqual(['demo', 'plan']);
  });

  test('may forbid keeping passwords', async () => {
    await lay({ connections: [central()], allow: { keepPasswords: false } });
    await world.client.call('session.open', {
      connection: 'central',
      user: 'ann',
      password: 'right',
      remember: true,
    });
    await world.client.call('session.close', {});
    expect(await world.client.refusal('session.open', { connection: 'central', user: 'ann' })).toBe(
      'denied password-needed',
    );
  });

  test('in a file that cannot be followed are told, and own connections still open', async () => {
    await world.client.call('connections.save', { connection: world.plan });
    await writeFile(join(world.folder, 'administrator.json'), '{');
    const { problems } = await world.client.call('connections.list', {});
    expect(problems).toEqual([expect.stringMatching(/cannot be followed: it is no JSON/)]);
    expect((await world.open()).person.user).toBe('ann');
    expect(await world.client.refusal('connections.save', { connection: { ...world.plan, id: 'x' } })).toBe(
      'denied administrator-locked',
    );
    expect(await readFile(join(world.folder, 'administrator.json'), 'utf8')).toBe('{');
  });
});
