import { randomUUID } from 'node:crypto';
import { commitPlan } from '../../electron/warehouse/postgres/commit.ts';
import { connectPostgres, type Link } from '../../electron/warehouse/postgres/connect.ts';
import type { CommitPlan } from '../../shared/plan/commit-plan.ts';
import { planOf } from '../../shared/plan/plan.ts';
import { startSlowProxy } from '../support/slow-proxy.ts';
import { benchApproved, underApproval } from './commit-approved.ts';
import { copyFloor, rowByRow } from './commit-floor.ts';
import {
  type CommitBench,
  check,
  keep,
  onFloor,
  openCommitBench,
  PASSWORD,
  pendingOf,
  ROWS,
  type Sample,
  sampleOf,
  USER,
} from './commit-world.ts';
import { type BenchResult, type Contender, interleave, median, timed, verdict } from './harness.ts';

const ROUND_TRIP_MS = 20;

const planFor = (bench: CommitBench, sample: Sample): CommitPlan =>
  planOf({
    definition: bench.definition,
    batch: randomUUID(),
    note: null,
    sha256: 'a'.repeat(64),
    pending: pendingOf(bench, sample),
  });

/** Commits a sample; answers what it took and the batch. */
const write = async (
  bench: CommitBench,
  link: Link,
  sample: Sample,
): Promise<{ ms: number; batch: string }> => {
  const plan = planFor(bench, sample);
  const ms = await timed(async () => {
    const outcome = await commitPlan(link, plan, bench.definition);
    if (outcome.kind !== 'committed' || !outcome.audited)
      throw new Error(JSON.stringify(outcome).slice(0, 500));
  });
  keep(bench, 'line', sample);
  return { ms, batch: plan.batch };
};

const ours = (bench: CommitBench, count: number, link: Link = bench.link): Contender => ({
  name: 'ours',
  run: async (round) => {
    const sample = sampleOf(count, round);
    const { ms, batch } = await write(bench, link, sample);
    if (link === bench.link) await check(bench, 'line', 'writ.audit', batch, sample);
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

const IN_A_ROW = 12;

/** The time of a round is the median of some commits in a row: one that was disturbed tells nothing at a third of a millisecond. */
const inARow = async (round: number, commit: (sample: Sample) => Promise<number>): Promise<number> => {
  const times: number[] = [];
  for (let i = 0; i < IN_A_ROW; i++) times.push(await commit(sampleOf(1, round * IN_A_ROW + i)));
  return median(times);
};

const oneEdit = async (bench: CommitBench): Promise<BenchResult> => {
  const client = await bench.postgres.client(USER, PASSWORD);
  const bare: Contender = {
    name: 'bare UPDATE',
    run: (round) =>
      inARow(round, async (sample) => {
        keep(bench, 'floor', sample);
        return timed(() =>
          client.query({
            name: 'bare',
            text: 'update bench.floor set amount = $1 where id = $2',
            values: [sample.after, sample.ids[0]],
          }),
        );
      }),
  };
  const governed: Contender = {
    name: 'ours',
    run: async (round) => {
      const written: { readonly batch: string; readonly sample: Sample }[] = [];
      const ms = await inARow(round, async (sample) => {
        const { ms: took, batch } = await write(bench, bench.link, sample);
        written.push({ batch, sample });
        return took;
      });
      // Only now: the floor is asked for no proof in between either.
      for (const { batch, sample } of written) await check(bench, 'line', 'writ.audit', batch, sample);
      return ms;
    },
  };
  try {
    const timings = await interleave([bare, governed], 75);
    return verdict(
      'commit 1 edit',
      2.5,
      timings,
      { ours: 'ours', floor: 'bare UPDATE' },
      `each the median of ${IN_A_ROW}; prepared UPDATE in a transaction of its own`,
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
  const bench = await openCommitBench();
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
