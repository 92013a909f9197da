import { describe, expect, test } from 'vitest';
import type { SheetRow } from '../../../../renderer/grid/sheet-row.ts';
import { SheetModel } from '../../../../renderer/sheet/sheet-model.ts';
import { AppError } from '../../../../shared/model/failure.ts';
import type { Column } from '../../../../shared/model/sheet.ts';
import { localeOf } from '../../../../shared/values/locale.ts';
import { LINES, MemoryBackend } from './memory-backend.ts';

const opened = async (rows = 50): Promise<{ model: SheetModel; backend: MemoryBackend }> => {
  const backend = new MemoryBackend(rows);
  let id = 0;
  const model = new SheetModel({
    client: backend,
    source: LINES.source,
    locale: localeOf('en-GB'),
    now: () => new Date('2026-11-24T12:00:00Z'),
    newId: () => `00000000-0000-7000-8000-${String(++id).padStart(12, '0')}`,
    pages: { pageSize: 20, maxPages: 4 },
  });
  await model.open();
  return { model, backend };
};

const column = (name: string): Column => {
  const found = LINES.columns.find((one) => one.name === name);
  if (!found) throw new Error(`no column ${name}`);
  return found;
};

const rowAt = async (model: SheetModel, index: number): Promise<SheetRow> => {
  const [row] = await model.rows(index, index + 1);
  if (!row) throw new Error(`no row ${index}`);
  return row;
};

const rowOf = async (model: SheetModel, i: number): Promise<SheetRow> => {
  const row = await model.bring(MemoryBackend.key(i));
  if (!row) throw new Error(`row ${i} not found`);
  return row;
};

const marks = (model: SheetModel, row: SheetRow, name: string): string => model.look(row, column(name)).marks;

