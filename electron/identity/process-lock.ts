import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3-multiple-ciphers';
import { AppError } from '../../shared/model/failure.ts';
import { sqliteCode } from '../journal/database.ts';

const AGAIN_MS = 20;
const PATIENCE_MS = 60_000;

/**
 * Runs work while no other holder of the file's lock runs, in this process or another. The lock is SQLite's, so it ends with
 * the process that holds it, however that ends. AppError `unavailable` when it cannot be had within a minute.
 */
export const withProcessLock = async <T>(file: string, work: () => Promise<T>): Promise<T> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const db = new Database(file, { timeout: 0 });
  try {
    await take(db);
    return await work();
  } finally {
    db.close();
  }
};

const take = async (db: Database): Promise<void> => {
  for (let waited = 0; waited < PATIENCE_MS; waited += AGAIN_MS) {
    try {
      db.exec('BEGIN EXCLUSIVE');
      return;
    } catch (error) {
      if (!sqliteCode(error)?.startsWith('SQLITE_BUSY')) throw error;
    }
    await pause(AGAIN_MS);
  }
  throw new AppError(
    'unavailable',
    'sign-in-busy',
    'Another copy of Writ is signing in. Try again in a moment.',
  );
};
