import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openUnlessInUse } from '../../../../electron/journal/in-use.ts';
import { scratchJournal } from './scratch.ts';

let scratch: ReturnType<typeof scratchJournal>;
beforeEach(() => {
  scratch = scratchJournal();
});
afterEach(() => scratch.remove());

test('a journal that is let go of a moment later is opened', async () => {
  const other = scratch.open();
  let asked = 0;
  const journal = await openUnlessInUse(() => {
    // The other gives way after it was in the way once.
    if (asked++ === 1) other.close();
    return scratch.open();
  }, randomBytes);
  journal.close();
  expect(asked).toBe(2);
});

test('a journal that stays in use is refused, and what else is wrong with one at once', async () => {
  const other = scratch.open();
  const refused = openUnlessInUse(() => scratch.open(), randomBytes);
  await expect(refused).rejects.toMatchObject({ code: 'journal-in-use' });
  other.close();
  let asked = 0;
  const wrong = openUnlessInUse(() => {
    asked++;
    throw new Error('of another kind');
  }, randomBytes);
  await expect(wrong).rejects.toThrow('of another kind');
  expect(asked).toBe(1);
});