describe('entering', () => {
  test('a typed value is one step in the journal and marks its cell as pending', async () => {
    const { model, backend } = await opened();
    const row = await rowAt(model, 3);
    expect(model.enter(row, column('amount'), { text: '1,234.5' })).toBe('kept');
    expect(marks(model, row, 'amount')).toBe('saving');
    await model.settled();
    expect(marks(model, row, 'amount')).toBe('pending');
    expect(model.value(row, column('amount'))).toBe('1234.50');
    const appends = backend.calls.filter(({ name }) => name === 'edits.append');
    expect(appends).toHaveLength(1);
    expect(appends[0]?.input).toMatchObject({
      step: { label: 'Edit', sets: { rows: [row.key], before: ['757.50'], after: ['1234.50'] } },
    });
  });

  test.each([
    ['text in a number', 'amount', 'abc'],
    ['1e309', 'amount', '1e309'],
    ['NaN', 'amount', 'NaN'],
    ['40 digits', 'amount', '1'.repeat(40)],
    ['too many decimals', 'amount', '1.2345'],
    ['a value above the limit', 'amount', '50000001'],
    ['a NUL', 'memo', 'a\0b'],
    ['a lone surrogate', 'memo', 'a\ud800b'],
    ['more than a cell keeps', 'memo', 'x'.repeat(1_000_001)],
    ['nothing where a value is needed', 'id', ''],
  ])('%s stays at its cell with the reason and never reaches the journal', async (_, name, text) => {
    const { model, backend } = await opened();
    const row = await rowAt(model, 0);
    const before = model.value(row, column(name));
    expect(model.enter(row, column(name), { text })).toBe('refused');
    const look = model.look(row, column(name));
    expect(look.marks).toContain('refused');
    expect(look.note).not.toBeNull();
    expect(model.editorText(row, column(name))).toBe(text);
    expect(model.value(row, column(name))).toBe(before);
    await model.settled();
    expect(backend.calls.some((call) => call.name === 'edits.append')).toBe(false);
  });

  test('a warning keeps the value and marks it', async () => {
    const { model } = await opened();
    const row = await rowAt(model, 0);
    expect(model.enter(row, column('amount'), { text: '95000' })).toBe('kept');
    await model.settled();
    expect(marks(model, row, 'amount')).toBe('warn pending');
  });

  test('a valid value takes the place of a refused one', async () => {
    const { model } = await opened();
    const row = await rowAt(model, 0);
    model.enter(row, column('amount'), { text: 'abc' });
    expect(model.getSnapshot().refused).toBe(1);
    model.enter(row, column('amount'), { text: '5' });
    await model.settled();
    expect(model.getSnapshot().refused).toBe(0);
    expect(marks(model, row, 'amount')).toBe('pending');
  });

  test('the value already there is no edit', async () => {
    const { model, backend } = await opened();
    const row = await rowAt(model, 1);
    expect(model.enter(row, column('amount'), { text: '919.50' })).toBe('unchanged');
    await model.settled();
    expect(backend.calls.some(({ name }) => name === 'edits.append')).toBe(false);
  });

  test('a rule over the row marks its columns and refuses nothing', async () => {
    const { model } = await opened();
    const row = await rowAt(model, 0);
    expect(model.enter(row, column('low'), { text: '20' })).toBe('kept');
    await model.settled();
    expect(marks(model, row, 'low')).toBe('problem pending');
    expect(marks(model, row, 'high')).toBe('problem');
    model.enter(row, column('high'), { text: '30' });
    await model.settled();
    expect(marks(model, row, 'low')).toBe('pending');
  });

  test('a change above the threshold waits for its reason', async () => {
    const { model, backend } = await opened();
    const row = await rowAt(model, 0);
    expect(model.enter(row, column('amount'), { text: '2000000' })).toBe('asking');
    expect(model.getSnapshot().asking?.needing).toBe(1);
    model.answerReason('New contract');
    await model.settled();
    const update = backend.pending.get(row.key);
    expect(update?.kind === 'update' && update.cells.amount?.reason).toBe('New contract');
  });

  test('without the reason the typed text stays at the cell', async () => {
    const { model, backend } = await opened();
    const row = await rowAt(model, 0);
    model.enter(row, column('amount'), { text: '2000000' });
    model.answerReason(null);
    await model.settled();
    expect(backend.pending.size).toBe(0);
    expect(model.editorText(row, column('amount'))).toBe('2000000');
    expect(marks(model, row, 'amount')).toBe('refused');
  });

  test('a row the policies protect is read-only and says so', async () => {
    const { model } = await opened();
    const row = await rowAt(model, 9);
    expect(model.readOnlyReason(row, column('amount'))).toContain('policy');
    expect(model.enter(row, column('amount'), { text: '5' })).toBe('unchanged');
  });

  test('a block is one step; its bad cells are marked, its read-only ones left', async () => {
    const { model, backend } = await opened();
    const rows = await model.rows(7, 10);
    const counts = model.enterAll(
      rows.map((row, i) => ({ row, column: column('amount'), typed: { text: ['1', 'x', '3'][i] ?? '' } })),
      'Paste',
    );
    expect(counts).toMatchObject({ kept: 1, refused: 1, readOnly: 1 });
    await model.settled();
    expect(backend.calls.filter(({ name }) => name === 'edits.append')).toHaveLength(1);
    expect(model.getSnapshot().counts.undo).toBe('Paste');
  });
});

