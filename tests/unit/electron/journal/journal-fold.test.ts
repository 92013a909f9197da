import { expect, test } from 'vitest';
import { JournalFold } from '../../../../electron/journal/journal-fold.ts';

test('a step sent twice is known again, but not every step of weeks of work is remembered', () => {
  const fold = new JournalFold(0);
  const keep = (n: number) =>
    fold.keep('plan', { id: `step ${n}`, label: 'Edit', rows: [], before: [], after: [] });
  for (let n = 0; n < 10_000; n++) keep(n);
  expect([fold.hasStep('step 0'), fold.hasStep('step 9999')]).toEqual([true, true]);
  for (let n = 10_000; n < 20_000; n++) keep(n);
  expect([fold.hasStep('step 9999'), fold.hasStep('step 10000')]).toEqual([false, true]);
});
