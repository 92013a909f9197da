import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OpenBatch } from '../../../../electron/journal/journal.ts';
import type { OpenedJournal } from '../../../../electron/journal/open-journal.ts';
import type { CommitOutcome } from '../../../../shared/model/batch.ts';
import { deleteStep, insertStep, setStep } from '../../shared/plan/steps.ts';
import { AT, asObject, codeOf, scratchJournal } from './scratch.ts';

const batchOf = (batch: string, more: Partial<OpenBatch> = {}): OpenBatch => ({
  batch,
  sheet: 'plan',
  sha256: `sha of ${batch}`,
  proof: null,
  at: AT,
  ...more,
});
const committed = (batch: string): CommitOutcome => ({
  kind: 'committed',
  batch,
  rows: 1,
  cells: 1,
  at: AT,
  audited: true,
});
const failure = { kind: 'unavailable', code: 'x', message: 'X.' } as const;
const notCommitted = (batch: string): CommitOutcome => ({
  kind: 'not-committed',
  batch,
  failure,
  conflicts: [],
  problems: [],
});

let scratch: ReturnType<typeof scratchJournal>;
let journal: OpenedJournal;
const reopen = (): void => {
  journal.close();
  journal = scratch.open();
};
const pending = (sheet = 'plan') => asObject(journal.pending(sheet));
const cell = (row: string, column = 'a') => {
  const state = journal.pending('plan').get(row);
  return state?.kind === 'update' ? state.cells[column] : state;
};

beforeEach(() => {
  scratch = scratchJournal();
  journal = scratch.open();
});
afterEach(() => {
  journal.close();
  scratch.remove();
});

