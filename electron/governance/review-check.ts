import type { Problem } from '../../shared/model/batch.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { isNewRow, type RowKey, rowKeyOf } from '../../shared/model/rows.ts';
import type { Breath } from '../sheets/breathe.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import type { Warehouse } from '../warehouse/adapter.ts';
import { ruleProblems } from './problems.ts';

/** What the sheet's rules say of a batch: over the rows as the warehouse holds them now, with the changes on top. */
export interface ReviewChecked {
  readonly problems: readonly Problem[];
  /** Changed rows that are not there, or not for this person to see; rules over several columns know only their changes. */
  readonly unseen: number;
}

/** The rows of a batch that are stored, by key, as this person sees them now. */
const storedRows = async (
  warehouse: Warehouse,
  { definition, rights }: Pick<OpenSheet, 'definition' | 'rights'>,
  rows: readonly PendingRow[],
  signal: AbortSignal,
): Promise<{
  readonly keys: readonly RowKey[];
  readonly held: ReadonlyMap<RowKey, readonly (string | null)[]>;
}> => {
  const keys = rows.map(({ row }) => row).filter((row) => !isNewRow(row));
  const names = definition.columns.map(({ name }) => name);
  const places = definition.key.map((name) => names.indexOf(name));
  const held = new Map<RowKey, readonly (string | null)[]>();
  if (keys.length > 0)
    await warehouse.read({ definition, rights, limit: keys.length, signal, keys }, (chunk) => {
      for (const row of chunk.rows) held.set(rowKeyOf(places.map((place) => row[place] ?? null)), row);
    });
  return { keys, held };
};

/** The values of a column in the stored rows of a batch; AppError `invalid` where the sheet does not show the column. */
export const reviewValues = async (
  warehouse: Warehouse,
  sheet: Pick<OpenSheet, 'definition' | 'rights'>,
  rows: readonly PendingRow[],
  column: string,
  signal: AbortSignal,
): Promise<{ rows: RowKey[]; values: (string | null)[] }> => {
  const place = sheet.definition.columns.findIndex(({ name }) => name === column);
  if (place < 0)
    throw new AppError('invalid', 'column-unknown', `The sheet has no column "${column}".`, {
      details: { column },
    });
  const { held } = await storedRows(warehouse, sheet, rows, signal);
  return { rows: [...held.keys()], values: [...held.values()].map((row) => row[place] ?? null) };
};

/** Judges the rows of a batch by the rules of an open sheet; blocking problems come first. */
export const checkReview = async (
  warehouse: Warehouse,
  { definition, rules, rights }: Pick<OpenSheet, 'definition' | 'rules' | 'rights'>,
  rows: readonly PendingRow[],
  { signal, breathe }: { readonly signal: AbortSignal; readonly breathe: Breath },
): Promise<ReviewChecked> => {
  const names = definition.columns.map(({ name }) => name);
  const { keys, held } = await storedRows(warehouse, { definition, rights }, rows, signal);
  const baseRow = (key: RowKey): Record<string, string | null> | null => {
    const row = held.get(key);
    if (!row) return null;
    // Without a prototype a column may have any name.
    const values = Object.create(null) as Record<string, string | null>;
    names.forEach((name, place) => {
      values[name] = row[place] ?? null;
    });
    return values;
  };
  const problems = await ruleProblems({ definition, rules, baseRow }, rows, breathe);
  return { problems, unseen: keys.length - held.size };
};
