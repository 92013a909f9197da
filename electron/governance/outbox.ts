import type { QueuedBatch } from '../../shared/contract/offline.ts';
import type { CommitOutcome } from '../../shared/model/batch.ts';
import type { PendingDelta, PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import { cellsOf } from '../../shared/plan/pending.ts';
import { canonicalPayload, planOf } from '../../shared/plan/plan.ts';
import { humanise } from '../../shared/values/humanise.ts';
import type { HeldBatch, OpenBatch } from '../journal/journal.ts';
import { sha256Of } from '../journal/payload-hash.ts';
import { type Profile, placeOf } from '../profile.ts';
import { isOut } from '../sheets/offline.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import type { Submitted } from './batch-runs.ts';
import { isElsewhere, otherDatabase } from './same-database.ts';
import { settle } from './settle.ts';
import { blockedBy, type SubmitRequest, touchedRows } from './submit.ts';
import { nothingToSubmit, queueable } from './submittable.ts';

/** What sending did: to be told to windows. */
export interface Sent {
  readonly sheet: string;
  readonly ended: Submitted;
  /** The batch arrived for review. */
  readonly reviewed: boolean;
}

/** Submits what is pending on a sheet to be sent later. Throws AppError as a submit does where rules or the preview object. */
export const queueBatch = async (
  profile: Profile,
  sheet: OpenSheet,
  { batch, sha256, note }: SubmitRequest,
): Promise<PendingDelta> => {
  const { journal } = profile;
  const { id, key } = sheet.definition;
  const { rows: pending, undecided } = queueable(profile, id);
  if (pending.length === 0) throw nothingToSubmit(undecided.length);
  if (sha256Of(canonicalPayload(sheet.definition, pending)) !== sha256) {
    throw new AppError(
      'conflict',
      'changed-since-preview',
      'The edits changed after they were shown. Look at them again before submitting.',
    );
  }
  const blocked = await blockedBy(sheet, pending, batch);
  if (blocked && blocked.kind !== 'committed') throw AppError.from(blocked.failure);
  const at = profile.now().toISOString();
  const database = await profile.database;
  return journal.queue(
    {
      ...{ batch, sheet: id, sha256, proof: null, at, keyColumns: key, queued: { note } },
      ...(undecided.length > 0 ? { except: undecided } : {}),
      ...(database === null ? {} : { database }),
    },
    pending,
  );
};

/** Everything that waits, is under way or was refused, for the person to see. */
export const outboxOf = ({ journal, batches }: Profile): readonly QueuedBatch[] => {
  const named = (sheet: string, batch: string) => ({ sheet, batch, name: nameOf(sheet) });
  const open = journal.openBatches().flatMap(({ queued, batch, sheet, at }) => {
    if (!queued) return [];
    const rows = [...journal.pending(sheet).values()].filter(({ row }) => journal.isFrozen(sheet, row));
    const state = batches.isRunning(batch) ? ('sending' as const) : ('unknown' as const);
    return [{ ...named(sheet, batch), at, note: queued.note, ...countsOf(rows), state, failure: null }];
  });
  const held = journal.held().map(({ batch: { batch, sheet, at, queued }, rows }) => ({
    ...named(sheet, batch),
    ...{ at, note: queued?.note ?? null, ...countsOf(rows), state: 'waiting' as const, failure: null },
  }));
  const refused = journal.refusals().map(({ batch, sheet, at, note, rows, cells, failure }) => ({
    ...named(sheet, batch),
    ...{ at, note, rows, cells, state: 'refused' as const, failure },
  }));
  return [...open, ...held, ...refused];
};

const countsOf = (rows: readonly PendingRow[]): { rows: number; cells: number } => ({
  rows: rows.length,
  cells: rows.reduce((sum, row) => sum + cellsOf(row), 0),
});

/** As the sheet itself is called. */
const nameOf = (sheet: string): string => humanise(placeOf(sheet).table);

/**
 * Sends what waits, sheet by sheet in the order of submitting, through the same transaction as every batch. A refused one leaves
 * its edits pending and the next goes on; where the warehouse is lost again, or an outcome is not known, the rest goes on waiting.
 * `onTrouble`: the journal could not keep that one is sent, so it was not.
 */
export const sendQueued = async (
  profile: Profile,
  onSent: (sent: Sent) => void,
  onTrouble: (message: string) => void,
): Promise<void> => {
  if (profile.sendsQueue) return;
  profile.sendsQueue = true;
  try {
    const blocked = new Set<string>();
    for (let next = nextOf(profile, blocked); next; next = nextOf(profile, blocked)) {
      const { sheet } = next.batch;
      try {
        const sent = await sendOne(profile, next);
        if (sent.ended.outcome.kind === 'unknown' && !sent.reviewed) blocked.add(sheet);
        onSent(sent);
      } catch (error) {
        // It waits on, and is sent with the next return of the link.
        blocked.add(sheet);
        if (isJournalFailure(error)) onTrouble(error.message);
        else if (isOut(error)) profile.link.suspect();
      }
    }
  } finally {
    profile.sendsQueue = false;
  }
};

const isJournalFailure = (error: unknown): error is AppError =>
  error instanceof AppError && error.code.startsWith('journal-');

/** The first batch that can be sent: its sheet has no open batch, and nothing of it was held up in this round. */
const nextOf = (profile: Profile, blocked: ReadonlySet<string>): HeldBatch | undefined => {
  if (profile.isLost) return undefined;
  return profile.journal
    .held()
    .find(({ batch: { sheet } }) => !blocked.has(sheet) && profile.journal.openBatches(sheet).length === 0);
};

const sendOne = async (profile: Profile, { batch: queued, rows }: HeldBatch): Promise<Sent> => {
  const { warehouse, journal } = profile;
  const { batch, sheet, sha256, keyColumns = [] } = queued;
  const source = placeOf(sheet);
  // Rows of an open sheet are read anew before its batches go, so that the person sees what they meet.
  await Promise.all(profile.sheetsOf(sheet).map((open) => open.whenCurrent().catch(() => {})));
  await profile.merges.whenDone(sheet);
  if (await isElsewhere(profile, queued)) return giveBack(profile, queued, otherDatabase());
  const [{ definition: fresh }, policy] = await Promise.all([
    warehouse.describe(source),
    warehouse.reviews.policy(source),
  ]);
  const definition: SheetDefinition = { ...fresh, id: sheet, key: [...keyColumns] };
  const review = policy?.policy.mode === 'approval';
  const ended = await profile.batches.once(batch, async () => {
    journal.release(batch, 'send', review);
    const note = queued.queued?.note ?? null;
    try {
      const plan = planOf({ definition, pending: rows, batch, note, sha256 });
      if (review) return await propose(profile, definition, plan, canonicalPayload(definition, rows));
      const outcome = await warehouse.commit(plan, definition, {
        onProof: (proof) => journal.proof(batch, proof),
      });
      const { rows: touched, chosenKeys } =
        outcome.kind === 'committed' ? touchedRows(plan) : { rows: [], chosenKeys: false };
      return await settle(profile, sheet, outcome, touched, chosenKeys, undefined, rows);
    } catch (error) {
      // Nothing was sent: the table no longer fits, for example.
      if (!journal.openBatches(sheet).some((open) => open.batch === batch)) throw error;
      return settle(profile, sheet, notCommitted(batch, AppError.wrap(error)), []);
    }
  });
  return { sheet, ended, reviewed: review };
};

/** Ends the waiting without sending anything: the edits are pending again, with the reason. */
const giveBack = async (profile: Profile, { batch, sheet }: OpenBatch, why: AppError): Promise<Sent> => {
  const ended = await profile.batches.once(batch, async () => {
    profile.journal.release(batch, 'send');
    return settle(profile, sheet, notCommitted(batch, why), []);
  });
  return { sheet, ended, reviewed: false };
};

const propose = async (
  profile: Profile,
  definition: SheetDefinition,
  plan: ReturnType<typeof planOf>,
  payload: string,
): Promise<Submitted> => {
  const { batch } = plan;
  const proposed = await profile.warehouse.reviews.propose(plan, definition, payload);
  const under: CommitOutcome = {
    kind: 'unknown',
    batch,
    failure: { kind: 'unavailable', code: 'under-review', message: 'The batch waits for review.' },
  };
  switch (proposed.kind) {
    case 'submitted':
      return { outcome: under, delta: profile.journal.underReview(batch), rows: [], trouble: null };
    case 'refused': {
      const { failure, conflicts, problems } = proposed;
      const outcome = { kind: 'not-committed' as const, batch, failure };
      return settle(
        profile,
        definition.id,
        {
          ...outcome,
          conflicts: [...conflicts],
          problems: [...problems],
        },
        [],
      );
    }
    case 'unknown':
      return { outcome: { ...under, failure: proposed.failure }, delta: null, rows: [], trouble: null };
  }
};

const notCommitted = (batch: string, failure: AppError): CommitOutcome => ({
  kind: 'not-committed',
  batch,
  failure: failure.toFailure(),
  conflicts: [],
  problems: [],
});