describe('lookups', () => {
  const unit = (): Column => column('unit');

  test('a label typed in full becomes its value', async () => {
    const { model, backend } = await opened();
    const row = await rowAt(model, 0);
    model.enter(row, unit(), { text: 'south' });
    await expect.poll(() => backend.pending.size).toBe(1);
    expect(model.value(row, unit())).toBe('U2');
  });

  test('a value outside the list is refused at its cell', async () => {
    const { model, backend } = await opened();
    const row = await rowAt(model, 0);
    model.enter(row, unit(), { text: 'U9' });
    await expect.poll(() => model.getSnapshot().refused).toBe(1);
    expect(model.look(row, unit()).note).toContain('No entry');
    expect(backend.pending.size).toBe(0);
  });

  test('a value pasted many times is looked up once', async () => {
    const { model, backend } = await opened();
    const rows = await model.rows(0, 8);
    model.enterAll(
      rows.map((row) => ({ row, column: unit(), typed: { text: 'south' } })),
      'Paste',
    );
    await expect.poll(() => backend.pending.size).toBe(8);
    expect(backend.calls.filter(({ name }) => name === 'lookups.search')).toHaveLength(1);
  });

  test('labels of the rows on screen are asked for in one call', async () => {
    const { model, backend } = await opened();
    for (const row of await model.rows(0, 20)) model.look(row, unit());
    await expect.poll(async () => model.look(await rowAt(model, 0), unit()).label).toBe('North');
    expect(backend.calls.filter(({ name }) => name === 'lookups.labels')).toHaveLength(1);
  });
});

describe('the view', () => {
  test('edits and refused texts stay with their rows through sort, filter and refresh', async () => {
    const { model } = await opened();
    const [kept, refused] = [await rowOf(model, 4), await rowOf(model, 5)];
    model.enter(kept, column('amount'), { text: '99999' });
    model.enter(refused, column('amount'), { text: 'abc' });
    const check = async (): Promise<void> => {
      await model.settled();
      expect(marks(model, await rowOf(model, 4), 'amount')).toContain('pending');
      expect(model.value(await rowOf(model, 4), column('amount'))).toBe('99999.00');
      expect(model.look(await rowOf(model, 5), column('amount')).text).toBe('abc');
    };
    model.toggleSort('amount', false);
    await check();
    model.setQuery({ quick: 'R' });
    await check();
    model.setQuery({ quick: '', sort: [] });
    await model.refresh();
    await check();
    expect(model.getSnapshot().refused).toBe(1);
  });

  test('memory stays bounded however far the view is scrolled', async () => {
    const { model, backend } = await opened(100_000);
    for (let start = 0; start < 100_000; start += 5_000) await model.rows(start, start + 20);
    const pages = backend.calls.filter(({ name }) => name === 'rows.page').length;
    await model.rows(0, 20);
    expect(backend.calls.filter(({ name }) => name === 'rows.page')).toHaveLength(pages + 1);
    await model.rows(0, 20);
    expect(backend.calls.filter(({ name }) => name === 'rows.page')).toHaveLength(pages + 1);
  });

  test('a row far down is brought by narrowing the view to its key', async () => {
    const { model } = await opened(30_000);
    const row = await rowOf(model, 29_999);
    expect(row.key).toBe(MemoryBackend.key(29_999));
    expect(model.filters).toEqual([{ kind: 'equals', column: 'id', value: 'R29999' }]);
  });

  test('rows that arrive while the sheet loads are counted and shown', async () => {
    const { model, backend } = await opened(30);
    backend.tell('rows.progress', {
      sheet: LINES.id,
      view: backend.view,
      rows: 30,
      loading: true,
      failure: null,
    });
    expect(model.getSnapshot()).toMatchObject({ rows: 30, loading: true });
    backend.tell('rows.progress', {
      sheet: LINES.id,
      view: backend.view,
      rows: 30,
      loading: false,
      failure: 'The connection was lost.',
    });
    expect(model.getSnapshot()).toMatchObject({ loading: false, rowsFailure: 'The connection was lost.' });
  });
});

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
    const { model } = await opened();
    const row = await rowAt(model, 0);
    model.enter(row, column('low'), { text: '5' });
    await model.settled();
    await model.afterCommit({
      kind: 'not-committed',
      batch: 'b',
      failure: { kind: 'conflict', code: 'rows-changed', message: 'Rows changed.' },
      conflicts: [{ row: row.key, kind: 'changed', column: 'low', base: '1', mine: '5', theirs: '7' }],
      problems: [],
    });
    const look = model.look(row, column('low'));
    expect(look.marks).toContain('conflict');
    expect(look.note).toContain('“7”');
    expect(marks(model, row, 'high')).not.toContain('conflict');
  });
});
