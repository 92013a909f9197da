import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OpenedJournal } from '../../../../electron/journal/open-journal.ts';
import type { QuietChange } from '../../../../shared/merge/quiet.ts';
import type { PendingRow } from '../../../../shared/model/edit.ts';
import { countPending } from '../../../../shared/plan/pending.ts';
import { freshId, insertStep, setStep } from '../../shared/plan/steps.ts';
import { AT, asObject, codeOf, scratchJournal } from './scratch.ts';

let scratch: ReturnType<typeof scratchJournal>;
let journal: OpenedJournal | undefined;
const open = (): OpenedJournal => {
  journal?.close();
  journal = scratch.open();
  return journal;
};
beforeEach(() => {
  scratch = scratchJournal();
});
afterEach(() => {
  journal?.close();
  journal = undefined;
  scratch.remove();
});

const R1 = '["1"]';
const R2 = '["2"]';
const cells = (given: Extract<QuietChange, { kind: 'cells' }>['cells'], row = R1): QuietChange => ({
  row,
  kind: 'cells',
  cells: given,
});

describe('what a merge settles by itself', () => {
  test('is one entry that survives a restart, and no step to undo', () => {
    let at = open();
    at.append(setStep([[R1, 'a', '1', '2']]));
    at.append(setStep([[R2, 'a', '5', '6']]));
    at.append(setStep([[R1, 'b', 'x', 'y']]));
    at.merged('plan', [cells({ b: { base: 'x', theirs: 'y', dropped: 'y' } })], AT);
    at = open();
    expect(asObject(at.pending('plan'))).toEqual({
      [R1]: { kind: 'update', row: R1, cells: { a: { before: '1', after: '2' } } },
      [R2]: { kind: 'update', row: R2, cells: { a: { before: '5', after: '6' } } },
    });
    // The step that is dropped is gone from undo; the one before it is next.
    at.undo('plan');
    expect([...at.pending('plan').keys()]).toEqual([R1]);
    at.undo('plan');
    expect(at.counts('plan')).toMatchObject({ cells: 0, undo: null });
  });

  test('leaves a value that undo brings back on its old base, so that it is asked about', () => {
    const at = open();
    at.append(setStep([[R1, 'a', '1', '5']]));
    at.append(setStep([[R1, 'a', '5', '7']]));
    at.merged('plan', [cells({ a: { base: '1', theirs: '7', dropped: '7' } })], AT);
    expect(at.pending('plan').size).toBe(0);
    at.undo('plan');
    expect(asObject(at.pending('plan'))).toEqual({
      [R1]: { kind: 'update', row: R1, cells: { a: { before: '1', after: '5' } } },
    });
  });

  test('restates a base in what is pending, undone and redone', () => {
    const at = open();
    at.append(setStep([[R1, 'a', '1.0', '5']]));
    at.append(setStep([[R1, 'a', '5', '7']]));
    at.undo('plan');
    at.merged('plan', [cells({ a: { base: '1.0', theirs: '1' } })], AT);
    at.redo('plan');
    expect(asObject(at.pending('plan'))).toEqual({
      [R1]: { kind: 'update', row: R1, cells: { a: { before: '1', after: '7' } } },
    });
  });

  test('never touches rows of a batch whose end is not known', () => {
    const at = open();
    at.append(setStep([[R1, 'a', '1', '2']]));
    at.submitted({ batch: 'b1', sheet: 'plan', sha256: 'x', proof: null, at: AT });
    expect(
      codeOf(() => at.merged('plan', [cells({ a: { base: '1', theirs: '2', dropped: '2' } })], AT)),
    ).toBe('conflict row-in-open-batch');
  });
});

describe('what a person decides', () => {
  test('is one step for all rows, undone as one, there after a restart', () => {
    let at = open();
    at.append(setStep([[R1, 'a', '1', '2']]));
    at.append(insertStep('new:1', { k: '2', a: '9' }));
    const id = freshId();
    const rows = [
      {
        row: R1,
        state: { kind: 'update', row: R1, cells: { a: { before: '3', after: '2' } } } as PendingRow,
      },
      { row: 'new:1', state: null },
    ];
    at.decide('plan', { id, at: AT, label: 'Keep mine', rows });
    at.decide('plan', { id, at: AT, label: 'Keep mine', rows });
    at = open();
    expect(asObject(at.pending('plan'))).toEqual({ [R1]: rows[0]?.state });
    expect(at.counts('plan').undo).toBe('Keep mine');
    at.undo('plan');
    expect(asObject(at.pending('plan'))).toEqual({
      [R1]: { kind: 'update', row: R1, cells: { a: { before: '1', after: '2' } } },
      'new:1': { kind: 'insert', row: 'new:1', values: { k: '2', a: '9' } },
    });
    at.redo('plan');
    expect(asObject(at.pending('plan'))).toEqual({ [R1]: rows[0]?.state });
  });
});

