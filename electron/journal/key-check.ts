import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/** What is known of the key from beside the journal: it tells a wrong key from a damaged file. */
export type KeyCheck = 'same' | 'other' | 'unknown';

const fileOf = (journal: string): string => `${journal}-key-check`;
const markOf = (key: Buffer): Buffer => createHmac('sha256', key).update('writ journal key check').digest();

/** Compares the key with the one the journal was last opened with; the mark gives nothing of the key away. */
export const checkKey = (journal: string, key: Buffer): KeyCheck => {
  let kept: Buffer;
  try {
    kept = Buffer.from(readFileSync(fileOf(journal), 'latin1'), 'hex');
  } catch {
    return 'unknown';
  }
  const mark = markOf(key);
  if (kept.length !== mark.length) return 'unknown';
  return timingSafeEqual(kept, mark) ? 'same' : 'other';
};

/** Remembers that this key opened the journal. */
export const rememberKey = (journal: string, key: Buffer): void => {
  if (checkKey(journal, key) === 'same') return;
  try {
    writeFileSync(fileOf(journal), markOf(key).toString('hex'), { mode: 0o600 });
  } catch {
    // The journal works without it; damage is then told as a wrong key, which touches nothing.
  }
};
