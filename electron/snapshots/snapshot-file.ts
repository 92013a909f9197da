import { existsSync, renameSync } from 'node:fs';
import { AppError } from '../../shared/model/failure.ts';
import { isDamage, openDatabase, type Sqlite, sqliteCode } from '../journal/database.ts';
import { UnreadableChunk } from './chunk-codec.ts';

const SIDE_FILES = ['-wal', '-shm', '-journal'];

/** Steps from one file format to the next, as in the journal; never edit one that shipped. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE sheet (
  id TEXT PRIMARY KEY, facts BLOB, generation INTEGER, read_at TEXT, rows INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0, kept INTEGER NOT NULL DEFAULT 0, slice TEXT NOT NULL DEFAULT '[]');
CREATE TABLE chunk (seq INTEGER PRIMARY KEY, generation INTEGER NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX chunk_generation ON chunk (generation, seq);
CREATE TABLE lookup (sheet TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (sheet, name));
CREATE TABLE fact (name TEXT PRIMARY KEY, body BLOB NOT NULL);`,
  // Where in the journal the reading began.
  `ALTER TABLE sheet ADD COLUMN read_entry INTEGER`,
];

/** The file holds something else than what was written there, or was written under another key. */
export const isSnapshotDamage = (error: unknown): boolean =>
  isDamage(error) || error instanceof UnreadableChunk;

/** An error of the disk as AppError `unavailable`, by its code. */
export const snapshotFailure = (error: unknown): AppError => {
  if (error instanceof AppError) return error;
  const code = sqliteCode(error) ?? '';
  const full = code.startsWith('SQLITE_FULL');
  return new AppError(
    'unavailable',
    full ? 'snapshot-disk-full' : 'snapshot-unavailable',
    full
      ? 'The disk is full, so rows are not kept for working offline. Free some space and refresh the sheet.'
      : 'Rows cannot be kept on this machine for working offline. Check the data folder and the disk.',
    { details: { sqlite: code }, cause: error },
  );
};

const prepare = (file: string, key: Buffer): Sqlite => {
  const db = openDatabase(file, key);
  try {
    db.pragma('journal_mode=WAL');
    // A power cut may take the last reading along, never the file.
    db.pragma('synchronous=NORMAL');
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version > MIGRATIONS.length) {
      throw new AppError(
        'unavailable',
        'snapshot-newer',
        'The rows kept on this machine were written by a newer version.',
      );
    }
    if (version < MIGRATIONS.length) {
      db.transaction(() => {
        for (const step of MIGRATIONS.slice(version)) db.exec(step);
        db.pragma(`user_version=${MIGRATIONS.length}`);
      })();
    }
    // What a reading left behind that never ended.
    db.exec(
      'DELETE FROM chunk WHERE generation NOT IN (SELECT generation FROM sheet WHERE generation IS NOT NULL)',
    );
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

/** Puts a file that cannot be read under another name; answers that name. */
export const moveSnapshotAside = (file: string, now: Date): string => {
  const movedTo = `${file}.damaged-${now.toISOString().replace(/[:.]/g, '-')}`;
  for (const suffix of [...SIDE_FILES, '']) {
    if (existsSync(`${file}${suffix}`)) renameSync(`${file}${suffix}`, `${movedTo}${suffix}`);
  }
  return movedTo;
};

/** What a person is told of a file that was put aside. */
export const asideNotice = (movedTo: string): string =>
  `The rows kept on this machine for working offline could not be read. They were moved to ${movedTo} and are read again from the warehouse. No edit is concerned.`;

/**
 * Opens or creates the file of snapshots; one that is damaged or was written under another key is put aside first, which
 * `notice` tells. Throws AppError `unavailable` where the disk refuses.
 */
export const openSnapshotFile = (
  file: string,
  key: Buffer,
  now: Date,
): { readonly db: Sqlite; readonly notice: string | null } => {
  try {
    return { db: prepare(file, key), notice: null };
  } catch (error) {
    if (!isSnapshotDamage(error)) throw snapshotFailure(error);
  }
  try {
    const movedTo = moveSnapshotAside(file, now);
    return { db: prepare(file, key), notice: asideNotice(movedTo) };
  } catch (error) {
    throw snapshotFailure(error);
  }
};
