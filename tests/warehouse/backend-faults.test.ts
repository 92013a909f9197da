import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AppError } from '../../shared/model/failure.ts';
import { unpackColumn } from '../../shared/model/rows.ts';
import { PLAIN_QUERY } from '../../shared/model/view.ts';
import { attachClient, setting, type TestClient } from '../support/backend-client.ts';
import { openWorld, PASSWORD, rowsOf, SHEET, SOURCE, submit, type World } from './backend-world.ts';

const C1M1 = '["C1","1"]';
let world: World;
const clients: TestClient[] = [];

const signIn = async (user: string): Promise<TestClient> => {
  const client = await world.signedIn(user);
  clients.push(client);
  await client.call('sheets.open', { source: SOURCE });
  return client;
};

const amount = async (): Promise<string> =>
  (await world.admin.query(`select amount::text from plan.line where center = 'C1' and month = 1`)).rows[0]
    ?.amount;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  world.proxy.arm(null);
  await world.admin.query(`update plan.line set amount = 100 where center = 'C1' and month = 1`);
});
afterEach(async () => {
  for (const client of clients.splice(0)) {
    await client.call('edits.discard', { sheet: SHEET }).catch(() => {});
    client.close();
  }
});

/**
 * The sheet once its batches are settled, by opening it: connections that broke are found one by one, and a server that
 * has not noticed yet says "in progress" for a moment.
 */
const settledSheet = async (client: TestClient) => {
  for (let tries = 0; tries < 500; tries++) {
    const opened = await client.call('sheets.open', { source: SOURCE }).catch((error: AppError) => {
      if (error.kind !== 'unavailable') throw error;
      return null;
    });
    // Opened from what this machine keeps: the warehouse was not asked yet.
    if (opened?.keptAt) await client.call('link.retry', {});
    else if (opened?.unresolved.length === 0) return opened;
  }
  throw new Error('the batch was never settled');
};

/** The amount a window shows in the row, whatever reading is under way. */
const amountSeen = async (client: TestClient): Promise<string | null | undefined> => {
  const { view } = await client.call('rows.view', { sheet: SHEET, query: PLAIN_QUERY });
  const page = await client.call('rows.page', { sheet: SHEET, view, start: 0, count: 100 });
  const { definition } = await client.call('sheets.open', { source: SOURCE });
  const column = definition.columns.findIndex(({ name }) => name === 'amount');
  const at = unpackColumn(page.keys).indexOf(C1M1);
  return page.columns[column] && unpackColumn(page.columns[column])[at];
};

/** Keeps one edit, commits it over a link that is cut, and answers what the person was told and what is true. */
const commitCut = async (
  ann: TestClient,
  to: 'server' | 'client',
  message: number,
  when: 'before' | 'after',
) => {
  const before = await amount();
  const after = before === '100.00' ? '200.00' : '100.00';
  await ann.call('edits.append', { step: setting(SHEET, 'amount', [[C1M1, before, after]]) });
  const { sha256 } = await ann.call('batches.preview', { sheet: SHEET });
  world.proxy.arm({ to, message, when });
  const told = await ann.call('batches.commit', { sheet: SHEET, batch: randomUUID(), sha256 });
  const wasCut = world.proxy.wasCut();
  // Also while the row cannot be read again, what was written is what is seen.
  if (told.kind === 'committed') expect(await amountSeen(ann)).toBe(after);
  world.proxy.arm(null);
  const opened = await settledSheet(ann);
  const written = (await amount()) === after;
  if (opened.pending.rows.length > 0) await ann.call('edits.discard', { sheet: SHEET });
  return {
    told: told.kind,
    written,
    pending: opened.pending.rows.length,
    wasCut,
  };
};

