import type { CommitOutcome } from '../../shared/model/batch.ts';
import type { PendingDelta } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { isNewRow, rowKeyOf } from '../../shared/model/rows.ts';
import type { CommitPlan } from '../../shared/plan/commit-plan.ts';
import { canonicalPayload, planOf } from '../../shared/plan/plan.ts';
import { sha256Of } from '../journal/payload-hash.ts';
import type { Profile } from '../profiles.ts';
import { breathing } from '../sheets/breathe.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import { previewOf } from './preview.ts';

export interface SubmitRequest {
  readonly sheet: string;
  readonly batch: string;
  /** The previewed hash. */
  readonly sha256: string;
  readonly note: string | null;
}

export interface Submitted {
  readonly outcome: CommitOutcome;
  /** What the outcome did to the pending edits; null while it is unknown. */
  readonly delta: PendingDelta | null;
  /** Rows of the warehouse that the batch touched. */
  readonly rows: readonly string[];
}

/**
 * Submits everything pending on a sheet as one batch under the open policy: frozen in the journal first, then one
 * transaction, then settled. A batch that has an end already is answered with it, never sent again.
 */
export const submitBatch = async (
  profile: Profile,
  request: SubmitRequest,
  now: () => Date,
  onProgress: (done: number, total: number) => void,
): Promise<Submitted> => {
  const { journal, warehouse } = profile;
  const sheet = profile.sheet(request.sheet);
  if (journal.openBatches(request.sheet).some((open) => open.batch === request.batch))
    return resolveBatch(profile, request.sheet, request.batch);
  const pending = [...journal.pending(request.sheet).values()];
  if (pending.length === 0) throw new AppError('invalid', 'nothing-pending', 'There is nothing to submit.');
  const sha256 = sha256Of(canonicalPayload(sheet.definition, pending));
  if (sha256 !== request.sha256) {
    throw new AppError(
      'conflict',
      'changed-since-preview',
      'The edits changed after they were shown. Look at them again before submitting.',
    );
  }
  const preview = await previewOf(
    sheet,
    journal.pending(request.sheet),
    warehouse,
    breathing(() => performance.now()),
  );
  const blocking = preview.problems.filter((problem) => problem.severity === 'block');
  if (blocking.length > 0) {
    const failure = {
      kind: 'invalid' as const,
      code: 'blocked-by-rules',
      message: `${blocking.length === 1 ? 'One problem has' : `${blocking.length} problems have`} to be fixed before the edits can be submitted.`,
    };
    return {
      outcome: { kind: 'not-committed', batch: request.batch, failure, conflicts: [], problems: blocking },
      delta: null,
      rows: [],
    };
  }
  const plan = planOf({
    definition: sheet.definition,
    pending,
    batch: request.batch,
    note: request.note,
    sha256,
  });
  // The journal refuses when anything changed while the checks ran.
  journal.submitted(
    {
      batch: request.batch,
      sheet: request.sheet,
      sha256,
      proof: null,
      at: now().toISOString(),
      keyColumns: sheet.definition.key,
    },
    pending,
  );
  const outcome = await warehouse.commit(plan, sheet.definition, {
    onProgress,
    onProof: (proof) => journal.proof(request.batch, proof),
  });
  return settle(profile, sheet, outcome, touchedRows(sheet, plan));
};

/** Asks the warehouse what became of a batch; an end it knows is recorded, anything else stays unknown. */
export const resolveBatch = async (profile: Profile, sheetId: string, batch: string): Promise<Submitted> => {
  const { journal, warehouse } = profile;
  const open = journal.openBatches(sheetId).find((each) => each.batch === batch);
  if (!open) throw new AppError('invalid', 'batch-settled', 'The outcome of this batch is known already.');
  const sheet = profile.sheet(sheetId);
  const found = await warehouse.outcomeOf(batch, open.proof);
  const rows = [...journal.pending(sheetId).keys()].filter((row) => !isNewRow(row));
  switch (found) {
    case 'committed': {
      const outcome: CommitOutcome = {
        kind: 'committed',
        batch,
        rows: rows.length,
        cells: 0,
        at: open.at,
        audited: (await warehouse.capabilities()).governance === 'installed',
      };
      const settled = await settle(profile, sheet, outcome, rows);
      // New rows of the batch are known by their place in the warehouse only after a full reading.
      sheet.refresh();
      return settled;
    }
    case 'not-committed': {
      const failure = {
        kind: 'unavailable' as const,
        code: 'not-committed',
        message:
          'The warehouse did not take this batch: nothing was written. The edits are still here and can be submitted again.',
      };
      return settle(
        profile,
        sheet,
        { kind: 'not-committed', batch, failure, conflicts: [], problems: [] },
        [],
      );
    }
    case 'in-progress': {
      const failure = {
        kind: 'unavailable' as const,
        code: 'in-progress',
        message: 'The warehouse is still working on this batch. Check again in a moment.',
      };
      return { outcome: { kind: 'unknown', batch, failure }, delta: null, rows: [] };
    }
  }
};

const settle = async (
  profile: Profile,
  sheet: OpenSheet,
  outcome: CommitOutcome,
  rows: readonly string[],
): Promise<Submitted> => {
  if (outcome.kind === 'unknown') return { outcome, delta: null, rows: [] };
  if (outcome.kind === 'committed') {
    // Rows as written are in the store before the edits over them are cleared; a failed rereading is mended by a refresh.
    await sheet.reread(rows).catch(() => sheet.refresh());
    return { outcome, delta: profile.journal.settled(outcome.batch, outcome), rows };
  }
  // Conflicting rows are shown as they are in the warehouse now.
  const conflicting = [...new Set(outcome.conflicts.map((conflict) => conflict.row))].filter(
    (row) => !isNewRow(row),
  );
  const delta = profile.journal.settled(outcome.batch, outcome);
  await sheet.reread(conflicting).catch(() => {});
  return { outcome, delta, rows: conflicting };
};

/** Keys of the rows a plan touches, before and after: deleted, updated (with a new key where a key column changes), inserted. */
const touchedRows = (sheet: OpenSheet, plan: CommitPlan): readonly string[] => {
  const rows = new Set<string>();
  for (const group of plan.deletes) for (const row of group.rows) rows.add(row);
  for (const group of plan.updates) {
    const moved = plan.keyColumns.map((column) => group.columns.indexOf(column));
    const changesKey = moved.some((place) => place >= 0);
    group.rows.forEach((row, i) => {
      rows.add(row);
      if (changesKey)
        rows.add(
          rowKeyOf(
            moved.map((place, k) => (place >= 0 ? group.after[place]?.[i] : group.keys[k]?.[i]) ?? null),
          ),
        );
    });
  }
  for (const group of plan.inserts) {
    const places = plan.keyColumns.map((column) => group.columns.indexOf(column));
    if (places.includes(-1)) {
      // The warehouse chose the key (identity, default): only a full reading shows the row.
      sheet.refresh();
      continue;
    }
    for (let i = 0; i < group.rows.length; i++)
      rows.add(rowKeyOf(places.map((place) => group.values[place]?.[i] ?? null)));
  }
  return [...rows];
};
