import { readdir } from 'node:fs/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../shared/model/failure.ts';
import { connectionsWorld } from './connections-world.ts';

const world = connectionsWorld();

const lockedKeychain = () => {
  const gone = () => Promise.reject(new AppError('unavailable', 'keychain-unavailable', 'It is locked.'));
  return { state: async () => ({ available: false, detail: 'Locked.' }), get: gone, set: gone, delete: gone };
};

describe('removing a connection', () => {
  beforeEach(async () => {
    await world.client.call('connections.save', { connection: world.plan });
    await world.open(true);
    await world.edit();
  });

  test('is refused while a window works with it', async () => {
    expect(await world.client.refusal('connections.remove', { id: 'plan' })).toBe(
      'conflict connection-in-use',
    );
    expect(await world.ids()).toContain('plan');
  });

  test('says what is held, forgets what signs in, and brings the edits back with the connection', async () => {
    expect((await world.client.call('connections.held', { id: 'plan' })).people).toEqual([
      { user: 'ann', rows: 2, sheets: 1, batches: 0 },
    ]);
    await world.client.call('session.close', {});
    expect((await world.client.call('connections.held', { id: 'plan' })).people).toEqual([
      { user: 'ann', rows: 2, sheets: 1, batches: 0 },
    ]);
    await world.client.call('connections.remove', { id: 'plan' });
    expect(await world.ids()).toEqual(['demo']);
    await world.restart();
    expect((await world.client.call('connections.list', {})).removed.map(({ id }) => id)).toEqual(['plan']);
    expect((await world.client.call('connections.held', { id: 'plan' })).people).toHaveLength(1);
    await world.client.call('connections.restore', { id: 'plan' });
    expect((await world.client.call('connections.list', {})).removed).toEqual([]);
    expect(await world.client.refusal('session.open', { connection: 'plan', user: 'ann' })).toBe(
      'denied password-needed',
    );
    await world.open();
    const { pending } = await world.client.call('sheets.open', {
      source: { schema: 'public', table: 'line' },
    });
    expect(pending.counts.cells).toBe(2);
  });

  test('where the journal cannot be opened says so instead of counting nothing', async () => {
    await world.restart(lockedKeychain());
    expect((await world.client.call('connections.held', { id: 'plan' })).people).toEqual([
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
    await world.client.call('connections.save', { connection: { ...world.plan, id: 'new' } });
    await world.client.call('connections.remove', { id: 'new' });
    expect((await world.client.call('connections.list', {})).removed).toEqual([]);
  });
});

describe('deleting a removed connection', () => {
  const held = async () => (await world.client.call('connections.held', { id: 'plan' })).people;
  const files = async (): Promise<string[]> => {
    const all = await readdir(world.folder, { recursive: true });
    return all.filter((name) => /journals\/|views\/|audit\/|\.keychain|\.vault|\.tokens/.test(name));
  };
  beforeEach(async () => {
    await world.client.call('connections.save', { connection: world.plan });
    await world.open(true);
    await world.edit();
    await world.client.call('session.close', {});
  });

  test('is for removed ones only, and only for what was shown', async () => {
    expect(await world.client.refusal('connections.erase', { id: 'plan', seen: [] })).toBe(
      'invalid connection-unknown',
    );
    await world.client.call('connections.remove', { id: 'plan' });
    expect(await world.client.refusal('connections.erase', { id: 'plan', seen: [] })).toBe(
      'conflict edits-changed',
    );
    expect(await held()).toHaveLength(1);
  });

  test('is preceded by a file of the edits, if wanted, and leaves nothing: neither files nor the key', async () => {
    await world.client.call('connections.remove', { id: 'plan' });
    const { file, unread } = await world.client.call('connections.edits', { id: 'plan' });
    expect(unread).toEqual([]);
    expect(new TextDecoder().decode(file.bytes).split('\r\n')).toEqual([
      'Person,Sheet,State,Change,Row,Column,Before,After,Reason',
      'ann,public.line,pending,changed,1,amount,10,11,',
      'ann,public.line,pending,changed,2,amount,20,21,',
      '',
    ]);
    expect(await files()).not.toEqual([]);
    await world.client.call('connections.erase', { id: 'plan', seen: await held() });
    expect(await files()).toEqual([]);
    expect(world.keychain.entries.size).toBe(0);
    expect((await world.client.call('connections.list', {})).removed).toEqual([]);
    // The same connection anew begins with nothing.
    await world.client.call('connections.save', { connection: world.plan });
    await world.open();
    const { pending } = await world.client.call('sheets.open', {
      source: { schema: 'public', table: 'line' },
    });
    expect(pending.counts.cells).toBe(0);
  });
});

describe('kept passwords', () => {
  test('are named by person and connection, and forgotten when told', async () => {
    await world.client.call('connections.save', { connection: world.plan });
    await world.open(true);
    const kept = async () => (await world.client.call('connections.list', {})).passwords;
    expect(await kept()).toEqual([{ connection: 'plan', user: 'ann' }]);
    await world.client.call('passwords.forget', { connection: 'plan', user: 'ann' });
    expect(await kept()).toEqual([]);
  });
});
