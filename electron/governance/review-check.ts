import type { Problem } from '../../shared/model/batch.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
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

/** Judges the rows of a batch by the rules of an open sheet; blocking problems come first. */
export const checkReview = async (
  warehouse: Warehouse,
  { definition, rules, rights }: Pick<OpenSheet, 'definition' | 'rules' | 'rights'>,
  rows: readonly PendingRow[],
  { signal, breathe }: { readonly signal: AbortSignal; readonly breathe: Breath },
): Promise<ReviewChecked> => {
  const keys = rows.map(({ row }) => row).filter((row) => !isNewRow(row));
  const names = definition.columns.map(({ name }) => name);
  const places = definition.key.map((name) => names.indexOf(name));
  const held = new Map<RowKey, readonly (string | null)[]>();
  if (keys.length > 0)
    await warehouse.read({ definition, rights, limit: keys.length, signal, keys }, (chunk) => {
      for (const row of chunk.rows) held.set(rowKeyOf(places.map((place) => row[place] ?? null)), row);
    });
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
