import { statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OpenedJournal } from '../../../../electron/journal/open-journal.ts';
import { deleteStep, insertStep, setStep } from '../../shared/plan/steps.ts';
import { AT, asObject, codeOf, scratchJournal } from './scratch.ts';

let scratch: ReturnType<typeof scratchJournal>;
let journal: OpenedJournal;
const reopen = (): void => {
  journal.close();
  journal = scratch.open();
};
const pending = (sheet = 'plan') => asObject(journal.pending(sheet));
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