describe('a link cut while a batch is committed', () => {
  test.each(['server', 'client'] as const)(
    'at any message to the %s: what is told is true, nothing is lost or written twice',
    async (to) => {
      const ann = await signIn('ann');
      await rowsOf(ann);
      const told = new Set<string>();
      for (let message = 0; message < 80; message++) {
        for (const when of ['before', 'after'] as const) {
          const result = await commitCut(ann, to, message, when);
          const at = `message ${message} to the ${to}, cut ${when}: ${JSON.stringify(result)}`;
          expect(result.pending, at).toBe(result.written ? 0 : 1);
          if (result.told !== 'unknown') expect(result.told === 'committed', at).toBe(result.written);
          told.add(result.told);
          if (!result.wasCut) message = 80;
        }
      }
      expect([...told].sort()).toEqual(['committed', 'not-committed', 'unknown']);
    },
  );
});

describe('a batch that the server takes long over', () => {
  /** Makes commits of plan.line wait until the answer is called. */
  const holdCommits = async (): Promise<() => Promise<void>> => {
    await world.admin.query('select pg_advisory_lock(4711)');
    return async () => {
      await world.admin.query('select pg_advisory_unlock(4711)');
    };
  };
  const isHeld = async (): Promise<void> => {
    const sql = `select 1 from pg_locks where locktype = 'advisory' and not granted and objid = 4711`;
    while ((await world.admin.query(sql)).rowCount === 0);
  };
  beforeAll(async () => {
    await world.admin.query(`
      create function plan.wait() returns trigger language plpgsql as
        $$ begin perform pg_advisory_xact_lock_shared(4711); return null; end $$;
      create constraint trigger wait after update on plan.line deferrable initially deferred
        for each row execute function plan.wait();`);
  });
  afterAll(() => world.admin.query('drop trigger wait on plan.line'));

  const commitHeld = async (ann: TestClient) => {
    await ann.call('edits.append', { step: setting(SHEET, 'amount', [[C1M1, '100.00', '55.00']]) });
    const { sha256 } = await ann.call('batches.preview', { sheet: SHEET });
    const batch = randomUUID();
    const release = await holdCommits();
    const outcome = ann.call('batches.commit', { sheet: SHEET, batch, sha256 });
    await isHeld();
    return { batch, release, outcome };
  };

  test('is waited for by whoever asks about it meanwhile', async () => {
    const ann = await signIn('ann');
    const { batch, release, outcome } = await commitHeld(ann);
    const asked = ann.call('batches.resolve', { sheet: SHEET, batch });
    await release();
    expect((await Promise.all([outcome, asked])).map(({ kind }) => kind)).toEqual(['committed', 'committed']);
  });

  test('stays open while the link is gone and the server has not decided, and is settled then', async () => {
    const [ann, ben] = [await signIn('ann'), await signIn('ben')];
    const { batch, release, outcome } = await commitHeld(ann);
    world.proxy.arm({ to: 'server', message: 0, when: 'before' });
    await ben.call('catalog.tables', {}).catch(() => {});
    expect(await outcome).toMatchObject({ kind: 'unknown', batch });
    world.proxy.arm(null);
    const reopen = async () => {
      for (;;) {
        const opened = await ann.call('sheets.open', { source: SOURCE }).catch(() => null);
        if (opened?.keptAt) await ann.call('link.retry', {});
        else if (opened) return opened;
      }
    };
    expect(await reopen()).toMatchObject({ unresolved: [batch], pending: { rows: [{ row: C1M1 }] } });
    await release();
    expect((await settledSheet(ann)).pending.rows).toEqual([]);
    expect(await amount()).toBe('55.00');
  });

  const connectionsOf = async (user: string): Promise<number> =>
    (await world.admin.query('select count(*)::int as n from pg_stat_activity where usename = $1', [user]))
      .rows[0]?.n;

  test('is ended before the person who closed the window can sign in again', async () => {
    const ann = await signIn('ann');
    const { release, outcome } = await commitHeld(ann);
    const before = await connectionsOf('ann');
    ann.close();
    const again = signIn('ann');
    again.catch(() => {});
    while ((await connectionsOf('ann')) <= before);
    await release();
    expect(await outcome).toMatchObject({ kind: 'committed' });
    const opened = await (await again).call('sheets.open', { source: SOURCE });
    expect(opened).toMatchObject({ unresolved: [], pending: { rows: [] } });
  });
});

