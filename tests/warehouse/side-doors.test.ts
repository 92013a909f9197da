import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import {
  type ApprovalTables,
  approve,
  ONE_APPROVER,
  openApproval,
  payloadOf,
  propose,
  refusal,
} from './approval-table.ts';

let server: TestPostgres;
let t: ApprovalTables;

beforeAll(async () => {
  server = await startPostgres();
  t = await openApproval(server);
  await approve(await t.as('alice'), await propose(await t.as('paula'), RAISE), RAISE);
});
// Each door is opened in a transaction that ends with the test.
beforeEach(async () => {
  await t.admin.query('begin');
});
afterEach(async () => {
  await t.admin.query('rollback');
});
afterAll(async () => {
  await t.close();
  await server.stop();
});

const RAISE = payloadOf([[1, 'n', '1.00', '2.00']]);

describe('side doors', () => {
  const doors = async (): Promise<readonly string[]> =>
    (
      await t.admin.query(`select code || ' ' || subject as door from writ.side_doors('fin.line') order by 1`)
    ).rows.map(({ door }) => door);

  test('none are open where people have nothing but their rights', async () => {
    expect(await doors()).toEqual([]);
  });

  test.each([
    [
      'a guard that is switched off',
      'alter table fin.line disable trigger writ_guard_update',
      'guard-disabled fin.line',
    ],
    [
      'a guard that replication would pass by',
      'alter table fin.line enable trigger writ_guard_update',
      'guard-disabled fin.line',
    ],
    ['a guard that is missing', 'drop trigger writ_guard_delete on fin.line', 'guard-missing fin.line'],
    [
      'a guard that is another function',
      `create function fin.nothing() returns trigger language plpgsql as 'begin return null; end';
       create or replace trigger writ_guard_insert after insert on fin.line for each statement execute function fin.nothing()`,
      'guard-missing fin.line',
    ],
    [
      'a guard with a condition',
      `create or replace trigger writ_guard_truncate before truncate on fin.line for each statement when (current_user <> 'paula') execute function writ.guard_truncate();
       alter table fin.line enable always trigger writ_guard_truncate`,
      'guard-missing fin.line',
    ],
    [
      'an audit that is switched off',
      'alter table fin.line disable trigger writ_audit_insert',
      'guard-disabled fin.line',
    ],
    [
      'a check at COMMIT that is switched off',
      'alter table writ.ticket disable trigger settle',
      'guard-disabled writ.ticket',
    ],
    ['a person who owns the table', 'alter table fin.line owner to paula', 'owner paula'],
    ['a person in the owning role', 'grant fin_owner to peter', 'owner peter'],
    ['a superuser among the people', 'alter role peter superuser', 'superuser peter'],
    ['a person who creates roles', 'alter role peter createrole', 'creates-roles peter'],
    ['a person who bypasses policies', 'alter role peter bypassrls', 'bypasses-policies peter'],
    ['a shared login', `select writ.declare_shared('peter', 'night shift')`, 'shared-login peter'],
    [
      'a person who may switch triggers off',
      'grant set on parameter session_replication_role to peter',
      'replication-role peter',
    ],
    [
      "a function of the owner's that may switch the guard off",
      `create function fin.skip() returns void language plpgsql security definer as 'begin alter table fin.line disable trigger writ_guard_update; update fin.line set n = 0; end'; alter function fin.skip() owner to fin_owner`,
      'definer-function fin.skip()',
    ],
    [
      'a column that came later',
      'alter table fin.line add column extra text',
      'guard-missing fin.line.extra',
    ],
    ['a rule', 'create rule aside as on update to fin.line do also notify moved', 'rule fin.line'],
    ['a person with a role of the server', 'grant pg_write_all_data to peter', 'server-role peter'],
    [
      'a person who makes others approvers',
      'grant approver to peter with admin option',
      'makes-approvers peter',
    ],
    [
      'a person who may write the records',
      'grant insert on writ.review_event to peter',
      'grant-on-records peter',
    ],
    [
      'a person who may create in the schema',
      'grant create on schema writ to peter',
      'grant-on-records peter',
    ],
    ['records that everyone may write', 'grant update on writ.governed to public', 'grant-on-records peter'],
    ['a person who may place triggers', 'grant trigger on fin.line to planner', 'trigger-grant peter'],
    [
      "a trigger that is a person's own function",
      `create function fin.mine() returns trigger language plpgsql as 'begin return new; end';
       create trigger mine before update on fin.line for each row execute function fin.mine();
       alter function fin.mine() owner to peter`,
      'trigger-function peter',
    ],
    [
      "an event trigger that is a person's own function",
      `create function fin.watch() returns event_trigger language plpgsql as 'begin end';
       create event trigger watch on ddl_command_end execute function fin.watch();
       alter function fin.watch() owner to peter`,
      'event-trigger peter',
    ],
    [
      "a function of the schema owner's that writes the records",
      `create function fin.agree(b uuid) returns void language sql security definer as $$ insert into writ.review_event (proposal, kind, state, person_oid) values (b, 'approved', 'approved', 0) $$`,
      'definer-function fin.agree(uuid)',
    ],
    [
      'a function of a superuser that makes functions',
      `create function fin.anew() returns void language plpgsql security definer as $f$ begin create or replace function writ.guard() returns trigger language plpgsql as 'begin return null; end'; end $f$`,
      'definer-function fin.anew()',
    ],
    ['a table that inherits', 'create table fin.child () inherits (fin.line)', 'inherited fin.child'],
  ])('%s is found', async (_name, sql, door) => {
    // Nobody but a superuser sets it before PostgreSQL 15.
    if (server.release < 15 && sql.includes('on parameter'))
      return expect(await refusal(t.admin.query(sql))).toBe('42601');
    await t.admin.query(sql);
    expect(await doors()).toContain(door);
  });

  test('what the guard stops is none: rights to write and to empty the table, views, functions that only write', async () => {
    await t.admin.query(`commit; grant insert, update, delete, truncate on fin.line to public;
      create function fin.raise() returns void language sql security definer as 'update fin.line set n = n + 1 where id = 1';
      create view fin.through with (security_barrier) as select * from fin.line; grant all on fin.through to planner`);
    expect(await doors()).toEqual([]);
    const peter = await t.as('peter');
    for (const [sql, code] of [
      // The audit refuses it before the guard does.
      ['truncate fin.line', '42501'],
      ['select fin.raise()', 'WR101'],
      ['update fin.through set n = 0', 'WR101'],
      ['delete from fin.line', 'WR101'],
    ] as const)
      expect(await refusal(peter.query(sql)), sql).toBe(code);
  });

  test('a partition made later has no guard, and is found', async () => {
    await t.admin.query(`create table fin.part (id int primary key, n int) partition by range (id);
      select writ.govern('fin.part', '{id}'); select writ.set_policy('fin.part', 'approval', ${ONE_APPROVER});
      create table fin.part_1 partition of fin.part for values from (0) to (100)`);
    const { rows } = await t.admin.query(`select distinct code, subject from writ.side_doors('fin.part')`);
    expect(rows).toEqual([{ code: 'guard-missing', subject: 'fin.part_1' }]);
  });
});
