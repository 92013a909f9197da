import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { JOURNAL_FORMAT, openDatabase } from '../../../../electron/journal/database.ts';
import { openJournal } from '../../../../electron/journal/open-journal.ts';
import { stateOf } from '../../../faults/journal-mix.ts';
import { setStep } from '../../shared/plan/steps.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'journals');
const KEY = Buffer.alloc(32, 1);
const FORMATS = Array.from({ length: JOURNAL_FORMAT }, (_, n) => n + 1);

// A raised format fails here until `node tests/fixtures/journals/write.ts` has written its fixture.
test.each(FORMATS)('a journal of format %i opens with all that it held, and goes on', (format) => {
  const folder = mkdtempSync(join(tmpdir(), 'writ-format-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'journal.db');
  copyFileSync(join(FIXTURES, `format-${format}.db`), file);
  const before = openDatabase(file, KEY);
  expect(before.pragma('user_version', { simple: true })).toBe(format);
  before.close();
  const open = () => openJournal({ file, key: KEY, now: () => new Date() });
  const journal = open();
  expect(journal.recovery).toBeNull();
  expect(JSON.parse(stateOf(journal))).toEqual(
    JSON.parse(readFileSync(join(FIXTURES, `format-${format}.db.json`), 'utf8')),
  );
  journal.append(setStep([['["new"]', 'a', null, 'x']], 'fresh'));
  journal.close();
  const again = open();
  expect([again.recovery, again.pending('fresh').size]).toEqual([null, 1]);
  again.close();
});
