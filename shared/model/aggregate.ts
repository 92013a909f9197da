import { z } from 'zod';
import type { Column, SheetDefinition } from './sheet.ts';

/** What is worked out of a column's values for a group or for all rows; cells without a value never take part. */
export const aggregate = z.enum(['none', 'sum', 'average', 'min', 'max', 'count']);
export type Aggregate = z.infer<typeof aggregate>;

const NUMERIC: ReadonlySet<string> = new Set(['decimal', 'integer', 'float']);
const ORDERED: ReadonlySet<string> = new Set([...NUMERIC, 'date', 'time', 'timestamp']);

/** What can be worked out of a column: amounts for numbers, least and greatest for dates, the count for everything. */
export const aggregatesFor = (column: Column): readonly Aggregate[] => {
  if (column.lookup || !ORDERED.has(column.type.kind)) return ['none', 'count'];
  return NUMERIC.has(column.type.kind)
    ? ['none', 'sum', 'average', 'min', 'max', 'count']
    : ['none', 'min', 'max', 'count'];
};

/** The aggregate chosen for a column. By default amounts are added up; keys, codes and percentages are not amounts. */
export const aggregateOf = (
  { key }: Pick<SheetDefinition, 'key'>,
  column: Column,
  chosen: Readonly<Record<string, Aggregate>>,
): Aggregate => {
  const own = Object.hasOwn(chosen, column.name) ? chosen[column.name] : undefined;
  if (own !== undefined && aggregatesFor(column).includes(own)) return own;
  const amount =
    NUMERIC.has(column.type.kind) && !column.lookup && !column.format?.percent && !key.includes(column.name);
  return amount ? 'sum' : 'none';
};
