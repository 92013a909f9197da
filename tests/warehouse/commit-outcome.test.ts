import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { runningPort, startCluster } from '../../electron/warehouse/embedded/cluster.ts';
import { commitPlan } from '../../electron/warehouse/postgres/commit.ts';
import { connectPostgres, type Link } from '../../electron/warehouse/postgres/connect.ts';
import { outcomeOf } from '../../electron/warehouse/postgres/outcome.ts';
import type { CommitOutcome } from '../../shared/model/batch.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import { type Cut, startCutProxy } from '../support/cut-proxy.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { batchOf, insert, openTables, remove, rowsOf, type TestTables, update } from './commit-table.ts';

let server: TestPostgres;
let t: TestTables;

beforeAll(async () => {
  server = await startPostgres();
});
afterEach(() => t.close());
afterAll(() => server.stop());

const LINES = `create table line (id int primary key, n int not null); insert into line select i, 0 from generate_series(1, 50) i`;

/** Asks until the transaction is over, as the backend does. */
const settled = async (link: Link, batch: string, proof: string | null): Promise<string> => {
  for (;;) {
    const state = await outcomeOf(link, batch, proof);
    if (state !== 'in-progress') return state;
  }
};

interface Tally {
  cuts: number;
  unknown: number;
  committed: number;
  untrue: string[];
}

/**
 * Commits through a link that is cut at every wire message, before and after its delivery, in both directions; after
 * each cut the answer is compared with what the table holds, and an unfinished batch is sent again under its id.
 */
const cutEverywhere = async (definition: SheetDefinition, governed: boolean): Promise<Tally> => {
  const proxy = await startCutProxy(server.host, server.port);
  const direct = await t.link('anna');
  const tally: Tally = { cuts: 0, unknown: 0, committed: 0, untrue: [] };
  let turn = 0;
  const run = async (cut: Cut | null): Promise<void> => {
    proxy.arm(null);
    const link = await connectPostgres(t.options('anna', proxy.port));
    proxy.arm(cut);
    const [from, to, added] = [String(turn), String(++turn), String(1000 + turn)];
    const plan = batchOf(definition, [
      update(['1'], { n: [from, to] }),
      update(['2'], { n: [from, to] }),
      insert({ id: added, n: to }),
      ...(turn > 1 ? [remove([String(999 + turn)], { n: from })] : []),
    ]);
    const proofs: string[] = [];
    const outcome: CommitOutcome = await commitPlan(link, plan, definition, {
      onProof: (given) => void proofs.push(given),
    });
    const say = (problem: string) =>
      void tally.untrue.push(`${JSON.stringify(cut)}: ${outcome.kind}: ${problem}`);
    const counted = proxy.counted();
    if (cut === null) counts = counted;
    else if (proxy.wasCut()) tally.cuts++;
    const state = await settled(direct, plan.batch, proofs.at(-1) ?? null);
    if (outcome.kind === 'unknown') tally.unknown++;
    else if (outcome.kind !== state) say(`looked up as ${state}`);
    const held = async () =>
      (
        await direct.query(
          'select n, (select count(*) from fin.line) from fin.line where id in (1, 2) order by id',
        )
      ).rows;
    const [now] = await held();
    if (now?.[0] !== (state === 'committed' ? to : from)) say(`${state}, but the table holds ${now?.[0]}`);
    if (state === 'committed') tally.committed++;
    if (governed || state !== 'committed') {
      const again = await commitPlan(direct, plan, definition);
      if (again.kind !== 'committed') say(`sent again: ${JSON.stringify(again)}`);
    }
    if (
      JSON.stringify(await held()) !==
      JSON.stringify([
        [to, '51'],
        [to, '51'],
      ])
    )
      say('lost or doubled in the table');
    if (governed) {
      const [audited] = await rowsOf(
        t.admin,
        `select count(*)::int, count(distinct (row_key, column_name, kind))::int from writ.audit where batch = $1`,
        [plan.batch],
      );
      const expected = turn > 1 ? 6 : 4;
      if (audited?.[0] !== expected || audited[1] !== expected) say(`${audited} audited`);
    }
    await link.close();
  };
  let counts = { server: 0, client: 0 };
  // The first run warms up nothing that later ones share: each opens its own connection.
  await run(null);
  await run(null);
  for (const to of ['server', 'client'] as const)
    for (let message = 0; message < counts[to]; message++)
      for (const when of ['before', 'after'] as const) await run({ to, message, when });
  await proxy.close();
  return tally;
};

