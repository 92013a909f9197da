import { describe, expect, test } from 'vitest';
import type { Column } from '../../../../shared/model/sheet.ts';
import { LINES, MemoryBackend } from './memory-backend.ts';

import { column, marks, opened, rowAt, rowOf } from './opened-model.ts';

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
    const counts = await model.enterAll(
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
    await model.enterAll(
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

  test('a row far down is brought in the view as it is, a row outside it by narrowing the view to its key', async () => {
    const { model } = await opened(30_000);
    expect((await rowOf(model, 29_999)).index).toBe(29_999);
    expect(model.getSnapshot().query.filters).toEqual([]);
    model.setQuery({ filters: [{ kind: 'equals', column: 'id', value: 'R1' }] });
    await model.settled();
    expect((await rowOf(model, 29_998)).key).toBe(MemoryBackend.key(29_998));
    expect(model.getSnapshot().query.filters).toEqual([{ kind: 'equals', column: 'id', value: 'R29998' }]);
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
