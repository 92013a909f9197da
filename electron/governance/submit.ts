import type { CommitOutcome } from '../../shared/model/batch.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { rowKeyOf } from '../../shared/model/rows.ts';
import type { CommitPlan } from '../../shared/plan/commit-plan.ts';
import { canonicalPayload, planOf } from '../../shared/plan/plan.ts';
import { sha256Of } from '../journal/payload-hash.ts';
import type { Profile } from '../profile.ts';
import { breathing } from '../sheets/breathe.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import type { Submitted } from './batch-runs.ts';
import { problemsOf } from './problems.ts';
import { resolveBatch } from './resolve.ts';
import { settle } from './settle.ts';
import { nothingToSubmit, submittable } from './submittable.ts';

export interface SubmitRequest {
  readonly batch: string;
  /** The previewed hash. */
  readonly sha256: string;
  readonly note: string | null;
}

/**
 * Submits what is pending on a sheet, but for rows that need a decision, as one batch: frozen in the journal first, then one transaction, then settled. A
 * batch that was sent already is joined or looked up, never sent again.
 */
export const submitBatch = (
  profile: Profile,
  sheet: OpenSheet,
  request: SubmitRequest,
  onProgress: (done: number, total: number) => void,
): Promise<Submitted> => {
  const { id } = sheet.definition;
  if (profile.journal.openBatches(id).some((open) => open.batch === request.batch))
    return resolveBatch(profile, id, request.batch);
  return profile.batches.once(request.batch, () => submit(profile, sheet, request, onProgress));
};

const submit = async (
  profile: Profile,
  sheet: OpenSheet,
  { batch, sha256, note }: SubmitRequest,
  onProgress: (done: number, total: number) => void,
): Promise<Submitted> => {
  const { journal } = profile;
  const { definition } = sheet;
  const { rows: pending, undecided } = submittable(profile, definition.id);
  if (pending.length === 0) throw nothingToSubmit(undecided.length);
  if (sha256Of(canonicalPayload(definition, pending)) !== sha256) {
    throw new AppError(
      'conflict',
      'changed-since-preview',
      'The edits changed after they were shown. Look at them again before submitting.',
    );
  }
  const blocked = await blockedBy(sheet, pending, batch);
  if (blocked) return { outcome: blocked, delta: null, rows: [], trouble: null };
  const plan = planOf({ definition, pending, batch, note, sha256 });
  const at = profile.now().toISOString();
  const database = await profile.database;
  // Refuses when an edit came in while the rules were checked: the plan would not hold it.
  journal.submitted(
    {
      ...{ batch, sheet: definition.id, sha256, proof: null, at, keyColumns: definition.key },
      ...(undecided.length > 0 ? { except: undecided } : {}),
      ...(database === null ? {} : { database }),
    },
    pending,
  );
  const outcome = await profile.warehouse.commit(plan, definition, {
    onProgress,
    onProof: (proof) => journal.proof(batch, proof),
  });
  const touched = outcome.kind === 'committed' ? touchedRows(plan) : { rows: [], chosenKeys: false };
  return settle(profile, definition.id, outcome, touched.rows, touched.chosenKeys, undefined, pending);
};

/** Why the rules of the sheet do not let the rows be submitted; null when they do. */
export const blockedBy = async (
  sheet: OpenSheet,
  pending: readonly PendingRow[],
  batch: string,
): Promise<CommitOutcome | null> => {
  const breathe = breathing(() => performance.now());
  const problems = (await problemsOf(sheet, pending, breathe)).filter(({ severity }) => severity === 'block');
  if (problems.length === 0) return null;
  const failure = {
    kind: 'invalid' as const,
    code: 'blocked-by-rules',
    message: `${problems.length === 1 ? 'One problem has' : `${problems.length} problems have`} to be fixed before the edits can be submitted.`,
  };
  return {
    kind: 'not-committed',
    batch,
    failure,
    conflicts: [],
    problems: problems.slice(0, SHOWN_PROBLEMS),
  };
};

const SHOWN_PROBLEMS = 500;

/**
 * Keys of the rows a plan touches: deleted, updated (the new key as well where a key column changes), inserted. New rows
 * whose key the warehouse chooses (identity, default) are not known; `chosenKeys` says that there are some.
 */
export const touchedRows = (
  plan: CommitPlan,
): { readonly rows: readonly string[]; readonly chosenKeys: boolean } => {
  const rows = new Set<string>();
  let chosenKeys = false;
  for (const group of plan.deletes) for (const row of group.rows) rows.add(row);
  for (const group of plan.updates) {
    for (const row of group.rows) rows.add(row);
    const moved = plan.keyColumns.map((column) => group.columns.indexOf(column));
    if (moved.every((place) => place < 0)) continue;
    for (let i = 0; i < group.rows.length; i++) {
      const parts = moved.map((place, k) => (place >= 0 ? group.after[place]?.[i] : group.keys[k]?.[i]));
      rows.add(rowKeyOf(parts.map((part) => part ?? null)));
    }
  }
  for (const group of plan.inserts) {
    const places = plan.keyColumns.map((column) => group.columns.indexOf(column));
    if (places.includes(-1)) {
      chosenKeys = true;
      continue;
    }
    for (let i = 0; i < group.rows.length; i++)
      rows.add(rowKeyOf(places.map((place) => group.values[place]?.[i] ?? null)));
  }
  return { rows: [...rows], chosenKeys };
};