describe('a batch in flight', () => {
  test('comes back after a restart with its proof', () => {
    journal.append(setStep([['["1"]', 'a', '1', '2']]));
    journal.submitted(batchOf('b1'));
    journal.proof('b1', '4711');
    reopen();
    expect(journal.openBatches()).toEqual([{ ...batchOf('b1'), proof: '4711' }]);
    expect(journal.openBatches('plan')).toHaveLength(1);
    expect(journal.openBatches('other')).toEqual([]);
  });

  test('freezes what it holds against undo, but not later edits', () => {
    journal.append(setStep([['["1"]', 'a', '1', '2']]));
    journal.submitted(batchOf('b1'));
    expect(journal.counts('plan').undo).toBeNull();
    expect(codeOf(() => journal.undo('plan'))).toBe('conflict edit-in-open-batch');
    journal.append(setStep([['["1"]', 'a', '2', '3']]));
    journal.undo('plan');
    expect(cell('["1"]')).toEqual({ before: '1', after: '2' });
    expect(codeOf(() => journal.undo('plan'))).toBe('conflict edit-in-open-batch');
    journal.redo('plan');
    expect(cell('["1"]')).toEqual({ before: '1', after: '3' });
  });

  test('keeps its edits from being discarded; later ones are', () => {
    journal.append(setStep([['["1"]', 'a', '1', '2']]));
    journal.submitted(batchOf('b1'));
    journal.append(
      setStep([
        ['["1"]', 'a', '2', '3'],
        ['["2"]', 'a', '1', '2'],
      ]),
    );
    journal.discard('plan', undefined, AT, 'd1');
    expect(pending()).toEqual({
      '["1"]': { kind: 'update', row: '["1"]', cells: { a: { before: '1', after: '2' } } },
    });
  });

  test('is one per sheet, and the same one may be named again', () => {
    journal.append(setStep([['["1"]', 'a', '1', '2']]));
    journal.submitted(batchOf('b1'));
    journal.submitted(batchOf('b1'));
    expect(codeOf(() => journal.submitted(batchOf('b2')))).toBe('conflict batch-open');
    expect(codeOf(() => journal.submitted(batchOf('b1', { sha256: 'other' })))).toBe('conflict batch-open');
    expect(codeOf(() => journal.submitted(batchOf('b3', { sheet: 'other' })))).toBe(
      'invalid nothing-pending',
    );
    expect(codeOf(() => journal.settled('b9', committed('b9')))).toBe('invalid batch-unknown');
    expect(codeOf(() => journal.proof('b9', 'x'))).toBe('invalid batch-unknown');
  });

  test('takes no edits on rows it inserts or renames until it ends', () => {
    journal.append(insertStep('new:1', { id: '9' }));
    journal.append(
      setStep([
        ['["1"]', 'id', '1', '7'],
        ['["2"]', 'a', '1', '2'],
      ]),
    );
    journal.submitted(batchOf('b1', { keyColumns: ['id'] }));
    const refused = 'conflict row-in-open-batch';
    expect(codeOf(() => journal.append(setStep([['new:1', 'a', null, '1']])))).toBe(refused);
    expect(codeOf(() => journal.append(deleteStep('new:1', {})))).toBe(refused);
    expect(codeOf(() => journal.append(setStep([['["1"]', 'a', '1', '2']])))).toBe(refused);
    reopen();
    expect(codeOf(() => journal.append(setStep([['["1"]', 'a', '1', '2']])))).toBe(refused);
    journal.append(setStep([['["2"]', 'a', '2', '3']]));
    journal.settled('b1', committed('b1'));
    expect(pending()).toEqual({
      '["2"]': { kind: 'update', row: '["2"]', cells: { a: { before: '2', after: '3' } } },
    });
  });

  test('is refused when anything changed since its plan was made', () => {
    journal.append(setStep([['["1"]', 'a', '1', '2']]));
    const planned = [...journal.pending('plan').values()];
    journal.append(setStep([['["1"]', 'a', '2', '3']]));
    expect(codeOf(() => journal.submitted(batchOf('b1'), planned))).toBe('conflict changed-since-preview');
    journal.undo('plan');
    journal.append(setStep([['["2"]', 'a', '1', '2']]));
    expect(codeOf(() => journal.submitted(batchOf('b1'), planned))).toBe('conflict changed-since-preview');
    journal.undo('plan');
    journal.submitted(batchOf('b1'), planned);
    expect(journal.openBatches()).toHaveLength(1);
  });

  test('cannot be emptied by a redo of what was undone before it', () => {
    journal.append(deleteStep('["1"]', { a: '1' }));
    journal.discard('plan', undefined, AT, 'd1');
    journal.undo('plan');
    journal.submitted(batchOf('b1'));
    expect(codeOf(() => journal.redo('plan'))).toBe('conflict row-in-open-batch');
    journal.settled('b1', committed('b1'));
    expect(journal.counts('plan')).toMatchObject({ deleted: 0, undo: null, redo: null });
  });

  test('with an unknown outcome stays open', () => {
    journal.append(setStep([['["1"]', 'a', '1', '2']]));
    journal.submitted(batchOf('b1'));
    journal.settled('b1', { kind: 'unknown', batch: 'b1', failure });
    reopen();
    expect(journal.openBatches()).toHaveLength(1);
    expect(journal.counts('plan').cells).toBe(1);
  });
});

