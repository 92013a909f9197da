import type { Journal } from '../../electron/journal/journal.ts';
import type { OpenedJournal } from '../../electron/journal/open-journal.ts';
import type { EditStep } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { type Random, randomFrom } from './suite.ts';

/** One thing done to a journal; the same mix is replayed by a writer that is killed and by one that is not. */
export type MixOperation = (journal: Journal) => void;

const AT = '2026-01-02T03:04:05.000Z';
const SHEETS = ['plan', 'other'] as const;
const failure = { kind: 'unavailable', code: 'x', message: 'X.' } as const;

const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const stepOf = (random: Random, n: number, sheet: string, cells: number): EditStep => ({
  id: idOf(n),
  sheet,
  at: AT,
  label: cells > 3 ? 'Paste' : 'Edit',
  sets: {
    columns: ['a', 'b'],
    rows: Array.from({ length: cells }, (_, i) => `["${cells > 3 ? i : random.below(6)}"]`),
    columnOf: Array.from({ length: cells }, (_, i) => i % 2),
    before: Array.from({ length: cells }, () => null),
    after: Array.from({ length: cells }, (_, i) => `value ${n} ${i} ${random.below(1e9)}`),
  },
});

const batchWork = (random: Random, n: number, sheet: string): MixOperation => {
  const kind = random.pick([
    'submit',
    'proof',
    'committed',
    'not-committed',
    'review',
    'returned',
    'written',
  ] as const);
  return (journal) => {
    const open = journal.openBatches(sheet)[0];
    const reviewed = journal.reviewed(sheet)[0];
    if (kind === 'submit' || (!open && !reviewed))
      journal.submitted({ batch: idOf(n), sheet, sha256: idOf(n), proof: null, at: AT, keyColumns: ['a'] });
    else if (kind === 'returned' && reviewed) journal.reviewEnded(reviewed.batch, 'returned');
    else if (kind === 'written' && reviewed) journal.reviewEnded(reviewed.batch, 'committed');
    else if (!open) return;
    else if (kind === 'proof') journal.proof(open.batch, `batch:${n}`);
    else if (kind === 'review') journal.underReview(open.batch);
    else if (kind === 'not-committed')
      journal.settled(open.batch, { kind, batch: open.batch, failure, conflicts: [], problems: [] });
    else
      journal.settled(open.batch, {
        kind: 'committed',
        batch: open.batch,
        rows: 1,
        cells: 1,
        at: AT,
        audited: true,
      });
  };
};

/** Batches that wait to be sent: queued, sent, taken back, refused and read. */
const queueWork = (random: Random, n: number, sheet: string): MixOperation => {
  const kind = random.pick(['queue', 'send', 'cancel', 'refused', 'dismiss'] as const);
  return (journal) => {
    const [held] = journal.held(sheet);
    const [open] = journal.openBatches(sheet);
    const [refusal] = journal.refusals();
    const batch = { batch: idOf(n), sheet, sha256: idOf(n), proof: null, at: AT, queued: { note: null } };
    if (kind === 'dismiss' && refusal) journal.dismiss(refusal.batch);
    else if (kind === 'send' && held) journal.release(held.batch.batch, 'send');
    else if (kind === 'cancel' && held) journal.release(held.batch.batch, 'cancel');
    else if (kind === 'refused' && open?.queued) {
      const refused = { kind: 'conflict', code: 'rows-changed', message: 'X.' } as const;
      const outcome = { batch: open.batch, failure: refused, conflicts: [], problems: [] };
      journal.settled(open.batch, { kind: 'not-committed', ...outcome });
    } else journal.queue(batch, [...journal.pending(sheet).values()]);
  };
};

/** What a merge settles by itself, and what a person decides, over rows that are pending. */
const mergeWork = (random: Random, n: number, sheet: string): MixOperation => {
  const quiet = random.next() < 0.5;
  const theirs = `theirs ${n}`;
  return (journal) => {
    const changed = [...journal.pending(sheet).values()].find(
      (row) => row.kind === 'update' && !journal.isFrozen(sheet, row.row),
    );
    if (changed?.kind !== 'update') return;
    const { row, cells } = changed;
    const columns = Object.entries(cells).map(([column, { before }]) => [column, { base: before, theirs }]);
    if (quiet) journal.merged(sheet, [{ row, kind: 'cells', cells: Object.fromEntries(columns) }], AT);
    else journal.decide(sheet, { id: idOf(n), at: AT, label: 'Take theirs', rows: [{ row, state: null }] });
  };
};

const operationOf = (random: Random, n: number, paste: number): MixOperation => {
  const sheet = random.pick(SHEETS);
  const dice = random.next();
  if (dice < 0.35) {
    const step = stepOf(random, n, sheet, 1 + random.below(3));
    return (journal) => journal.append(step);
  }
  if (dice < 0.45) {
    // Many pages at once, some of them past the point where the log is written back into the file.
    const step = stepOf(random, n, sheet, paste / 8 + random.below(paste));
    return (journal) => journal.append(step);
  }
  if (dice < 0.5) {
    const row = `new:${idOf(n)}`;
    const step: EditStep = {
      id: idOf(n),
      sheet,
      at: AT,
      label: 'Add row',
      inserts: [{ row, values: { a: `${n}` } }],
    };
    return (journal) => journal.append(step);
  }
  if (dice < 0.55) {
    const step: EditStep = {
      id: idOf(n),
      sheet,
      at: AT,
      label: 'Delete rows',
      deletes: [{ row: `["${random.below(6)}"]`, before: { a: null } }],
    };
    return (journal) => journal.append(step);
  }
  if (dice < 0.65) return (journal) => journal.undo(sheet);
  if (dice < 0.72) return (journal) => journal.redo(sheet);
  if (dice < 0.75) return (journal) => journal.discard(sheet, undefined, AT, idOf(n));
  if (dice < 0.79) return mergeWork(random, n, sheet);
  return dice < 0.85 ? queueWork(random, n, sheet) : batchWork(random, n, sheet);
};

/** The largest pastes of a mix, in cells, about. */
export const PASTE = 4_000;

/** The operations of a mix, by its seed; its pastes have up to about `paste` cells, its ids count from `first`. What a journal refuses (a row in an open batch) changes nothing, there or here. */
export const mixOf = (seed: number, length: number, paste = PASTE, first = 0): readonly MixOperation[] => {
  const random = randomFrom(seed);
  const operations = Array.from({ length }, (_, n) => operationOf(random, first + n, paste));
  return operations.map((operation) => (journal) => {
    try {
      operation(journal);
    } catch (error) {
      if (!(error instanceof AppError) || error.kind === 'unavailable' || error.kind === 'bug') throw error;
    }
  });
};

const sorted = (rows: Iterable<[string, unknown]>): unknown[] =>
  [...rows].sort(([a], [b]) => (a < b ? -1 : 1));

/** Everything a journal says it holds, as text. */
export const stateOf = (journal: OpenedJournal): string =>
  JSON.stringify([
    ...SHEETS.map((sheet) => [
      sorted(journal.pending(sheet)),
      journal.counts(sheet),
      journal.openBatches(sheet),
      journal.reviewed(sheet),
      journal.held(sheet),
    ]),
    journal.refusals(),
  ]);
