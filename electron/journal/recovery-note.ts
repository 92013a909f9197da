import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const recovery = z.object({ movedTo: z.string().nullable(), entries: z.int(), lost: z.int().nullable() });

/**
 * What was done about a damaged journal, to be told to the person. `movedTo`: where the damaged file lies now (it is never
 * deleted), null when there is none. `entries` taken over: the unbroken run from the first one on. `lost`: entries known to
 * be there and not usable, null when the file does not tell.
 */
export type Recovery = Readonly<z.infer<typeof recovery>>;

const noteOf = (journal: string): string => `${journal}.recovered`;

/** Keeps beside the journal what is to be told, all or nothing: a program that ends before the person has read it tells it the next time. */
export const noteRecovery = (journal: string, what: Recovery): void => {
  const note = noteOf(journal);
  writeFileSync(`${note}-new`, JSON.stringify(what), { mode: 0o600, flush: true });
  renameSync(`${note}-new`, note);
};

/** What is still to be told; null where nothing is. */
export const recoveryNoted = (journal: string): Recovery | null => {
  try {
    return recovery.parse(JSON.parse(readFileSync(noteOf(journal), 'utf8')));
  } catch {
    return null;
  }
};

export const forgetRecovery = (journal: string): void => rmSync(noteOf(journal), { force: true });
