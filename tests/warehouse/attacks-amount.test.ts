import type pg from 'pg';
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
  await t.policy(`array['approver'], array[1], 'n', 50, '{memo}', '{}', '3 days'`);
});

/** Raises row `id`, which holds its id as amount, by `by`. */
const raise = (id: number, by: number): string => payloadOf([[id, 'n', `${id}.00`, String(id + by)]]);
const stateOf = async (batch: string): Promise<string> =>
  (await t.admin.query('select writ.state_of($1) as s', [batch])).rows[0]?.s;
const sent = async (payload: string, person: Person = 'paula'): Promise<string> =>
  stateOf(await propose(await t.as(person), payload));

describe('a change split into batches below the amount', () => {
  test('needs an approval once they come to more together, and the review says why', async () => {
    expect(await sent(raise(1, 20))).toBe('approved');
    expect(await sent(raise(2, 30))).toBe('approved');
    const paula = await t.as('paula');
    const third = await propose(paula, raise(3, 1));
    expect(await stateOf(third)).toBe('submitted');
    const { rows } = await paula.query('select comment from writ.review_log($1)', [third]);
    expect(rows).toEqual([
      {
        comment:
          'Together with 2 earlier batches of this person that nobody looked at, 51.00 of n is changed: above the amount that needs approval (50).',
      },
    ]);
    expect(
      await refusal(writeApproved(paula, third, raise(3, 1), 'update fin.line set n = 4 where id = 3')),
    ).toBe('WR105');
    await approve(await t.as('alice'), third, raise(3, 1));
    expect(
      await refusal(writeApproved(paula, third, raise(3, 1), 'update fin.line set n = 4 where id = 3')),
    ).toBe('committed');
  });

  test('counts what was written as well, up and down alike, by person and by table', async () => {
    const paula = await t.as('paula');
    const first = await propose(paula, raise(1, 40));
    await writeApproved(paula, first, raise(1, 40), 'update fin.line set n = 41 where id = 1');
    expect(await sent(payloadOf([[1, 'n', '41.00', '1']]))).toBe('submitted');
    expect(await sent(payloadOf([[2, 'memo', null, 'x']]))).toBe('approved');
    expect(await sent(raise(3, 40), 'peter')).toBe('approved');
    await t.admin.query(
      `select writ.set_policy('fin.other', 'approval', array['approver'], array[1], 'n', 50, '{}', '{}', '3 days')`,
    );
    const other = payloadOf([[4, 'n', '4.00', '44']], { table: 'other' });
    const elsewhere = await propose(paula, other, undefined, 'fin.other');
    expect(await stateOf(elsewhere)).toBe('approved');
  });

  test('does not count what was taken back, returned, looked at, or is older than an approval holds', async () => {
    const paula = await t.as('paula');
    await paula.query(`select writ.end_batch($1, 'withdrawn', null)`, [await propose(paula, raise(1, 40))]);
    const returned = await propose(paula, raise(2, 40));
    await (await t.as('alice')).query('select writ.return_batch($1, $2)', [returned, 'no']);
    const looked = await propose(paula, raise(3, 400));
    await approve(await t.as('alice'), looked, raise(3, 400));
    expect(await sent(raise(4, 40))).toBe('approved');
    expect(await sent(raise(5, 40))).toBe('submitted');
    await t.policy(`array['approver'], array[1], 'n', 50, '{memo}', '{}', '1 millisecond'`);
    expect(await sent(raise(6, 40))).toBe('approved');
  });

  /** The pause: the first of two submissions has not committed when the second arrives. */
  const atOnce = async (): Promise<readonly string[]> => {
    const [one, two] = [await t.as('paula'), await t.as('paula')];
    await one.query('begin');
    const first = await propose(one, raise(1, 40));
    const second = propose(two, raise(2, 40));
    await waitedForOrDone(one, second);
    await one.query('commit');
    return [await stateOf(first), await stateOf(await second)];
  };
  const waitedForOrDone = async (holder: pg.Client, work: Promise<unknown>): Promise<void> => {
    const pid = (await holder.query('select pg_backend_pid() as pid')).rows[0]?.pid;
    let done = false;
    work.then(() => {
      done = true;
    });
    while (!done) {
      const { rows } = await t.admin.query(
        'select from pg_stat_activity where $1 = any (pg_blocking_pids(pid))',
        [pid],
      );
      if (rows.length > 0) return;
    }
  };

  test('by two sessions at once is counted: the second waits for the first', async () => {
    expect(await atOnce()).toEqual(['approved', 'submitted']);
  });

  test('mutant: without their turn two at once would each stand alone', async () => {
    await t.mutate('unreviewed', /insert into writ\.amount_turn[^;]*;/, '');
    expect(await atOnce()).toEqual(['approved', 'approved']);
  });

  test('mutant: without the count each part would pass', async () => {
    await t.mutate(
      'propose',
      /if earlier\.moved \+ stats\.moved > policy\.amount_above then/,
      'if false then',
    );
    expect(await sent(raise(1, 40))).toBe('approved');
    expect(await sent(raise(2, 40))).toBe('approved');
  });

  test('a submission that is held open keeps nobody else waiting', async () => {
    const peter = await t.as('peter');
    await peter.query('begin');
    await propose(peter, raise(1, 40));
    const paula = await t.as('paula');
    await paula.query(`set lock_timeout = '300ms'`);
    expect(await refusal(propose(paula, raise(2, 40)))).toBe('committed');
    await peter.query('rollback');
  });
});
