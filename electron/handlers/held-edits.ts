import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { HeldEdits } from '../../shared/contract/connections.ts';
import { guarded } from '../../shared/exchange/formula-guard.ts';
import type { Connection } from '../../shared/model/connection.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { isNewRow } from '../../shared/model/rows.ts';
import { csvStream } from '../exchange/csv-out.ts';
import type { Journal } from '../journal/journal.ts';
import { openJournal } from '../journal/open-journal.ts';
import { placeOf } from '../profile.ts';
import { journalFile, profileName } from '../profiles.ts';
import { keyOf } from './connect.ts';
import type { Client } from './context.ts';

/** Who is known to have worked with a connection on this machine. */
export const usersOf = (
  { id, user }: Connection,
  logins: Readonly<Record<string, readonly string[]>>,
): readonly string[] => [...new Set([...(logins[id] ?? []), ...(user === undefined ? [] : [user])])];

type Look<T> = (user: string, journal: Journal) => T;

/**
 * Looks into the journal of each person who worked with a connection here, whether it is open or not; where it cannot be opened,
 * `failed` says what stands for it.
 */
const lookInto = async <T>(
  client: Client,
  { id, passphrase }: { readonly id: string; readonly passphrase?: string | undefined },
  look: Look<T>,
  failed: (user: string, failure: AppError) => T,
): Promise<T[]> => {
  const { shared } = client;
  const { connections, removed, logins } = shared.settings.read();
  const connection = [...connections, ...removed, ...shared.administrator.connections()].find(
    (each) => each.id === id,
  );
  if (!connection) return [];
  const found: T[] = [];
  for (const user of usersOf(connection, logins)) {
    const open = await shared.profiles.find(id, user);
    const file = journalFile(shared.dataFolder, profileName(id, user));
    if (open) found.push(look(user, open.journal));
    else if (existsSync(file)) {
      try {
        const { key } = await keyOf(client, connection, { user, passphrase });
        const journal = openJournal({ file, key, now: shared.now });
        try {
          found.push(look(user, journal));
        } finally {
          journal.close(false);
        }
      } catch (error) {
        found.push(failed(user, AppError.wrap(error)));
      }
    }
  }
  return found;
};

/** What each person who worked with the connection here has in the journal. */
export const heldOf = async (client: Client, id: string, passphrase?: string): Promise<HeldEdits[]> => {
  const held = await lookInto(client, { id, passphrase }, countOf, (user, { message }) => ({
    ...{ user, rows: null, sheets: 0, batches: 0 },
    reason: message,
  }));
  return held.filter(({ rows, batches }) => rows !== 0 || batches > 0);
};

const COLUMNS = ['Person', 'Sheet', 'State', 'Change', 'Row', 'Column', 'Before', 'After', 'Reason'];
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** Every held edit, cell by cell, as lines of a file; and whose journals could not be opened. */
export const heldFile = async (
  client: Client,
  id: string,
  passphrase?: string,
): Promise<{ readonly csv: Readable; readonly rows: number; readonly unread: string[] }> => {
  const unread: string[] = [];
  const lines = await lookInto(client, { id, passphrase }, linesOf, (user) => {
    unread.push(user);
    return [];
  });
  const all = lines.flat();
  // Numbers stay numbers; what a spreadsheet would run does not.
  const safe = all.map((line) =>
    line.map((cell) => (cell === null || NUMBER.test(cell) ? cell : guarded(cell))),
  );
  return {
    csv: csvStream(
      COLUMNS.map((label) => ({ label, numeric: true })),
      safe,
    ),
    rows: all.length,
    unread,
  };
};

type Line = readonly (string | null)[];

const linesOf: Look<readonly Line[]> = (user, journal) => {
  const lines: Line[] = [];
  const add = (sheet: string, state: string, rows: Iterable<PendingRow>): void => {
    const { schema, table } = placeOf(sheet);
    for (const row of rows)
      for (const cells of cellLines(row)) lines.push([user, `${schema}.${table}`, state, ...cells]);
  };
  for (const sheet of journal.sheets()) add(sheet, 'pending', journal.pending(sheet).values());
  for (const { batch, rows } of journal.held()) add(batch.sheet, 'waits to be sent', rows);
  for (const { sheet, rows } of journal.reviewed()) add(sheet, 'under review', rows);
  return lines;
};

/** Change, row, column, before, after and reason of each cell. */
const cellLines = (pending: PendingRow): readonly Line[] => {
  const { kind } = pending;
  const row = isNewRow(pending.row) ? null : (JSON.parse(pending.row) as string[]).join(' / ');
  switch (kind) {
    case 'update':
      return Object.entries(pending.cells).map(([column, { before, after, reason = null }]) => [
        ...['changed', row, column, before, after, reason],
      ]);
    case 'insert':
      return Object.entries(pending.values).map(([column, value]) => ['new', row, column, null, value, null]);
    case 'delete':
      return Object.entries(pending.before).map(([column, value]) => [
        ...['deleted', row, column, value, null, null],
      ]);
    default:
      return kind satisfies never;
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
