import { expect, test } from 'vitest';
import { redoText, undoText } from '../../../../renderer/sheet/sheet-snapshot.ts';
import { column, opened, rowAt } from './opened-model.ts';

test('undo takes back a text just refused before it undoes earlier edits', async () => {
  const { model, backend } = await opened();
  const [kept, refused] = [await rowAt(model, 0), await rowAt(model, 1)];
  const held = model.value(refused, column('amount'));
  model.enter(kept, column('amount'), { text: '5' });
  await model.settled();
  model.enter(refused, column('amount'), { text: 'abc' });
  expect(undoText(model.getSnapshot())).toBe('text that is not valid');
  await model.undo();
  expect(model.getSnapshot().refused).toBe(0);
  expect(model.look(refused, column('amount')).marks).not.toContain('refused');
  expect(model.value(refused, column('amount'))).toBe(held);
  expect(backend.calls.some(({ name }) => name === 'edits.undo')).toBe(false);
  expect(undoText(model.getSnapshot())).toBe('Edit');
  await model.undo();
  expect(backend.calls.filter(({ name }) => name === 'edits.undo')).toHaveLength(1);
});

test('edits and refused texts are taken back in the order they came, whatever lies between', async () => {
  const { model, backend } = await opened();
  const rows = [await rowAt(model, 0), await rowAt(model, 1)] as const;
  model.enter(rows[0], column('amount'), { text: 'abc' });
  model.enter(rows[1], column('amount'), { text: '5' });
  await model.settled();
  await model.undo();
  expect(backend.calls.filter(({ name }) => name === 'edits.undo')).toHaveLength(1);
  expect(model.getSnapshot().refused).toBe(1);
  await model.undo();
  expect(backend.calls.filter(({ name }) => name === 'edits.undo')).toHaveLength(1);
  expect(model.getSnapshot().refused).toBe(0);
});

test('a refused text that was corrected since is passed over', async () => {
  const { model } = await opened();
  const row = await rowAt(model, 0);
  model.enter(row, column('amount'), { text: 'abc' });
  model.enter(row, column('amount'), { text: '5' });
  await model.settled();
  expect(undoText(model.getSnapshot())).toBe('Edit');
});

test('one undo takes back a whole block, its kept cells and its refused ones', async () => {
  const { model, backend } = await opened();
  const rows = [await rowAt(model, 0), await rowAt(model, 1)] as const;
  await model.enterAll(
    [
      { row: rows[0], column: column('amount'), typed: { text: '5' } },
      { row: rows[1], column: column('amount'), typed: { text: 'abc' } },
    ],
    'Paste',
  );
  await model.settled();
  expect(undoText(model.getSnapshot())).toBe('Paste');
  await model.undo();
  expect(backend.calls.filter(({ name }) => name === 'edits.undo')).toHaveLength(1);
  expect(model.getSnapshot().refused).toBe(0);
});

test('a refused text that was taken back is done again, in its place among the steps; something new makes an end of it', async () => {
  const { model, backend } = await opened();
  const rows = [await rowAt(model, 0), await rowAt(model, 1), await rowAt(model, 2)] as const;
  const amount = column('amount');
  model.enter(rows[0], amount, { text: '5' });
  await model.settled();
  model.enter(rows[1], amount, { text: 'abc' });
  model.enter(rows[2], amount, { text: '6' });
  await model.settled();
  for (let i = 0; i < 3; i++) await model.undo();
  expect(model.getSnapshot().refused).toBe(0);
  expect(redoText(model.getSnapshot())).toBe('Edit');
  await model.redo();
  expect(redoText(model.getSnapshot())).toBe('text that is not valid');
  await model.redo();
  expect(model.editorText(rows[1], amount)).toBe('abc');
  expect(model.look(rows[1], amount).marks).toContain('refused');
  expect(redoText(model.getSnapshot())).toBe('Edit');
  await model.undo();
  expect(model.getSnapshot().refused).toBe(0);
  model.enter(rows[0], amount, { text: '7' });
  await model.settled();
  expect(model.getSnapshot().redoesRefused).toBe(false);
  await model.redo();
  expect(model.getSnapshot().refused).toBe(0);
  expect(backend.calls.filter(({ name }) => name === 'edits.redo').length).toBeLessThanOrEqual(2);
});
