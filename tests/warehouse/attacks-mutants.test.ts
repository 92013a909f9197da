import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { sha256Of } from '../../electron/journal/payload-hash.ts';
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

// Where one guard stands behind another, the mutants are cumulative: each is killed by the guard that remains, the last is not.

const t = approvalForEachTest();

const RAISE = payloadOf([[1, 'n', '1.00', '100']]);
/** The same length, one byte changed. */
const OTHER = payloadOf([[1, 'n', '1.00', '900']]);
const RAISE_SQL = 'update fin.line set n = 100 where id = 1';
const OTHER_SQL = 'update fin.line set n = 900 where id = 1';

const approved = async (payload = RAISE): Promise<string> => {
  const batch = await propose(await t.as('paula'), payload);
  await approve(await t.as('alice'), batch, payload);
  return batch;
};
/** Changes something as nobody can who does not switch triggers off. */
const behind = (table: string, sql: string): Promise<unknown> =>
  t.admin.query(`alter table ${table} disable trigger user; ${sql}; alter table ${table} enable trigger user;
    ${table === 'fin.line' ? `alter table fin.line enable always trigger writ_guard_update; alter table fin.line enable always trigger writ_audit_update` : ''}`);
const stateOf = async (batch: string): Promise<string> =>
  (await t.admin.query('select writ.state_of($1) as s', [batch])).rows[0]?.s;
const write = async (batch: string, payload = RAISE, sql = RAISE_SQL): Promise<string> =>
  refusal(writeApproved(await t.as('paula'), batch, payload, sql));

describe('a payload with one byte changed', () => {
  test('on the way to the warehouse is refused, and the mutant takes it', async () => {
    const paula = await t.as('paula');
    const send = () =>
      paula.query('select writ.propose($1, $2, $3, $4, null)', [
        randomUUID(),
        'fin.line',
        OTHER,
        sha256Of(RAISE),
      ]);
    expect(await refusal(send())).toBe('WR106');
    await t.mutate(
      'propose',
      /if writ\.sha256_of\(propose\.payload\) <> propose\.sha256 then/,
      'if false then',
    );
    expect(await refusal(send())).toBe('committed');
  });

  test('under an id that is taken is refused, and the mutant answers as if it were there', async () => {
    const paula = await t.as('paula');
    const batch = await propose(paula, RAISE);
    expect(await refusal(propose(paula, OTHER, batch))).toBe('WR001');
    await t.mutate('propose', /or known\.payload_sha256 <> propose\.sha256/, '');
    expect(await refusal(propose(paula, OTHER, batch))).toBe('committed');
  });

  test('is not approved where another one was seen, and the mutant approves it', async () => {
    const batch = await propose(await t.as('paula'), OTHER);
    const alice = await t.as('alice');
    expect(await refusal(approve(alice, batch, RAISE))).toBe('WR106');
    await t.mutate('approve', /approve\.sha_seen is distinct from p\.payload_sha256 or/, '');
    expect(await refusal(approve(alice, batch, RAISE))).toBe('committed');
  });

  test('in the warehouse before the approval is refused, and the mutant approves it', async () => {
    const batch = await propose(await t.as('paula'), RAISE);
    await behind('writ.proposal', `update writ.proposal set payload = replace(payload, '100', '900')`);
    const alice = await t.as('alice');
    expect(await refusal(approve(alice, batch, RAISE))).toBe('WR106');
    await t.mutate('approve', /or writ\.sha256_of\(p\.payload\) <> p\.payload_sha256/, '');
    // What would be recorded is foretold anew as well.
    expect(await refusal(approve(alice, batch, RAISE))).toBe('WR103');
    await t.mutate('approve', /if v_foretold is distinct from p\.foretold then/, 'if false then');
    expect(await refusal(approve(alice, batch, RAISE))).toBe('committed');
  });

  test('in the warehouse after the approval, with a hash that fits, is refused, and the mutant writes it', async () => {
    const batch = await approved();
    await behind(
      'writ.proposal',
      `update writ.proposal set payload = replace(payload, '100', '900'), payload_sha256 = '${sha256Of(OTHER)}'`,
    );
    expect(await write(batch, OTHER, OTHER_SQL)).toBe('WR103');
    await t.mutate('standing_of', /and e\.payload_sha256 = proposal\.payload_sha256/, '');
    expect(await write(batch, OTHER, OTHER_SQL)).toBe('committed');
  });

  test('in the batch that is begun is refused, and the mutant writes under its name', async () => {
    const batch = await approved();
    expect(await write(batch, OTHER)).toBe('WR106');
    await t.mutate('take_ticket', /and b\.payload_sha256 = p\.payload_sha256/, '');
    expect(await write(batch, OTHER)).toBe('committed');
  });

  test('in the statement is refused, and the mutant writes it', async () => {
    const batch = await approved();
    expect(await write(batch, RAISE, OTHER_SQL)).toBe('WR104');
    await t.mutate(
      'finish_ticket',
      /found_more \+ found_missing \+ found_different/,
      'found_more + found_missing',
    );
    expect(await write(batch, RAISE, OTHER_SQL)).toBe('committed');
  });
});

