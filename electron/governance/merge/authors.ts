import type { HistoryEntry } from '../../../shared/model/batch.ts';
import { isNewRow } from '../../../shared/model/rows.ts';
import type { Profile } from '../../profile.ts';
import type { OpenSheet } from '../../sheets/open-sheet.ts';

/** Entries of one row that are looked through: a row of many columns changed a few times. */
const ENTRIES = 60;

/** Who changed a row or a cell of it (`column`) last, and whether that deleted the row. */
export interface RowAuthor {
  readonly row: string;
  readonly column: string | null;
  readonly person: string;
  readonly at: string;
  readonly deleted: boolean;
}

/** The last changes of rows by others, as the audit has them and this person may see it; empty where there is none. */
export const authorsOf = async (
  { warehouse, session }: Pick<Profile, 'warehouse' | 'session'>,
  { definition }: OpenSheet,
  rows: readonly string[],
): Promise<RowAuthor[]> => {
  const found = await Promise.all(
    rows
      .filter((row) => !isNewRow(row))
      .map(async (row) => (await warehouse.history({ definition, row, limit: ENTRIES })).entries),
  );
  return found.flatMap((entries) => lastOf(entries.filter(({ person }) => person !== session.person.user)));
};

const lastOf = (entries: readonly HistoryEntry[]): readonly RowAuthor[] => {
  const [newest] = entries;
  if (!newest) return [];
  const of = ({ row, person, at, kind }: HistoryEntry, column: string | null): RowAuthor => {
    return { row, column, person, at, deleted: kind === 'delete' };
  };
  const cells = new Map<string, RowAuthor>();
  for (const entry of entries) {
    if (entry.column !== null && !cells.has(entry.column)) cells.set(entry.column, of(entry, entry.column));
  }
  return [of(newest, null), ...cells.values()];
};
