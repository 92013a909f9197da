import { describe, expect, test, vi } from 'vitest';
import { SheetModel } from '../../../../renderer/sheet/sheet-model.ts';
import { AppError } from '../../../../shared/model/failure.ts';
import { localeOf } from '../../../../shared/values/locale.ts';
import { LINES, type MemoryBackend } from './memory-backend.ts';

import { column, marks, opened, rowAt } from './opened-model.ts';

describe('rows', () => {
  test('a new row stands at the end, takes values, and goes with undo', async () => {
    const { model, backend } = await opened(5);
    const key = model.addRow();
    await model.settled();
    expect(model.rowCount).toBe(6);
    const row = await rowAt(model, 5);
    expect(row.key).toBe(key);
    expect(marks(model, row, 'id')).toBe('new needed');
    expect(model.look(row, column('memo')).text).toBe('default');
    model.enter(row, column('id'), { text: 'R900' });
    await model.settled();
    expect(backend.pending.get(key)).toEqual({ kind: 'insert', row: key, values: { id: 'R900' } });
    await model.undo();
    expect(model.value(await rowAt(model, 5), column('id'))).toBeNull();
    await model.undo();
    expect(model.rowCount).toBe(5);
    await model.redo();
    expect(model.rowCount).toBe(6);
  });

  test('a new row is shown once after the view was made with it', async () => {
    const { model } = await opened(5);
    model.addRow();
    await model.settled();
    model.setQuery({ sort: [{ column: 'amount', descending: false }] });
    await model.settled();
    expect(model.rowCount).toBe(6);
    await model.undo();
    await model.settled();
    expect(model.rowCount).toBe(5);
  });

  test('a deleted row is struck through, read-only, and comes back with undo', async () => {
    const { model, backend } = await opened();
    const row = await rowAt(model, 2);
    expect(model.deleteRows([row])).toBeNull();
    await model.settled();
    expect(backend.pending.get(row.key)).toMatchObject({
      kind: 'delete',
      before: { id: 'R2', amount: '838.50' },
    });
    expect(marks(model, row, 'amount')).toBe('deleted');
    expect(model.readOnlyReason(row, column('amount'))).toContain('deletion');
    await model.undo();
    expect(marks(model, row, 'amount')).toBe('');
  });

  test('rows that may not be deleted are left with the reason', async () => {
    const { model, backend } = await opened();
    expect(model.deleteRows([await rowAt(model, 9)])).toContain('policy');
    await model.settled();
    expect(backend.pending.size).toBe(0);
  });
});

describe('the rows a view begins with', () => {
  const asked = (backend: MemoryBackend): number =>
    backend.calls.filter(({ name }) => name === 'rows.page').length;

  test('come with the view, so that no other answer is waited for', async () => {
    const { model, backend } = await opened(50);
    expect((await rowAt(model, 19)).key).toBe('["R19"]');
    model.setQuery({ quick: 'R4' });
    await model.settled();
    expect((await rowAt(model, 10)).key).toBe('["R49"]');
    expect(asked(backend)).toBe(0);
    expect((await rowAt(model, 0)).key).toBe('["R4"]');
  });

  test('are asked for where they did not come', async () => {
    const { model, backend } = await opened(50);
    backend.viewAnswer = ({ first: _, ...answer }) => answer;
    model.setQuery({ quick: 'R4' });
    await model.settled();
    expect((await rowAt(model, 10)).key).toBe('["R49"]');
    expect(asked(backend)).toBe(1);
  });

  test('are asked for again where more of them arrived while the answer was under way', async () => {
    const { model, backend } = await opened(50);
    backend.viewAnswer = (answer) => {
      const { view } = answer;
      const told = { sheet: LINES.id, view, rows: 11, about: false, loading: false, failure: null };
      backend.tell('rows.progress', told);
      return { ...answer, rows: 3, loading: true, first: backend.page({ view, start: 0, count: 3 }) };
    };
    model.setQuery({ quick: 'R4' });
    await model.settled();
    expect(model.rowCount).toBe(11);
    expect((await rowAt(model, 10)).key).toBe('["R49"]');
  });
});

