import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import {
  approvalForEachTest,
  approve,
  finish,
  ONE_APPROVER,
  openBatch,
  payloadOf,
  propose,
  refusal,
  writeApproved,
} from './approval-table.ts';

const t = approvalForEachTest();

const RAISE = payloadOf([[1, 'n', '1.00', '100']]);
const RAISE_SQL = 'update fin.line set n = 100 where id = 1';
const stateOf = async (batch: string): Promise<string> =>
  (await t.admin.query('select writ.state_of($1) as s', [batch])).rows[0]?.s;

/** Resolves once another session waits for a lock that `holder` has: the pause that makes a race certain. */
const waitedFor = async (holder: pg.Client): Promise<void> => {
  const pid = (await holder.query('select pg_backend_pid() as pid')).rows[0]?.pid;
  for (;;) {
    const { rows } = await t.admin.query(
      'select from pg_stat_activity where $1 = any (pg_blocking_pids(pid))',
      [pid],
    );
    if (rows.length > 0) return;
  }
};

const written = async (paula: pg.Client, batch: string): Promise<void> => {
  await openBatch(paula, batch, RAISE);
  await paula.query(RAISE_SQL);
  await finish(paula, batch);
};

describe('races', () => {
  test('two approvers at once count as two, and one of them as one', async () => {
    await t.policy(`array['approver'], array[2], null, null, '{}', '{}', '3 days'`);
    const batch = await propose(await t.as('paula'), RAISE);
    const alice = await t.as('alice');
    await alice.query('begin');
    await approve(alice, batch, RAISE);
    const again = approve(await t.as('alice'), batch, RAISE);
    await waitedFor(alice);
    const albert = approve(await t.as('albert'), batch, RAISE);
    await alice.query('commit');
    await Promise.all([again, albert]);
    const { rows } = await t.admin.query(
      `select person, state from writ.review_event where kind = 'approved' order by seq`,
    );
    expect(rows).toEqual([
      { person: 'alice', state: 'submitted' },
      { person: 'albert', state: 'approved' },
    ]);
    expect(await refusal(writeApproved(await t.as('paula'), batch, RAISE, RAISE_SQL))).toBe('committed');
  });

  test('an approval that meets a withdrawal finds the batch withdrawn', async () => {
    const batch = await propose(await t.as('paula'), RAISE);
    const paula = await t.as('paula');
    await paula.query('begin');
    await paula.query(`select writ.end_batch($1, 'withdrawn', null)`, [batch]);
    const approving = refusal(approve(await t.as('alice'), batch, RAISE));
    await waitedFor(paula);
    await paula.query('commit');
    expect(await approving).toBe('WR105');
    expect(await stateOf(batch)).toBe('withdrawn');
  });

  test('mutant: without the lock an approval would undo a withdrawal', async () => {
    await t.mutate('seen_proposal', /for update/, '');
    const batch = await propose(await t.as('paula'), RAISE);
    const paula = await t.as('paula');
    await paula.query('begin');
    await paula.query(`select writ.end_batch($1, 'withdrawn', null)`, [batch]);
    await approve(await t.as('alice'), batch, RAISE);
    await paula.query('commit');
    expect(await stateOf(batch)).toBe('approved');
  });

  test('a return that meets a commit comes too late, and says so', async () => {
    const batch = await propose(await t.as('paula'), RAISE);
    await approve(await t.as('alice'), batch, RAISE);
    const paula = await t.as('paula');
    await written(paula, batch);
    const returning = refusal((await t.as('alice')).query('select writ.return_batch($1, $2)', [batch, 'no']));
    await waitedFor(paula);
    await paula.query('commit');
    expect(await returning).toBe('WR105');
    expect(await stateOf(batch)).toBe('committed');
  });

  test('a role lost after the writing, before COMMIT, stops the COMMIT', async () => {
    const batch = await propose(await t.as('paula'), RAISE);
    await approve(await t.as('alice'), batch, RAISE);
    const paula = await t.as('paula');
    await written(paula, batch);
    await t.admin.query('revoke approver from alice');
    expect(await refusal(paula.query('commit'))).toBe('WR103');
    expect((await t.amounts())['1']).toBe('1.00');
    await t.admin.query('grant approver to alice');
  });

  test('mutant: without a last look at COMMIT the role lost in between would not matter', async () => {
    await t.mutate('settle_ticket', /if s\.stale is not null or s\.step is not null then/, 'if false then');
    const batch = await propose(await t.as('paula'), RAISE);
    await approve(await t.as('alice'), batch, RAISE);
    const paula = await t.as('paula');
    await written(paula, batch);
    await t.admin.query('revoke approver from alice');
    expect(await refusal(paula.query('commit'))).toBe('committed');
    await t.admin.query('grant approver to alice');
  });

  test('an approver dropped and made again under the same name is another person', async () => {
    await t.admin.query(`create role temp login password 'temp' in role approver`);
    const batch = await propose(await t.as('paula'), RAISE);
    await approve(await t.server.client('temp', 'temp', t.database), batch, RAISE);
    await t.admin.query(`drop role temp; create role temp login in role approver`);
    expect(await refusal(writeApproved(await t.as('paula'), batch, RAISE, RAISE_SQL))).toBe('WR103');
    await t.admin.query('drop role temp');
  });

  test('a policy cannot change under a batch that is being written', async () => {
    const batch = await propose(await t.as('paula'), RAISE);
    await approve(await t.as('alice'), batch, RAISE);
    const paula = await t.as('paula');
    await written(paula, batch);
    const setting = (await t.as('sam')).query(
      `select writ.set_policy('fin.line', 'approval', ${ONE_APPROVER})`,
    );
    await waitedFor(paula);
    await paula.query('commit');
    await setting;
    expect((await t.amounts())['1']).toBe('100.00');
  });

  test('the same batch from two sessions is written once', async () => {
    const batch = await propose(await t.as('paula'), RAISE);
    await approve(await t.as('alice'), batch, RAISE);
    const paula = await t.as('paula');
    await written(paula, batch);
    const second = refusal(writeApproved(await t.as('paula'), batch, RAISE, RAISE_SQL));
    await waitedFor(paula);
    await paula.query('commit');
    expect(await second).toBe('WR105');
  });
});

