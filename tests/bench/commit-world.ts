import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { governTable, grantUse, installGovernance } from '../../electron/governance/install.ts';
import { defineCalendar, mapPeriods } from '../../electron/governance/periods.ts';
import { describeTable } from '../../electron/warehouse/postgres/catalog.ts';
import {
  connectPostgres,
  type Link,
  type PostgresOptions,
} from '../../electron/warehouse/postgres/connect.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { prepareFloor } from './commit-floor.ts';
import type { Contender } from './harness.ts';

export const ROWS = 1_000_000;
export const USER = 'bench';
export const PASSWORD = 'bench';

/** Which rows a round edits: spread over the whole table, in key order, other rows every round. */
export interface Sample {
  readonly ids: readonly number[];
  readonly after: string;
}

/** A million rows under governance, as many beside them as the floor's, and what their cells hold. */
export interface CommitBench {
  readonly postgres: TestPostgres;
  readonly admin: pg.Client;
  readonly link: Link;
  readonly options: PostgresOptions;
  readonly definition: SheetDefinition;
  /** What the cells hold now, by table and id: the start value where nothing is kept. */
  readonly held: Map<string, string>;
}

const tableSql = (name: string): string => `
create table bench.${name} (
  id bigint primary key, cost_center varchar(8) not null, account varchar(6) not null, period char(7) not null,
  amount numeric(18,2) not null check (amount between -50000000 and 50000000), currency char(3) not null default 'EUR',
  quantity numeric(14,3), probability numeric(5,2) not null default 100, valid_from date, memo varchar(200));
insert into bench.${name} (id, cost_center, account, period, amount, memo)
  select i, 'CC' || i % 40, (4000 + i % 120)::text, '2026-' || lpad((1 + i % 12)::text, 2, '0'), 1, null from generate_series(1, ${ROWS}) i;
grant select, insert, update, delete on bench.${name} to ${USER};`;

/** Starts the server and fills its tables. */
export const openCommitBench = async (): Promise<CommitBench> => {
  const postgres = await startPostgres([
    'max_wal_size=8GB',
    'checkpoint_timeout=1h',
    'autovacuum=off',
    'shared_buffers=1GB',
  ]);
  const admin = await postgres.client();
  await installGovernance(admin);
  await admin.query(
    `create role ${USER} login password '${PASSWORD}'; create schema bench; grant usage on schema bench to ${USER};`,
  );
  await admin.query(tableSql('line'));
  await admin.query(tableSql('floor'));
  await prepareFloor(admin, USER);
  await admin.query('vacuum analyze bench.line');
  await admin.query('vacuum analyze bench.floor');
  await governTable(admin, { schema: 'bench', table: 'line', key: ['id'] });
  await grantUse(admin, USER);
  await defineCalendar(admin, 'Bench', []);
  await mapPeriods(admin, {
    ...{ schema: 'bench', table: 'line', calendar: 'Bench' },
    ...{ columns: ['period'], style: 'text' },
  });
  await admin.query('checkpoint');
  const options: PostgresOptions = {
    host: postgres.host,
    port: postgres.port,
    database: 'postgres',
    user: USER,
    password: PASSWORD,
    tls: 'disable',
    timeZone: 'UTC',
    version: '0.1.0',
  };
  const link = await connectPostgres(options);
  const { definition } = await describeTable(link, { schema: 'bench', table: 'line' });
  return { postgres, admin, link, options, definition, held: new Map() };
};

/** Rows of a round. */
export const sampleOf = (count: number, round: number): Sample => {
  const stride = Math.floor(ROWS / count);
  // An odd step through each stride visits other rows every round.
  const offset = (round * 7919 + count) % stride;
  return {
    ids: Array.from({ length: count }, (_, i) => 1 + i * stride + offset),
    after: `${count * 100 + round}.25`,
  };
};

/** What a cell holds now. */
export const beforeOf = (bench: CommitBench, table: string, id: number): string =>
  bench.held.get(`${table} ${id}`) ?? '1.00';

/** What a person would have pending to write a sample. */
export const pendingOf = (bench: CommitBench, sample: Sample): readonly PendingRow[] =>
  sample.ids.map((id) => ({
    kind: 'update',
    row: `["${id}"]`,
    cells: { amount: { before: beforeOf(bench, 'line', id), after: sample.after } },
  }));

/** Notes what a sample wrote. */
export const keep = (bench: CommitBench, table: string, { ids, after }: Sample): void => {
  for (const id of ids) bench.held.set(`${table} ${id}`, after);
};

/** Every edited cell holds its new value and has exactly one audit row of this batch. */
export const check = async (
  bench: CommitBench,
  table: string,
  audit: string,
  batch: string,
  { ids, after }: Sample,
): Promise<void> => {
  const { rows } = await bench.admin.query(
    `select (select count(*)::int from bench.${table} t where t.id = any ($1::bigint[]) and t.amount = $2::text::numeric) as written,
       (select count(*)::int from ${audit} a where a.batch = $3 and a.after = $2::text and a.column_name = 'amount') as audited`,
    [ids, after, batch],
  );
  if (rows[0]?.written !== ids.length || rows[0]?.audited !== ids.length)
    throw new Error(`${table}: ${rows[0]?.written} of ${ids.length} written, ${rows[0]?.audited} audited`);
};

/** A contender on the floor's own table. */
export const onFloor = (
  bench: CommitBench,
  name: string,
  count: number,
  work: (batch: string, sample: Sample, before: readonly string[]) => Promise<number>,
): Contender => ({
  name,
  run: async (round) => {
    // Other rows than the other contenders on this table, or they would find them changed.
    const sample = sampleOf(count, name === 'F2' ? round : round + 500);
    const batch = randomUUID();
    const ms = await work(
      batch,
      sample,
      sample.ids.map((id) => beforeOf(bench, 'floor', id)),
    );
    keep(bench, 'floor', sample);
    await check(bench, 'floor', 'bench.audit', batch, sample);
    return ms;
  },
});
