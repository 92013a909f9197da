import { describe, expect, test } from 'vitest';
import { governTable } from '../../electron/governance/install.ts';
import { sha256Of } from '../../electron/journal/payload-hash.ts';
import { skipTest } from '../support/skipped.ts';
import {
  approvalForEachTest,
  approve,
  finish,
  openBatch,
  payloadOf,
  propose,
  refusal,
  writeApproved,
} from './approval-table.ts';

const t = approvalForEachTest();

const RAISE = payloadOf([[1, 'n', '1.00', '100']]);
const RAISE_SQL = 'update fin.line set n = 100 where id = 1';

/** A batch of a planner that alice approved. */
const approved = async (payload = RAISE, by: 'paula' | 'peter' = 'paula'): Promise<string> => {
  const batch = await propose(await t.as(by), payload);
  await approve(await t.as('alice'), batch, payload);
  return batch;
};

describe('the last look at an approval', () => {
  const early: readonly (readonly [string, string])[] = [
    ['all constraints made immediate', 'set constraints all immediate'],
    ['the check itself made immediate', 'set constraints writ.settle immediate'],
    ['constraints made immediate twice', 'set constraints all immediate; set constraints all immediate'],
    ['a block of code', `do $$ begin execute 'set cons' || 'traints all immediate'; end $$`],
  ];
  /** Writes and finishes, makes the check run early, then the approver loses the role: the pause before COMMIT. */
  const late = async (sql: string): Promise<string> => {
    const batch = await approved();
    const paula = await t.as('paula');
    await openBatch(paula, batch, RAISE);
    await paula.query(RAISE_SQL);
    await finish(paula, batch);
    await paula.query(sql);
    await t.admin.query('revoke approver from alice');
    const state = await refusal(paula.query('commit'));
    await t.admin.query('grant approver to alice');
    return state;
  };

  test.each(early)('is not brought forward by %s', async (_name, sql) => {
    expect(await late(sql)).toBe('WR103');
    expect((await t.amounts())['1']).toBe('1.00');
  });

  test('mutant: a check that does not put itself off again is brought forward', async () => {
    await t.mutate('settle_ticket', /if position\(.*then/, 'if false then');
    expect(await late('set constraints all immediate')).toBe('committed');
  });

  test('asks the tables for the role; mutant: the cache of a transaction under way still has it', async (context) => {
    if (t.server.release < 18)
      skipTest(
        context,
        'An older server brings its cache of memberships up to date in a transaction under way.',
      );
    await t.mutate(
      'has_role',
      /with recursive[\s\S]*has_role\.role\)/,
      `select coalesce((select pg_has_role(p.oid, r.oid, 'usage') from pg_roles p, pg_roles r
         where p.rolname = has_role.person and r.rolname = has_role.role), false)`,
    );
    expect(await late('set constraints all immediate')).toBe('committed');
  });

  test('does not happen long before the end in a prepared transaction', async () => {
    const batch = await approved();
    const paula = await t.as('paula');
    await openBatch(paula, batch, RAISE);
    await paula.query(RAISE_SQL);
    await finish(paula, batch);
    expect(await refusal(paula.query(`prepare transaction 'later'`))).toBe('WR204');
  });

  test('lets through what made constraints immediate and still holds', async () => {
    const batch = await approved();
    const paula = await t.as('paula');
    await openBatch(paula, batch, RAISE);
    await paula.query(RAISE_SQL);
    await finish(paula, batch);
    await paula.query('set constraints all immediate');
    expect(await refusal(paula.query('commit'))).toBe('committed');
    expect((await t.amounts())['1']).toBe('100.00');
  });
});

