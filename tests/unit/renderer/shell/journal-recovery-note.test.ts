import { expect, test } from 'vitest';
import { recoveryText } from '../../../../renderer/shell/journal-recovery-note.tsx';

test('a recovery says what was kept, what is missing and where the damaged file lies', () => {
  expect(recoveryText({ movedTo: '/data/j.damaged', entries: 12, lost: 1 })).toBe(
    'The journal of edits was damaged. 12 changes could be read and are here. One change after that could not be read: ' +
      'compare what is pending with what was entered. The damaged file was kept as /data/j.damaged.',
  );
  expect(recoveryText({ movedTo: null, entries: 1, lost: null })).toBe(
    'The journal of edits was damaged. One change could be read and is here. Later ones may be missing: compare what is ' +
      'pending with what was entered.',
  );
});
