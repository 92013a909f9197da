import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenedJournal, openJournal } from '../../../../electron/journal/open-journal.ts';
import type { PendingRow } from '../../../../shared/model/edit.ts';

export const KEY = Buffer.alloc(32, 7);
export const AT = '2026-01-02T03:04:05.000Z';

/** A folder of its own for one test, with a journal file in it; `remove` closes nothing. */
export const scratchJournal = () => {
  const folder = mkdtempSync(join(tmpdir(), 'writ-journal-'));
  const file = join(folder, 'journal.db');
  return {
    folder,
    file,
    open: (key: Buffer = KEY): OpenedJournal => openJournal({ file, key, now: () => new Date(AT) }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};

export const asObject = (pending: ReadonlyMap<string, PendingRow>): Record<string, PendingRow> =>
  Object.fromEntries([...pending].sort(([a], [b]) => (a < b ? -1 : 1)));

/** The code of the AppError that `work` throws. */
export const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    const { kind, code } = error as { kind?: string; code?: string };
    return kind === undefined ? `not an AppError: ${error}` : `${kind} ${code}`;
  }
  return 'no error';
};
