import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { governTable, grantUse, installGovernance } from '../../electron/governance/install.ts';
import { sha256Of } from '../../electron/journal/payload-hash.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

/** People of these tests: two planners, two approvers, one who is both, one administrator; the name is the password. */
export const PEOPLE = ['paula', 'peter', 'alice', 'albert', 'mallory', 'sam'] as const;
export type Person = (typeof PEOPLE)[number];

/** A fresh database whose table fin.line is under approval by one approver. */
export interface ApprovalTables {
  readonly database: string;
  readonly admin: pg.Client;
  as(person: Person): Promise<pg.Client>;
  /** Sets the policy of fin.line anew. */
  policy(sql: string): Promise<void>;
  /** Replaces part of a function of schema writ: a mutant that lets the attack through. */
  mutate(name: string, from: RegExp, to: string): Promise<void>;
  /** What fin.line holds in column n, by id. */
  amounts(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

const SCHEMA = `
create schema fin authorization fin_owner; set role fin_owner; set search_path = fin;
create table center (code text primary key);
create table line (id int primary key, n numeric(12,2), memo text, center text references center on delete cascade on update cascade);
create table other (id int primary key, n numeric(12,2));
create view line_view as select * from line;
insert into center values ('A'), ('B'), ('EMPTY');
insert into line select i, i, null, case when i < 6 then 'A' else 'B' end from generate_series(1, 10) i;
insert into other select i, i from generate_series(1, 10) i;
grant usage on schema fin to planner, approver;
grant select, insert, update, delete, truncate on line, center, other, line_view to planner;
grant select on line, center, other to approver;
reset role; reset search_path;`;

/** One approver, three days; the argument list of writ.set_policy after the mode. */
export const ONE_APPROVER = `array['approver'], array[1], null, null, '{}', '{}', '3 days'`;

export const openApproval = async (server: TestPostgres): Promise<ApprovalTables> => {
  const database = await server.createDatabase();
  const admin = await server.client(undefined, undefined, database);
  for (const person of PEOPLE) await ensureRole(admin, person, `login password '${person}'`);
  for (const role of ['planner', 'approver', 'second', 'fin_owner', 'policy_admin'])
    await ensureRole(admin, role, 'nologin');
  await admin.query(`grant planner to paula, peter, mallory; grant approver to alice, albert, mallory; grant policy_admin to sam;
    revoke second from alice, albert, mallory; ${SCHEMA}`);
  await installGovernance(admin);
  for (const table of ['line', 'other']) await governTable(admin, { schema: 'fin', table, key: ['id'] });
  for (const role of ['planner', 'approver', 'policy_admin']) await grantUse(admin, role);
  await admin.query(`select writ.grant_policies('policy_admin')`);
  await admin.query(`select writ.set_policy('fin.line', 'approval', ${ONE_APPROVER})`);
  const clients: pg.Client[] = [];
  return {
    database,
    admin,
    as: async (person) => {
      const client = await server.client(person, person, database);
      clients.push(client);
      return client;
    },
    policy: async (sql) => {
      await admin.query(`select writ.set_policy('fin.line', 'approval', ${sql})`);
    },
    mutate: async (name, from, to) => {
      const { rows } = await admin.query<{ body: string }>(
        `select pg_get_functiondef(p.oid) as body from pg_proc p where p.pronamespace = 'writ'::regnamespace and p.proname = $1`,
        [name],
      );
      const body = rows[0]?.body ?? '';
      const changed = body.replace(from, to);
      if (changed === body) throw new Error(`the mutant of ${name} changes nothing`);
      await admin.query(changed);
    },
    amounts: async () => {
      const { rows } = await admin.query<{ id: number; n: string }>('select id, n from fin.line order by id');
      return Object.fromEntries(rows.map(({ id, n }) => [id, n]));
    },
    close: async () => {
      for (const client of clients) await client.end().catch(() => {});
      await admin.end();
    },
  };
};

const ensureRole = async (admin: pg.Client, name: string, options: string): Promise<void> => {
  await admin.query(
    `do $$ begin if not exists (select from pg_roles where rolname = '${name}') then create role ${name} ${options}; end if; end $$`,
  );
};

type Update = readonly [id: number, column: string, before: string | null, after: string | null];

/** The canonical payload of a batch over fin.line (or another table), as the product writes it. */
export const payloadOf = (
  updates: readonly Update[],
  more: {
    readonly deletes?: readonly unknown[];
    readonly inserts?: readonly unknown[];
    readonly table?: string;
  } = {},
): string =>
  JSON.stringify([
    1,
    ['fin', more.table ?? 'line'],
    ['id'],
    more.deletes ?? [],
    updates.map(([id, column, before, after]) => [`["${id}"]`, [[column, before, after, null]]]),
    more.inserts ?? [],
  ]);

/** Submits a payload over a plain connection; answers the batch id. */
export const propose = async (
  client: pg.Client,
  payload: string,
  batch: string = randomUUID(),
  table = 'fin.line',
): Promise<string> => {
  await client.query('select writ.propose($1, $2, $3, $4, null)', [batch, table, payload, sha256Of(payload)]);
  return batch;
};

export const approve = async (client: pg.Client, batch: string, payload: string): Promise<void> => {
  await client.query('select writ.approve($1, $2, null)', [batch, sha256Of(payload)]);
};

/** Opens the transaction of a batch as the product does: id, ticket; `finish` and COMMIT are left to the test. */
export const openBatch = async (
  client: pg.Client,
  batch: string,
  payload: string,
  rehearsal = false,
): Promise<void> => {
  await client.query('begin');
  await client.query(`select set_config('writ.batch', $1, true)`, [batch]);
  await client.query(`select writ.begin_batch($1, 'fin.line', $2, 1, 1, null)`, [batch, sha256Of(payload)]);
  await client.query(`select writ.take_ticket($1, 'fin.line', $2)`, [batch, rehearsal]);
};

export const finish = async (client: pg.Client, batch: string): Promise<void> => {
  await client.query('select writ.finish_ticket($1)', [batch]);
};

/** Writes `sql` as an approved batch, to the end; rolled back when anything is refused. */
export const writeApproved = async (
  client: pg.Client,
  batch: string,
  payload: string,
  sql: string,
): Promise<void> => {
  try {
    await openBatch(client, batch, payload);
    await client.query(sql);
    await finish(client, batch);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
};

/** SQLSTATE with which the work is refused, `committed` when it goes through. */
export const refusal = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'committed',
    (error: unknown) => (error instanceof pg.DatabaseError ? (error.code ?? '') : String(error)),
  );

/** Tables under approval, made anew for each test of a file on one server. */
export const approvalForEachTest = (): ApprovalTables & { readonly server: TestPostgres } => {
  let server: TestPostgres;
  let tables: ApprovalTables;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    tables = await openApproval(server);
  });
  afterEach(() => tables.close());
  return {
    get server() {
      return server;
    },
    get database() {
      return tables.database;
    },
    get admin() {
      return tables.admin;
    },
    as: (person) => tables.as(person),
    policy: (sql) => tables.policy(sql),
    mutate: (name, from, to) => tables.mutate(name, from, to),
    amounts: () => tables.amounts(),
    close: () => tables.close(),
  };
};
