import pg from 'pg';
import { AppError } from '../../../shared/model/failure.ts';
import type { SheetDefinition } from '../../../shared/model/sheet.ts';
import type { Link } from './connect.ts';

/** A value a lookup column may hold, with the text people know it by. */
export interface LookupValue {
  readonly value: string;
  readonly label: string | null;
}

/** All values of a column's lookup in label order, at most `limit`; AppError `invalid` when the column has no lookup. */
export const lookupValues = async (
  link: Link,
  definition: SheetDefinition,
  column: string,
  limit: number,
): Promise<readonly LookupValue[]> => {
  const lookup = definition.columns.find(({ name }) => name === column)?.lookup;
  if (!lookup)
    throw new AppError('invalid', 'no-lookup', `Column "${column}" has no list of values to choose from.`);
  const key = pg.escapeIdentifier(lookup.key);
  const label = lookup.label === undefined ? null : pg.escapeIdentifier(lookup.label);
  const from = `${pg.escapeIdentifier(lookup.source.schema)}.${pg.escapeIdentifier(lookup.source.table)}`;
  const { rows } = await link.query(
    `select ${key}, ${label ?? 'null'} from ${from} where ${key} is not null
      order by ${label === null ? '' : `${label}, `}${key} limit ${Math.max(0, Math.trunc(limit))}`,
    [],
    `Reading the values of "${column}"`,
  );
  return rows.map((row) => ({ value: row[0] ?? '', label: row[1] ?? null }));
};
