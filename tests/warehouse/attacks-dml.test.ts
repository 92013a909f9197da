import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { type ApprovalTables, ONE_APPROVER, openApproval, refusal } from './approval-table.ts';

let server: TestPostgres;
let t: ApprovalTables;
let people: readonly (readonly [string, pg.Client])[];

/** Tables around fin.line through which a write may come, and code of the owner that writes it. */
const AROUND = `set role fin_owner; set search_path = fin;
  create table kind (code text primary key); insert into kind values ('K'), ('L');
  alter table line add column kind text default 'L' references kind on delete set null on update set default;
  alter table line alter column kind set default 'K';
  create function instead() returns trigger language plpgsql as 'begin update fin.line set n = new.n where id = new.id; return new; end';
  create view shown as select id, n from line union all select id, n from line where false;
  create trigger instead instead of update on shown for each row execute function instead();
  create view ruled as select id, n from line limit 100;
  create rule aside as on update to ruled do instead update line set n = new.n where id = new.id;
  create function reset() returns void language sql security definer as 'update fin.line set n = 0 where id = 1';
  create function reset_mine() returns void language sql as 'update fin.line set n = 0 where id = 1';
  create function side() returns trigger language plpgsql security definer as 'begin update fin.line set n = 0 where id = 1; return null; end';
  create table note (id int); create trigger side after insert on note for each row execute function side();
  create table part (id int, n int, primary key (id)) partition by range (id);
  create table part_1 partition of part for values from (0) to (100);
  create table part_2 partition of part for values from (100) to (200);
  insert into part values (1, 1), (101, 1);
  grant select, insert, update, delete on kind, shown, ruled, note, part, part_1, part_2 to planner;
  reset role; reset search_path;
  select writ.govern('fin.line', '{id}'); select writ.govern('fin.part', '{id}');
  select writ.set_policy('fin.part', 'approval', ${ONE_APPROVER})`;

beforeAll(async () => {
  server = await startPostgres();
  t = await openApproval(server);
  await t.admin.query(AROUND);
  // The audit refuses TRUNCATE as well; here the guard is asked.
  await t.admin.query(
    'drop trigger writ_audit_truncate on fin.line; drop trigger writ_audit_truncate on fin.part; drop trigger writ_audit_truncate on fin.part_1',
  );
  const owner = await server.client(undefined, undefined, t.database);
  await owner.query('set role fin_owner');
  people = [
    ...(await Promise.all(
      (['paula', 'peter', 'mallory', 'alice', 'sam'] as const).map(
        async (person) => [person, await t.as(person)] as const,
      ),
    )),
    ['the owner of the table', owner],
    ['a superuser', t.admin],
  ];
});
afterAll(async () => {
  await t.close();
  await server.stop();
});

/** Ways to write to a table under approval; each is refused by the guard of the table, or because a right is missing. */
const ATTEMPTS: Readonly<Record<string, string>> = {
  UPDATE: 'update fin.line set n = 0 where id = 1',
  INSERT: 'insert into fin.line values (99, 1, null, null)',
  DELETE: 'delete from fin.line where id = 1',
  'INSERT ON CONFLICT': 'insert into fin.line values (1, 0) on conflict (id) do update set n = excluded.n',
  'INSERT of what a query finds': 'insert into fin.line (id, n) select id + 100, n from fin.other',
  'MERGE, update':
    'merge into fin.line t using (values (1, 0)) v(id, n) on t.id = v.id when matched then update set n = v.n',
  'MERGE, insert':
    'merge into fin.line t using (values (99, 0)) v(id, n) on t.id = v.id when not matched then insert (id, n) values (v.id, v.n)',
  'MERGE, delete': 'merge into fin.line t using (values (1)) v(id) on t.id = v.id when matched then delete',
  'a view': 'update fin.line_view set n = 0 where id = 1',
  'an INSERT through a view': 'insert into fin.line_view values (99, 1, null, null)',
  'an update of a view by a join':
    'update fin.line_view set n = 0 from (values (1)) v(id) where line_view.id = v.id',
  'a view with a trigger instead': 'update fin.shown set n = 0 where id = 1',
  'a view with a rule': 'update fin.ruled set n = 0 where id = 1',
  'a cascading DELETE': `delete from fin.center where code = 'A'`,
  'a cascading UPDATE': `update fin.center set code = 'C' where code = 'A'`,
  'a foreign key that sets null': `delete from fin.kind where code = 'L'`,
  'a foreign key that sets the default': `update fin.kind set code = 'N' where code = 'L'`,
  'a writable CTE': 'with w as (update fin.line set n = 0 where id = 1 returning id) select * from w',
  'a writable CTE that nothing reads': 'with w as (delete from fin.line where id = 1) select 1',
  TRUNCATE: 'truncate fin.line',
  'a cascading TRUNCATE': 'truncate fin.center cascade',
  'a cursor':
    'declare c cursor for select * from fin.line where id = 1 for update; fetch c; update fin.line set n = 0 where current of c',
  'a prepared statement': 'prepare p as update fin.line set n = 0 where id = 1; execute p',
  'a function of the owner': 'select fin.reset()',
  'a function that runs as the person': 'select fin.reset_mine()',
  'a trigger of another table': 'insert into fin.note values (1)',
  'a setting that names a batch': `set local writ.batch = '00000000-0000-4000-8000-000000000000'; update fin.line set n = 0`,
  'a caught error': `do $$ begin update fin.line set n = 0; exception when others then raise exception using errcode = sqlstate; end $$`,
  'constraints put off': 'set constraints all deferred; update fin.line set n = 0',
  'a partitioned table': 'update fin.part set n = 0',
  'a partition itself': 'insert into fin.part_1 values (2, 1)',
  'a row moved to another partition': 'update fin.part set id = 102 where id = 1',
  'a partition emptied': 'truncate fin.part_1',
};

