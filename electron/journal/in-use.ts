import { existsSync } from 'node:fs';
import { AppError } from '../../shared/model/failure.ts';
import { isDamage, journalFailure, openDatabase } from './database.ts';

const NO_KEY = Buffer.alloc(32);

/** AppError `journal-in-use` where another process holds the journal; its key is not needed, as the lock is asked for first. */
export const refuseInUse = (file: string): void => {
  if (!existsSync(file)) return;
  try {
    openDatabase(file, NO_KEY).close();
  } catch (error) {
    if (!isDamage(error)) throw AppError.wrap(journalFailure(error));
  }
};
