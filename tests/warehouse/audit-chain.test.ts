import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { verifyAudit } from '../../electron/governance/audit-verify.ts';
import { governTable, installGovernance } from '../../electron/governance/install.ts';
import { followChain } from '../../electron/warehouse/postgres/chain.ts';
import { commitPlan } from '../../electron/warehouse/postgres/commit.ts';
import { auditStateOf } from '../../shared/model/audit.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { NO_PARAMETER_GRANTS, skipTest } from '../support/skipped.ts';
import { batchOf, openTables, rowsOf, type TestTables, update } from './commit-table.ts';

let server: TestPostgres;
let t: TestTables;

beforeAll(async () => {
  server = await startPostgres();
});
afterEach(() => t.close());
afterAll(() => server.stop());

/** A table of fifty rows; that it was put under audit is the first link. */
const open = async (): Promise<void> => {
  t = await openTables(
    server,
    `create table line (id int primary key, n int, m text); insert into line select i, 0, null from generate_series(1, 50) i`,
    { line: ['id'] },
  );
};

const links = (): Promise<unknown[][]> =>
  rowsOf(t.admin, 'select n, cells::int, persons from writ.link order by n');
const codes = async (known: string | null = null): Promise<readonly string[]> =>
  (await verifyAudit(t.admin, known)).findings.map(({ code }) => code);

/** Does something to the audit that only who switches its triggers off can do. */
const tamper = async (sql: string): Promise<void> => {
  await t.admin.query(`alter table writ.audit disable trigger user; alter table writ.link disable trigger user;
    ${sql}; alter table writ.audit enable always trigger append_only; alter table writ.audit enable always trigger from_triggers;
    alter table writ.link enable always trigger append_only`);
};

/** One batch of anna, and two transactions from psql. */
const someWork = async (): Promise<void> => {
  const raw = await t.raw('ben');
  await raw.query(
    'begin; update fin.line set n = 1 where id < 5; delete from fin.line where id = 50; commit',
  );
  const definition = await t.describe('line');
  const plan = batchOf(definition, [update(['7'], { n: ['0', '5', 'why'] })]);
  expect(await commitPlan(await t.link('anna'), plan, definition)).toMatchObject({ kind: 'committed' });
  await raw.query(`insert into fin.line values (60, 1, 'a "quoted", text' || chr(10))`);
};

