import { existsSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { AppError } from '../../shared/model/failure.ts';
import type { RandomBytes } from '../identity/sealed.ts';
import { isDamage, journalFailure, openDatabase } from './database.ts';

const NO_KEY = Buffer.alloc(32);
/** How often a journal that is in use is asked for again, and how long each of that waits at least, in milliseconds. */
const AGAIN = 2;
const WAIT = 50;

/** AppError `journal-in-use` where another process holds the journal; its key is not needed, as the lock is asked for first. */
export const refuseInUse = (file: string): void => {
  if (!existsSync(file)) return;
  try {
    openDatabase(file, NO_KEY).close();
  } catch (error) {
    if (!isDamage(error)) throw AppError.wrap(journalFailure(error));
  }
};

/**
 * Opens a journal. Two programs that start at once may find each other in the way and both be refused, so each looks again after
 * a time of its own before it says `journal-in-use`.
 */
export const openUnlessInUse = async <T>(open: () => T, random: RandomBytes): Promise<T> => {
  for (let left = AGAIN; ; left--) {
    try {
      return open();
    } catch (error) {
      if (left === 0 || !(error instanceof AppError) || error.code !== 'journal-in-use') throw error;
    }
    await after(WAIT + random(1).readUInt8());
  }
};
