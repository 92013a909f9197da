import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sha256Of } from '../../electron/journal/payload-hash.ts';
import {
  approvalForEachTest,
  approve,
  finish,
  ONE_APPROVER,
  openBatch,
  type Person,
  payloadOf,
  propose,
  refusal,
  writeApproved,
} from './approval-table.ts';

const t = approvalForEachTest();

const RAISE = payloadOf([[1, 'n', '1.00', '100']]);
const RAISE_SQL = 'update fin.line set n = 100 where id = 1';

/** A batch of paula's that alice approved. */
const approved = async (payload = RAISE): Promise<string> => {
  const batch = await propose(await t.as('paula'), payload);
  await approve(await t.as('alice'), batch, payload);
  return batch;
};

describe('self-approval', () => {
  const ways: readonly (readonly [string, Person, string])[] = [
    ['by a role that was set', 'mallory', 'set role approver'],
    ['by both roles at once', 'mallory', 'select 1'],
  ];
  test.each(ways)('is refused %s, also in a second session', async (_name, person, first) => {
    const batch = await propose(await t.as(person), RAISE);
    const second = await t.as(person);
    await second.query(first);
    expect(await refusal(approve(second, batch, RAISE))).toBe('WR102');
    await t.mutate('approve', /if p\.person = session_user then/, 'if p.person = current_user then');
    // The mutant looks at the wrong user: inside a definer function that is never the person.
    expect(await refusal(approve(second, batch, RAISE))).toBe('committed');
    // Even so the approval counts for nothing when the batch is to be written.
    expect(await refusal(writeApproved(await t.as(person), batch, RAISE, RAISE_SQL))).toBe('WR103');
  });

  test('is refused to a planner who takes on nothing', async () => {
    const batch = await propose(await t.as('paula'), RAISE);
    expect(await refusal(approve(await t.as('paula'), batch, RAISE))).toBe('WR102');
    expect(await refusal(approve(await t.as('peter'), batch, RAISE))).toBe('WR105');
    expect(await refusal((await t.as('paula')).query('set role approver'))).toBe('42501');
  });

  test('by one person for two steps is refused', async () => {
    await t.admin.query('grant second to alice, albert');
    await t.policy(`array['approver', 'second'], array[1, 1], null, null, '{}', '{}', '3 days'`);
    const batch = await propose(await t.as('paula'), RAISE);
    const alice = await t.as('alice');
    await approve(alice, batch, RAISE);
    await approve(alice, batch, RAISE);
    expect(await refusal(writeApproved(await t.as('paula'), batch, RAISE, RAISE_SQL))).toBe('WR105');
    await approve(await t.as('albert'), batch, RAISE);
    expect(await refusal(writeApproved(await t.as('paula'), batch, RAISE, RAISE_SQL))).toBe('committed');
  });

  test('through a login that several persons share is not offered', async () => {
    await (await t.as('sam')).query(`select writ.declare_shared('alice', 'the team uses it')`);
    const batch = await propose(await t.as('paula'), RAISE);
    expect(await refusal(approve(await t.as('alice'), batch, RAISE))).toBe('WR107');
    await (await t.as('sam')).query(`select writ.declare_shared('paula', 'another team')`);
    expect(await refusal(propose(await t.as('paula'), RAISE))).toBe('WR107');
    expect(await refusal((await t.as('paula')).query(`select writ.declare_shared('paula', null)`))).toBe(
      '42501',
    );
  });
});