/** MERGE came with PostgreSQL 15; before, it is no statement. */
const unknownTo = ({ release }: TestPostgres, name: string): boolean =>
  release < 15 && name.startsWith('MERGE');

/** What became of a statement in a transaction that is rolled back. */
const tried = async (client: pg.Client, attack: () => Promise<unknown>): Promise<string> => {
  await client.query('begin');
  const state = await refusal(attack());
  await client.query('rollback; deallocate all');
  return state;
};

/** COPY over the wire, as `\copy` of psql sends it. */
const copy = (client: pg.Client, table: string): Promise<void> =>
  new Promise((done, failed) => {
    const query = {
      submit: (connection: { query(sql: string): void }) =>
        connection.query(`copy ${table} (id, n) from stdin`),
      callback: () => {},
      handleError: failed,
      handleReadyForQuery: () => done(),
      handleCommandComplete: () => {},
      handleRowDescription: () => {},
      handleDataRow: () => {},
      handleCopyInResponse: (connection: { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void }) => {
        connection.sendCopyFromChunk(Buffer.from('99\t1\n'));
        connection.endCopyFrom();
      },
    };
    client.query(query as never);
  });

const WAYS: readonly (readonly [string, (client: pg.Client) => Promise<unknown>])[] = [
  ...Object.entries(ATTEMPTS).map(([name, sql]) => [name, (c: pg.Client) => c.query(sql)] as const),
  ...['fin.line', 'fin.part', 'fin.part_1'].map(
    (table) => [`COPY into ${table}`, (c: pg.Client) => copy(c, table)] as const,
  ),
];

/** `person: state` of everyone who could do it. */
const outcomes = async (attack: (client: pg.Client) => Promise<unknown>): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const [person, client] of people)
    found.push(`${person}: ${await tried(client, () => attack(client))}`);
  return found;
};

describe('a write without approval', () => {
  test.each(WAYS)('is refused to everyone by %s', async (name, attack) => {
    const found = await outcomes(attack);
    if (unknownTo(server, name)) return expect(found.every((line) => line.endsWith(': 42601'))).toBe(true);
    // Nobody gets through; whoever has the rights is stopped by the guard.
    expect(found.filter((line) => !/: (WR101|42501)$/.test(line))).toEqual([]);
    expect(found.filter((line) => line.endsWith('WR101')).length).toBeGreaterThanOrEqual(1);
    expect(found.at(-1)).toMatch(/WR101$/);
  });

  test('changed nothing, and left no entry in the audit', async () => {
    expect(Object.values(await t.amounts())).toEqual(Array.from({ length: 10 }, (_, i) => `${i + 1}.00`));
    expect((await t.admin.query('select count(*)::int as n from writ.audit where target > 0')).rows).toEqual([
      { n: 0 },
    ]);
  });

  test('that changes no row disturbs nobody', async () => {
    const paula = await t.as('paula');
    expect(await refusal(paula.query('update fin.line set n = 0 where false'))).toBe('committed');
    expect(await refusal(paula.query(`delete from fin.center where code = 'EMPTY'`))).toBe('committed');
  });
});

describe('mutant: without the guard', () => {
  beforeAll(async () => {
    for (const table of ['fin.line', 'fin.part', 'fin.part_1', 'fin.part_2'])
      for (const op of ['insert', 'update', 'delete', 'truncate'])
        await t.admin.query(`drop trigger writ_guard_${op} on ${table}`);
    await t.admin.query('drop trigger if exists writ_audit_truncate on fin.part_2');
  });

  test.each(WAYS)('the write goes through by %s', async (name, attack) => {
    const found = await outcomes(attack);
    if (unknownTo(server, name)) return expect(found.every((line) => line.endsWith(': 42601'))).toBe(true);
    expect(found.at(-1)).toMatch(/: committed$/);
    expect(found.filter((line) => /: committed$/.test(line)).length).toBeGreaterThanOrEqual(1);
    expect(found.filter((line) => /WR101/.test(line))).toEqual([]);
  });
});
