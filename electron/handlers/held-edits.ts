import { existsSync } from 'node:fs';
import type { HeldEdits } from '../../shared/contract/connections.ts';
import type { Connection } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { Journal } from '../journal/journal.ts';
import { openJournal } from '../journal/open-journal.ts';
import { journalFile, profileName } from '../profiles.ts';
import { keyOf } from './connect.ts';
import type { Client } from './context.ts';

/** Who is known to have worked with a connection on this machine. */
export const usersOf = (
  { id, user }: Connection,
  logins: Readonly<Record<string, readonly string[]>>,
): readonly string[] => [...new Set([...(logins[id] ?? []), ...(user === undefined ? [] : [user])])];

/** What each person who worked with the connection here has in the journal. */
export const heldOf = async (client: Client, id: string): Promise<HeldEdits[]> => {
  const { shared } = client;
  const { connections, removed, logins } = shared.settings.read();
  const connection = [...connections, ...removed, ...shared.administrator.connections()].find(
    (each) => each.id === id,
  );
  if (!connection) return [];
  const held: HeldEdits[] = [];
  for (const user of usersOf(connection, logins)) {
    const open = await shared.profiles.find(id, user);
    const file = journalFile(shared.dataFolder, profileName(id, user));
    if (open) held.push(countOf(user, open.journal));
    else if (existsSync(file)) held.push(await countInFile(client, connection, user, file));
  }
  return held.filter(({ rows, batches }) => rows !== 0 || batches > 0);
};

const countInFile = async (
  client: Client,
  connection: Connection,
  user: string,
  file: string,
): Promise<HeldEdits> => {
  try {
    const { key } = await keyOf(client, connection, { user });
    const journal = openJournal({ file, key, now: client.shared.now });
    try {
      return countOf(user, journal);
    } finally {
      journal.close(false);
    }
  } catch (error) {
    return { user, rows: null, sheets: 0, batches: 0, reason: AppError.wrap(error).message };
  }
};

const countOf = (user: string, journal: Journal): HeldEdits => {
  const sheets = journal.sheets();
  const rowsOf = (sheet: string): number => {
    const { updated, inserted, deleted } = journal.counts(sheet);
    return updated + inserted + deleted;
  };
  return {
    user,
    rows: sheets.reduce((sum, sheet) => sum + rowsOf(sheet), 0),
    sheets: sheets.length,
    batches: journal.reviewed().length + journal.openBatches().length,
  };
};