describe('a batch', () => {
  test('cannot be another one than the approver saw', async () => {
    const other = payloadOf([[1, 'n', '1.00', '1000000']]);
    const batch = await propose(await t.as('paula'), RAISE);
    expect(await refusal(propose(await t.as('paula'), other, batch))).toBe('WR001');
    expect(await refusal(approve(await t.as('alice'), batch, other))).toBe('WR106');
    expect(
      await refusal(
        (await t.as('paula')).query('select writ.propose($1, $2, $3, $4, null)', [
          randomUUID(),
          'fin.line',
          other,
          sha256Of(RAISE),
        ]),
      ),
    ).toBe('WR106');
    await approve(await t.as('alice'), batch, RAISE);
    expect(await refusal(writeApproved(await t.as('paula'), batch, other, RAISE_SQL))).toBe('WR106');
  });

  test('whose payload was changed by one byte behind the back of everyone is refused', async () => {
    const batch = await approved();
    const tamper = `alter table writ.proposal disable trigger append_only; update writ.proposal set payload = replace(payload, '100', '900'); alter table writ.proposal enable trigger append_only`;
    await t.admin.query(tamper);
    const sql = 'update fin.line set n = 900 where id = 1';
    expect(await refusal(writeApproved(await t.as('paula'), batch, RAISE, sql))).toBe('WR106');
    await t.mutate('take_ticket', /writ\.sha256_of\(p\.payload\) <> p\.payload_sha256 or/, '');
    expect(await refusal(writeApproved(await t.as('paula'), batch, RAISE, sql))).toBe('committed');
  });

  test('is not written twice', async () => {
    const batch = await approved();
    const paula = await t.as('paula');
    await writeApproved(paula, batch, RAISE, RAISE_SQL);
    expect(await refusal(writeApproved(paula, batch, RAISE, RAISE_SQL))).toBe('WR105');
    expect(await refusal(propose(paula, RAISE, batch))).toBe('committed');
    expect((await t.admin.query('select count(*)::int as n from writ.proposal')).rows).toEqual([{ n: 1 }]);
  });

  test('is written by nobody but who submitted it', async () => {
    const batch = await approved();
    for (const person of ['peter', 'mallory'] as const)
      expect(await refusal(writeApproved(await t.as(person), batch, RAISE, RAISE_SQL))).toBe('WR001');
    // The ticket asks again, should the id have been taken.
    await t.admin.query('drop trigger keep_id on writ.batch');
    expect(await refusal(writeApproved(await t.as('peter'), batch, RAISE, RAISE_SQL))).toBe('WR105');
    expect(await refusal(writeApproved(await t.as('mallory'), batch, RAISE, RAISE_SQL))).toBe('WR102');
  });

  test('that was only submitted, returned, withdrawn or ran out is not written', async () => {
    const paula = await t.as('paula');
    const alice = await t.as('alice');
    const submitted = await propose(paula, RAISE);
    expect(await refusal(writeApproved(paula, submitted, RAISE, RAISE_SQL))).toBe('WR105');
    const returned = await approved();
    await alice.query('select writ.return_batch($1, $2)', [returned, 'no']);
    expect(await refusal(writeApproved(paula, returned, RAISE, RAISE_SQL))).toBe('WR105');
    const withdrawn = await approved();
    expect(
      await refusal((await t.as('peter')).query(`select writ.end_batch($1, 'withdrawn', null)`, [withdrawn])),
    ).toBe('WR105');
    await paula.query(`select writ.end_batch($1, 'withdrawn', null)`, [withdrawn]);
    expect(await refusal(writeApproved(paula, withdrawn, RAISE, RAISE_SQL))).toBe('WR105');
    await t.policy(`array['approver'], array[1], null, null, '{}', '{}', '1 millisecond'`);
    const late = await approved();
    expect(await refusal(writeApproved(paula, late, RAISE, RAISE_SQL))).toBe('WR103');
    await paula.query('select writ.expire()');
    expect((await t.admin.query('select writ.state_of($1) as state', [late])).rows).toEqual([
      { state: 'expired' },
    ]);
  });

  test('is stale once the policy changed, or the approver lost the role, and cannot be approved once the rows changed', async () => {
    const paula = await t.as('paula');
    const first = await approved();
    await t.policy(ONE_APPROVER);
    expect(await refusal(writeApproved(paula, first, RAISE, RAISE_SQL))).toBe('WR103');
    const second = await approved();
    await t.admin.query('revoke approver from alice');
    expect(await refusal(writeApproved(paula, second, RAISE, RAISE_SQL))).toBe('WR103');
    await t.admin.query('grant approver to alice');
    expect(await refusal((await t.as('peter')).query(RAISE_SQL))).toBe('WR101');
    const third = await approved();
    const fourth = await propose(paula, RAISE);
    await writeApproved(paula, third, RAISE, RAISE_SQL);
    expect(await refusal(approve(await t.as('alice'), fourth, RAISE))).toBe('WR103');
  });

  test.each([
    ['the policy', /policy\.version <> proposal\.policy_version or/, () => t.policy(ONE_APPROVER)],
    [
      "the approver's role",
      /and writ\.has_role\(e\.person, policy\.step_roles\[e\.step\]\)/,
      () => t.admin.query('revoke approver from alice'),
    ],
    ['the time', /expires_at <= clock_timestamp\(\)/, () => t.admin.query(`select pg_sleep(0.3)`)],
  ] as const)('mutant: without a look at %s a stale approval would count', async (what, check, change) => {
    if (what === 'the time')
      await t.policy(`array['approver'], array[1], null, null, '{}', '{}', '300 milliseconds'`);
    const batch = await approved();
    await change();
    const paula = await t.as('paula');
    expect(await refusal(writeApproved(paula, batch, RAISE, RAISE_SQL))).toBe('WR103');
    await t.mutate('standing_of', check, what === 'the time' ? 'false' : '');
    expect(await refusal(writeApproved(paula, batch, RAISE, RAISE_SQL))).toBe('committed');
    await t.admin.query('grant approver to alice');
  });

  test('is not committed half written, nor as a rehearsal, nor written on after its end', async () => {
    const batch = await approved();
    const paula = await t.as('paula');
    await openBatch(paula, batch, RAISE);
    await paula.query(RAISE_SQL);
    expect(await refusal(paula.query('commit'))).toBe('WR104');
    await openBatch(paula, batch, RAISE);
    expect(await refusal(paula.query('commit'))).toBe('WR104');
    await openBatch(paula, batch, RAISE);
    expect(await refusal(paula.query('set constraints all immediate'))).toBe('WR104');
    await paula.query('rollback');
    await openBatch(paula, batch, RAISE, true);
    await paula.query(RAISE_SQL);
    await finish(paula, batch);
    expect(await refusal(paula.query('commit'))).toBe('WR108');
    await openBatch(paula, batch, RAISE);
    await paula.query(RAISE_SQL);
    await finish(paula, batch);
    await paula.query('set constraints all immediate');
    expect(await refusal(paula.query('update fin.line set n = 0 where id = 5'))).toBe('WR101');
    await paula.query('rollback');
    expect((await t.amounts())['1']).toBe('1.00');
  });

  test('mutant: without the check at COMMIT a rehearsal would be written', async () => {
    const batch = await propose(await t.as('paula'), RAISE);
    await t.admin.query('alter table writ.ticket disable trigger settle');
    const paula = await t.as('paula');
    await openBatch(paula, batch, RAISE, true);
    await paula.query('update fin.line set n = 0');
    expect(await refusal(paula.query('commit'))).toBe('committed');
  });

  test('takes no ticket over into another transaction, person, table or isolation level', async () => {
    const batch = await approved();
    const paula = await t.as('paula');
    await openBatch(paula, batch, RAISE);
    expect(await refusal((await t.as('peter')).query('update fin.line set n = 0 where id = 2'))).toBe(
      'WR101',
    );
    expect(await refusal((await t.as('paula')).query('update fin.line set n = 0 where id = 2'))).toBe(
      'WR101',
    );
    await paula.query('rollback');
    expect(await refusal(paula.query('update fin.line set n = 0'))).toBe('WR101');
    await paula.query('begin isolation level repeatable read');
    expect(await refusal(paula.query(`select writ.take_ticket($1, 'fin.line', false)`, [batch]))).toBe(
      'WR105',
    );
    await paula.query('rollback');
    await t.admin.query(`select writ.set_policy('fin.other', 'approval', ${ONE_APPROVER})`);
    await openBatch(paula, batch, RAISE);
    expect(await refusal(paula.query('update fin.other set n = 0'))).toBe('WR101');
    await paula.query('rollback');
  });

  test('below the amount needs nobody, above it does, and other columns do', async () => {
    await t.policy(`array['approver'], array[1], 'n', 50, '{memo}', '{}', '3 days'`);
    const paula = await t.as('paula');
    const stateOf = async (payload: string) => {
      const batch = await propose(paula, payload);
      const state = (await t.admin.query('select writ.state_of($1) as s', [batch])).rows[0]?.s;
      // Each stands alone: what was taken back is not counted together with the next.
      await paula.query(`select writ.end_batch($1, 'withdrawn', null)`, [batch]);
      return state;
    };
    const small = payloadOf([[1, 'n', '1.00', '51.00']]);
    expect(await stateOf(small)).toBe('approved');
    expect(await stateOf(payloadOf([[1, 'n', '1.00', '51.01']]))).toBe('submitted');
    expect(
      await stateOf(
        payloadOf([
          [1, 'n', '1.00', '30'],
          [2, 'n', '30', '2.00'],
        ]),
      ),
    ).toBe('submitted');
    expect(await stateOf(payloadOf([[1, 'memo', null, 'x']]))).toBe('approved');
    expect(await stateOf(payloadOf([[1, 'center', 'A', 'B']]))).toBe('submitted');
    expect(await stateOf(payloadOf([], { inserts: [['new:1', [['id', '50']]]] }))).toBe('submitted');
    expect(await stateOf(payloadOf([[1, 'n', '1.00', 'NaN']]))).toBe('submitted');
    const batch = await propose(paula, small);
    expect(await refusal(writeApproved(paula, batch, small, 'update fin.line set n = 51 where id = 1'))).toBe(
      'committed',
    );
  });
});
