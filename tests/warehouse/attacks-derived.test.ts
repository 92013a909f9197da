import { describe, expect, test } from 'vitest';
import {
  approvalForEachTest,
  approve,
  payloadOf,
  propose,
  refusal,
  writeApproved,
} from './approval-table.ts';

const t = approvalForEachTest();

/** `memo` and `stamp` are filled by a trigger of the table, `total` by the server, `seen` by code of the owner afterwards. */
const TABLE = `set role fin_owner; set search_path = fin;
  alter table line add column stamp text default 'none', add column total numeric generated always as (n * 2) stored, add column seen int;
  create function fill() returns trigger language plpgsql as $$ begin new.memo := 'made of ' || new.n; new.stamp := 'by ' || session_user; return new; end $$;
  create trigger a_fill before insert or update on line for each row execute function fill();
  create function look() returns trigger language plpgsql security definer as $$ begin
    if pg_trigger_depth() = 1 then update fin.line set seen = coalesce(seen, 0) + 1 where id = new.id; end if; return null; end $$;
  create trigger look after update of n on line for each row execute function look();
  reset role; reset search_path; select writ.govern('fin.line', '{id}')`;
const DERIVED = `array['approver'], array[1], null, null, '{}', '{memo,stamp,seen}', '3 days'`;
const RAISE = payloadOf([[1, 'n', '1.00', '100']]);

const written = async (sql: string, payload = RAISE): Promise<string> => {
  const batch = await propose(await t.as('paula'), payload);
  await approve(await t.as('alice'), batch, payload);
  return refusal(writeApproved(await t.as('paula'), batch, payload, sql));
};
const row = async (id: number): Promise<unknown> =>
  (await t.admin.query('select n, memo, stamp, total, seen from fin.line where id = $1', [id])).rows[0];

describe('columns that triggers of the table fill', () => {
  test('are filled by them and nobody else: an approved batch does not carry a value into them', async () => {
    await t.admin.query(TABLE);
    await t.policy(DERIVED);
    for (const set of [`stamp = 'approved'`, `memo = 'x'`, 'seen = 7', `n = 100, stamp = 'approved'`])
      expect(
        await written(`update fin.line set n = 100 where id = 1; update fin.line set ${set} where id = 1`),
        set,
      ).toBe('WR104');
    expect(await written('update fin.line set n = 100 where id = 1')).toBe('committed');
    expect(await row(1)).toEqual({
      n: '100.00',
      memo: 'made of 100.00',
      stamp: 'by paula',
      total: '200.00',
      seen: 1,
    });
  });

  test('are filled by them in new rows as well', async () => {
    await t.admin.query(TABLE);
    await t.policy(DERIVED);
    const payload = payloadOf([], {
      inserts: [
        [
          'new',
          [
            ['id', '50'],
            ['n', '5'],
          ],
        ],
      ],
    });
    for (const sql of [
      `insert into fin.line (id, n, stamp) values (50, 5, 'approved')`,
      `insert into fin.line (id, n, memo) values (50, 5, 'x')`,
    ])
      expect(await written(sql, payload), sql).toBe('WR104');
    expect(await written('insert into fin.line (id, n) values (50, 5)', payload)).toBe('committed');
    expect(await row(50)).toMatchObject({ memo: 'made of 5.00', stamp: 'by paula' });
  });

  test('mutant: without that guard a value nobody approved would come along', async () => {
    await t.admin.query(TABLE);
    await t.admin.query('drop trigger a_fill on fin.line');
    await t.policy(DERIVED);
    const sql = `update fin.line set n = 100, stamp = 'approved by the board' where id = 1`;
    expect(await written(sql)).toBe('WR104');
    await t.admin.query('drop trigger "!writ_derived_update" on fin.line');
    expect(await written(sql)).toBe('committed');
  });

  test('are guarded in partitions too, and what is missing there is a side door', async () => {
    await t.admin.query(`set role fin_owner; create table fin.part (id int primary key, n int, stamp text) partition by range (id);
      create table fin.part_1 partition of fin.part for values from (0) to (100); insert into fin.part values (1, 1); grant all on fin.part, fin.part_1 to planner; reset role;
      select writ.govern('fin.part', '{id}'); select writ.set_policy('fin.part', 'approval', array['approver'], array[1], null, null, '{}', '{stamp}', '3 days')`);
    const doors = async () =>
      (await t.admin.query(`select code, message from writ.side_doors('fin.part') where code like 'guard%'`))
        .rows;
    expect(await doors()).toEqual([]);
    for (const table of ['fin.part', 'fin.part_1'])
      expect(await refusal((await t.as('paula')).query(`update ${table} set stamp = 'x'`))).toBe('WR104');
    await t.admin.query('alter table fin.part_1 disable trigger "!writ_derived_update"');
    expect(await doors()).toEqual([
      { code: 'guard-disabled', message: '!writ_derived_update of fin.part_1 is switched off.' },
    ]);
    await t.admin.query(
      `select writ.set_policy('fin.part', 'open', '{}', '{}', null, null, '{}', '{}', null)`,
    );
    expect((await t.admin.query(`select from pg_trigger where tgname like '!writ%'`)).rows).toEqual([]);
  });

  test('where a trigger fills a column that was not named, the batch is refused when it is rehearsed', async () => {
    await t.admin.query(TABLE);
    const paula = await t.as('paula');
    const batch = await propose(paula, RAISE);
    await paula.query('begin');
    await paula.query(`select writ.take_ticket($1, 'fin.line', true)`, [batch]);
    await paula.query('update fin.line set n = 100 where id = 1');
    expect(await refusal(paula.query('select writ.finish_ticket($1)', [batch]))).toBe('WR104');
    await paula.query('rollback');
  });

  test('that the server generates are no change of their own', async () => {
    await t.admin.query('alter table fin.line add column total numeric generated always as (n * 2) stored');
    expect(await written('update fin.line set n = 100 where id = 1')).toBe('committed');
  });
});