describe('a server that stops', () => {
  test('edits are kept while it is away, the loss and the return are told, and the batch goes through then', async () => {
    const ann = await signIn('ann');
    await rowsOf(ann);
    await world.stopServer();
    expect((await ann.heard('session.state', ({ state }) => state === 'lost')).message).toContain('reached');
    const kept = await ann.call('edits.append', {
      step: setting(SHEET, 'amount', [[C1M1, '100.00', '7.00']]),
    });
    expect(kept.counts.cells).toBe(1);
    expect((await ann.call('edits.undo', { sheet: SHEET })).counts.cells).toBe(0);
    await ann.call('edits.redo', { sheet: SHEET });
    // A server that is shutting down says so before it is gone.
    expect(await ann.refusal('catalog.tables', {})).toMatch(/^unavailable (connection-lost|starting)$/);
    const refused = await submit(ann);
    expect(refused).toMatchObject({ kind: 'not-committed', failure: { kind: 'unavailable' } });
    await world.startServer();
    const since = ann.said('session.state').length;
    await ann.heard(
      'session.state',
      (event) => ann.said('session.state').indexOf(event) >= since - 1 && event.state === 'connected',
    );
    expect(await submit(ann)).toMatchObject({ kind: 'committed' });
    expect(await amount()).toBe('7.00');
  });
});

describe('a table that changes underneath', () => {
  test('a column dropped after it was edited: the edit is named, the rest can be submitted', async () => {
    await world.admin.query('alter table plan.line add column extra text');
    const ann = await signIn('ann');
    await rowsOf(ann);
    await ann.call('edits.append', { step: setting(SHEET, 'extra', [[C1M1, null, 'x']]) });
    await ann.call('edits.append', { step: setting(SHEET, 'amount', [['["C1","2"]', '200.00', '3.00']]) });
    await world.admin.query('alter table plan.line drop column extra');
    expect(await submit(ann)).toMatchObject({ kind: 'not-committed', failure: { kind: 'conflict' } });
    const { definition, pending } = await ann.call('sheets.open', { source: SOURCE });
    expect(definition.columns.map(({ name }) => name)).not.toContain('extra');
    expect(pending.rows).toHaveLength(2);
    expect(await ann.refusal('batches.preview', { sheet: SHEET })).toBe('conflict column-gone');
    await ann.call('edits.discard', { sheet: SHEET, rows: [C1M1] });
    expect(await submit(ann)).toMatchObject({ kind: 'committed', rows: 1 });
  });

  test('a saved definition names what is gone and goes on without it', async () => {
    await world.admin.query('alter table plan.line add column extra text');
    const ann = await signIn('ann');
    const { definition } = await ann.call('sheets.open', { source: SOURCE });
    const columns = definition.columns.map((column) =>
      column.name === 'memo'
        ? { ...column, label: 'Remark', rules: [...column.rules, { kind: 'length', max: 3 } as const] }
        : column,
    );
    const saved = await ann.call('sheets.save', { definition: { ...definition, columns } });
    expect(saved.definition.columns.find(({ name }) => name === 'memo')?.label).toBe('Remark');
    expect(await ann.refusal('edits.append', { step: setting(SHEET, 'memo', [[C1M1, null, 'long']]) })).toBe(
      'invalid length',
    );
    await world.admin.query('alter table plan.line drop column extra');
    const opened = await ann.call('sheets.open', { source: SOURCE });
    expect(opened.drift).toEqual([expect.stringContaining('"extra"')]);
    const reset = await ann.call('sheets.reset', { sheet: SHEET });
    expect(reset.definition.columns.find(({ name }) => name === 'memo')?.label).not.toBe('Remark');
    expect(reset.drift).toEqual([]);
  });

  test('a table that vanished is said to be gone wherever it is needed, and its edits stay', async () => {
    await world.admin.query(
      'create table plan.brief as select * from plan.line; alter table plan.brief add primary key (center, month)',
    );
    await world.admin.query('grant select, update on plan.brief to ann');
    const ann = await signIn('ann');
    const source = { schema: 'plan', table: 'brief' };
    const { definition } = await ann.call('sheets.open', { source });
    const step = setting(definition.id, 'amount', [[C1M1, '100.00', '1.00']]);
    await rowsOf(ann, {}, definition.id);
    await ann.call('edits.append', { step });
    await world.admin.query('drop table plan.brief');
    expect(await submit(ann, definition.id)).toMatchObject({
      kind: 'not-committed',
      failure: { kind: 'conflict', code: 'table-missing' },
    });
    await ann.call('rows.refresh', { sheet: definition.id });
    const seen = await ann.call('rows.view', { sheet: definition.id, query: {} });
    const told = await ann.heard('rows.progress', (event) => event.view === seen.view && !event.loading);
    expect(told.failure).toContain('gone');
    expect(await ann.refusal('sheets.open', { source })).toBe('conflict table-missing');
    expect((await ann.call('edits.undo', { sheet: definition.id })).counts).toMatchObject({
      cells: 0,
      redo: 'Edit',
    });
  });
});

