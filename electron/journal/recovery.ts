import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import {
  damagedLogOf,
  isDamage,
  makeDurable,
  migrate,
  openDatabase,
  type Sqlite,
  UnreadableEntry,
} from './database.ts';
import { decodeEntry, type Entry } from './entries.ts';
import { checkKey } from './key-check.ts';
import { forgetRecovery, noteRecovery, type Recovery, recoveryNoted } from './recovery-note.ts';

interface StoredEntry {
  readonly seq: number;
  readonly body: Buffer;
}

const decoded = (seq: number, body: Buffer): Entry => {
  try {
    return decodeEntry(body);
  } catch (cause) {
    throw new UnreadableEntry(`Journal entry ${seq} cannot be read`, { cause });
  }
};

/** Entries after `from` in order, decoded one at a time. Throws on the first that cannot be read. */
export function* readEntries(db: Sqlite, from: number): Generator<{ seq: number; entry: Entry }> {
  const rows = db.prepare<[number], StoredEntry>('SELECT seq, body FROM entry WHERE seq > ? ORDER BY seq');
  for (const { seq, body } of rows.iterate(from)) yield { seq, entry: decoded(seq, body) };
}

/** The entry up to which everything is settled, so that nothing before it matters to the fold. */
export const startOf = (db: Sqlite): number => {
  const row = db.prepare<[], { value: number }>(`SELECT value FROM mark WHERE name = 'start'`).get();
  return row?.value ?? 0;
};

interface Salvage {
  readonly start: number;
  readonly entries: readonly StoredEntry[];
  readonly lost: number | null;
}

const salvage = (file: string, key: Buffer): Salvage => {
  const entries: StoredEntry[] = [];
  let db: Sqlite;
  try {
    db = openDatabase(file, key, { damaged: true });
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { start: 0, entries, lost: null };
  }
  let start = 0;
  try {
    start = startOf(db);
    const next = db.prepare<[number], StoredEntry>(
      'SELECT seq, body FROM entry WHERE seq > ? ORDER BY seq LIMIT 1',
    );
    for (let from = start; ; ) {
      const row = next.get(from);
      if (!row) return { start, entries, lost: 0 };
      decodeEntry(row.body);
      entries.push(row);
      from = row.seq;
    }
  } catch {
    return { start, entries, lost: lostAfter(db, entries.at(-1)?.seq ?? start) };
  } finally {
    db.close();
  }
};

const lostAfter = (db: Sqlite, seq: number): number | null => {
  try {
    const row = db.prepare<[], { last: number | null }>('SELECT max(seq) AS last FROM entry').get();
    return row?.last ? Math.max(0, row.last - seq) : null;
  } catch {
    return null;
  }
};

const rebuiltOf = (file: string): string => `${file}.rebuilt`;
const SIDE_FILES = ['-wal', '-shm', '-journal'];

const removeWithSides = (file: string): void => {
  for (const suffix of ['', ...SIDE_FILES]) rmSync(`${file}${suffix}`, { force: true });
};

const rebuild = (file: string, key: Buffer, { start, entries }: Salvage): void => {
  removeWithSides(file);
  const db = openDatabase(file, key);
  try {
    makeDurable(db);
    migrate(db);
    db.transaction(() => {
      const insert = db.prepare<[number, Buffer]>('INSERT INTO entry (seq, body) VALUES (?, ?)');
      for (const { seq, body } of entries) insert.run(seq, body);
      db.prepare<[number]>(`INSERT INTO mark (name, value) VALUES ('start', ?)`).run(start);
    })();
  } finally {
    db.close();
  }
};

const moveAside = (file: string, movedTo: string): void => {
  for (const suffix of [...SIDE_FILES, ''])
    if (existsSync(`${file}${suffix}`)) renameSync(`${file}${suffix}`, `${movedTo}${suffix}`);
};

const asideOf = (file: string, now: Date): string =>
  `${file}.damaged-${now.toISOString().replace(/[:.]/g, '-')}`;

/** Puts the damaged file aside and the rebuilt one in its place; begun anew where it was cut off, it does what is left. */
const replace = (file: string, movedTo: string): void => {
  moveAside(file, movedTo);
  // The log as it was found: closing the file has emptied the other.
  const log = damagedLogOf(file);
  if (existsSync(log)) renameSync(log, `${movedTo}-wal`);
  renameSync(rebuiltOf(file), file);
};

/** Finishes a recovery that was cut off once its new file was complete; one that was not is begun anew. */
export const finishRecovery = (file: string): void => {
  const rebuilt = rebuiltOf(file);
  if (!existsSync(rebuilt)) return;
  const { movedTo = null } = recoveryNoted(file) ?? {};
  if (movedTo !== null) replace(file, movedTo);
  else if (existsSync(file)) removeWithSides(rebuilt);
  else renameSync(rebuilt, file);
};

/**
 * Reports a journal that was used with this key before and is now missing or empty, and puts aside what is left of it:
 * SQLite would take the file for a new one and delete its log.
 */
export const setAsideIfGone = (file: string, key: Buffer, now: Date): Recovery | null => {
  if (checkKey(file, key) !== 'same') return null;
  if (existsSync(file) && statSync(file).size > 0) return null;
  const left = ['', ...SIDE_FILES].some((suffix) => existsSync(`${file}${suffix}`));
  const noted = recoveryNoted(file);
  // Nothing is left of it, and it is known why.
  if (!left && noted) return noted;
  const recovery = { movedTo: left ? asideOf(file, now) : null, entries: 0, lost: null };
  noteRecovery(file, recovery);
  if (recovery.movedTo !== null) moveAside(file, recovery.movedTo);
  return recovery;
};

/**
 * Puts a damaged journal aside under a name with the time and a new one with its readable entries in its place.
 * The file must be closed. Interrupted anywhere, the next open finishes or repeats it. `passedOver` of its log are lost
 * besides what the file itself has lost (null: some, not known how many).
 */
export const recoverJournal = (
  file: string,
  key: Buffer,
  now: Date,
  passedOver: number | null = 0,
): Recovery => {
  // What is noted of an earlier one says nothing about the file that is made now.
  forgetRecovery(file);
  const saved = salvage(file, key);
  rebuild(rebuiltOf(file), key, saved);
  const movedTo = asideOf(file, now);
  const lost = saved.lost === null || passedOver === null ? null : saved.lost + passedOver;
  const recovery = { movedTo, entries: saved.entries.length, lost };
  // From here on the new file is what counts, whatever interrupts the moving.
  noteRecovery(file, recovery);
  replace(file, movedTo);
  return recovery;
};