describe('what is compared with the approved payload', () => {
  const replaced = payloadOf([], {
    deletes: [['["1"]', []]],
    inserts: [
      [
        'new',
        [
          ['id', '1'],
          ['n', '5'],
          ['memo', 'x'],
          ['center', 'A'],
        ],
      ],
    ],
  });
  const twice = `delete from fin.line where id = 1; insert into fin.line values (1, 5, 'x', 'A');
    delete from fin.line where id = 1; insert into fin.line values (1, null, null, null)`;

  test('a row written as approved and then once more, emptied, is refused', async () => {
    const paula = await t.as('paula');
    expect(await refusal(writeApproved(paula, await approved(replaced), replaced, twice))).toBe('WR104');
    const once = `delete from fin.line where id = 1; insert into fin.line values (1, 5, 'x', 'A')`;
    expect(await refusal(writeApproved(paula, await approved(replaced), replaced, once))).toBe('committed');
  });

  test('mutant: without counting how often a row was written the second time would pass', async () => {
    await t.mutate('compare_1', /having count\(\*\) > 1/, 'having false');
    const paula = await t.as('paula');
    expect(await refusal(writeApproved(paula, await approved(replaced), replaced, twice))).toBe('committed');
  });

  test('the audit of an approved batch names it: writing under another name is refused', async () => {
    const hidden = `select set_config('writ.batch', '', true); ${RAISE_SQL}`;
    const paula = await t.as('paula');
    expect(await refusal(writeApproved(paula, await approved(), RAISE, hidden))).toBe('WR104');
    await t.mutate('recorded', /a\.batch is distinct from recorded\.batch/, 'false');
    expect(await refusal(writeApproved(paula, await approved(), RAISE, hidden))).toBe('committed');
  });

  test('a removed row that somebody changed after the approval stays, though its cells were left out', async () => {
    const removal = payloadOf([], { deletes: [['["2"]', []]] });
    const change = payloadOf([[2, 'n', '2.00', '50']]);
    const batch = await approved(removal);
    const other = await approved(change, 'peter');
    await writeApproved(await t.as('peter'), other, change, 'update fin.line set n = 50 where id = 2');
    const remove = () =>
      t.as('paula').then((c) => writeApproved(c, batch, removal, 'delete from fin.line where id = 2'));
    expect(await refusal(remove())).toBe('WR103');
    await t.mutate('finish_ticket', /p\.deleted > 0/, 'false');
    expect(await refusal(remove())).toBe('committed');
  });

  const cell = (column: string, value: string) => [column, value];
  test.each([
    [
      'a column of a new row twice',
      payloadOf([], { inserts: [['new', [cell('id', '50'), cell('n', '-1000'), cell('n', '1000')]]] }),
    ],
    [
      'a cell twice',
      payloadOf([
        [1, 'n', '1.00', '2'],
        [1, 'n', '1.00', '2'],
      ]),
    ],
    [
      'a removed row twice',
      payloadOf([], {
        deletes: [
          ['["1"]', []],
          ['["1"]', []],
        ],
      }),
    ],
    ['a removed cell twice', payloadOf([], { deletes: [['["1"]', [cell('n', '1.00'), cell('n', '1.00')]]] })],
    [
      'the same name in another spelling',
      payloadOf([[1, 'n', '1.00', '2']]).replace(
        '["n","1.00","2",null]',
        '["n","1.00","2",null],["\\u006e","1.00","2",null]',
      ),
    ],
  ])('a payload that names %s is not submitted', async (_name, payload) => {
    expect(await refusal(propose(await t.as('paula'), payload))).toBe('WR104');
  });

  test('mutant: without that check a sum could show 0 where 1,000 is written', async () => {
    await t.mutate('propose', /if writ\.says_twice\(body\) then/, 'if false then');
    const payload = payloadOf([], {
      inserts: [['new', [cell('id', '50'), cell('n', '-1000'), cell('n', '1000')]]],
    });
    const batch = await approved(payload);
    const sql = 'insert into fin.line values (50, 1000)';
    expect(await refusal(writeApproved(await t.as('paula'), batch, payload, sql))).toBe('committed');
  });

  test.each(['NaN', 'Infinity', '-Infinity', '1e3', '100.000000'])(
    'the amount %s needs an approval, and is what it says',
    async (amount) => {
      await t.admin.query('drop view fin.line_view; alter table fin.line alter column n type numeric');
      await t.policy(`array['approver'], array[1], 'n', 50, '{}', '{}', '3 days'`);
      const payload = payloadOf([[1, 'n', '1.00', amount]]);
      const paula = await t.as('paula');
      const batch = await propose(paula, payload);
      expect(
        await refusal(
          writeApproved(paula, batch, payload, `update fin.line set n = '${amount}' where id = 1`),
        ),
      ).toBe('WR105');
      await approve(await t.as('alice'), batch, payload);
      expect(
        await refusal(writeApproved(paula, batch, payload, 'update fin.line set n = 99 where id = 1')),
      ).toBe('WR104');
      expect(
        await refusal(
          writeApproved(paula, batch, payload, `update fin.line set n = '${amount}' where id = 1`),
        ),
      ).toBe('committed');
    },
  );
});

describe('values that are equal to the server and not to a reader', () => {
  const added = `alter table fin.line add column term interval default '1 mon', add column due date,
    add column code text collate fin.loose default 'a'`;
  const setUp = async (): Promise<void> => {
    await t.admin.query(
      `create collation fin.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false); ${added}`,
    );
    await governTable(t.admin, { schema: 'fin', table: 'line', key: ['id'] });
  };

  test.each([
    ['a month as 30 days', `term = '30 days'`],
    ['a letter in another case', `code = 'A'`],
  ])('count as changed: %s', async (_name, set) => {
    await setUp();
    const sql = `update fin.line set n = 100, ${set} where id = 1`;
    expect(await refusal(writeApproved(await t.as('paula'), await approved(), RAISE, sql))).toBe('WR104');
  });

  test('mutant: by the equality of the type they would pass', async () => {
    await setUp();
    await t.mutate('audited_columns', /and r\.type <> 'interval'::regtype /, '');
    await governTable(t.admin, { schema: 'fin', table: 'line', key: ['id'] });
    const sql = `update fin.line set n = 100, term = '30 days' where id = 1`;
    expect(await refusal(writeApproved(await t.as('paula'), await approved(), RAISE, sql))).toBe('committed');
  });

  test('a day that is only told when it is written was not approved', async () => {
    await setUp();
    const payload = payloadOf([[1, 'due', null, 'tomorrow']]);
    expect(await refusal(approved(payload))).toBe('WR104');
    await t.mutate('propose', /if stats\.told_late then/, 'if false then');
    expect(await refusal(approved(payload))).toBe('committed');
  });
});