describe('the chain', () => {
  test('every transaction becomes one link, psql and Writ alike, and following twice adds nothing', async () => {
    await open();
    const link = await t.link('anna');
    expect(await followChain(link, 0)).toMatchObject({ now: { n: 1 }, known: null });
    await someWork();
    const first = await followChain(link, 0);
    expect(first?.now).toMatchObject({ n: 4 });
    expect(await followChain(link, 4)).toEqual({ now: first?.now, known: first?.now?.head });
    expect(await links()).toEqual([
      ['1', 1, ['postgres']],
      ['2', 6, ['ben']],
      ['3', 1, ['anna']],
      ['4', 3, ['ben']],
    ]);
    expect(await verifyAudit(t.admin)).toEqual({
      ...{ links: 4, cells: 11, batches: 1, findings: [] },
      head: `4:${first?.now?.head}`,
    });
  });

  const slow = async (client: pg.Client): Promise<void> => {
    await client.query('begin; update fin.line set n = 3 where id = 3');
  };

  test('a transaction that commits after later ones were linked is linked in its turn', async () => {
    await open();
    const link = await t.link('anna');
    const [first, second] = [await t.raw('anna'), await t.raw('ben')];
    await slow(first);
    for (const n of [4, 5, 6]) {
      await second.query('update fin.line set n = $1 where id = $1', [n]);
      await followChain(link, 0);
    }
    await first.query('commit');
    expect((await followChain(link, 0))?.now?.n).toBe(5);
    expect(await codes()).toEqual([]);
  });

  test('without looking back at what was under way that transaction would be lost, and the verification says so', async () => {
    await open();
    await t.admin.query(
      `create or replace function writ.linked_upto() returns bigint language sql volatile as 'select coalesce(max(l.last_seq), 0) from writ.link l'`,
    );
    const link = await t.link('anna');
    const [first, second] = [await t.raw('anna'), await t.raw('ben')];
    await slow(first);
    await second.query('update fin.line set n = 4 where id = 4');
    await followChain(link, 0);
    await first.query('commit');
    await second.query('update fin.line set n = 5 where id = 5');
    await followChain(link, 0);
    expect(await codes()).toEqual(['outside-chain']);
  });

  /** Two persons follow at once; the first is held between reading the head and writing its link. */
  const raceOfTwo = async (): Promise<readonly PromiseSettledResult<unknown>[]> => {
    await t.admin.query(`create function writ.pause() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(77); return new; end $$;
      create trigger pause before insert on writ.link for each row execute function writ.pause();
      select pg_advisory_lock(77)`);
    const [one, two] = [await t.raw('anna'), await t.raw('ben')];
    await one.query('update fin.line set n = 1 where id = 1');
    const waiting = async (count: number) =>
      Number((await rowsOf(t.admin, 'select count(*) from pg_locks where not granted'))[0]?.[0]) >= count;
    const follow = (client: pg.Client) =>
      client.query('select n, head from writ.follow(0)').then(({ rows }) => rows);
    const first = follow(one);
    await expect.poll(() => waiting(1)).toBe(true);
    const second = follow(two);
    await expect.poll(() => waiting(2)).toBe(true);
    await t.admin.query('select pg_advisory_unlock(77)');
    return Promise.allSettled([first, second]);
  };

  test('two who follow at once make one chain: the second waits and finds the link made', async () => {
    await open();
    const [first, second] = await raceOfTwo();
    expect(first).toMatchObject({ status: 'fulfilled' });
    expect(second).toEqual(first);
    expect(await links()).toHaveLength(2);
    expect(await codes()).toEqual([]);
  });

  test('without the lock the same race ends in two links of one place', async () => {
    await open();
    const [{ body = '' } = {}] = (
      await t.admin.query<{ body: string }>(
        `select pg_get_functiondef('writ.make_links()'::regprocedure) as body`,
      )
    ).rows;
    const mutant = body.replace('lock table writ.link_turn in share row exclusive mode', 'null');
    expect(mutant).not.toBe(body);
    await t.admin.query(mutant);
    const ended = await raceOfTwo();
    expect(ended.filter(({ status }) => status === 'rejected')).toMatchObject([
      { reason: { code: '23505' } },
    ]);
  });

  test('many committers and followers at once leave one sound chain', async () => {
    await open();
    const people = await Promise.all(
      Array.from({ length: 6 }, async (_, i) => ({ i, client: await t.raw(i % 2 ? 'anna' : 'ben') })),
    );
    const heads: { n: string; head: string }[] = [];
    await Promise.all(
      people.map(async ({ i, client }) => {
        for (let round = 0; round < 15; round++) {
          await client.query('update fin.line set n = n + 1 where id in ($1, 40)', [i + 1]);
          heads.push((await client.query('select n, head from writ.follow(0)')).rows[0]);
        }
      }),
    );
    const report = await verifyAudit(t.admin);
    expect(report).toMatchObject({ links: 91, cells: 181, findings: [] });
    // Every head that anybody ever saw is on the one chain.
    const known = new Map(
      (await rowsOf(t.admin, `select n::text, encode(head, 'hex') from writ.link`)).map(([n, head]) => [
        n,
        head,
      ]),
    );
    for (const { n, head } of heads) expect(known.get(n)).toBe(head);
  });

  test('what has no link yet is told whole, also while links are being made', async () => {
    await open();
    const [writer, follower] = [await t.raw('anna'), await t.raw('ben')];
    for (let round = 0; round < 25; round++) {
      const { rows } = await writer
        .query(
          `begin; update fin.line set n = n + 1; commit; select clock_timestamp() - interval '1 hour' as at`,
        )
        .then((answers) => (Array.isArray(answers) ? answers.at(-1) : answers));
      const [, told] = await Promise.all([
        follower.query('select writ.follow(0)'),
        writer.query(
          `select sum(last_seq - first_seq + 1)::int as cells from writ.changed_after('fin.line', $1)`,
          [rows[0].at],
        ),
      ]);
      expect(told.rows[0].cells).toBe(50 * (round + 1));
    }
  });

  test('the chain goes on after a restore into a server that counts its transactions from the start', async () => {
    await open();
    await someWork();
    const link = await t.link('anna');
    await followChain(link, 0);
    // What a dump brings along: numbers of transactions far ahead of the new server's.
    await t.admin.query(`alter table writ.link disable trigger user; alter table writ.audit disable trigger user; delete from writ.link;
      update writ.audit set txid = (txid::text::bigint + 1000000000)::text::xid8; select writ.make_links();
      update writ.link set horizon = (horizon::text::bigint + 1000000000)::text::xid8, beyond = (beyond::text::bigint + 1000000000)::text::xid8;
      alter table writ.link enable always trigger append_only; alter table writ.audit enable always trigger append_only;
      alter table writ.audit enable always trigger from_triggers`);
    const before = (await followChain(link, 0))?.now?.n ?? 0;
    const raw = await t.raw('ben');
    for (const n of [1, 2]) {
      await raw.query('update fin.line set n = 900 + $1 where id = 20', [n]);
      expect((await followChain(link, 0))?.now?.n).toBe(before + n);
    }
    expect(await codes()).toEqual([]);
  });
});

