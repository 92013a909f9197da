import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { governTable, grantUse, installGovernance } from '../../electron/governance/install.ts';
import { sha256Of } from '../../electron/journal/payload-hash.ts';
import { describeTable } from '../../electron/warehouse/postgres/catalog.ts';
import {
  connectPostgres,
  type Link,
  type PostgresOptions,
} from '../../electron/warehouse/postgres/connect.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { rowKeyOf } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { CommitPlan } from '../../shared/plan/commit-plan.ts';
import { canonicalPayload, planOf } from '../../shared/plan/plan.ts';
import type { TestPostgres } from '../support/postgres.ts';

/** A fresh database with some tables, and people who sign in with their name as password. */
export interface TestTables {
  readonly admin: pg.Client;
  readonly database: string;
  options(user: string, port?: number): PostgresOptions;
  /** A link of a person, closed by `close`. */
  link(user: string): Promise<Link>;
  /** A plain connection of a person, as psql would have it. */
  raw(user: string): Promise<pg.Client>;
  describe(table: string): Promise<SheetDefinition>;
  close(): Promise<void>;
}

const PEOPLE = ['anna', 'ben', 'outsider'];

/** Creates the database: `sql` runs in schema `fin` as superuser; tables named in `governed` (with their keys) are audited. */
export const openTables = async (
  server: TestPostgres,
  sql: string,
  governed: Readonly<Record<string, readonly string[]>> | null = {},
): Promise<TestTables> => {
  const database = await server.createDatabase();
  const admin = await server.client(undefined, undefined, database);
  for (const person of PEOPLE)
    await admin.query(
      `do $$ begin if not exists (select from pg_roles where rolname = '${person}') then create role ${person} login password '${person}'; end if; end $$`,
    );
  await admin.query(`create schema fin; grant usage on schema fin to anna, ben; set search_path = fin, public; ${sql};
    grant select, insert, update, delete on all tables in schema fin to anna, ben; reset search_path`);
  if (governed) {
    await installGovernance(admin);
    for (const person of ['anna', 'ben']) await grantUse(admin, person);
    for (const [table, key] of Object.entries(governed))
      await governTable(admin, { schema: 'fin', table, key });
  }
  const links: Link[] = [];
  const options = (user: string, port = server.port): PostgresOptions => ({
    host: server.host,
    port,
    database,
    user,
    password: user,
    tls: 'disable',
    timeZone: 'Europe/Berlin',
    version: '0.1.0',
  });
  const link = async (user: string): Promise<Link> => {
    const opened = await connectPostgres(options(user));
    links.push(opened);
    return opened;
  };
  return {
    admin,
    database,
    options,
    link,
    raw: (user) => server.client(user, user, database),
    describe: async (table) => (await describeTable(await link('anna'), { schema: 'fin', table })).definition,
    close: async () => {
      for (const each of links) await each.close();
      await admin.end();
    },
  };
};

type Cells = Readonly<
  Record<string, readonly [before: string | null, after: string | null, reason?: string]>
>;

/** A pending change of stored cells. */
export const update = (key: readonly string[], cells: Cells): PendingRow => ({
  kind: 'update',
  row: rowKeyOf(key),
  cells: Object.fromEntries(
    Object.entries(cells).map(([column, [before, after, reason]]) => [
      column,
      { before, after, ...(reason ? { reason } : {}) },
    ]),
  ),
});

export const insert = (values: Readonly<Record<string, string | null>>): PendingRow => ({
  kind: 'insert',
  row: `new:${randomUUID()}`,
  values,
});

export const remove = (
  key: readonly string[],
  before: Readonly<Record<string, string | null>>,
): PendingRow => ({
  kind: 'delete',
  row: rowKeyOf(key),
  before,
});

/** The plan of some pending rows under a new batch id. */
export const batchOf = (
  definition: SheetDefinition,
  pending: readonly PendingRow[],
  batch: string = randomUUID(),
): CommitPlan =>
  planOf({ definition, pending, batch, note: null, sha256: sha256Of(canonicalPayload(definition, pending)) });

/** Rows of a query as arrays of text. */
export const rowsOf = async (client: pg.Client, sql: string, params: unknown[] = []): Promise<unknown[][]> =>
  (await client.query({ text: sql, values: params, rowMode: 'array' })).rows;
