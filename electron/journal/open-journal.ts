import { existsSync } from 'node:fs';
import type { QuietChange } from '../../shared/merge/quiet.ts';
import type { CommitOutcome } from '../../shared/model/batch.ts';
import type { EditStep, PendingCounts, PendingDelta, PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { cellsOf } from '../../shared/plan/pending.ts';
import {
  checkLog,
  DamagedLog,
  damagedLogOf,
  isDamage,
  journalFailure,
  makeDurable,
  migrate,
  openDatabase,
  type Sqlite,
} from './database.ts';
import { type Entry, encodeEntry, type Settlement } from './entries.ts';
import type { DecidedStep, HeldBatch, Journal, OpenBatch, Refusal, ReviewedBatch } from './journal.ts';
import { JournalFold } from './journal-fold.ts';
import { checkKey, rememberKey } from './key-check.ts';
import { readLog } from './log-check.ts';
import { finishRecovery, readEntries, recoverJournal, setAsideIfGone, startOf } from './recovery.ts';
import { forgetRecovery, type Recovery, recoveryNoted } from './recovery-note.ts';

export interface JournalOptions {
  /** The journal's file; `-wal` and `-key-check` files stand beside it. */
  readonly file: string;
  /** 32 bytes, raw. */
  readonly key: Buffer;
  readonly now: () => Date;
}

/** A journal with what had to be done to open it: null when the file was sound. */
export interface OpenedJournal extends Journal {
  readonly recovery: Recovery | null;
  /** `told` false: nobody has heard of the recovery, so the next opening tells it. */
  close(told?: boolean): void;
}

/** The rows a step is about. */
export const rowsOf = ({ sets, inserts = [], deletes = [] }: EditStep): readonly string[] => [
  ...new Set([...(sets?.rows ?? []), ...inserts.map(({ row }) => row), ...deletes.map(({ row }) => row)]),
];

/** Appends entries to the file and lets the fold act on them only once they are on disk. */
class FileJournal implements OpenedJournal {
  readonly recovery: Recovery | null;
  readonly #db: Sqlite;
  readonly #fold: JournalFold;
  readonly #write: (entry: Entry) => void;
  readonly #file: string;

  constructor(file: string, db: Sqlite, fold: JournalFold, recovery: Recovery | null) {
    this.#file = file;
    this.#db = db;
    this.#fold = fold;
    this.recovery = recovery;
    const insert = db.prepare<[Buffer]>('INSERT INTO entry (body) VALUES (?)');
    this.#write = (entry) => {
      try {
        fold.wrote(Number(insert.run(encodeEntry(entry)).lastInsertRowid), entry);
      } catch (error) {
        throw journalFailure(error);
      }
    };
  }

  append(step: EditStep): PendingDelta {
    const state = this.#fold.sheet(step.sheet);
    if (this.#fold.hasStep(step.id)) return state.delta(rowsOf(step));
    const action = state.stepAction(step);
    if (!action) return state.delta([]);
    this.#write({ kind: 'step', step });
    return this.#fold.keep(step.sheet, action);
  }

  undo(sheet: string): PendingDelta {
    const state = this.#fold.sheet(sheet);
    if (!state.canUndo()) return state.delta([]);
    this.#write({ kind: 'undo', sheet });
    return state.undo();
  }

  redo(sheet: string): PendingDelta {
    const state = this.#fold.sheet(sheet);
    if (!state.canRedo()) return state.delta([]);
    this.#write({ kind: 'redo', sheet });
    return state.redo();
  }

  discard(sheet: string, rows: readonly string[] | undefined, at: string, id: string): PendingDelta {
    const state = this.#fold.sheet(sheet);
    const action = state.discardAction(rows, id);
    if (!action) return state.delta([]);
    this.#write({ kind: 'discard', sheet, ...(rows ? { rows } : {}), at, id });
    return this.#fold.keep(sheet, action);
  }

  decide(sheet: string, step: DecidedStep): PendingDelta {
    const state = this.#fold.sheet(sheet);
    if (this.#fold.hasStep(step.id)) return state.delta(step.rows.map(({ row }) => row));
    const action = state.decideAction(step);
    if (!action) return state.delta([]);
    this.#write({ kind: 'decide', sheet, ...step });
    return this.#fold.keep(sheet, action);
  }

  merged(sheet: string, changes: readonly QuietChange[], at: string): PendingDelta {
    const state = this.#fold.sheet(sheet);
    if (changes.length === 0) return state.delta([]);
    state.refuseMerge(changes);
    this.#write({ kind: 'merge', sheet, changes, at });
    return state.merge(changes);
  }

  watch(listener: (sheet: string, rows: readonly string[]) => void): void {
    this.#fold.watcher = listener;
  }

  refuseLocked(sheet: string, rows: readonly string[]): void {
    this.#fold.sheet(sheet).refuseLocked(rows);
  }

  isFrozen(sheet: string, row: string): boolean {
    return this.#fold.sheet(sheet).isFrozen(row);
  }

  pending(sheet: string): ReadonlyMap<string, PendingRow> {
    return this.#fold.sheet(sheet).pending;
  }

  last(): number {
    return this.#fold.last;
  }

  seenAt(sheet: string, row: string, column: string): number {
    return this.#fold.sheet(sheet).seenAt(row, column);
  }

  counts(sheet: string): PendingCounts {
    return this.#fold.sheet(sheet).counts();
  }

  sheets(): readonly string[] {
    return this.#fold.sheetsPending();
  }

  submitted(batch: OpenBatch, planned?: readonly PendingRow[]): void {
    if (!this.#fold.canSubmit(batch)) return;
    if (planned && !this.#fold.sheet(batch.sheet).isExactly(planned, batch.except)) {
      throw changedSincePreview();
    }
    this.#write({ kind: 'submit', batch });
    this.#fold.submit(batch);
  }

  proof(batch: string, proof: string): void {
    if (this.#fold.openBatch(batch).proof === proof) return;
    this.#write({ kind: 'proof', batch, proof });
    this.#fold.prove(batch, proof);
  }

  settled(batch: string, outcome: CommitOutcome): PendingDelta {
    const ended = this.#fold.sheetOfEnded(batch);
    if (ended !== undefined) return this.#fold.sheet(ended).delta([]);
    const { sheet } = this.#fold.openBatch(batch);
    if (outcome.kind === 'unknown') return this.#fold.sheet(sheet).delta([]);
    const { settlement, refusal } = settlementOf(this.#fold, batch, outcome);
    this.#write({ kind: 'settle', batch, outcome: settlement, ...(refusal ? { refusal } : {}) });
    const delta = this.#fold.settle(batch, settlement, refusal);
    this.#moveStart();
    return delta;
  }

  queue(batch: OpenBatch, planned: readonly PendingRow[]): PendingDelta {
    const state = this.#fold.sheet(batch.sheet);
    this.#fold.canQueue(batch, planned.length);
    const frozen = [...state.pending.keys()].filter((row) => state.isFrozen(row));
    if (!state.isExactly(planned, [...(batch.except ?? []), ...frozen])) throw changedSincePreview();
    this.#write({ kind: 'queue', batch });
    return state.hold(batch);
  }

  held(sheet?: string): readonly HeldBatch[] {
    return this.#fold.held().filter(({ batch }) => sheet === undefined || batch.sheet === sheet);
  }

  release(batch: string, how: 'cancel' | 'send', review = false): PendingDelta {
    const { sheet } = this.#fold.heldBatch(batch).batch;
    if (how === 'send' && this.#fold.sheet(sheet).openBatch) throw batchOpen();
    this.#write({ kind: 'release', sheet, batch, how, ...(review ? { review } : {}) });
    return this.#fold.release(sheet, batch, how, review);
  }

  refusals(): readonly Refusal[] {
    return this.#fold.refusals();
  }

  dismiss(batch: string): void {
    const known = this.refusals().find((each) => each.batch === batch);
    if (!known) return;
    this.#write({ kind: 'dismiss', sheet: known.sheet, batch });
    this.#fold.sheet(known.sheet).dismiss(batch);
  }

  underReview(batch: string): PendingDelta {
    this.#fold.openBatch(batch);
    this.#write({ kind: 'settle', batch, outcome: 'under-review' });
    return this.#fold.settle(batch, 'under-review');
  }

  reviewEnded(batch: string, how: 'returned' | 'committed'): PendingDelta | null {
    if (!this.#fold.reviewed().some((each) => each.batch === batch)) return null;
    this.#write({ kind: 'review-end', batch, how });
    const delta = this.#fold.endReview(batch, how);
    this.#moveStart();
    return delta;
  }

  reviewed(sheet?: string): readonly ReviewedBatch[] {
    return this.#fold.reviewed().filter((batch) => sheet === undefined || batch.sheet === sheet);
  }

  openBatches(sheet?: string): readonly OpenBatch[] {
    return this.#fold.openBatches().filter((batch) => sheet === undefined || batch.sheet === sheet);
  }

  close(told = true): void {
    if (told && this.recovery !== null) forgetRecovery(this.#file);
    this.#db.close();
  }

  /** Only a shortcut for the next start: when it cannot be written, the fold begins earlier. */
  #moveStart(): void {
    const start = this.#fold.start();
    try {
      this.#db.prepare<[number]>(`INSERT OR REPLACE INTO mark (name, value) VALUES ('start', ?)`).run(start);
    } catch (error) {
      if (!(journalFailure(error) instanceof AppError)) throw error;
    }
  }
}

const changedSincePreview = (): AppError =>
  new AppError(
    'conflict',
    'changed-since-preview',
    'The edits changed after they were shown. Look at them again before submitting.',
  );

const batchOpen = (): AppError =>
  new AppError(
    'conflict',
    'batch-open',
    'An earlier batch of this sheet has not ended. Resolve it before submitting again.',
  );

/** Refusals that say nothing about the batch: another transaction was in the way. */
const PASSING = new Set(['locked', 'deadlock', 'serialization', 'rows-changing', 'rolled-back']);

/** What becomes of a batch: one that was queued and did not get through waits again, one that was refused is remembered. */
const settlementOf = (
  fold: JournalFold,
  batch: string,
  outcome: Exclude<CommitOutcome, { kind: 'unknown' }>,
): { readonly settlement: Settlement; readonly refusal?: Refusal } => {
  const open = fold.openBatch(batch);
  if (outcome.kind === 'committed' || !open.queued) return { settlement: outcome.kind };
  const { failure } = outcome;
  if (failure.kind === 'unavailable' || failure.kind === 'cancelled' || PASSING.has(failure.code))
    return { settlement: 'queued' };
  const { sheet, at, queued } = open;
  const rows = [...fold.sheet(sheet).pending.values()].filter(({ row }) => fold.sheet(sheet).isFrozen(row));
  const cells = rows.reduce((sum, row) => sum + cellsOf(row), 0);
  const refusal = { batch, sheet, at, note: queued.note, rows: rows.length, cells, failure };
  return { settlement: 'not-committed', refusal };
};

interface Loaded {
  readonly fold: JournalFold;
  readonly entries: number;
  readonly unusable: number;
}

const load = (db: Sqlite): Loaded => {
  const start = startOf(db);
  const fold = new JournalFold(start);
  let entries = 0;
  let unusable = 0;
  for (const { seq, entry } of readEntries(db, start)) {
    try {
      fold.replay(seq, entry);
      entries++;
    } catch (error) {
      // One entry that no longer makes sense must not take the others with it; it stays in the file and is reported.
      if (!(error instanceof AppError)) throw error;
      unusable++;
    }
  }
  return { fold, entries, unusable };
};

const openFile = ({ file, key }: JournalOptions): Loaded & { readonly db: Sqlite } => {
  // Found damaged by a start that ended before it had put the journal aside.
  if (existsSync(damagedLogOf(file))) throw new DamagedLog(null);
  const log = readLog(file);
  const db = openDatabase(file, key);
  try {
    checkLog(db, file, log);
    makeDurable(db);
    migrate(db);
    return { db, ...load(db) };
  } catch (error) {
    db.close();
    throw error;
  }
};

const wrongKey = (cause: unknown): AppError =>
  new AppError(
    'denied',
    'journal-key-wrong',
    'The journal of edits was written with another key. Restore that key in the keychain, or move the file away.',
    { cause },
  );

/**
 * Opens the journal, creating it the first time, and folds it. A damaged file is put aside and its readable entries
 * are taken over, reported in `recovery`. Throws AppError: `journal-in-use` while another process has it,
 * `journal-key-wrong`, `journal-newer`, or what the disk refused; the file is then untouched.
 */
export const openJournal = (options: JournalOptions): OpenedJournal => {
  const { file, key, now } = options;
  if (key.length !== 32)
    throw new AppError('bug', 'journal-key-length', 'The journal key must have 32 bytes.');
  try {
    finishRecovery(file);
    let recovery = setAsideIfGone(file, key, now()) ?? recoveryNoted(file);
    let opened: Loaded & { readonly db: Sqlite };
    try {
      opened = openFile(options);
    } catch (error) {
      if (!isDamage(error)) throw error;
      if (checkKey(file, key) !== 'same') throw wrongKey(error);
      const passed = error instanceof DamagedLog ? error.transactions : undefined;
      recovery = recoverJournal(file, key, now(), passed);
      opened = openFile(options);
    }
    rememberKey(file, key);
    if (opened.unusable > 0) recovery ??= { movedTo: null, entries: opened.entries, lost: opened.unusable };
    return new FileJournal(file, opened.db, opened.fold, recovery);
  } catch (error) {
    throw journalFailure(error);
  }
};
