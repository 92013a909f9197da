import { statSync } from 'node:fs';
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

describe('appending', () => {
  test('answers the rows as they are now, the cleared ones and the counts', () => {
    const first = journal.append(
      setStep([
        ['["1"]', 'a', '1', '2', 'why'],
        ['["2"]', 'a', '5', '6'],
      ]),
    );
    expect(first).toEqual({
      sheet: 'plan',
      rows: [
        { kind: 'update', row: '["1"]', cells: { a: { before: '1', after: '2', reason: 'why' } } },
        { kind: 'update', row: '["2"]', cells: { a: { before: '5', after: '6' } } },
      ],
      cleared: [],
      counts: { cells: 2, updated: 2, inserted: 0, deleted: 0, undo: 'Edit', redo: null },
    });
    const second = journal.append(setStep([['["1"]', 'a', '2', '1']]));
    expect(second.rows).toEqual([]);
    expect(second.cleared).toEqual(['["1"]']);
    expect(second.counts).toMatchObject({ cells: 1, updated: 1 });
  });

  test('answers plain data that later edits do not change', () => {
    const delta = journal.append(setStep([['["1"]', 'a', '1', '2']]));
    const copy = structuredClone(delta);
    journal.append(setStep([['["1"]', 'a', '2', '3']]));
    expect(delta).toEqual(copy);
  });

  test('brings everything back after a restart, per sheet', () => {
    journal.append(setStep([['["1"]', 'a', '1', '2', 'why']]));
    journal.append(insertStep('new:1', { a: null, b: '' }));
    journal.append(deleteStep('["3"]', { a: '9' }));
    journal.append(setStep([['["1"]', 'a', '1', '7']], 'other', 'Paste'));
    const before = [pending(), pending('other'), journal.counts('plan'), journal.counts('other')];
    reopen();
    expect([pending(), pending('other'), journal.counts('plan'), journal.counts('other')]).toEqual(before);
    expect(journal.sheets()).toEqual(['plan', 'other']);
    expect(journal.recovery).toBeNull();
  });

  test('keeps a step once when it is sent twice, also across a restart', () => {
    const step = setStep([['["1"]', 'a', '1', '2']]);
    const first = journal.append(step);
    expect(journal.append(step)).toEqual(first);
    reopen();
    expect(journal.append(step)).toEqual(first);
    journal.undo('plan');
    expect(journal.counts('plan').undo).toBeNull();
  });

  test('refuses a step that cannot be folded and keeps nothing of it', () => {
    journal.append(deleteStep('["1"]', { a: '1' }));
    const before = pending();
    expect(codeOf(() => journal.append(setStep([['["1"]', 'a', '1', '2']])))).toBe('invalid row-deleted');
    expect(pending()).toEqual(before);
    reopen();
    expect(pending()).toEqual(before);
    expect(journal.recovery).toBeNull();
  });

  test('keeps a paste of 100,000 cells as one compact entry', () => {
    const edits = Array.from(
      { length: 100_000 },
      (_, i) =>
        [`["2026","${String(i % 12)}","CC${1000 + (i % 40)}","${i}"]`, 'a', `${i}.00`, `${i}.50`] as const,
    );
    journal.append(setStep(edits));
    expect(journal.counts('plan').cells).toBe(100_000);
    const started = performance.now();
    reopen();
    console.info(`reopened with a paste of 100,000 cells in ${(performance.now() - started).toFixed(0)} ms`);
    expect(journal.counts('plan').cells).toBe(100_000);
    expect(statSync(scratch.file).size).toBeLessThan(3_000_000);
    journal.undo('plan');
    expect(journal.pending('plan').size).toBe(0);
  });
});

describe('undo and redo', () => {
  test('go back and forth through every step, across a restart', () => {
    const states = [pending()];
    for (const step of [
      setStep([['["1"]', 'a', '1', '2']]),
      setStep([['["1"]', 'a', '2', '3']]),
      insertStep('new:1', { a: '1' }),
      setStep([['new:1', 'a', '1', '2']]),
      deleteStep('["1"]', { a: '3' }),
      deleteStep('new:1', {}),
    ]) {
      journal.append(step);
      states.push(pending());
    }
    for (let i = states.length - 2; i >= 0; i--) {
      journal.undo('plan');
      reopen();
      expect(pending()).toEqual(states[i]);
    }
    for (let i = 1; i < states.length; i++) {
      journal.redo('plan');
      reopen();
      expect(pending()).toEqual(states[i]);
    }
  });

  test('answer an empty delta when there is nothing to do', () => {
    const nothing = { sheet: 'plan', rows: [], cleared: [] };
    expect(journal.undo('plan')).toMatchObject(nothing);
    expect(journal.redo('plan')).toMatchObject(nothing);
  });

  test('a new step clears redo', () => {
    journal.append(setStep([['["1"]', 'a', '1', '2']], 'plan', 'First'));
    journal.undo('plan');
    expect(journal.counts('plan')).toMatchObject({ undo: null, redo: 'First' });
    journal.append(setStep([['["2"]', 'a', '1', '2']], 'plan', 'Second'));
    expect(journal.counts('plan')).toMatchObject({ undo: 'Second', redo: null });
  });

  test('stay within their sheet', () => {
    journal.append(setStep([['["1"]', 'a', '1', '2']], 'plan'));
    journal.append(setStep([['["1"]', 'a', '1', '2']], 'other'));
    journal.undo('plan');
    expect(pending()).toEqual({});
    expect(Object.keys(pending('other'))).toEqual(['["1"]']);
  });
});

describe('discarding', () => {
  test('drops the given rows, or all, and can be undone', () => {
    journal.append(
      setStep([
        ['["1"]', 'a', '1', '2'],
        ['["2"]', 'a', '1', '2'],
      ]),
    );
    const all = pending();
    expect(journal.discard('plan', ['["1"]', '["9"]'], AT, 'd1')).toMatchObject({ cleared: ['["1"]'] });
    expect(Object.keys(pending())).toEqual(['["2"]']);
    journal.discard('plan', undefined, AT, 'd2');
    expect(pending()).toEqual({});
    reopen();
    journal.undo('plan');
    journal.undo('plan');
    expect(pending()).toEqual(all);
  });
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
