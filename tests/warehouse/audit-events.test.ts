import { describe, expect, test } from 'vitest';
import { verifyAudit } from '../../electron/governance/audit-verify.ts';
import { defineCalendar, listPeriods, mapPeriods } from '../../electron/governance/periods.ts';
import { NO_PARAMETER_GRANTS, skipTest } from '../support/skipped.ts';
import {
  approvalForEachTest,
  approve,
  ONE_APPROVER,
  payloadOf,
  propose,
  refusal,
  writeApproved,
} from './approval-table.ts';

const t = approvalForEachTest();
let batch: string;

const RAISE = payloadOf([[1, 'n', '1.00', '100']]);

/** Every kind of decision once: submitted, approved, committed, returned, withdrawn; a policy; a closed and a reopened period. */
const decisions = async (): Promise<void> => {
  const [paula, alice] = [await t.as('paula'), await t.as('alice')];
  await t.admin.query('grant approver to alice');
  await defineCalendar(t.admin, 'Plan', ['approver']);
  await listPeriods(t.admin, 'Plan', [{ period: 'A', label: 'A' }]);
  await mapPeriods(t.admin, {
    schema: 'fin',
    table: 'other',
    calendar: 'Plan',
    columns: ['n'],
    style: 'text',
  });
  batch = await propose(paula, RAISE);
  await approve(alice, batch, RAISE);
  await writeApproved(paula, batch, RAISE, 'update fin.line set n = 100 where id = 1');
  const returned = await propose(paula, payloadOf([[2, 'n', '2.00', '5']]));
  await alice.query('select writ.return_batch($1, $2)', [returned, 'no']);
  const withdrawn = await propose(paula, payloadOf([[3, 'n', '3.00', '5']]));
  await paula.query(`select writ.end_batch($1, 'withdrawn', null)`, [withdrawn]);
  await alice.query(`select writ.close_period('Plan', 'A', 'done')`);
  await alice.query(`select writ.reopen_period('Plan', 'A', 'late invoice')`);
  await alice.query(`select writ.close_period('Plan', 'B', 'later', '2999-01-01')`);
  await alice.query(`select writ.close_period('Plan', 'C', 'done')`);
  await t.admin.query(`select writ.declare_shared('albert', 'night shift')`);
  await (await t.as('sam')).query(`select writ.set_policy('fin.line', 'approval', ${ONE_APPROVER})`);
};

const findings = async (known: string | null = null) => (await verifyAudit(t.admin, known)).findings;
/** Does something that only who switches triggers off can do. */
const tamper = (table: string, sql: string): Promise<unknown> =>
  t.admin.query(`alter table writ.${table} disable trigger user; ${sql};
    do $$ declare n name; begin for n in select tgname from pg_trigger where tgrelid = 'writ.${table}'::regclass and not tgisinternal loop
      execute format('alter table writ.${table} enable always trigger %I', n); end loop; end $$`);