describe('a batch that was written', () => {
  /** Written, then the cell is set back by somebody, so that the same write would do something again. */
  const writtenOnce = async (): Promise<string> => {
    const batch = await approved();
    expect(await write(batch)).toBe('committed');
    await behind('fin.line', 'update fin.line set n = 1 where id = 1');
    return batch;
  };

  test('is not written again: its state, its transaction, its ticket and its name in the audit each refuse; without them it is', async () => {
    const batch = await writtenOnce();
    expect(await write(batch)).toBe('WR105');
    await t.mutate('take_ticket', /if s\.state <> 'approved' then/, 'if false then');
    expect(await write(batch)).toBe('WR106');
    await t.mutate('take_ticket', /b\.txid = pg_current_xact_id\(\) and/, '');
    expect(await write(batch)).toBe('23505');
    await t.admin.query('alter table writ.ticket drop constraint ticket_pkey');
    expect(await write(batch)).toBe('WR104');
    await t.mutate('finish_ticket', /if wrote\.unnamed then/, 'if false then');
    await t.mutate('settle_ticket', /where t\.batch = new\.batch\) then/, 'where t.txid = new.txid) then');
    expect(await write(batch)).toBe('committed');
  });

  test('is not added to after it was compared, and the mutant takes more', async () => {
    const more = async (): Promise<string> => {
      const batch = await approved();
      const paula = await t.as('paula');
      await openBatch(paula, batch, RAISE);
      await paula.query(RAISE_SQL);
      await finish(paula, batch);
      const state = await refusal(paula.query('update fin.line set n = 0 where id = 2; commit'));
      await paula.query('rollback');
      return state;
    };
    expect(await more()).toBe('WR101');
    await t.mutate('guard', /and not t\.finished/, '');
    expect(await more()).toBe('committed');
  });

  test('takes its ticket to no other table, and the mutant does', async () => {
    await t.admin.query(`select writ.set_policy('fin.other', 'approval', ${ONE_APPROVER})`);
    const batch = await approved();
    const sql = `${RAISE_SQL}; update fin.other set n = 0`;
    expect(await write(batch, RAISE, sql)).toBe('WR101');
    await t.mutate('guard', /and t\.target = tg_argv\[0\]::integer/, '');
    expect(await write(batch, RAISE, sql)).toBe('committed');
  });

  test('by two sessions at once is written once: the second waits, and is refused by each of three guards', async () => {
    const race = async (): Promise<readonly string[]> => {
      const batch = await approved();
      const [first, second] = [await t.as('paula'), await t.as('paula')];
      await openBatch(first, batch, RAISE);
      await first.query(RAISE_SQL);
      await finish(first, batch);
      const waiting = refusal(writeApproved(second, batch, RAISE, RAISE_SQL));
      await waitedFor(first);
      const states = [await refusal(first.query('commit')), await waiting];
      await behind('fin.line', 'update fin.line set n = 1 where id = 1');
      return states;
    };
    expect(await race()).toEqual(['committed', 'WR105']);
    await t.mutate('take_ticket', /if s\.state <> 'approved' then/, 'if false then');
    expect(await race()).toEqual(['committed', 'WR106']);
  });
});

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

