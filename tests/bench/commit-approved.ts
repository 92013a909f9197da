import { randomUUID } from 'node:crypto';
import { grantUse } from '../../electron/governance/install.ts';
import { sha256Of } from '../../electron/journal/payload-hash.ts';
import { commitPlan } from '../../electron/warehouse/postgres/commit.ts';
import { proposePlan } from '../../electron/warehouse/postgres/propose.ts';
import type { CommitPlan } from '../../shared/plan/commit-plan.ts';
import { canonicalPayload, planOf } from '../../shared/plan/plan.ts';
import { copyFloor } from './commit-floor.ts';
import {
  type CommitBench,
  check,
  keep,
  onFloor,
  PASSWORD,
  pendingOf,
  ROWS,
  type Sample,
  sampleOf,
  USER,
} from './commit-world.ts';
import { type BenchResult, type Contender, interleave, timed, verdict } from './harness.ts';

const APPROVER = 'bench_approver';

/** Puts the governed table under approval by another person; called again, it does nothing. */
export const underApproval = async ({ admin }: CommitBench): Promise<void> => {
  const { rows } = await admin.query('select from pg_roles where rolname = $1', [APPROVER]);
  if (rows.length > 0) return;
  await admin.query(`create role ${APPROVER} login password '${PASSWORD}'; grant usage on schema bench to ${APPROVER};
    grant select on bench.line to ${APPROVER}`);
  await grantUse(admin, APPROVER);
  await admin.query(
    `select writ.set_policy('bench.line', 'approval', array['${APPROVER}'], array[1], null, null, '{}', '{}', '3 days')`,
  );
};

/** Submits a sample as the planner and approves it as the other person; what remains is to write it. */
const approvedPlan = async (bench: CommitBench, sample: Sample): Promise<CommitPlan> => {
  const { definition, link, postgres } = bench;
  const pending = pendingOf(bench, sample);
  const payload = canonicalPayload(definition, pending);
  const sha256 = sha256Of(payload);
  const plan = planOf({ definition, batch: randomUUID(), note: null, sha256, pending });
  const proposed = await proposePlan(link, plan, definition, payload);
  if (proposed.kind !== 'submitted') throw new Error(JSON.stringify(proposed).slice(0, 500));
  const approver = await postgres.client(APPROVER, PASSWORD);
  try {
    await approver.query('select writ.approve($1, $2, null)', [plan.batch, sha256]);
  } finally {
    await approver.end();
  }
  return plan;
};

/** Writing what another person approved, guard and comparison included, against F2. */
export const benchApproved = async (
  bench: CommitBench,
  count: number,
  rounds: number,
): Promise<BenchResult> => {
  const floor = await bench.postgres.client(USER, PASSWORD);
  const ours: Contender = {
    name: 'approved',
    run: async (round) => {
      // Other rows than the rounds under the open policy, as everywhere here.
      const sample = sampleOf(count, round + 250);
      const plan = await approvedPlan(bench, sample);
      const ms = await timed(async () => {
        const outcome = await commitPlan(bench.link, plan, bench.definition, { approved: true });
        if (outcome.kind !== 'committed') throw new Error(JSON.stringify(outcome).slice(0, 500));
      });
      keep(bench, 'line', sample);
      await check(bench, 'line', 'writ.audit', plan.batch, sample);
      return ms;
    },
  };
  try {
    const timings = await interleave(
      [onFloor(bench, 'F2', count, (batch, sample, before) => copyFloor(floor, batch, sample, before)), ours],
      rounds,
    );
    return verdict(
      `commit ${count} edits approved`,
      1.6,
      timings,
      { ours: 'approved', floor: 'F2' },
      `${ROWS} rows; submitting and approving are not in it`,
    );
  } finally {
    await floor.end();
  }
};
