import { expect, test } from 'vitest';
import { setStep } from '../../shared/plan/steps.ts';
import { scratchJournal } from './scratch.ts';

const SHEET = 'sheet';
const KEY = '["1"]';

test('the entry that each base came with is known, survives undo, redo, a queue and a restart, and moves with the base only', () => {
  const scratch = scratchJournal();
  let journal = scratch.open();
  const seen = (column: string): number => journal.seenAt(SHEET, KEY, column);
  const both = (): readonly number[] => [seen('a'), seen('b')];
  const batch = { batch: 'b1', sheet: SHEET, sha256: 'x', proof: null, at: 'x', queued: { note: null } };
  journal.append(setStep([[KEY, 'a', '1', '2']], SHEET));
  const first = journal.last();
  journal.append(setStep([[KEY, 'b', '1', '2']], SHEET));
  const second = journal.last();
  expect(both()).toEqual([first, second]);
  journal.append(setStep([[KEY, 'a', '1', '3']], SHEET));
  expect(both()).toEqual([first, second]);
  journal.undo(SHEET);
  journal.undo(SHEET);
  expect(seen('a')).toBe(first);
  journal.redo(SHEET);
  journal.redo(SHEET);
  expect(both()).toEqual([first, second]);
  journal.queue(batch, [...journal.pending(SHEET).values()]);
  journal.release('b1', 'cancel');
  expect(both()).toEqual([first, second]);
  journal.close();
  journal = scratch.open();
  expect(both()).toEqual([first, second]);
  const cells = { a: { base: '1', theirs: '1.0' } };
  journal.merged(SHEET, [{ row: KEY, kind: 'cells', cells }], 'x');
  expect(both()).toEqual([journal.last(), second]);
  journal.close();
  scratch.remove();
});