describe('two approvers', () => {
  test('mutant: without the lock neither of two who approve at once sees the other, and both count for nothing', async () => {
    await t.policy(`array['approver'], array[2], null, null, '{}', '{}', '3 days'`);
    await t.mutate('seen_proposal', /for update/, '');
    const batch = await propose(await t.as('paula'), RAISE);
    const alice = await t.as('alice');
    // The pause: alice has approved and not yet committed.
    await alice.query('begin');
    await approve(alice, batch, RAISE);
    await approve(await t.as('albert'), batch, RAISE);
    await alice.query('commit');
    expect(await stateOf(batch)).toBe('submitted');
  });

  test('are two persons: one who approves twice counts once, by both guards; without them twice', async () => {
    await t.policy(`array['approver'], array[2], null, null, '{}', '{}', '3 days'`);
    const batch = await propose(await t.as('paula'), RAISE);
    const alice = await t.as('alice');
    await approve(alice, batch, RAISE);
    await approve(alice, batch, RAISE);
    expect(await write(batch)).toBe('WR105');
    await t.mutate('approve', /if exists \(select from writ\.review_event e[^;]*then return; end if;/, '');
    await approve(alice, batch, RAISE);
    expect(await write(batch)).toBe('WR103');
    await t.mutate('standing_of', /count\(distinct e\.person\)/, 'count(*)');
    expect(await write(batch)).toBe('committed');
  });

  test('are not who submitted: the approval and the standing of it each say so; without both an own one counts', async () => {
    const mallory = await t.as('mallory');
    const batch = await propose(mallory, RAISE);
    expect(await refusal(approve(mallory, batch, RAISE))).toBe('WR102');
    await t.mutate('approve', /if p\.person = session_user then/, 'if false then');
    await approve(mallory, batch, RAISE);
    const own = async () => refusal(writeApproved(await t.as('mallory'), batch, RAISE, RAISE_SQL));
    expect(await own()).toBe('WR103');
    await t.mutate('standing_of', /e\.person <> proposal\.person and/, '');
    expect(await own()).toBe('committed');
  });

  test('have the role of the step, and the mutant takes anyone who may look', async () => {
    await t.admin.query('grant second to albert');
    await t.policy(`array['approver', 'second'], array[1, 1], null, null, '{}', '{}', '3 days'`);
    const batch = await propose(await t.as('paula'), RAISE);
    await approve(await t.as('alice'), batch, RAISE);
    const mallory = await t.as('mallory');
    expect(await refusal(approve(mallory, batch, RAISE))).toBe('WR102');
    await t.mutate(
      'approve',
      /if not writ\.has_role\(session_user, policy\.step_roles\[s\.step\]\) then/,
      'if false then',
    );
    expect(await refusal(approve(mallory, batch, RAISE))).toBe('committed');
  });

  test('sit at a login of their own, and the mutant takes a shared one', async () => {
    await t.admin.query(`select writ.declare_shared('alice', 'the team uses it')`);
    const batch = await propose(await t.as('paula'), RAISE);
    expect(await refusal(approve(await t.as('alice'), batch, RAISE))).toBe('WR107');
    await t.mutate('refuse_shared', /if exists/, 'if false and exists');
    await approve(await t.as('alice'), batch, RAISE);
    expect(await write(batch)).toBe('WR103');
    await t.mutate('standing_of', /and not exists \(select from writ\.shared_login[^)]*\)/, '');
    expect(await write(batch)).toBe('committed');
  });
});

describe('rows that changed', () => {
  test('between submit and approval are seen, and the mutant approves what stands on other rows', async () => {
    const batch = await propose(await t.as('paula'), RAISE);
    expect(await write(await approved())).toBe('committed');
    const alice = await t.as('alice');
    expect(await refusal(approve(alice, batch, RAISE))).toBe('WR103');
    await t.mutate('approve', /if exists \(select from writ\.touched_cells\(p\)\) then/, 'if false then');
    expect(await refusal(approve(alice, batch, RAISE))).toBe('committed');
  });

  test('between approval and commit are seen: what was there is compared, and the mutant writes over it', async () => {
    const batch = await approved();
    await behind('fin.line', 'update fin.line set n = 7 where id = 1');
    expect(await write(batch)).toBe('WR104');
    await t.mutate(
      'finish_ticket',
      /found_more \+ found_missing \+ found_different/,
      'found_more + found_missing',
    );
    expect(await write(batch)).toBe('committed');
  });

  test('decisions of others are seen at read committed alone, and the mutant writes what was returned', async () => {
    const returned = async (): Promise<string> => {
      const batch = await approved();
      const paula = await t.as('paula');
      // The pause: paula's snapshot is older than the return.
      await paula.query('begin isolation level repeatable read; select 1');
      await (await t.as('alice')).query('select writ.return_batch($1, $2)', [batch, 'no']);
      const steps = async () => {
        await paula.query(`select set_config('writ.batch', $1, true)`, [batch]);
        await paula.query(`select writ.begin_batch($1, 'fin.line', $2, 1, 1, null)`, [
          batch,
          sha256Of(RAISE),
        ]);
        await paula.query(`select writ.take_ticket($1, 'fin.line', false)`, [batch]);
        await paula.query(RAISE_SQL);
        await finish(paula, batch);
        await paula.query('commit');
      };
      return refusal(steps());
    };
    expect(await returned()).toBe('WR105');
    await t.mutate('take_ticket', /current_setting\('transaction_isolation'\) <> 'read committed'/, 'false');
    expect(await returned()).toBe('committed');
  });
});