test('a link cut at every wire message loses nothing, doubles nothing and is never answered untruly', async () => {
  t = await openTables(server, LINES, { line: ['id'] });
  const tally = await cutEverywhere(await t.describe('line'), true);
  expect(tally.untrue).toEqual([]);
  expect(tally.cuts).toBeGreaterThan(80);
  expect(tally.unknown).toBeGreaterThan(3);
  expect(tally.committed).toBeGreaterThan(3);
}, 120_000);

test('without schema writ the same holds by the transaction id', async () => {
  t = await openTables(server, LINES, null);
  const tally = await cutEverywhere(await t.describe('line'), false);
  expect(tally.untrue).toEqual([]);
  expect(tally.cuts).toBeGreaterThan(80);
  expect(tally.unknown).toBeGreaterThan(3);
}, 120_000);

/** A COMMIT that waits in a deferred trigger until `release` is called. */
const HELD = `${LINES};
  create function held() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock(4711); return null; end';
  create constraint trigger held after update on line deferrable initially deferred for each row execute function held()`;

const waitingForLock = async (): Promise<number> => {
  for (;;) {
    const [row] = await rowsOf(
      t.admin,
      `select a.pid from pg_stat_activity a join pg_locks l using (pid) where l.locktype = 'advisory' and not l.granted and a.datname = current_database()`,
    );
    if (row) return Number(row[0]);
  }
};

for (const governed of [true, false])
  test(`while the server still commits, a lost batch is in progress, not "not committed" (${governed ? 'with' : 'without'} schema writ)`, async () => {
    t = await openTables(server, HELD, governed ? { line: ['id'] } : null);
    const definition = await t.describe('line');
    const holder = await t.raw('ben');
    await holder.query('select pg_advisory_lock(4711)');
    const proxy = await startCutProxy(server.host, server.port);
    const link = await connectPostgres(t.options('anna', proxy.port));
    const plan = batchOf(definition, [update(['1'], { n: ['0', '1'] })]);
    const proofs: string[] = [];
    const running = commitPlan(link, plan, definition, { onProof: (given) => void proofs.push(given) });
    await waitingForLock();
    await proxy.close();
    expect(await running).toMatchObject({ kind: 'unknown', failure: { kind: 'unavailable' } });
    const direct = await t.link('anna');
    expect(await outcomeOf(direct, plan.batch, proofs.at(-1) ?? null)).toBe('in-progress');
    await holder.query('select pg_advisory_unlock(4711)');
    expect(await settled(direct, plan.batch, proofs.at(-1) ?? null)).toBe('committed');
    expect(await rowsOf(t.admin, 'select n from fin.line where id = 1')).toEqual([[1]]);
    await link.close();
  });

test('sending a batch again while it is still being committed waits for it and then answers committed', async () => {
  t = await openTables(server, HELD, { line: ['id'] });
  const definition = await t.describe('line');
  const holder = await t.raw('ben');
  await holder.query('select pg_advisory_lock(4711)');
  const plan = batchOf(definition, [update(['1'], { n: ['0', '1'] })]);
  const first = commitPlan(await t.link('anna'), plan, definition);
  await waitingForLock();
  const second = commitPlan(await t.link('anna'), plan, definition);
  for (;;) {
    const [row] = await rowsOf(
      t.admin,
      `select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and wait_event = 'transactionid' and datname = current_database()`,
    );
    if (row?.[0] === 1) break;
  }
  await holder.query('select pg_advisory_unlock(4711)');
  expect((await first).kind).toBe('committed');
  expect((await second).kind).toBe('committed');
  expect(await rowsOf(t.admin, 'select count(*)::int from writ.audit where target > 0')).toEqual([[1]]);
});

