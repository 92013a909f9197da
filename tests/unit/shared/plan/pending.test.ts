import { describe, expect, test } from 'vitest';
import type { EditStep, PendingRow } from '../../../../shared/model/edit.ts';
import { applyDelta, changesOf, countPending, foldStep } from '../../../../shared/plan/pending.ts';
import { deleteStep, insertStep, setStep } from './steps.ts';

const fold = (...steps: EditStep[]): Map<string, PendingRow> => {
  const pending = new Map<string, PendingRow>();
  for (const step of steps) foldStep(pending, step);
  return pending;
};
const code = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'no error';
};

describe('folding steps', () => {
  test('keeps the first value seen as the base across later edits', () => {
    const pending = fold(
      setStep([['["1"]', 'amount', '10', '20']]),
      setStep([['["1"]', 'amount', '20', '30']]),
    );
    expect(pending.get('["1"]')).toEqual({
      kind: 'update',
      row: '["1"]',
      cells: { amount: { before: '10', after: '30' } },
    });
  });

  test('drops a cell that is back at its base, and a row with no cell left', () => {
    const pending = fold(
      setStep([
        ['["1"]', 'amount', '10', '20'],
        ['["1"]', 'note', null, 'x'],
      ]),
      setStep([['["1"]', 'amount', '20', '10']]),
    );
    expect(pending.get('["1"]')).toMatchObject({ cells: { note: { before: null, after: 'x' } } });
    const touched = foldStep(pending, setStep([['["1"]', 'note', 'x', null]]));
    expect([...touched]).toEqual(['["1"]']);
    expect(pending.size).toBe(0);
  });

  test('keeps null and the empty text apart', () => {
    expect(fold(setStep([['["1"]', 'note', null, '']])).size).toBe(1);
  });

  test('carries the reason with the cell and replaces it with the value', () => {
    const pending = fold(setStep([['["1"]', 'amount', '1', '2', 'first']]));
    expect(pending.get('["1"]')).toMatchObject({ cells: { amount: { reason: 'first' } } });
    foldStep(pending, setStep([['["1"]', 'amount', '2', '3', 'second']]));
    expect(pending.get('["1"]')).toMatchObject({ cells: { amount: { after: '3', reason: 'second' } } });
    foldStep(pending, setStep([['["1"]', 'amount', '3', '4']]));
    expect(pending.get('["1"]')).toEqual({
      kind: 'update',
      row: '["1"]',
      cells: { amount: { before: '1', after: '4' } },
    });
  });

  test('writes cell edits of a new row into its values, and drops the row when it is deleted', () => {
    const pending = fold(insertStep('new:1', { region: 'N' }), setStep([['new:1', 'amount', null, '5']]));
    expect(pending.get('new:1')).toEqual({
      kind: 'insert',
      row: 'new:1',
      values: { region: 'N', amount: '5' },
    });
    foldStep(pending, deleteStep('new:1', {}));
    expect(pending.size).toBe(0);
  });

  test('remembers base values when an edited row is deleted', () => {
    const pending = fold(
      setStep([['["1"]', 'amount', '10', '20']]),
      deleteStep('["1"]', { id: '1', amount: '20', note: null }),
    );
    expect(pending.get('["1"]')).toEqual({
      kind: 'delete',
      row: '["1"]',
      before: { id: '1', amount: '10', note: null },
    });
  });

  test('refuses to edit a deleted row and leaves everything of that step out', () => {
    const pending = fold(deleteStep('["2"]', { id: '2' }));
    const before = new Map(pending);
    const step = setStep([
      ['["1"]', 'amount', '1', '2'],
      ['["2"]', 'amount', '1', '2'],
    ]);
    expect(code(() => foldStep(pending, step))).toBe('row-deleted');
    expect(pending).toEqual(before);
  });

  test.each([
    ['an edit of a new row that is not there', setStep([['new:9', 'a', null, '1']]), 'row-unknown'],
    ['a deletion of a new row that is not there', deleteStep('new:9', {}), 'row-unknown'],
    ['an insert under a stored key', insertStep('["1"]', {}), 'row-not-new'],
    [
      'parallel arrays of different length',
      {
        ...setStep([['["1"]', 'a', '1', '2']]),
        sets: { columns: ['a'], rows: ['["1"]'], columnOf: [0], before: [], after: ['2'] },
      },
      'edit-malformed',
    ],
  ] as const)('refuses %s', (_name, step, expected) => {
    expect(code(() => fold(step as EditStep))).toBe(expected);
  });

  test('reports nothing touched for an edit that changes nothing', () => {
    expect(foldStep(new Map(), setStep([['["1"]', 'a', '1', '1']])).size).toBe(0);
  });

  test('takes columns named like object members for what they are', () => {
    const pending = fold(
      setStep([
        ['["1"]', '__proto__', '1', '2'],
        ['["1"]', 'constructor', null, 'x'],
      ]),
      insertStep('new:1', {}),
      setStep([['new:1', '__proto__', null, 'p']]),
    );
    expect(countPending(pending)).toEqual({ cells: 3, updated: 1, inserted: 1, deleted: 0 });
    foldStep(pending, setStep([['["1"]', '__proto__', '2', '1']]));
    expect(JSON.stringify(pending.get('["1"]'))).toBe(
      '{"kind":"update","row":"[\\"1\\"]","cells":{"constructor":{"before":null,"after":"x"}}}',
    );
    expect(JSON.stringify(pending.get('new:1'))).toContain('"__proto__":"p"');
  });

  test('never changes a row it handed out earlier', () => {
    const pending = fold(setStep([['["1"]', 'a', '1', '2']]), insertStep('new:1', { a: '1' }));
    const kept = [...pending.values()];
    const copy = structuredClone(kept);
    foldStep(
      pending,
      setStep([
        ['["1"]', 'a', '2', '3'],
        ['["1"]', 'b', '1', '2'],
        ['new:1', 'a', '1', '9'],
        ['new:1', 'b', null, '9'],
      ]),
    );
    expect(kept).toEqual(copy);
  });

  test('tells what a step would do without doing it', () => {
    const pending = fold(setStep([['["1"]', 'a', '1', '2']]));
    const copy = structuredClone(pending);
    const changes = changesOf(
      pending,
      setStep([
        ['["1"]', 'a', '2', '1'],
        ['["2"]', 'a', '1', '2'],
      ]),
    );
    expect([...changes]).toEqual([
      ['["1"]', undefined],
      ['["2"]', { kind: 'update', row: '["2"]', cells: { a: { before: '1', after: '2' } } }],
    ]);
    expect(pending).toEqual(copy);
  });

  test('folds a paste of 100,000 cells without a pause that is felt', () => {
    const edits = Array.from(
      { length: 100_000 },
      (_, i) => [`["${Math.floor(i / 10)}"]`, `c${i % 10}`, '1', '2'] as const,
    );
    const step = setStep(edits);
    const started = performance.now();
    const pending = fold(step);
    expect(performance.now() - started).toBeLessThan(1_500);
    expect(countPending(pending)).toEqual({ cells: 100_000, updated: 10_000, inserted: 0, deleted: 0 });
  });
});

test('a copy brought up to date with the touched rows equals the original', () => {
  const pending = fold(setStep([['["1"]', 'a', '1', '2']]), insertStep('new:1', {}));
  const copy = new Map(pending);
  const touched = foldStep(pending, setStep([['["1"]', 'a', '2', '1']]));
  const rows = [...touched].flatMap((row) => pending.get(row) ?? []);
  applyDelta(copy, { rows, cleared: [...touched].filter((row) => !pending.has(row)) });
  expect(copy).toEqual(pending);
});