describe('a view that is lost behind the window', () => {
  test('is made again when its rows are asked for', async () => {
    const { model, backend } = await opened(50);
    backend.loseView();
    await expect(model.rows(40, 41)).rejects.toMatchObject({ code: 'view-gone' });
    await vi.waitFor(async () => expect((await rowAt(model, 40)).key).toBe('["R40"]'));
    expect(model.getSnapshot().rowsFailure).toBeNull();
  });

  test('while it is made is made once more, and given up when it is lost each time', async () => {
    const { model, backend } = await opened(50);
    let lost = 0;
    backend.viewAnswer = ({ first, ...answer }) => {
      if (lost-- <= 0) return { ...answer, ...(first ? { first } : {}) };
      backend.loseView();
      return answer;
    };
    lost = 1;
    model.setQuery({ quick: 'R4' });
    await model.settled();
    expect(model.getSnapshot()).toMatchObject({ busy: false, rowsFailure: null, rows: 11 });
    lost = 100;
    model.setQuery({ quick: 'R3' });
    await model.settled();
    expect(model.getSnapshot()).toMatchObject({ busy: false, rowsFailure: 'The view is gone.' });
  });
});

describe('the journal', () => {
  test('undo and redo apply what the journal answers, after everything typed before', async () => {
    const { model } = await opened();
    const row = await rowAt(model, 0);
    model.enter(row, column('low'), { text: '5' });
    model.enter(row, column('low'), { text: '6' });
    await model.undo();
    expect(model.value(row, column('low'))).toBe('5');
    expect(model.getSnapshot().counts).toMatchObject({ cells: 1, undo: 'Edit', redo: 'Edit' });
    await model.undo();
    expect(model.value(row, column('low'))).toBe('1');
    await model.redo();
    expect(model.value(row, column('low'))).toBe('5');
  });

  test('what the journal cannot take stays on screen with the reason and is kept by a retry', async () => {
    const { model, backend } = await opened();
    const row = await rowAt(model, 0);
    backend.refusal = new AppError('unavailable', 'journal-full', 'The disk is full. Free some space.');
    model.enter(row, column('low'), { text: '5' });
    await model.settled();
    expect(model.look(row, column('low'))).toMatchObject({ text: '5', marks: 'failed' });
    expect(model.getSnapshot().saveFailure).toBe('The disk is full. Free some space.');
    backend.refusal = null;
    model.retry();
    await model.settled();
    expect(marks(model, row, 'low')).toBe('pending');
    expect(model.getSnapshot().saveFailure).toBeNull();
    const ids = backend.calls.flatMap(({ name, input }) =>
      name === 'edits.append' ? [(input as { step: { id: string } }).step.id] : [],
    );
    expect(new Set(ids).size).toBe(1);
  });

  test('a cell counts as kept only once the journal has answered', async () => {
    const { model, backend } = await opened();
    const row = await rowAt(model, 0);
    let open = (): void => undefined;
    backend.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    model.enter(row, column('low'), { text: '5' });
    await Promise.resolve();
    expect(marks(model, row, 'low')).toBe('saving');
    expect(model.getSnapshot()).toMatchObject({ saving: 1, counts: { cells: 0 } });
    open();
    await model.settled();
    expect(marks(model, row, 'low')).toBe('pending');
    expect(model.getSnapshot()).toMatchObject({ saving: 0, counts: { cells: 1 } });
  });

  test('pending edits are there again when the sheet is opened anew', async () => {
    const { model, backend } = await opened();
    model.enter(await rowAt(model, 0), column('low'), { text: '5' });
    await model.settled();
    const again = new SheetModel({
      client: backend,
      source: LINES.source,
      locale: localeOf('en-GB'),
      now: () => new Date('2026-11-24T12:00:00Z'),
      newId: () => '00000000-0000-7000-8000-999999999999',
    });
    await again.open();
    expect(marks(again, await rowAt(again, 0), 'low')).toBe('pending');
    await again.undo();
    expect(marks(again, await rowAt(again, 0), 'low')).toBe('');
  });

  test('one cell is put back alone', async () => {
    const { model, backend } = await opened();
    const row = await rowAt(model, 0);
    model.enter(row, column('low'), { text: '5' });
    model.enter(row, column('high'), { text: '50' });
    await model.settled();
    model.revertCell(row, column('low'));
    await model.settled();
    expect(backend.pending.get(row.key)).toMatchObject({ cells: { high: { after: '50' } } });
    expect(model.value(row, column('low'))).toBe('1');
  });

  test('conflicts are marked at their cells with both values', async () => {
    const { model, backend } = await opened();
    const row = await rowAt(model, 0);
    model.enter(row, column('low'), { text: '5' });
    await model.settled();
    backend.conflicts = [{ row: row.key, kind: 'changed', column: 'low', base: '1', mine: '5', theirs: '7' }];
    backend.tell('merge.changed', { sheet: 'lines', rows: 1, settled: 0 });
    await vi.waitFor(() => expect(model.getSnapshot().conflicts).toBe(1));
    const look = model.look(row, column('low'));
    expect(look.marks).toContain('conflict');
    expect(look.note).toContain('“7”');
    expect(marks(model, row, 'high')).not.toContain('conflict');
  });
});
