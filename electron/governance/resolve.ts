import type { CommitOutcome } from '../../shared/model/batch.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { isNewRow } from '../../shared/model/rows.ts';
import { cellsOf } from '../../shared/plan/pending.ts';
import type { OpenBatch } from '../journal/journal.ts';
import type { Profile } from '../profile.ts';
import type { Submitted } from './batch-runs.ts';
import { isElsewhere, unknownElsewhere } from './same-database.ts';
import { settle } from './settle.ts';

/** Asks the warehouse what became of a batch; an end it knows is recorded, anything else stays unknown. */
export const resolveBatch = (profile: Profile, sheet: string, batch: string): Promise<Submitted> =>
  profile.batches.once(batch, async () => {
    const open = profile.journal.openBatches(sheet).find((each) => each.batch === batch);
    if (!open) throw new AppError('invalid', 'batch-settled', 'The outcome of this batch is known already.');
    return lookUp(profile, open);
  });

/**
 * Settles what can be settled of the batches left open: by a crash, a lost link, an earlier run of the program. Answers
 * those that ended; what cannot be asked now stays open.
 */
export const resolveOpenBatches = async (
  profile: Profile,
  sheet?: string,
): Promise<readonly { readonly sheet: string; readonly ended: Submitted }[]> => {
  const ended: { sheet: string; ended: Submitted }[] = [];
  for (const open of profile.journal.openBatches(sheet)) {
    if (open.review || profile.batches.isRunning(open.batch)) continue;
    try {
      const submitted = await resolveBatch(profile, open.sheet, open.batch);
      if (submitted.outcome.kind !== 'unknown') ended.push({ sheet: open.sheet, ended: submitted });
    } catch {
      // Not to be known at present; the batch stays open and is listed as such.
    }
  }
  return ended;
};

const lookUp = async (profile: Profile, open: OpenBatch): Promise<Submitted> => {
  const { batch, sheet, proof, at, keyColumns = [] } = open;
  const elsewhere = await isElsewhere(profile, open);
  if (elsewhere && (await profile.warehouse.capabilities()).outcomeProof !== 'batch-id')
    throw unknownElsewhere(batch);
  const found = await profile.warehouse.outcomeOf(batch, elsewhere ? null : proof);
  const failure = (code: string, message: string) => ({ kind: 'unavailable' as const, code, message });
  switch (found) {
    case 'committed': {
      const before = new Map(profile.journal.pending(sheet));
      const audited = (await profile.warehouse.capabilities()).governance === 'installed';
      const stored = [...before.keys()].filter((row) => !isNewRow(row));
      // What exactly was frozen shows in what the journal clears; new rows and new keys are found by reading all again.
      const outcome: CommitOutcome = { kind: 'committed', batch, rows: 0, cells: 0, at, audited };
      const settled = await settle(profile, sheet, outcome, stored, movesRows(before.values(), keyColumns));
      return { ...settled, outcome: { ...outcome, ...tally(before, settled) } };
    }
    case 'not-committed': {
      const message =
        'The warehouse did not take this batch: nothing was written. The edits are still here and can be submitted again.';
      return settle(
        profile,
        sheet,
        {
          kind: 'not-committed',
          batch,
          failure: failure('not-committed', message),
          conflicts: [],
          problems: [],
        },
        [],
      );
    }
    case 'in-progress': {
      const message = 'The warehouse is still working on this batch. Check again in a moment.';
      const outcome: CommitOutcome = { kind: 'unknown', batch, failure: failure('in-progress', message) };
      return { outcome, delta: null, rows: [], trouble: null };
    }
  }
};

/** Rows and cells of the batch: those the journal let go of. Edits made since on the same rows blur the cells. */
const tally = (
  before: ReadonlyMap<string, PendingRow>,
  { delta, rows }: Submitted,
): { rows: number; cells: number } => {
  const touched = delta ? [...delta.cleared, ...delta.rows.map(({ row }) => row)] : rows;
  const cells = touched.reduce((sum, key) => {
    const row = before.get(key);
    return sum + (row ? cellsOf(row) : 0);
  }, 0);
  return { rows: touched.length, cells };
};

/** New rows, and rows whose key may have changed, cannot be reread by the keys known here. */
const movesRows = (rows: Iterable<PendingRow>, keyColumns: readonly string[]): boolean => {
  for (const row of rows) {
    if (row.kind === 'insert') return true;
    if (row.kind === 'update' && keyColumns.some((column) => Object.hasOwn(row.cells, column))) return true;
  }
  return false;
};