describe('a journal that was damaged', () => {
  test('is told at sign-in: what was kept, what is missing, where the file lies', async () => {
    const ben = await signIn('ben');
    for (const memo of ['a', 'b'])
      await ben.call('edits.append', { step: setting(SHEET, 'memo', [[C1M1, null, memo]]) });
    await world.restart();
    const journals = join(world.folder, 'journals');
    for (const name of (await readdir(journals)).filter((each) => each.endsWith('.journal')))
      await truncate(join(journals, name), 5_000);
    const again = attachClient(world.backend());
    clients.push(again);
    const session = await again.call('session.open', { connection: 'test', user: 'ben', password: PASSWORD });
    expect(session.journalRecovery).toMatchObject({
      entries: 0,
      movedTo: expect.stringContaining('.damaged-'),
    });
    again.close();
    await world.restart();
    const after = attachClient(world.backend());
    clients.push(after);
    const sound = await after.call('session.open', { connection: 'test', user: 'ben', password: PASSWORD });
    expect(sound.journalRecovery).toBeUndefined();
  });
});

describe('a program that is killed', () => {
  const run = async (folder: string): Promise<{ said: string; kill(): Promise<void> }> => {
    const program = join(import.meta.dirname, 'backend-program.ts');
    const child = spawn(process.execPath, [program, folder, 'cal', PASSWORD, 'correct horse'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('the program ended')));
    ended.catch(() => {});
    const [said] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
    return {
      said: said.toString().trim(),
      kill: async () => {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      },
    };
  };

  test('has kept its edits: they come back at the next start', async () => {
    const first = await run(world.folder);
    expect(first.said).toBe('kept');
    await first.kill();
    const second = await run(world.folder);
    await second.kill();
    expect(JSON.parse(second.said)).toMatchObject([
      { kind: 'update', row: C1M1, cells: { amount: { before: '100.00', after: '42.00' } } },
    ]);
  });

  test('a restart without a crash brings edits, undo and an ended session back as well', async () => {
    const ann = await signIn('ann');
    await ann.call('edits.append', { step: setting(SHEET, 'memo', [[C1M1, null, 'kept']]) });
    await world.restart();
    expect(await ann.refusal('edits.undo', { sheet: SHEET })).toBe('unavailable closing');
    const again = await signIn('ann');
    expect((await again.call('sheets.open', { source: SOURCE })).pending.counts).toMatchObject({
      cells: 1,
      undo: 'Edit',
    });
  });
});