describe('what a person learns and holds up', () => {
  test('who touched a batch tells its submitter nothing of rows that person may not read', async () => {
    await t.admin.query(`alter table fin.line enable row level security;
      create policy rows on fin.line using (session_user <> 'paula' or id <> 2)`);
    const payload = payloadOf([
      [1, 'n', '1.00', '7'],
      [2, 'n', '2.00', '7'],
    ]);
    const batch = await propose(await t.as('paula'), payload);
    const change = payloadOf([
      [1, 'n', '1.00', '50'],
      [2, 'n', '2.00', '60'],
    ]);
    const peter = await t.as('peter');
    await writeApproved(
      peter,
      await approved(change, 'peter'),
      change,
      'update fin.line set n = 40 + 10 * id where id < 3',
    );
    const touched = async (person: 'paula' | 'alice') =>
      (
        await (
          await t.as(person)
        ).query('select row_key, after from writ.review_touched($1, 10) order by 1', [batch])
      ).rows;
    expect(await touched('paula')).toEqual([{ row_key: '["1"]', after: '50.00' }]);
    expect(await touched('alice')).toHaveLength(2);
    // The mutant reads the audit with the rights of the schema's owner.
    await t.admin.query('alter function writ.review_touched(uuid, integer) security definer');
    expect(await touched('paula')).toHaveLength(2);
  });

  /** Peter's open transaction does `sql`; paula's approved batch is written meanwhile. */
  const meanwhile = async (sql: (batch: string) => string): Promise<string> => {
    const batch = await approved();
    const peter = await t.as('peter');
    await peter.query('begin');
    await peter.query(sql(batch)).catch(() => {});
    const paula = await t.as('paula');
    await paula.query(`set lock_timeout = '300ms'`);
    const state = await refusal(writeApproved(paula, batch, RAISE, RAISE_SQL));
    await peter.query('rollback');
    return state;
  };
  const squats: readonly (readonly [string, (batch: string) => string, string, RegExp, string])[] = [
    [
      'its id taken by another batch',
      (batch) => `select writ.begin_batch('${batch}', 'fin.line', '${sha256Of('x')}', 1, 1, null)`,
      'keep_id',
      /p\.person <> session_user/,
      'false',
    ],
    [
      'its ticket taken by a rehearsal',
      (batch) => `select writ.take_ticket('${batch}', 'fin.line', true)`,
      'take_ticket',
      /if p\.person <> session_user then/,
      'if false then',
    ],
    [
      'everything that could expire locked',
      () => 'select writ.expire()',
      'expire',
      /continue when [^;]*;/,
      '',
    ],
  ];
  test.each(squats)('an approved batch is not held up by %s', async (_name, sql) => {
    expect(await meanwhile(sql)).toBe('committed');
  });

  test.each(squats)('mutant: without the check it is held up by %s', async (_name, sql, fn, from, to) => {
    await t.mutate(fn, from, to);
    expect(await meanwhile(sql)).toBe('55P03');
  });

  test('the id of a proposal tells nothing to others who ask what became of it', async () => {
    const batch = await approved();
    const { rows } = await (await t.as('peter')).query(
      'select writ.outcome($1), writ.review_state($1) as state',
      [batch],
    );
    expect(rows).toEqual([{ outcome: 'not-committed', state: 'absent' }]);
  });

  test('nobody hangs the audit functions on an own table to make up entries', async () => {
    await t.admin.query('create schema mine; grant usage, create on schema mine to paula');
    const paula = await t.as('paula');
    await paula.query('create table mine.line (like fin.line)');
    const hang = `create trigger forged after insert on mine.line referencing new table as new_rows for each statement execute function writ.audit_1_insert()`;
    expect(await refusal(paula.query(hang))).toBe('42501');
    await t.admin.query('grant execute on function writ.audit_1_insert() to public');
    await paula.query(hang);
    await paula.query('insert into mine.line values (1, 999, null, null)');
    const { rows } = await t.admin.query(
      `select after from writ.audit where column_name = 'n' and after = '999.00'`,
    );
    expect(rows).toHaveLength(1);
  });

  test('no channel of notifications carries a value', async () => {
    const outsider = await t.as('sam');
    const heard: string[] = [];
    outsider.on('notification', ({ payload }) => heard.push(payload ?? ''));
    await outsider.query('listen writ_review; listen writ_comment; listen writ_period');
    const batch = await approved();
    await writeApproved(await t.as('paula'), batch, RAISE, RAISE_SQL);
    await expect
      .poll(async () => (await outsider.query('select 1')) && heard.length)
      .toBeGreaterThanOrEqual(3);
    expect(new Set(heard)).toEqual(new Set([batch]));
  });
});