describe('decisions', () => {
  test('are entries of the audit, by who took them, in the chain like any change', async () => {
    await decisions();
    const { rows } = await t.admin.query(
      `select column_name || ' ' || coalesce(after::jsonb->>'kind', '') as what, person from writ.audit
       where target = 0 and column_name in ('review_event', 'period_event', 'policy', 'proposal', 'shared_login') order by seq`,
    );
    expect(rows.map(({ what, person }) => `${what} ${person}`)).toEqual([
      'policy  postgres',
      'proposal  paula',
      'review_event submitted paula',
      'review_event approved alice',
      'review_event committed paula',
      'proposal  paula',
      'review_event submitted paula',
      'review_event returned alice',
      'proposal  paula',
      'review_event submitted paula',
      'review_event withdrawn paula',
      'period_event closed alice',
      'period_event reopened alice',
      'period_event scheduled alice',
      'period_event closed alice',
      'shared_login  postgres',
      'policy  sam',
    ]);
    expect(await findings()).toEqual([]);
    // People read their changes there, and nothing of this.
    const { rows: seen } = await (await t.as('paula')).query(
      'select distinct target from writ.audit order by 1',
    );
    expect(seen).toEqual([{ target: 1 }]);
    // The payload itself is not kept twice.
    expect((await t.admin.query(`select from writ.audit where after like '%payload": %'`)).rows).toEqual([]);
  });

  test.each([
    [
      'an approval by somebody else',
      'review_event',
      `update writ.review_event set person = 'albert' where kind = 'approved'`,
      'event-altered',
    ],
    [
      'an approval made up',
      'review_event',
      `insert into writ.review_event (proposal, kind, state, person, person_oid) values (gen_random_uuid(), 'approved', 'approved', 'alice', 1)`,
      'event-altered',
    ],
    [
      'a return that is gone',
      'review_event',
      `delete from writ.review_event where kind = 'returned'`,
      'event-altered',
    ],
    [
      'a payload',
      'proposal',
      `update writ.proposal set payload = replace(payload, '100', '900')`,
      'payload-altered',
    ],
    [
      'a payload with its hash',
      'proposal',
      `update writ.proposal set payload = replace(payload, '100', '900'), payload_sha256 = writ.sha256_of(replace(payload, '100', '900')) where payload like '%100%'`,
      'event-altered',
    ],
    [
      'a policy',
      'policy',
      `update writ.policy set step_roles = '{planner}' where version = 2`,
      'event-altered',
    ],
    [
      'who closed a period',
      'period_event',
      `update writ.period_event set person = 'albert' where period = 'C'`,
      'event-altered',
    ],
    [
      'a period opened by hand',
      'period',
      `update writ.period set state = 'open' where period = 'C'`,
      'period-altered',
    ],
    [
      'a closing time put off',
      'period',
      `update writ.period set closing_at = '3000-01-01' where period = 'B'`,
      'period-altered',
    ],
    ['who may close', 'calendar', `update writ.calendar set closers = '{planner}'`, 'event-altered'],
    ['a shared login forgotten', 'shared_login', 'delete from writ.shared_login', 'event-altered'],
    [
      'a table no longer audited',
      'governed',
      'update writ.governed set active = false where id = 2',
      'event-altered',
    ],
  ])('%s, altered behind the back of everyone, is found', async (_what, table, sql, code) => {
    await decisions();
    expect(await findings()).toEqual([]);
    await tamper(table, sql);
    expect((await findings()).map((finding) => finding.code)).toEqual([code]);
  });

  test('altered with their entries in the audit break the chain', async () => {
    await decisions();
    expect(await findings()).toEqual([]);
    await tamper('review_event', `update writ.review_event set person = 'albert' where kind = 'approved'`);
    await tamper(
      'audit',
      `update writ.audit set person = 'albert', after = (after::jsonb || '{"person": "albert"}')::text
       where column_name = 'review_event' and after::jsonb->>'kind' = 'approved'`,
    );
    expect((await findings()).map(({ code }) => code)).toEqual(['rows-altered']);
  });

  test('cut away with the tail of the chain show to who remembers a head', async () => {
    await decisions();
    const { head } = await verifyAudit(t.admin);
    const last = `(select max(n) from writ.link)`;
    await tamper('policy', 'delete from writ.policy where version = 2');
    await tamper(
      'audit',
      `delete from writ.audit where txid = (select txid from writ.link where n = ${last})`,
    );
    await tamper('link', `delete from writ.link where n = ${last}`);
    expect(await findings()).toEqual([]);
    expect((await findings(head)).map(({ code }) => code)).toEqual(['head-cut']);
  });

  test('mutant: without its trigger an approval has no entry, and the verification says so', async () => {
    await t.admin.query('drop trigger recorded on writ.review_event');
    await decisions();
    const codes = (await findings()).map(({ code }) => code);
    expect(codes).toContain('event-altered');
    expect(codes).toContain('trigger-missing');
  });

  test('are recorded whatever replication role is set', async (context) => {
    if (t.server.release < 15) skipTest(context, NO_PARAMETER_GRANTS);
    await t.admin.query('grant set on parameter session_replication_role to paula');
    const paula = await t.as('paula');
    await paula.query('set session_replication_role = replica');
    await propose(paula, RAISE);
    expect(await findings()).toEqual([]);
    await t.admin.query('revoke set on parameter session_replication_role from paula');
    expect(await refusal(t.admin.query('delete from writ.period_event'))).toBe('42501');
  });
});