describe('objects of the caller', () => {
  /** A type of the caller's own whose check runs with the rights of whoever casts to it. */
  const domain = `create function pg_temp.run(v jsonb) returns boolean language plpgsql as $f$ begin
      if current_user <> session_user then insert into writ.review_event (proposal, kind, state, person, person_oid) values ('00000000-0000-4000-8000-000000000000', 'comment', 'approved', 'nobody', 0); end if;
      return true; end $f$;
    create domain pg_temp.jsonb as pg_catalog.jsonb check (pg_temp.run(value::pg_catalog.jsonb));
    create domain pg_temp.text as pg_catalog.text; create domain pg_temp.uuid as pg_catalog.uuid`;
  const forged = async (): Promise<number> =>
    (await t.admin.query(`select count(*)::int as n from writ.review_event where person = 'nobody'`)).rows[0]
      ?.n;

  test('in pg_temp come last; mutant: first, a type of the caller runs code as the owner of schema writ', async () => {
    const paula = await t.as('paula');
    await paula.query(domain);
    await propose(paula, RAISE);
    expect(await forged()).toBe(0);
    // Where pg_temp is not named it is searched first.
    await t.admin.query(
      'alter function writ.propose(uuid, text, text, text, text) set search_path = pg_catalog',
    );
    await propose(paula, RAISE).catch(() => {});
    expect(await forged()).toBeGreaterThan(0);
  });
});

describe('records', () => {
  const TABLES: Readonly<Record<string, string>> = {
    audit: 'after',
    batch: 'note',
    reason: 'reason',
    link: 'persons',
    policy: 'set_by',
    proposal: 'note',
    review_event: 'comment',
    period_event: 'reason',
  };
  const attempts = (table: string): readonly string[] => [
    `delete from writ.${table}`,
    `update writ.${table} set ${TABLES[table]} = null`,
    `truncate writ.${table}`,
  ];
  const tried = async (client: pg.Client, sql: string): Promise<string> => {
    await client.query('begin');
    const state = await refusal(client.query(sql));
    await client.query('rollback');
    return state;
  };

  test('stay for everyone, whatever replication role they set; the mutant without the trigger loses them', async () => {
    await write(await approved());
    await t.admin.query('set session_replication_role = replica');
    for (const table of Object.keys(TABLES))
      for (const sql of attempts(table)) {
        for (const person of ['paula', 'alice', 'sam'] as const)
          expect(await tried(await t.as(person), sql), sql).toBe('42501');
        expect(await tried(t.admin, sql), sql).toBe('42501');
      }
    for (const table of Object.keys(TABLES)) {
      await t.admin.query(`drop trigger append_only on writ.${table}`);
      for (const sql of attempts(table)) expect(await tried(t.admin, sql), sql).not.toBe('42501');
    }
  });

  test('of the audit are written by triggers alone, and the mutant lets an entry be made up', async () => {
    const entry = `insert into writ.audit (at, txid, target, kind, person, row_key, column_name)
      values (now(), pg_current_xact_id(), 1, 'update', 'alice', '["1"]', 'n')`;
    expect(await tried(t.admin, entry)).toBe('42501');
    await t.admin.query('drop trigger from_triggers on writ.audit');
    expect(await tried(t.admin, entry)).toBe('committed');
  });
});