test('a backend ended in the middle of COMMIT leaves the outcome unknown, and it is looked up', async () => {
  t = await openTables(server, HELD, { line: ['id'] });
  const definition = await t.describe('line');
  const holder = await t.raw('ben');
  await holder.query('select pg_advisory_lock(4711)');
  const link = await t.link('anna');
  const plan = batchOf(definition, [update(['1'], { n: ['0', '1'] })]);
  const running = commitPlan(link, plan, definition);
  await t.admin.query('select pg_terminate_backend($1)', [await waitingForLock()]);
  expect(await running).toMatchObject({ kind: 'unknown' });
  expect(await settled(link, plan.batch, null)).toBe('not-committed');
  await holder.query('select pg_advisory_unlock(4711)');
  expect((await commitPlan(link, plan, definition)).kind).toBe('committed');
});

test('a backend ended before COMMIT leaves nothing written and says so', async () => {
  t = await openTables(server, LINES, { line: ['id'] });
  const definition = await t.describe('line');
  const link = await t.link('anna');
  const plan = batchOf(definition, [update(['1'], { n: ['0', '1'] })]);
  const outcome = await commitPlan(link, plan, definition, {
    onStep: async (step) => {
      if (step !== 'begun') return;
      await t.admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'anna' and datname = current_database()`,
      );
    },
  });
  expect(outcome).toMatchObject({ kind: 'not-committed', failure: { kind: 'unavailable' } });
  expect(await settled(link, plan.batch, null)).toBe('not-committed');
});

test('a failing journal stops the batch before COMMIT', async () => {
  t = await openTables(server, LINES, { line: ['id'] });
  const definition = await t.describe('line');
  const link = await t.link('anna');
  const plan = batchOf(definition, [update(['1'], { n: ['0', '1'] })]);
  const outcome = await commitPlan(link, plan, definition, {
    onProof: () => {
      throw new Error('disk full');
    },
  });
  expect(outcome.kind).toBe('not-committed');
  expect(await rowsOf(t.admin, 'select n from fin.line where id = 1')).toEqual([[0]]);
  expect((await commitPlan(link, plan, definition)).kind).toBe('committed');
});

for (const governed of [true, false])
  test(`a server that stops at once in mid-commit is asked again when it is back (${governed ? 'with' : 'without'} schema writ)`, async () => {
    const own = await startPostgres();
    onTestFinished(() => own.stop());
    t = await openTables(own, LINES, governed ? { line: ['id'] } : null);
    const definition = await t.describe('line');
    const anna = t.options('anna');
    const lock = join(own.cluster.folder, 'postmaster.pid');
    for (const stopAt of ['committing', 'committed'] as const) {
      const port = await runningPort(own.cluster);
      const link = await connectPostgres({ ...anna, port: port ?? 0 });
      const [from, to] = stopAt === 'committing' ? ['0', '1'] : ['0', '2'];
      const id = stopAt === 'committing' ? '1' : '2';
      const plan = batchOf(definition, [update([id], { n: [from, to] })]);
      const proofs: string[] = [];
      const outcome = await commitPlan(link, plan, definition, {
        onProof: (given) => void proofs.push(given),
        onStep: async (step) => {
          if (step !== stopAt) return;
          const postmaster = Number((await readFile(lock, 'utf8')).split('\n')[0]);
          // Immediate shutdown: no checkpoint, recovery from the log on the next start.
          process.kill(postmaster, 'SIGQUIT');
          while (await runningPort(own.cluster));
        },
      });
      await link.close();
      const back = await connectPostgres({ ...anna, port: await startCluster(own.cluster) });
      // Transactions after the crash must not be taken for the lost one.
      for (let i = 0; i < 5; i++) await back.query('select pg_current_xact_id()');
      const state = await settled(back, plan.batch, proofs.at(-1) ?? null);
      // A COMMIT on its way may still have been heard: what counts is that answer, look-up and table agree.
      expect([state, 'unknown']).toContain(outcome.kind);
      if (stopAt === 'committed') expect(outcome.kind).toBe('committed');
      expect((await back.query(`select n from fin.line where id = ${id}`)).rows).toEqual([
        [state === 'committed' ? to : from],
      ]);
      await back.close();
    }
  });