describe('a committed batch', () => {
  test('clears exactly what it froze and ends its undo', () => {
    journal.append(setStep([['["1"]', 'a', '1', '2']]));
    journal.append(insertStep('new:1', { a: '1' }));
    journal.append(deleteStep('["3"]', { a: '1' }));
    journal.submitted(batchOf('b1'));
    const delta = journal.settled('b1', committed('b1'));
    expect(delta.rows).toEqual([]);
    expect([...delta.cleared].sort()).toEqual(['["1"]', '["3"]', 'new:1']);
    expect(delta.counts).toEqual({ cells: 0, updated: 0, inserted: 0, deleted: 0, undo: null, redo: null });
    expect(journal.undo('plan').cleared).toEqual([]);
    reopen();
    expect(journal.sheets()).toEqual([]);
    expect(journal.openBatches()).toEqual([]);
  });

  test('leaves later edits pending on the values it wrote', () => {
    journal.append(
      setStep([
        ['["1"]', 'a', '1', '2'],
        ['["1"]', 'b', 'x', 'y'],
        ['["2"]', 'a', '1', '2'],
        ['["3"]', 'a', '1', '2'],
        ['["4"]', 'a', '1', '2'],
      ]),
    );
    journal.submitted(batchOf('b1'));
    journal.append(
      setStep([
        ['["1"]', 'a', '2', '3', 'later'],
        ['["1"]', 'c', null, 'z'],
        ['["2"]', 'a', '2', '1'],
        ['["5"]', 'a', '1', '2'],
      ]),
    );
    journal.append(deleteStep('["3"]', { id: '3', a: '2' }));
    const delta = journal.settled('b1', committed('b1'));
    const expected = {
      '["1"]': {
        kind: 'update',
        row: '["1"]',
        cells: { a: { before: '2', after: '3', reason: 'later' }, c: { before: null, after: 'z' } },
      },
      '["2"]': { kind: 'update', row: '["2"]', cells: { a: { before: '2', after: '1' } } },
      '["3"]': { kind: 'delete', row: '["3"]', before: { id: '3', a: '2' } },
      '["5"]': { kind: 'update', row: '["5"]', cells: { a: { before: '1', after: '2' } } },
    };
    expect(pending()).toEqual(expected);
    expect(delta.cleared).toEqual(['["4"]']);
    expect(journal.counts('plan')).toMatchObject({ cells: 4, updated: 3, deleted: 1 });
    reopen();
    expect(pending()).toEqual(expected);
    journal.undo('plan');
    journal.undo('plan');
    expect(pending()).toEqual({});
    expect(journal.counts('plan')).toMatchObject({ cells: 0, undo: null });
    journal.redo('plan');
    journal.redo('plan');
    expect(pending()).toEqual(expected);
  });

  test('keeps redo of what it did not hold and drops what no longer can be', () => {
    journal.append(setStep([['["1"]', 'a', '1', '2']]));
    journal.append(setStep([['["1"]', 'a', '2', '3']]));
    journal.undo('plan');
    journal.submitted(batchOf('b1'));
    journal.settled('b1', committed('b1'));
    journal.redo('plan');
    expect(cell('["1"]')).toEqual({ before: '2', after: '3' });
    journal.undo('plan');
    journal.append(insertStep('new:1', { a: '1' }));
    journal.append(setStep([['new:1', 'a', '1', '2']]));
    journal.undo('plan');
    journal.submitted(batchOf('b2'));
    journal.settled('b2', committed('b2'));
    expect(journal.counts('plan').redo).toBeNull();
  });

  test('is settled once, however often that is said, and its id is not taken again', () => {
    journal.append(setStep([['["1"]', 'a', '1', '2']]));
    journal.submitted(batchOf('b1'));
    journal.settled('b1', committed('b1'));
    journal.append(setStep([['["1"]', 'a', '2', '3']]));
    expect(journal.settled('b1', committed('b1'))).toMatchObject({ rows: [], cleared: [] });
    expect(cell('["1"]')).toEqual({ before: '2', after: '3' });
    expect(codeOf(() => journal.submitted(batchOf('b1')))).toBe('conflict batch-known');
  });
});

test('a batch that was not committed leaves ordinary pending edits', () => {
  journal.append(setStep([['["1"]', 'a', '1', '2']]));
  journal.submitted(batchOf('b1'));
  journal.append(setStep([['["1"]', 'a', '2', '3']]));
  journal.settled('b1', notCommitted('b1'));
  expect(cell('["1"]')).toEqual({ before: '1', after: '3' });
  reopen();
  journal.undo('plan');
  journal.undo('plan');
  expect(pending()).toEqual({});
  journal.redo('plan');
  journal.submitted(batchOf('b1'));
  expect(journal.openBatches()).toHaveLength(1);
});

test('a start after everything is settled reads only what came later', () => {
  for (let i = 0; i < 50; i++) {
    journal.append(setStep([['["1"]', 'a', `${i}`, `${i + 1}`]]));
    journal.submitted(batchOf(`b${i}`));
    journal.settled(`b${i}`, committed(`b${i}`));
  }
  journal.append(setStep([['["1"]', 'a', '50', '51']]));
  reopen();
  expect(cell('["1"]')).toEqual({ before: '50', after: '51' });
  journal.undo('plan');
  expect(pending()).toEqual({});
});
