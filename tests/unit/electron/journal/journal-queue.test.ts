import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OpenBatch } from '../../../../electron/journal/journal.ts';
import type { OpenedJournal } from '../../../../electron/journal/open-journal.ts';
import type { CommitOutcome } from '../../../../shared/model/batch.ts';
import type { FailureKind } from '../../../../shared/model/failure.ts';
import { insertStep, setStep } from '../../shared/plan/steps.ts';
import { AT, asObject, codeOf, scratchJournal } from './scratch.ts';

const ONE = '["1"]';
const TWO = '["2"]';
const batchOf = (batch: string, more: Partial<OpenBatch> = {}): OpenBatch => ({
  ...{ batch, sheet: 'plan', sha256: `sha of ${batch}`, proof: null, at: AT, queued: { note: null } },
  ...more,
});
const failed = (batch: string, kind: FailureKind): CommitOutcome => ({
  kind: 'not-committed',
  batch,
  failure: { kind, code: 'x', message: 'X.' },
  conflicts: [],
  problems: [],
});
const committed = (batch: string): CommitOutcome => ({
  ...{ kind: 'committed', batch, rows: 1, cells: 1, at: AT, audited: true },
});

let scratch: ReturnType<typeof scratchJournal>;
let journal: OpenedJournal;

beforeEach(() => {
  scratch = scratchJournal();
  journal = scratch.open();
});
afterEach(() => {
  journal.close();
  scratch.remove();
});

const reopen = (): void => {
  journal.close();
  journal = scratch.open();
};
const queue = (batch: string): void => {
  journal.queue(batchOf(batch), [...journal.pending('plan').values()]);
};
const pending = (): readonly string[] => Object.keys(asObject(journal.pending('plan')));
const held = (): readonly string[] => journal.held().map(({ batch }) => batch.batch);

test('a batch that waits is out of what is pending, locks its rows and comes back after a restart', () => {
  journal.append(setStep([[ONE, 'a', '1', '2']]));
  queue('b1');
  journal.append(setStep([[TWO, 'a', '1', '2']]));
  reopen();
  expect(held()).toEqual(['b1']);
  expect(pending()).toEqual([TWO]);
  expect(codeOf(() => journal.append(setStep([[ONE, 'a', '2', '3']])))).toBe('conflict row-waiting');
  journal.undo('plan');
  expect(pending()).toEqual([]);
  expect(codeOf(() => journal.undo('plan'))).toBe('no error');
  expect(held()).toEqual(['b1']);
});

test('what changed since it was looked at is not queued, and an id is used once', () => {
  journal.append(setStep([[ONE, 'a', '1', '2']]));
  const planned = [...journal.pending('plan').values()];
  journal.append(setStep([[ONE, 'a', '2', '3']]));
  expect(codeOf(() => journal.queue(batchOf('b1'), planned))).toBe('conflict changed-since-preview');
  queue('b1');
  journal.append(setStep([[TWO, 'a', '1', '2']]));
  expect(codeOf(() => queue('b1'))).toBe('conflict batch-known');
});

test('taken back, its edits are pending as they were', () => {
  journal.append(setStep([[ONE, 'a', '1', '2']]));
  const before = asObject(journal.pending('plan'));
  queue('b1');
  journal.release('b1', 'cancel');
  expect(asObject(journal.pending('plan'))).toEqual(before);
  reopen();
  expect(asObject(journal.pending('plan'))).toEqual(before);
  expect(held()).toEqual([]);
});

test('sent, it freezes its own rows alone: written they are gone, edits made meanwhile stay with their undo', () => {
  journal.append(setStep([[ONE, 'a', '1', '2']]));
  queue('b1');
  journal.append(setStep([[TWO, 'a', '1', '2']]));
  journal.release('b1', 'send');
  expect([journal.isFrozen('plan', ONE), journal.isFrozen('plan', TWO)]).toEqual([true, false]);
  reopen();
  expect(journal.openBatches().map(({ batch }) => batch)).toEqual(['b1']);
  journal.settled('b1', committed('b1'));
  expect(pending()).toEqual([TWO]);
  expect(journal.counts('plan').undo).not.toBeNull();
  reopen();
  expect(pending()).toEqual([TWO]);
});

test('where it did not get through it waits again; where it was refused its edits are pending and the reason is kept', () => {
  journal.append(setStep([[ONE, 'a', '1', '2']]));
  queue('b1');
  journal.release('b1', 'send');
  journal.settled('b1', failed('b1', 'unavailable'));
  reopen();
  expect(held()).toEqual(['b1']);
  expect(pending()).toEqual([]);
  journal.release('b1', 'send');
  journal.settled('b1', failed('b1', 'conflict'));
  reopen();
  expect(held()).toEqual([]);
  expect(pending()).toEqual([ONE]);
  expect(journal.refusals()).toMatchObject([
    { batch: 'b1', rows: 1, cells: 1, failure: { kind: 'conflict' } },
  ]);
  journal.dismiss('b1');
  reopen();
  expect(journal.refusals()).toEqual([]);
});

test('a new row that waits to be sent, or is under review, is locked and not gone', () => {
  journal.append(insertStep('new:1', { a: 'x' }));
  const locked = (): string => codeOf(() => journal.refuseLocked('plan', ['new:1']));
  journal.refuseLocked('plan', ['new:1']);
  journal.queue(batchOf('b'), [...journal.pending('plan').values()]);
  expect(locked()).toBe('conflict row-waiting');
  journal.release('b', 'send', true);
  journal.underReview('b');
  expect(locked()).toBe('conflict row-under-review');
  journal.reviewEnded('b', 'returned');
  journal.refuseLocked('plan', ['new:1']);
});
