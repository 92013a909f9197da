import { z } from 'zod';
import type { TableSummary } from '../../shared/contract/operations.ts';
import { sheetDefinition, source } from '../../shared/model/sheet.ts';
import { type Profile, sheetIdOf } from '../profile.ts';
import { isOut } from '../sheets/offline.ts';
import type { Snapshots } from './snapshots.ts';

const tables = z.array(
  z.object({
    source,
    kind: sheetDefinition.shape.sourceKind,
    comment: z.string().optional(),
    estimatedRows: z.number().nullable(),
    writable: z.boolean(),
  }),
);

/** The tables of the warehouse; where it cannot be asked those it had, each with the age of what is kept of it. */
export const tablesOf = async (profile: Profile): Promise<readonly TableSummary[]> => {
  const { link, snapshots } = profile;
  const why = link.why();
  if (why) {
    const kept = keptTables(profile);
    if (kept) return kept;
    throw why;
  }
  try {
    const found = await profile.warehouse.tables();
    snapshots.keepFact('tables', found);
    return found;
  } catch (error) {
    if (!isOut(error)) throw error;
    link.suspect();
    const kept = keptTables(profile);
    if (kept) return kept;
    throw error;
  }
};

/** The tables as last heard of; null where nobody has asked for them yet. */
export const knownTables = (snapshots: Snapshots): readonly TableSummary[] | null =>
  snapshots.fact('tables', tables);

const keptTables = ({ snapshots }: Profile): readonly TableSummary[] | null => {
  const known = knownTables(snapshots);
  if (!known) return null;
  const readAt = new Map(snapshots.list().map((each) => [each.sheet, each.readAt]));
  return known.map((table) => ({ ...table, keptAt: readAt.get(sheetIdOf(table.source)) ?? null }));
};
