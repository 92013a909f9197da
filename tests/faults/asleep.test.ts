import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { CommitOutcome } from '../../shared/model/batch.ts';
import { setting } from '../support/backend-client.ts';
import { type ChildBackend, startChildBackend } from '../support/child-backend.ts';
import { fileKeychain } from '../support/file-keychain.ts';
import { openWorld, PASSWORD, SHEET, SOURCE, type World } from '../warehouse/backend-world.ts';
import { ask, nextTurn, persist } from './link-world.ts';

const KEY = '["C1","1"]';
const LOCK = 7;
/** Rows are written, or committed, only while nobody holds the lock. */
const GATES = `
  create function plan.wait() returns trigger language plpgsql as
    $$ begin perform pg_advisory_xact_lock_shared(${LOCK}); return null; end $$;
  create trigger written after update on plan.line for each row when (new.memo = 'written') execute function plan.wait();
  create constraint trigger committed after update on plan.line deferrable initially deferred
    for each row when (new.memo = 'committed') execute function plan.wait();`;
type Gate = 'written' | 'committed';

let world: World;
let aside: string;
let gate: pg.Client;
const children: ChildBackend[] = [];

beforeAll(async () => {
  aside = mkdtempSync(join(tmpdir(), 'writ-asleep-'));
  world = await openWorld(fileKeychain(join(aside, 'keychain')));
  await world.admin.query(GATES);
  gate = await world.adminIn('postgres');
}, 60_000);

afterEach(async () => {
  for (const child of children.splice(0)) await child.kill();
  await gate.query('select pg_advisory_unlock_all()');
  await world.admin.query(
    `set session_replication_role = replica; update plan.line set memo = null; reset session_replication_role`,
  );
});

afterAll(async () => {
  await world.close();
  rmSync(aside, { recursive: true, force: true });
});

const start = async (): Promise<ChildBackend> => {
  const child = await startChildBackend({ folder: world.folder, keychain: join(aside, 'keychain') });
  children.push(child);
  return child;
};

const signIn = (child: ChildBackend) =>
  child.call('session.open', { connection: 'direct', user: 'ann', password: PASSWORD });

const pendingIn = async (child: ChildBackend) => {
  const opened = await child.call('sheets.open', { source: SOURCE });
  return { rows: opened.pending.rows.length, unresolved: opened.unresolved };
};

const commit = async (child: ChildBackend, batch: string = randomUUID()): Promise<CommitOutcome> => {
  const { sha256 } = await child.call('batches.preview', { sheet: SHEET });
  return child.call('batches.commit', { sheet: SHEET, batch, sha256 });
};

/** Waits until one of ann's sessions is in this state. */
const untilSession = async (where: string): Promise<void> => {
  for (;;) {
    const { rowCount } = await world.admin.query(
      `select from pg_stat_activity where usename = 'ann' and ${where}`,
    );
    if ((rowCount ?? 0) > 0) return;
    await nextTurn();
  }
};

/** Ends every session of ann, as a server does that has waited long enough. */
const endSessions = async (): Promise<void> => {
  for (;;) {
    const { rowCount } = await world.admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ann'`,
    );
    if (rowCount === 0) return;
    await nextTurn();
  }
};

/** A program that submits an edit and stands at a gate of the server. */
const submitting = async (at: Gate, batch: string) => {
  const child = await start();
  await signIn(child);
  await child.call('sheets.open', { source: SOURCE });
  await child.call('edits.append', { step: setting(SHEET, 'memo', [[KEY, null, at]]) });
  await gate.query('select pg_advisory_lock($1)', [LOCK]);
  const told = ask(commit(child, batch));
  await untilSession(`wait_event = 'advisory'`);
  return { child, told };
};

const held = async (batch: string): Promise<readonly [memo: string | null, batches: number]> => {
  const { rows } = await world.admin.query<{ memo: string | null; n: number }>(
    `select memo, (select count(*)::int from writ.batch where id = $1) as n from plan.line where center = 'C1' and month = 1`,
    [batch],
  );
  return [rows[0]?.memo ?? null, rows[0]?.n ?? -1];
};

const free = () => gate.query('select pg_advisory_unlock($1)', [LOCK]);

/** Asks until the end of the batch is known. */
const settled = async (child: ChildBackend): Promise<Awaited<ReturnType<typeof pendingIn>>> => {
  for (;;) {
    await child.call('link.retry', {});
    const now = await persist(() => pendingIn(child));
    if (now.unresolved.length === 0) return now;
  }
};

test('a machine that sleeps in the middle of a submit for longer than the server waits writes nothing and says so', async () => {
  const batch = randomUUID();
  const { child, told } = await submitting('written', batch);
  const wake = child.sleep();
  await free();
  await untilSession(`state = 'idle in transaction'`);
  await endSessions();
  wake();
  expect(await told).not.toMatchObject({ answer: { kind: 'committed' } });
  expect(await settled(child)).toMatchObject({ rows: 1 });
  expect(await held(batch)).toEqual([null, 0]);
  const again = randomUUID();
  expect(await persist(() => commit(child, again))).toMatchObject({ kind: 'committed', rows: 1 });
  expect(await held(again)).toEqual(['written', 1]);
}, 60_000);

test('one that sleeps while its COMMIT runs finds it written, once', async () => {
  const batch = randomUUID();
  const { child, told } = await submitting('committed', batch);
  const wake = child.sleep();
  await free();
  await expect.poll(() => held(batch), { timeout: 10_000 }).toEqual(['committed', 1]);
  await endSessions();
  wake();
  expect(await told).not.toMatchObject({ answer: { kind: 'not-committed' } });
  expect(await settled(child)).toMatchObject({ rows: 0 });
  expect(await held(batch)).toEqual(['committed', 1]);
}, 60_000);

test.each(['written', 'committed'] as const)(
  'a second program that waited takes over what the first, killed at the gate "%s" of its submit, left open',
  async (at) => {
    const batch = randomUUID();
    const { child: first, told } = await submitting(at, batch);
    const second = await start();
    expect(await ask(signIn(second))).toMatchObject({ failure: { code: 'journal-in-use' } });
    await first.kill();
    expect(await told).toMatchObject({ failure: { code: 'gone' } });
    await signIn(second);
    expect(await pendingIn(second)).toMatchObject({ unresolved: [batch] });
    await free();
    const left = await settled(second);
    const [, written] = await held(batch);
    expect([left.rows, written]).toEqual(at === 'committed' ? [0, 1] : [1, 0]);
    if (at === 'committed') return;
    expect(await persist(() => commit(second))).toMatchObject({ kind: 'committed', rows: 1 });
  },
  60_000,
);