describe('definer functions', () => {
  const shadows = `create temporary table proposal (id uuid); create temporary table ticket (txid xid8, target int, person text, finished bool);
    insert into pg_temp.ticket values (pg_current_xact_id(), 1, session_user, false);
    create function pg_temp.session_user() returns name language sql as $$ select 'alice'::name $$;
    create function pg_temp.pg_has_role(oid, oid, text) returns boolean language sql as $$ select true $$;
    create function pg_temp.has_role(text, text) returns boolean language sql as $$ select true $$;
    create function pg_temp.clock_timestamp() returns timestamptz language sql as $$ select '2000-01-01'::timestamptz $$;
    create operator pg_temp.<> (leftarg = text, rightarg = name, function = pg_catalog.textnename);
    set search_path = pg_temp, writ, fin, pg_catalog`;

  test('are not led astray by a search path or temporary objects', async () => {
    const mallory = await t.as('mallory');
    const batch = await propose(await t.as('mallory'), RAISE);
    await mallory.query(shadows);
    expect(await refusal(mallory.query('update fin.line set n = 0'))).toBe('WR101');
    expect(await refusal(approve(mallory, batch, RAISE))).toBe('WR102');
    expect(await refusal(writeApproved(mallory, batch, RAISE, RAISE_SQL))).toBe('WR105');
  });

  const operator = `create schema evil;
    create function evil.never(text, name) returns boolean language sql as $$ select false $$;
    create operator evil.= (leftarg = text, rightarg = name, function = evil.never);
    set search_path = evil, pg_catalog`;

  test('take no operator of the caller; mutant: without a search path of their own they would', async () => {
    await t.admin.query(`grant create on database ${t.database} to mallory`);
    const mallory = await t.as('mallory');
    const batch = await propose(await t.as('mallory'), RAISE);
    await mallory.query(operator);
    expect(await refusal(approve(mallory, batch, RAISE))).toBe('WR102');
    await t.admin.query('alter function writ.approve(uuid, text, text) reset search_path');
    expect(await refusal(approve(mallory, batch, RAISE))).toBe('committed');
  });

  test('all have a search path of their own with temporary objects last, and nobody may call what is not theirs', async () => {
    const { rows } = await t.admin.query(
      `select p.oid::regprocedure::text as f from pg_proc p where p.pronamespace = 'writ'::regnamespace and p.prosecdef
         and not coalesce('search_path=pg_catalog, pg_temp' = any (p.proconfig), false)`,
    );
    expect(rows).toEqual([]);
    const paula = await t.as('paula');
    for (const sql of [
      `select writ.note_event(gen_random_uuid(), 'approved', 'approved', null)`,
      `select writ.set_policy('fin.line', 'open', '{}', '{}', null, null, '{}', '{}', null)`,
      'select writ.compare_1(null, 0, false, false)',
      'select * from writ.proposal',
      'select * from writ.review_event',
      `insert into writ.ticket (batch, target, rehearsal, since) values (gen_random_uuid(), 1, false, 0)`,
      'delete from writ.policy',
      'select writ.drop_guard(1)',
    ])
      expect(await refusal(paula.query(sql)), sql).toBe('42501');
  });

  test('record for good: not even the owner changes what was decided', async () => {
    const batch = await propose(await t.as('paula'), RAISE);
    for (const table of ['policy', 'proposal', 'review_event'])
      for (const sql of [`delete from writ.${table}`, `truncate writ.${table}`])
        expect(await refusal(t.admin.query(sql)), sql).toBe('42501');
    expect(await refusal(t.admin.query(`update writ.review_event set state = 'approved'`))).toBe('42501');
    expect(await stateOf(batch)).toBe('submitted');
  });
});
