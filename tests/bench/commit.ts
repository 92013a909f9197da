import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { governTable, grantUse, installGovernance } from '../../electron/governance/install.ts';
import { defineCalendar, mapPeriods } from '../../electron/governance/periods.ts';
import { describeTable } from '../../electron/warehouse/postgres/catalog.ts';
import { commitPlan } from '../../electron/warehouse/postgres/commit.ts';
import {
  connectPostgres,
  type Link,
  type PostgresOptions,
} from '../../electron/warehouse/postgres/connect.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { CommitPlan } from '../../shared/plan/commit-plan.ts';
import { planOf } from '../../shared/plan/plan.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { startSlowProxy } from '../support/slow-proxy.ts';
import { benchApproved, underApproval } from './commit-approved.ts';
import { copyFloor, prepareFloor, rowByRow } from './commit-floor.ts';
import { type BenchResult, type Contender, interleave, median, timed, verdict } from './harness.ts';

export const ROWS = 1_000_000;
const ROUND_TRIP_MS = 20;
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

const open = async (): Promise<CommitBench> => {
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

const beforeOf = (bench: CommitBench, table: string, id: number): string =>
  bench.held.get(`${table} ${id}`) ?? '1.00';

/** What a person would have pending to write a sample. */
export const pendingOf = (bench: CommitBench, sample: Sample): readonly PendingRow[] =>
  sample.ids.map((id) => ({
    kind: 'update',
    row: `["${id}"]`,
    cells: { amount: { before: beforeOf(bench, 'line', id), after: sample.after } },
  }));

const planFor = (bench: CommitBench, sample: Sample): CommitPlan =>
  planOf({
    definition: bench.definition,
    batch: randomUUID(),
    note: null,
    sha256: 'a'.repeat(64),
    pending: pendingOf(bench, sample),
  });

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

const ours = (bench: CommitBench, count: number, link: Link = bench.link): Contender => ({
  name: 'ours',
  run: async (round) => {
    const sample = sampleOf(count, round);
    const plan = planFor(bench, sample);
    const ms = await timed(async () => {
      const outcome = await commitPlan(link, plan, bench.definition);
      if (outcome.kind !== 'committed' || !outcome.audited)
        throw new Error(JSON.stringify(outcome).slice(0, 500));
    });
    keep(bench, 'line', sample);
    if (link === bench.link) await check(bench, 'line', 'writ.audit', plan.batch, sample);
    return ms;
  },
});

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

const manyEdits = async (bench: CommitBench, count: number, rounds: number): Promise<BenchResult> => {
  const floor = await bench.postgres.client(USER, PASSWORD);
  const contenders = [
    onFloor(bench, 'F2', count, (batch, sample, before) => copyFloor(floor, batch, sample, before)),
    ...(count <= 100
      ? [
          onFloor(bench, 'row by row', count, (batch, sample, before) =>
            rowByRow(floor, batch, sample, before),
          ),
        ]
      : []),
    ours(bench, count),
  ];
  try {
    const timings = await interleave(contenders, rounds);
    return verdict(
      `commit ${count} edits`,
      1.25,
      timings,
      { ours: 'ours', floor: 'F2', peer: 'row by row' },
      `${ROWS} rows; F2 is COPY + UPDATE with before-check + audit over one connection, input text ready made`,
    );
  } finally {
    await floor.end();
  }
};

const oneEdit = async (bench: CommitBench): Promise<BenchResult> => {
  const client = await bench.postgres.client(USER, PASSWORD);
  const bare: Contender = {
    name: 'bare UPDATE',
    run: async (round) => {
      const sample = sampleOf(1, round);
      keep(bench, 'floor', sample);
      return timed(() =>
        client.query({
          name: 'bare',
          text: 'update bench.floor set amount = $1 where id = $2',
          values: [sample.after, sample.ids[0]],
        }),
      );
    },
  };
  try {
    const timings = await interleave([bare, ours(bench, 1)], 150);
    return verdict(
      'commit 1 edit',
      2.5,
      timings,
      { ours: 'ours', floor: 'bare UPDATE' },
      'prepared UPDATE in a transaction of its own',
    );
  } finally {
    await client.end();
  }
};

const behindSlowLink = async (bench: CommitBench): Promise<BenchResult> => {
  const proxy = await startSlowProxy(bench.postgres.host, bench.postgres.port, ROUND_TRIP_MS / 2);
  const slow = await connectPostgres({ ...bench.options, port: proxy.port });
  try {
    const direct = ours(bench, 1_000);
    const timings = await interleave(
      [
        { ...direct, name: 'direct' },
        { ...ours(bench, 1_000, slow), run: (round) => ours(bench, 1_000, slow).run(round + 100) },
      ],
      5,
    );
    const [near, far] = [median(timings.direct ?? []), median(timings.ours ?? [])];
    const ratio = (far - near) / ROUND_TRIP_MS;
    return {
      name: 'commit 1000 edits at 20 ms',
      ratio,
      target: 3,
      ok: ratio <= 3,
      detail: `${ratio <= 3 ? 'PASS' : 'FAIL'}: direct ${near.toFixed(1)} ms, behind ${ROUND_TRIP_MS} ms ${far.toFixed(1)} ms: ${ratio.toFixed(2)} round trips of waiting`,
    };
  } finally {
    await slow.close();
    await proxy.close();
  }
};

/** Commits of 1, 100, 10,000 and 100,000 edits on a table of a million rows against their floors; `only` picks by part of the name. */
export const benchCommit = async (only?: string): Promise<BenchResult[]> => {
  const all: readonly {
    readonly name: string;
    readonly run: (bench: CommitBench) => Promise<BenchResult>;
  }[] = [
    { name: 'commit 1 edit', run: oneEdit },
    { name: 'commit 100 edits', run: (bench) => manyEdits(bench, 100, 60) },
    { name: 'commit 1000 edits at 20 ms', run: behindSlowLink },
    { name: 'commit 10000 edits', run: (bench) => manyEdits(bench, 10_000, 11) },
    { name: 'commit 100000 edits', run: (bench) => manyEdits(bench, 100_000, 5) },
    { name: 'commit 10000 edits approved', run: (bench) => benchApproved(bench, 10_000, 11) },
    { name: 'commit 100000 edits approved', run: (bench) => benchApproved(bench, 100_000, 5) },
  ];
  const picked = all.filter(({ name }) => only === undefined || name.includes(only));
  if (picked.length === 0) return [];
  const bench = await open();
  try {
    const results: BenchResult[] = [];
    for (const { name, run } of picked) {
      if (name.endsWith('approved')) await underApproval(bench);
      results.push(await run(bench));
    }
    return results;
  } finally {
    await bench.link.close();
    await bench.postgres.stop();
  }
};