describe('what happened to the audit shows', () => {
  test('a tail that was cut shows to who remembers a head', async () => {
    await open();
    await someWork();
    const link = await t.link('anna');
    const known = (await followChain(link, 0))?.now ?? null;
    expect(known?.n).toBe(4);
    await tamper(
      'delete from writ.audit where txid = (select txid from writ.link where n = 4); delete from writ.link where n = 4',
    );
    // Nothing in the database itself tells any more.
    expect(await codes()).toEqual([]);
    expect(await codes(`4:${known?.head}`)).toEqual(['head-cut']);
    expect(auditStateOf(known, await followChain(link, 4))).toMatchObject({
      kind: 'cut',
      known,
      now: { n: 3 },
    });
    // Work that grows the chain past the place does not hide it.
    const raw = await t.raw('ben');
    await raw.query('update fin.line set n = 9 where id = 9');
    expect(auditStateOf(known, await followChain(link, 4))).toMatchObject({ kind: 'altered', now: { n: 4 } });
    expect(await codes(`4:${known?.head}`)).toEqual(['head-altered']);
  });

  test.each([
    ['a value', `update writ.audit set after = '6' where row_key = '["7"]'`, ['rows-altered']],
    ['a person', `update writ.audit set person = 'ben' where row_key = '["7"]'`, ['rows-altered']],
    [
      'a removed row',
      `delete from writ.audit where row_key = '["7"]'`,
      ['rows-altered', 'batch-without-audit'],
    ],
    ['a link', `update writ.link set last_at = last_at - interval '1 day' where n = 3`, ['chain-broken']],
    ['a removed link', `delete from writ.link where n = 3`, ['link-missing', 'outside-chain']],
    [
      'a digest made to fit',
      `update writ.audit set after = '6' where row_key = '["7"]'; update writ.link l set digest = u.digest
       from writ.unlinked_again(3) u where l.n = 3`,
      ['chain-broken'],
    ],
  ])('%s that was altered is found', async (_what, sql, expected) => {
    await open();
    await someWork();
    await followChain(await t.link('anna'), 0);
    // What writ.unlinked would answer for one link, were it not made yet.
    await t.admin.query(
      (
        await t.admin.query<{ body: string }>(
          `select pg_get_functiondef('writ.unlinked(bigint)'::regprocedure) as body`,
        )
      ).rows[0]?.body
        .replace('writ.unlinked(', 'writ.unlinked_again(')
        .replace(
          'not exists (select from writ.link l where',
          'exists (select from writ.link l where l.n = since and',
        )
        .replace('a.seq > since and', '') ?? '',
    );
    await tamper(sql);
    expect(await codes()).toEqual(expected);
  });

  test('a reason, and a note of a batch, are part of it', async () => {
    await open();
    await someWork();
    await followChain(await t.link('anna'), 0);
    await t.admin.query(
      `alter table writ.reason disable trigger user; update writ.reason set reason = 'other'; alter table writ.reason enable always trigger append_only`,
    );
    expect(await codes()).toEqual(['rows-altered']);
  });

  test('a trigger that is missing or off is found', async () => {
    await open();
    await t.admin.query(
      'alter table fin.line disable trigger writ_audit_update; drop trigger writ_audit_delete on fin.line; alter table writ.audit disable trigger append_only',
    );
    expect((await verifyAudit(t.admin)).findings.map(({ message }) => message)).toEqual([
      'The trigger append_only of writ.audit is switched off.',
      'The trigger writ_audit_delete of fin.line is missing.',
      'The trigger writ_audit_update of fin.line is switched off.',
    ]);
  });

  test('who sees only a part of the audit cannot verify it, and is told', async () => {
    await open();
    await expect(verifyAudit(await t.raw('anna'))).rejects.toMatchObject({ code: 'audit-unreadable' });
  });
});