describe('a batch that leaves rows out', () => {
  test('writes the rest; what was left out stays pending and can be undone', () => {
    let at = open();
    at.append(setStep([[R1, 'a', '1', '2']]));
    at.append(
      setStep([
        [R1, 'b', 'x', 'y'],
        [R2, 'a', '5', '6'],
      ]),
    );
    const planned = [...at.pending('plan').values()].filter(({ row }) => row === R2);
    const batch = { batch: 'b1', sheet: 'plan', sha256: 'x', proof: null, at: AT, except: [R1] };
    at.submitted(batch, planned);
    expect([at.isFrozen('plan', R1), at.isFrozen('plan', R2)]).toEqual([false, true]);
    at = open();
    at.settled('b1', { kind: 'committed', batch: 'b1', rows: 1, cells: 1, at: AT, audited: true });
    expect([...at.pending('plan').keys()]).toEqual([R1]);
    expect(at.counts('plan')).toMatchObject({ cells: 2, updated: 1 });
    at.undo('plan');
    expect(asObject(at.pending('plan'))).toEqual({
      [R1]: { kind: 'update', row: R1, cells: { a: { before: '1', after: '2' } } },
    });
    at.undo('plan');
    expect(at.pending('plan').size).toBe(0);
    expect(at.counts('plan').undo).toBeNull();
  });

  test('is refused when what it should write is not what is pending', () => {
    const at = open();
    at.append(setStep([[R1, 'a', '1', '2']]));
    const batch = { batch: 'b1', sheet: 'plan', sha256: 'x', proof: null, at: AT };
    expect(codeOf(() => at.submitted({ ...batch, except: [R1] }, []))).toBe('invalid nothing-pending');
    expect(codeOf(() => at.submitted(batch, []))).toBe('conflict changed-since-preview');
  });
});

test('merges and decisions anywhere in a history give the same state after a restart, and counts that add up', () => {
  const seed = Number(process.env.WRIT_SEED ?? Date.now() % 2 ** 31);
  console.info(`journal merge seed ${seed}`);
  const value = fc.constantFrom('1', '2', '3', null);
  const row = fc.constantFrom(R1, R2);
  const operation = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), row, value }),
    fc.record({ kind: fc.constant('drop' as const), row, value }),
    fc.record({ kind: fc.constant('decide' as const), row, value }),
    fc.record({ kind: fc.constant('undo' as const) }),
    fc.record({ kind: fc.constant('redo' as const) }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 20 }), (operations) => {
      const files = scratchJournal();
      const at = files.open();
      for (const each of operations) {
        if (each.kind === 'set') at.append(setStep([[each.row, 'a', '0', each.value]]));
        if (each.kind === 'undo') at.undo('plan');
        if (each.kind === 'redo') at.redo('plan');
        if (each.kind === 'drop')
          at.merged(
            'plan',
            [cells({ a: { base: '0', theirs: each.value, dropped: each.value } }, each.row)],
            AT,
          );
        if (each.kind === 'decide') {
          const state: PendingRow = {
            kind: 'update',
            row: each.row,
            cells: { a: { before: '9', after: each.value } },
          };
          at.decide('plan', { id: freshId(), at: AT, label: 'Keep mine', rows: [{ row: each.row, state }] });
        }
        expect(at.counts('plan')).toMatchObject(countPending(at.pending('plan')));
      }
      const before = [asObject(at.pending('plan')), at.counts('plan')];
      at.close();
      const again = files.open();
      expect([asObject(again.pending('plan')), again.counts('plan')]).toEqual(before);
      again.close();
      files.remove();
    }),
    { seed, numRuns: Number(process.env.WRIT_RUNS ?? 40) },
  );
});
