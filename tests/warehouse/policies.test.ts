import { beforeEach, describe, expect, test } from 'vitest';
import {
  approvalForEachTest,
  approve,
  type Person,
  payloadOf,
  propose,
  refusal,
  writeApproved,
} from './approval-table.ts';

const t = approvalForEachTest();

beforeEach(async () => {
  await t.admin.query(
    `grant second to albert; select writ.grant_use('second'); select writ.grant_approval('second')`,
  );
});

const RAISE = payloadOf([[1, 'n', '1.00', '100']]);
const RAISE_SQL = 'update fin.line set n = 100 where id = 1';

/** What the person is answered: `committed` stands for a call that went through. */
const says = async (person: Person, batch: string, payload = RAISE): Promise<string> =>
  refusal(approve(await t.as(person), batch, payload));
const writes = async (batch: string, payload = RAISE, sql = RAISE_SQL): Promise<string> =>
  refusal(writeApproved(await t.as('paula'), batch, payload, sql));

describe('a policy of approval', () => {
  test('takes as many persons as it says: one who says it twice is one, and the submitter is none', async () => {
    await t.policy(`array['approver'], array[2], null, null, '{}', '{}', '3 days'`);
    const batch = await propose(await t.as('paula'), RAISE);
    expect(await says('alice', batch)).toBe('committed');
    expect(await says('alice', batch)).toBe('committed');
    expect(await writes(batch)).toBe('WR105');
    expect(await says('albert', batch)).toBe('committed');
    expect(await writes(batch)).toBe('committed');
  });

  test('mutant: without the count of different persons one would be enough', async () => {
    await t.policy(`array['approver'], array[2], null, null, '{}', '{}', '3 days'`);
    const batch = await propose(await t.as('paula'), RAISE);
    await t.mutate('approve', /policy\.step_counts\[s\.step\] <= 1 \+/, 'policy.step_counts[s.step] <= 2 +');
    await t.mutate('standing_of', /s\.needed > /, 's.needed - 1 > ');
    expect(await says('alice', batch)).toBe('committed');
    expect(await writes(batch)).toBe('committed');
  });

  test('takes its steps in order, each from its own role', async () => {
    await t.policy(`array['approver', 'second'], array[1, 1], null, null, '{}', '{}', '3 days'`);
    await t.admin.query('revoke approver from albert');
    const batch = await propose(await t.as('paula'), RAISE);
    // The second step does not come before the first, and the first role does not take the second.
    expect(await says('albert', batch)).toBe('WR102');
    expect(await says('alice', batch)).toBe('committed');
    expect(await says('mallory', batch)).toBe('WR102');
    expect(await writes(batch)).toBe('WR105');
    expect(await says('albert', batch)).toBe('committed');
    expect(await writes(batch)).toBe('committed');
    await t.admin.query('grant approver to albert');
  });

  test('mutant: without the look at the role of the step anybody of the policy could take it', async () => {
    await t.policy(`array['approver', 'second'], array[1, 1], null, null, '{}', '{}', '3 days'`);
    const batch = await propose(await t.as('paula'), RAISE);
    expect(await says('alice', batch)).toBe('committed');
    await t.mutate('approve', /not writ\.has_role\(session_user, policy\.step_roles\[s\.step\]\)/, 'false');
    expect(await says('mallory', batch)).toBe('committed');
  });

  test('needs all its steps above its amount, none below it, and an amount spread over rows is added up', async () => {
    await t.policy(`array['approver', 'second'], array[1, 1], 'n', 1000, '{}', '{}', '3 days'`);
    const paula = await t.as('paula');
    const small = await propose(paula, RAISE);
    expect(await writes(small)).toBe('committed');
    const spread = payloadOf([
      [2, 'n', '2.00', '602'],
      [3, 'n', '3.00', '-600'],
    ]);
    const sql = 'update fin.line set n = case id when 2 then 602 else -600 end where id in (2, 3)';
    const large = await propose(paula, spread);
    expect(await writes(large, spread, sql)).toBe('WR105');
    expect(await says('alice', large, spread)).toBe('committed');
    expect(await writes(large, spread, sql)).toBe('WR105');
    expect(await says('albert', large, spread)).toBe('committed');
    expect(await writes(large, spread, sql)).toBe('committed');
  });

  test('holds as long as it says, from its first approval on, however late the last one came', async () => {
    await t.policy(`array['approver'], array[2], null, null, '{}', '{}', '2 hours'`);
    const batch = await propose(await t.as('paula'), RAISE);
    expect(await says('alice', batch)).toBe('committed');
    expect(await says('albert', batch)).toBe('committed');
    const { rows } = await t.admin.query(
      `select (s.expires_at - min(e.at))::text as first, s.expires_at < max(e.at) + interval '2 hours' as sooner
       from writ.proposal p, writ.standing(p) s, writ.review_event e
       where p.id = $1 and e.proposal = p.id and e.kind = 'approved' group by s.expires_at`,
      [batch],
    );
    expect(rows).toEqual([{ first: '02:00:00', sooner: true }]);
  });

  test('is stale once the rows are not what was approved, whoever changed them by an approved batch', async () => {
    const first = await propose(await t.as('paula'), RAISE);
    const second = await propose(await t.as('paula'), RAISE);
    await approve(await t.as('alice'), first, RAISE);
    await approve(await t.as('alice'), second, RAISE);
    expect(await writes(first)).toBe('committed');
    expect(await writes(second)).toBe('WR104');
    expect(
      await writes(
        second,
        RAISE,
        'update fin.line set n = 1 where id = 1; update fin.line set n = 100 where id = 1',
      ),
    ).toBe('WR104');
  });

  test('is refused where it cannot be kept: no role, no count, no time, a column that does not count', async () => {
    for (const [policy, code] of [
      [`'{}', '{}', null, null, '{}', '{}', '3 days'`, '22023'],
      [`array['nobody'], array[1], null, null, '{}', '{}', '3 days'`, '42704'],
      [`array['approver'], array[0], null, null, '{}', '{}', '3 days'`, '22023'],
      [`array['approver'], array[1], null, null, '{}', '{}', '0'`, '22023'],
      [`array['approver'], array[1], 'n', null, '{}', '{}', '1 day'`, '22023'],
      [`array['approver'], array[1], 'memo', 5, '{}', '{}', '1 day'`, '42703'],
      [`array['approver'], array[1], 'n', 5, '{id}', '{}', '1 day'`, '42703'],
    ] as const)
      expect(await refusal(t.policy(policy)), policy).toBe(code);
  });
});