describe('what was recorded stays', () => {
  const TABLES = ['audit', 'batch', 'reason', 'link'];
  const attempts = (table: string): readonly string[] => [
    `delete from writ.${table}`,
    `update writ.${table} set ${{ audit: 'after', batch: 'note', reason: 'reason', link: 'persons' }[table]} = null`,
    `truncate writ.${table}`,
    ...(server.release < 15
      ? []
      : [`merge into writ.${table} t using (select 1) s on true when matched then delete`]),
  ];

  test('for people, whatever role they set and whatever view or copy they try', async (context) => {
    if (server.release < 15) skipTest(context, NO_PARAMETER_GRANTS);
    await open();
    await someWork();
    await t.admin.query(`grant set on parameter session_replication_role to ben`);
    for (const user of ['anna', 'ben']) {
      const raw = await t.raw(user);
      if (user === 'ben') await raw.query('set session_replication_role = replica');
      for (const table of TABLES)
        for (const sql of attempts(table))
          await expect(raw.query(sql), sql).rejects.toMatchObject({ code: '42501' });
      await expect(
        raw.query(`insert into writ.audit (at, txid, target, kind, person, row_key, column_name)
          values (now(), pg_current_xact_id(), 1, 'update', 'anna', '["1"]', 'n')`),
      ).rejects.toMatchObject({ code: '42501' });
      await expect(raw.query(`copy writ.link from stdin`)).rejects.toMatchObject({ code: '42501' });
      await expect(raw.query('alter table writ.audit disable trigger all')).rejects.toMatchObject({
        code: '42501',
      });
      await expect(raw.query('select * from writ.link')).rejects.toMatchObject({ code: '42501' });
      await expect(raw.query('select writ.make_links()')).rejects.toMatchObject({ code: '42501' });
    }
    // A granted parameter that keeps other triggers quiet does not keep the audit quiet.
    const raw = await t.raw('ben');
    await raw.query('set session_replication_role = replica; update fin.line set n = 77 where id = 8');
    expect(await rowsOf(t.admin, `select person, after from writ.audit where row_key = '["8"]'`)).toEqual([
      ['ben', '77'],
    ]);
  });

  test('for the owner of the schema and for a superuser too, as long as they do not take the triggers away', async () => {
    t = await openTables(
      server,
      `create table line (id int primary key, n int); insert into line values (1, 0)`,
      null,
    );
    await t.admin.query(
      `drop role if exists keeper; create role keeper login password 'keeper'; grant create on database ${t.database} to keeper;
       grant usage on schema fin to keeper; alter table fin.line owner to keeper`,
    );
    const keeper = await t.raw('keeper');
    await installGovernance(keeper);
    await governTable(keeper, { schema: 'fin', table: 'line', key: ['id'] });
    await keeper.query('update fin.line set n = 1');
    await keeper.query('select writ.follow(0)');
    for (const client of [keeper, t.admin])
      for (const table of TABLES)
        for (const sql of attempts(table))
          await expect(client.query(sql), sql).rejects.toMatchObject({ code: '42501' });
    await expect(
      keeper.query(`insert into writ.audit (at, txid, target, kind, person, row_key, column_name)
        values (now(), pg_current_xact_id(), 1, 'update', 'anna', '["1"]', 'n')`),
    ).rejects.toMatchObject({ code: '42501' });
    await expect(keeper.query('truncate fin.line')).rejects.toMatchObject({ code: '42501' });
    expect((await verifyAudit(keeper)).findings).toEqual([]);
    await t.admin.query(`reassign owned by keeper to postgres; drop owned by keeper; drop role keeper`);
  });
});
